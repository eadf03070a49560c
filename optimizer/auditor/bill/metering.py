"""Demand: the average import of blocks aligned to the local clock.

demand of a block [MW] = energy in it / its full length;  steps before the horizon come from the state, steps behind
it count zero, and a block ends where the clocks change.  Without a metering interval, or with one that is no longer
than a period, each period is a block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, Ints
from optimizer.auditor.clockwork import STEP_MINUTES, Clock, Flags
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.state import OpenInterval


@dataclass(frozen=True)
class MeteringBlocks:
    """The blocks of one metering interval that the horizon touches."""

    of_step: Ints
    """Block that each step of the clock lies in, (steps,); −1: none."""
    period: Ints
    """Period that each step lies in, (steps,); −1: none."""
    start_minutes: Floats
    """UTC minutes of each block's start, (blocks,)."""
    month: Ints
    """Month in which each block starts, (blocks,)."""
    hours: float
    """Length of a full block."""
    are_periods: bool
    """Whether each block is a period."""

    def demand(self, import_mw: Floats, opened: OpenInterval | None) -> Floats:
        """Demand of each block [MW], (blocks,), from the import of each period. `opened`: the block under way."""
        inside = self.period >= 0
        energy = import_mw[self.period[inside]] * (STEP_MINUTES / 60.0)
        total = np.bincount(self.of_step[inside], weights=energy, minlength=len(self.month))
        if opened is not None and not self.are_periods and opened.start.timestamp() / 60.0 == self.start_minutes[0]:
            total[0] += opened.import_mwh
        return np.asarray(total / self.hours)

    def counting(self, held: Flags) -> Flags:
        """Blocks that count under windows that hold these steps: those wholly inside; periods as soon as any step
        is."""
        among = self.of_step >= 0
        wanted = held if self.are_periods else ~held
        hits = np.bincount(self.of_step[among], weights=wanted[among], minlength=len(self.month)) > 0
        return hits if self.are_periods else ~hits


def blocks_of(clock: Clock, horizon: Horizon, metering_minutes: int | None) -> MeteringBlocks:
    """The blocks of a metering interval."""
    if metering_minutes is None or metering_minutes <= horizon.step_minutes:
        months = [start.year * 12 + start.month - 1 for start in horizon.starts]
        return MeteringBlocks(clock.period, clock.period, horizon.start_minutes, np.array(months), horizon.hours, True)
    reading = np.stack([clock.day, clock.minute // metering_minutes, clock.offset])
    begins = np.concatenate([[True], (reading[:, 1:] != reading[:, :-1]).any(axis=0)])
    number = np.cumsum(begins) - 1
    touched = number[clock.period >= 0]
    first, last = int(touched[0]), int(touched[-1])
    opening = np.flatnonzero(begins)[first : last + 1]
    return MeteringBlocks(
        of_step=np.where((number >= first) & (number <= last), number - first, -1),
        period=clock.period,
        start_minutes=clock.minutes[opening],
        month=clock.month[opening],
        hours=metering_minutes / 60.0,
        are_periods=False,
    )
