"""The calendar months of a horizon, and lines that belong to a month as a whole.

A month line is a function of all that the horizon does in the month. What it comes to from the committed part alone
stands in the month's last committed period; the rest in its last period of the look-ahead.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np

from optimizer.auditor.case import Case
from optimizer.auditor.clockwork import month_number, month_start, month_text
from optimizer.scenario.state import MonthSoFar
from optimizer.schedule import LedgerKind


@dataclass(frozen=True)
class Month:
    """A local calendar month that the horizon touches."""

    number: int
    """12 × year + month − 1."""
    first: int
    """Its first period in the horizon."""
    end: int
    """Its periods in the horizon end before this one."""
    seam: int
    """Its committed periods end before this one; `first` where it has none."""
    so_far: MonthSoFar
    """What the state says of it."""
    ends_in_horizon: bool
    ends_in_committed: bool

    @property
    def text(self) -> str:
        """Its name, e.g. `2026-08`."""
        return month_text(self.number)

    @property
    def of_year(self) -> int:
        """1 to 12."""
        return self.number % 12 + 1

    @property
    def days(self) -> int:
        """Its calendar days."""
        return calendar.monthrange(self.number // 12, self.of_year)[1]

    @property
    def committed(self) -> bool:
        """Whether it has committed periods."""
        return self.seam > self.first

    @property
    def last_published(self) -> int:
        """Its last committed period; the last one of the look-ahead where it has none."""
        return self.seam - 1 if self.committed else self.end - 1


def months_of(case: Case) -> list[Month]:
    """The months of the horizon by the local clock at the periods' starts, in order."""
    horizon = case.horizon
    numbers = np.array([start.year * 12 + start.month - 1 for start in horizon.starts])
    so_far = {month_number(record.month): record for record in case.scenario.state.tariff.months}
    horizon_end, seam = horizon.end.timestamp() / 60.0, horizon.at(case.committed).timestamp() / 60.0
    months = []
    for number in np.unique(numbers).tolist():
        periods = np.flatnonzero(numbers == number)
        first, end = int(periods[0]), int(periods[-1]) + 1
        over = month_start(number + 1, horizon.zone)
        months.append(
            Month(
                number=number,
                first=first,
                end=end,
                seam=min(max(first, case.committed), end),
                so_far=so_far.get(number) or MonthSoFar(month=month_text(number)),
                ends_in_horizon=over <= horizon_end,
                ends_in_committed=over <= seam,
            )
        )
    return months


def post_month_line(
    case: Case, month: Month, item: str, kind: LedgerKind, whole: float, committed: float, scale: float
) -> None:
    """Post a month line. `whole`, `committed`: USD from all the horizon and from its committed part."""
    published = committed if month.committed else 0.0
    if month.committed:
        case.ledger.post_once(item, kind, month.seam - 1, published, scale)
    if month.seam < month.end:
        case.ledger.post_once(item, kind, month.end - 1, whole - published, scale)
