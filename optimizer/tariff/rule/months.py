"""The local calendar months that a load touches."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.scenario.clock import EDGE_MINUTES
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import DemandCharge
from optimizer.tariff.clock import DAY, Flags, Ints, local_clock, month_label
from optimizer.tariff.rule.steps import LoadSteps


@dataclass(frozen=True, eq=False)
class Months:
    """Months from the first to the last that an interval of the load starts in.

    `first`: months since the year 0. `of_interval`: (intervals,) index of each interval's month. All else: (months,).
    """

    first: int
    of_interval: Ints
    month_of_year: Ints
    days: Ints

    @property
    def count(self) -> int:
        return len(self.days)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """`2024-03` of each month."""
        return tuple(map(month_label, self.numbers))

    @property
    def numbers(self) -> range:
        """Months since the year 0."""
        return range(self.first, self.first + self.count)

    def sums(self, values: Floats) -> Floats:
        """Values of intervals summed by month, (months,)."""
        return np.asarray(np.bincount(self.of_interval, weights=values, minlength=self.count), dtype=float)


def months_of(steps: LoadSteps) -> Months:
    """The months of a load."""
    month = steps.at_start(steps.clock.month)
    first, last = int(month.min()), int(month.max())
    numbers = np.arange(first, last + 1)
    return Months(
        first=first,
        of_interval=month - first,
        month_of_year=numbers % 12 + 1,
        days=np.array([monthrange(number // 12, number % 12 + 1)[1] for number in numbers.tolist()]),
    )


def on_every_hour(charge: DemandCharge, months: Months, holidays: str | None) -> Flags:
    """Whether the charge's windows hold every five minutes of each calendar month, (months,)."""
    first = int(np.datetime64(f"{months.labels[0]}-01").astype(np.int64))
    midnight = DAY * (first + np.arange(int(months.days.sum()), dtype=np.int64))
    days = local_clock(midnight, np.zeros_like(midnight), holidays)
    month, kind = days.month_of_year[:, None], days.day_kind[:, None]
    minute = np.arange(0, DAY, EDGE_MINUTES)[None, :]
    held = np.zeros((len(midnight), minute.size), dtype=bool)
    for window in charge.windows:
        held |= window.holds(month, kind, minute)
    always = np.ones(months.count, dtype=bool)
    always[days.month[~held.all(axis=1)] - months.first] = False
    return always
