"""A load's intervals in steps on the local clock: what windows, blocks and months of a tariff are read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.scenario.clock import EDGE_MINUTES, ClockWindow
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Floats
from optimizer.tariff.clock import DAY, Flags, Ints, LocalClock, local_clock, utc_offsets

AROUND_MINUTES = 60
"""What is known of the clock before and behind a load: no metering block is longer."""
KW_PER_MW = 1000.0


@dataclass(frozen=True, eq=False)
class LoadSteps:
    """Steps from an hour before a load to an hour behind it.

    The load is an average power for each of `intervals` intervals of `minutes`, in units of `unit_kw` kW. A step of
    `step_minutes` divides them. `utc_minutes`: (steps,) since 1970. `interval`: (steps,) the interval that a step lies
    in, −1 outside the load.
    """

    minutes: int
    intervals: int
    unit_kw: float
    step_minutes: int
    utc_minutes: Ints
    clock: LocalClock
    interval: Ints

    @property
    def hours(self) -> float:
        """Length of an interval."""
        return self.minutes / 60.0

    @property
    def around(self) -> int:
        """Steps before the load, and behind it."""
        return AROUND_MINUTES // self.step_minutes

    def by_interval(self, values: Floats | Ints | Flags) -> Floats:
        """Values of steps as (intervals, steps of an interval), without those around the load."""
        return np.asarray(values[self.around : -self.around].reshape(self.intervals, -1), dtype=float)

    def at_start(self, values: Ints) -> Ints:
        """Values of the steps that intervals start with, (intervals,)."""
        return values[self.around : -self.around : self.minutes // self.step_minutes]

    def inside(self, windows: tuple[ClockWindow, ...]) -> Flags:
        """Whether each step lies in any of the windows, (steps,)."""
        return self.clock.inside(windows)


@lru_cache(maxsize=8)
def planned_steps(horizon: Horizon, holidays: str | None) -> LoadSteps:
    """The steps of a plan's periods, with the holidays of a calendar."""
    width, around = horizon.step_minutes // EDGE_MINUTES, AROUND_MINUTES // EDGE_MINUTES
    position = np.arange(-around, horizon.periods * width + around)
    utc_minutes = int(horizon.start_minutes[0]) + EDGE_MINUTES * position
    period = position // width
    period[(period < 0) | (period >= horizon.periods)] = -1
    return LoadSteps(
        minutes=horizon.step_minutes,
        intervals=horizon.periods,
        unit_kw=KW_PER_MW,
        step_minutes=EDGE_MINUTES,
        utc_minutes=utc_minutes,
        clock=local_clock(utc_minutes, utc_offsets(utc_minutes, horizon.zone), holidays),
        interval=period,
    )


@lru_cache(maxsize=8)
def whole_months(horizon: Horizon, holidays: str | None) -> LocalClock:
    """Steps of a horizon's calendar months in full, and of some around them."""
    around = 32 * DAY  # no month is longer
    first, last = int(horizon.start_minutes[0]), int(horizon.start_minutes[-1])
    utc_minutes = np.arange(first - around, last + around, EDGE_MINUTES, dtype=np.int64)
    return local_clock(utc_minutes, utc_offsets(utc_minutes, horizon.zone), holidays)
