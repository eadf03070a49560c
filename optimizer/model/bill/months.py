"""Calendar months of a horizon, and where in it a month's dollars stand (domain section 9).

A month line M is a function of all periods of its month; M_c is the same where nothing is imported behind the
committed part. M_c stands in the month's last committed period, M − M_c in its last period of the look-ahead.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass

import numpy as np

from optimizer.scenario.horizon import Horizon
from optimizer.tariff.clock import Ints, month_label
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class Months:
    """Months that the horizon's periods lie in; arrays are (months,).

    `first`: months since the year 0. `last_committed`, `last_behind`: the last period of the committed part and of
    the look-ahead, −1 where there is none. `ended`, `ended_committed`: whether the month's end lies within the
    horizon, or its committed part.
    """

    horizon: Horizon
    first: int
    labels: tuple[str, ...]
    month_of_year: Ints
    days: Ints
    last_committed: Ints
    last_behind: Ints
    ended: Bools
    ended_committed: Bools

    @property
    def count(self) -> int:
        return len(self.labels)

    @property
    def of_period(self) -> Ints:
        """(periods,) index of each period's month."""
        return self.horizon.month

    @property
    def last(self) -> Ints:
        """The last period of each month in the horizon."""
        return np.maximum(self.last_committed, self.last_behind)

    @property
    def booked_once(self) -> Ints:
        """The period in which what is due once a month stands."""
        return np.where(self.last_committed >= 0, self.last_committed, self.last_behind)

    def of_moment(self, period: int) -> int:
        """Months since the year 0 of the moment at which a period starts (`periods`: of the horizon's end)."""
        when = self.horizon.at(period)
        return when.year * 12 + when.month - 1

    def committed(self, values: Floats) -> Floats:
        """(periods,) values, 0 behind the committed part."""
        return np.where(np.arange(self.horizon.periods) < self.horizon.committed, values, 0.0)

    def sums(self, values: Floats) -> Floats:
        """Values of periods summed by month."""
        return np.asarray(np.bincount(self.of_period, weights=values, minlength=self.count), dtype=float)

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


def months_of(horizon: Horizon) -> Months:
    """The months of a horizon."""
    start, month = horizon.starts[0], horizon.month
    first, count = start.year * 12 + start.month - 1, int(month[-1]) + 1
    numbers = first + np.arange(count)
    periods = np.arange(horizon.periods)
    last_committed, last_behind = np.full(count, -1), np.full(count, -1)
    here = periods < horizon.committed
    np.maximum.at(last_committed, month[here], periods[here])
    np.maximum.at(last_behind, month[~here], periods[~here])
    made = Months(
        horizon=horizon,
        first=first,
        labels=tuple(month_label(number) for number in numbers.tolist()),
        month_of_year=numbers % 12 + 1,
        days=np.array([monthrange(number // 12, number % 12 + 1)[1] for number in numbers.tolist()]),
        last_committed=last_committed,
        last_behind=last_behind,
        ended=np.zeros(count, dtype=bool),
        ended_committed=np.zeros(count, dtype=bool),
    )
    made.ended[:] = numbers < made.of_moment(horizon.periods)
    made.ended_committed[:] = numbers < made.of_moment(horizon.committed)
    return made
