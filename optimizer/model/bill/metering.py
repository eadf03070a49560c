"""Metering blocks of a demand charge (domain section 6), as sums over periods.

| symbol | meaning |
|---|---|
| L | length of a block [hours]; blocks are aligned to the local clock and end where it changes |
| o | energy of the block before the horizon [MWh] |
| h(b,t) | hours of period t in block b |

    demand of block b [kW] = 1000 × (o(b) + Σ_t h(b,t) × i(t)) / L

A block that is no longer than a period is the period, with its average. What the horizon leaves of a block counts 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.months import Months
from optimizer.scenario.clock import EDGE_MINUTES, ClockWindow
from optimizer.scenario.state import OpenInterval
from optimizer.tariff.clock import Ints
from optimizer.tariff.local_steps import AROUND, LocalSteps
from solvers.problem import Bools, Floats

KW_PER_MW = 1000.0


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of which some step lies in the horizon.

    `month`, `carried_kw`: (blocks,) index of the month, and what is metered before the horizon. `block`, `period`,
    `kw_per_mw`: triplets of what import adds. `first`: (blocks + 1,) first step of each, None where blocks are periods.
    """

    steps: LocalSteps
    month: Ints
    carried_kw: Floats
    block: Ints
    period: Ints
    kw_per_mw: Floats
    first: Ints | None
    hours: float
    """Length of a full block."""

    def counted(self, windows: tuple[ClockWindow, ...]) -> Bools:
        """Blocks that count in the windows, (blocks,): those wholly inside, or periods with any step inside."""
        inside = self.steps.inside(windows)
        if self.first is None:
            return np.asarray(self.steps.by_period(inside).any(axis=1))
        return np.asarray(np.logical_and.reduceat(inside[: self.first[-1]], self.first[:-1]))

    def demand_kw(self, import_mw: Floats) -> Floats:
        """Demand of each block, (blocks,)."""
        added = np.bincount(self.block, weights=self.kw_per_mw * import_mw[self.period], minlength=len(self.month))
        return np.asarray(self.carried_kw + added)

    def highest_kw(self, import_mw: Floats, counted: Bools, months: int) -> Floats:
        """Highest demand of the counted blocks of each month, (months,); 0 where there is none."""
        peaks = np.zeros(months)
        counted = counted & (self.month < months)
        np.maximum.at(peaks, self.month[counted], self.demand_kw(import_mw)[counted])
        return peaks

    def open_at(self, utc_minute: float, import_mw: Floats) -> tuple[float, float] | None:
        """The block that a moment lies inside: its start [UTC minutes], and the energy imported in it [MWh]; None
        where the moment ends one."""
        if self.first is None:
            return None
        starts = self.steps.utc_minutes[self.first]
        at = int(np.searchsorted(starts, utc_minute)) - 1
        if starts[at + 1] == utc_minute:
            return None
        return float(starts[at]), float(self.demand_kw(import_mw)[at]) * self.hours / KW_PER_MW


def blocks_of(steps: LocalSteps, months: Months, metering_minutes: int | None, begun: OpenInterval | None) -> Blocks:
    """The blocks of the horizon; `begun`: the one that is under way when it begins."""
    horizon = months.horizon
    if metering_minutes is None or metering_minutes <= horizon.step_minutes:
        every, nothing = np.arange(horizon.periods), np.zeros(horizon.periods)
        return Blocks(steps, months.of_period, nothing, every, every, nothing + KW_PER_MW, None, horizon.hours)
    number, offset = steps.clock.minutes // metering_minutes, steps.clock.offset
    edges = np.flatnonzero((np.diff(number) != 0) | (np.diff(offset) != 0)) + 1
    count = len(number)
    first = edges[(edges >= AROUND) & (edges <= count - AROUND)]
    first = np.unique(np.r_[edges[edges <= AROUND][-1:], first, edges[edges >= count - AROUND][:1]])
    block_of_step = np.searchsorted(first, np.arange(count), side="right") - 1
    inside = steps.period >= 0
    pair, taken = np.unique(block_of_step[inside] * horizon.periods + steps.period[inside], return_counts=True)
    carried = np.zeros(len(first) - 1)
    if begun is not None and steps.utc_minutes[first[0]] == begun.start.timestamp() / 60.0:
        carried[0] = begun.import_mwh * KW_PER_MW * 60.0 / metering_minutes
    return Blocks(
        steps=steps,
        month=steps.clock.month[first[:-1]] - months.first,
        carried_kw=carried,
        block=pair // horizon.periods,
        period=pair % horizon.periods,
        kw_per_mw=taken * (KW_PER_MW * EDGE_MINUTES / metering_minutes),
        first=first,
        hours=metering_minutes / 60.0,
    )
