"""The horizon in five-minute steps on the local clock: what windows, blocks and months of a tariff are read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.scenario.clock import EDGE_MINUTES, ClockWindow
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Floats
from optimizer.tariff.clock import DAY, Flags, Ints, LocalClock, local_clock, utc_offsets

AROUND_MINUTES = 60
"""Steps before and behind the horizon that are known too: no metering block is longer."""
AROUND = AROUND_MINUTES // EDGE_MINUTES


@dataclass(frozen=True, eq=False)
class LocalSteps:
    """Steps from an hour before the horizon to an hour behind it.

    `utc_minutes`: (steps,) since 1970. `period`: (steps,) the period that a step lies in, −1 outside the horizon.
    """

    utc_minutes: Ints
    clock: LocalClock
    period: Ints
    periods: int

    def by_period(self, values: Floats | Ints | Flags) -> Floats:
        """Values of steps as (periods, steps of a period), without those around the horizon."""
        return np.asarray(values[AROUND:-AROUND].reshape(self.periods, -1), dtype=float)

    def inside(self, windows: tuple[ClockWindow, ...]) -> Flags:
        """Whether each step lies in any of the windows, (steps,)."""
        return self.clock.inside(windows)


@lru_cache(maxsize=8)
def whole_months(horizon: Horizon, holidays: str | None) -> LocalClock:
    """Steps of a horizon's calendar months in full, and of some around them."""
    around = 32 * DAY  # no month is longer
    first, last = int(horizon.start_minutes[0]), int(horizon.start_minutes[-1])
    utc_minutes = np.arange(first - around, last + around, EDGE_MINUTES, dtype=np.int64)
    return local_clock(utc_minutes, utc_offsets(utc_minutes, horizon.zone), holidays)


@lru_cache(maxsize=8)
def local_steps(horizon: Horizon, holidays: str | None) -> LocalSteps:
    """The steps of a horizon, with the holidays of a calendar."""
    width = horizon.step_minutes // EDGE_MINUTES
    position = np.arange(-AROUND, horizon.periods * width + AROUND)
    utc_minutes = int(horizon.start_minutes[0]) + EDGE_MINUTES * position
    period = position // width
    period[(period < 0) | (period >= horizon.periods)] = -1
    clock = local_clock(utc_minutes, utc_offsets(utc_minutes, horizon.zone), holidays)
    return LocalSteps(utc_minutes, clock, period, horizon.periods)
