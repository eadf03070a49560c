"""Where in a plan's horizon a month's dollars stand (domain section 9).

A month line M is a function of all periods of its month; M_c is the same where nothing is imported behind the
committed part. M_c stands in the month's last committed period, M − M_c in its last period of the look-ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.scenario.horizon import Horizon
from optimizer.tariff.clock import Ints
from optimizer.tariff.rule.months import Months
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class Booking:
    """The months of a horizon; arrays are (months,).

    `last_committed`, `last_behind`: the last period of the committed part and of the look-ahead, −1 where there is
    none. `ended`, `ended_committed`: whether the month's end lies within the horizon, or its committed part.
    """

    horizon: Horizon
    last_committed: Ints
    last_behind: Ints
    ended: Bools
    ended_committed: Bools

    @property
    def last(self) -> Ints:
        """The last period of each month in the horizon."""
        return np.maximum(self.last_committed, self.last_behind)

    @property
    def booked_once(self) -> Ints:
        """The period in which what is due once a month stands."""
        return np.where(self.last_committed >= 0, self.last_committed, self.last_behind)

    def committed(self, values: Floats) -> Floats:
        """(periods,) values, 0 behind the committed part."""
        return np.where(np.arange(self.horizon.periods) < self.horizon.committed, values, 0.0)

    def placed(self, whole: Floats, committed: Floats) -> Floats:
        """M and M_c of each month as dollars of periods, (periods,)."""
        usd = np.zeros(self.horizon.periods)
        here, behind = self.last_committed >= 0, self.last_behind >= 0
        usd[self.last_committed[here]] = committed[here]
        usd[self.last_behind[behind]] = (whole - np.where(here, committed, 0.0))[behind]
        return usd

    def at(self, period: Ints, usd: Floats) -> Floats:
        """Dollars of months, each in the one period given for it, (periods,)."""
        return np.asarray(np.bincount(period, weights=usd, minlength=self.horizon.periods), dtype=float)


def month_of_moment(horizon: Horizon, period: int) -> int:
    """Months since the year 0 of the moment at which a period starts (`periods`: of the horizon's end)."""
    when = horizon.at(period)
    return when.year * 12 + when.month - 1


def booking_of(horizon: Horizon, months: Months) -> Booking:
    """Where dollars of the months of a horizon stand."""
    periods = np.arange(horizon.periods)
    last_committed, last_behind = np.full(months.count, -1), np.full(months.count, -1)
    here = periods < horizon.committed
    np.maximum.at(last_committed, months.of_interval[here], periods[here])
    np.maximum.at(last_behind, months.of_interval[~here], periods[~here])
    numbers = np.array(months.numbers)
    return Booking(
        horizon=horizon,
        last_committed=last_committed,
        last_behind=last_behind,
        ended=numbers < month_of_moment(horizon, horizon.periods),
        ended_committed=numbers < month_of_moment(horizon, horizon.committed),
    )
