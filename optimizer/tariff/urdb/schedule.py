"""A period of URDB's 12 × 24 schedules as windows of the clock, exactly.

Weekends are Saturday and Sunday. Where a tariff names a calendar, its holidays follow the weekend's schedule.
"""

from __future__ import annotations

from datetime import time

from optimizer.scenario.clock import DAY_KINDS, ClockWindow, DayKind
from optimizer.tariff.urdb.values import Schedule

Run = tuple[int, int]
WEEKDAYS: tuple[DayKind, ...] = ("weekday",)
WEEKENDS: tuple[DayKind, ...] = ("weekend", "holiday")


def windows_of(period: int, weekday: Schedule, weekend: Schedule) -> tuple[ClockWindow, ...]:
    """Where the schedules show a period: windows that do not overlap, none where they never do."""
    months: dict[tuple[tuple[DayKind, ...], Run], list[int]] = {}
    for month in range(12):
        on_weekdays, on_weekends = (_runs(period, schedule[month]) for schedule in (weekday, weekend))
        for run in sorted(on_weekdays | on_weekends):
            days = DAY_KINDS if run in on_weekdays & on_weekends else WEEKDAYS if run in on_weekdays else WEEKENDS
            months.setdefault((days, run), []).append(month + 1)
    return tuple(
        ClockWindow(months=tuple(of), days=days, start=time(start % 24), end=time(end % 24))
        for (days, (start, end)), of in months.items()
    )


def _runs(period: int, hours: list[int]) -> set[Run]:
    """Runs of hours of a period as (first, end); one that reaches midnight joins one that begins there."""
    inside = [hour for hour in range(24) if hours[hour] == period]
    firsts = [hour for hour in inside if hour - 1 not in inside]
    runs = [(first, next(hour for hour in range(first, 25) if hour not in inside)) for first in firsts]
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == 24:
        runs = [*runs[1:-1], (runs[-1][0], runs[0][1])]
    return set(runs)
