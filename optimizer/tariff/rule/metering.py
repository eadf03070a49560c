"""Metering blocks of a demand charge (domain section 6), as sums over a load's intervals.

| symbol | meaning |
|---|---|
| L | length of a block [hours]; blocks are aligned to the local clock and end where it changes |
| o | energy of the block before the load [kWh] |
| h(b,t) | hours of interval t in block b |
| i(t) | import [kW] |

    demand of block b [kW] = (o(b) + Σ_t h(b,t) × i(t)) / L

A block that is no longer than an interval is the interval, with its average. What the load leaves of a block counts 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.series import Floats
from optimizer.scenario.state import OpenInterval
from optimizer.tariff.clock import Flags, Ints
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import KW_PER_MW, LoadSteps


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of which some step lies in the load.

    `month`, `carried_kw`: (blocks,) index of the month, and what is metered before the load. `block`, `interval`,
    `kw_per_unit`: triplets of what import adds, by unit of the load's power. `first`: (blocks + 1,) first step of each,
    None where blocks are intervals.
    """

    steps: LoadSteps
    month: Ints
    carried_kw: Floats
    block: Ints
    interval: Ints
    kw_per_unit: Floats
    first: Ints | None
    hours: float
    """Length of a full block."""

    def counted(self, windows: tuple[ClockWindow, ...]) -> Flags:
        """Blocks that count in the windows, (blocks,): those wholly inside, or intervals with any step inside."""
        inside = self.steps.inside(windows)
        if self.first is None:
            return np.asarray(self.steps.by_interval(inside).any(axis=1))
        return np.asarray(np.logical_and.reduceat(inside[: self.first[-1]], self.first[:-1]))

    def demand_kw(self, load: Floats) -> Floats:
        """Demand of each block, (blocks,), of the load's import, (intervals,)."""
        if self.first is None:
            return np.asarray(self.carried_kw + self.kw_per_unit * load)
        added = np.bincount(self.block, weights=self.kw_per_unit * load[self.interval], minlength=len(self.month))
        return np.asarray(self.carried_kw + added)

    def highest_kw(self, load: Floats, counted: Flags, months: int) -> Floats:
        """Highest demand of the counted blocks of each month, (months,); 0 where there is none."""
        peaks = np.zeros(months)
        counted = counted & (self.month < months)
        np.maximum.at(peaks, self.month[counted], self.demand_kw(load)[counted])
        return peaks

    def open_at(self, utc_minute: float, load: Floats) -> tuple[float, float] | None:
        """The block that a moment lies inside: its start [UTC minutes], and the energy imported in it [MWh]; None
        where the moment ends one."""
        if self.first is None:
            return None
        starts = self.steps.utc_minutes[self.first]
        at = int(np.searchsorted(starts, utc_minute)) - 1
        if starts[at + 1] == utc_minute:
            return None
        return float(starts[at]), float(self.demand_kw(load)[at]) * self.hours / KW_PER_MW


def blocks_of(steps: LoadSteps, months: Months, metering_minutes: int | None, begun: OpenInterval | None) -> Blocks:
    """The blocks of a load; `begun`: the one that is under way when it begins."""
    if metering_minutes is None or metering_minutes <= steps.minutes:
        every, nothing = np.arange(steps.intervals), np.zeros(steps.intervals)
        return Blocks(steps, months.of_interval, nothing, every, every, nothing + steps.unit_kw, None, steps.hours)
    number, offset = steps.clock.minutes // metering_minutes, steps.clock.offset
    edges = np.flatnonzero((np.diff(number) != 0) | (np.diff(offset) != 0)) + 1
    count, around = len(number), steps.around
    first = edges[(edges >= around) & (edges <= count - around)]
    first = np.unique(np.r_[edges[edges <= around][-1:], first, edges[edges >= count - around][:1]])
    block_of_step = np.searchsorted(first, np.arange(around, count - around), side="right") - 1
    pair = block_of_step * steps.intervals + steps.interval[around : count - around]
    new = np.flatnonzero(np.r_[True, np.diff(pair) != 0])  # steps rise in both, so that equal pairs are neighbours
    taken = np.diff(np.r_[new, len(pair)])
    carried = np.zeros(len(first) - 1)
    if begun is not None and steps.utc_minutes[first[0]] == begun.start.timestamp() / 60.0:
        carried[0] = begun.import_mwh * KW_PER_MW * 60.0 / metering_minutes
    return Blocks(
        steps=steps,
        month=steps.clock.month[first[:-1]] - months.first,
        carried_kw=carried,
        block=block_of_step[new],
        interval=steps.interval[around : count - around][new],
        kw_per_unit=taken * (steps.unit_kw * steps.step_minutes / metering_minutes),
        first=first,
        hours=metering_minutes / 60.0,
    )
