"""A date and an hour in two columns: `Delivery Date` with `Hour Ending` 01:00 to 24:00, or `Hour` 0 to 23.

`Hour Ending` 05:00 is the hour from 04:00 to 05:00. A day that changes the clocks is told in one of two ways:
by the clock (the skipped hour is missing, the repeated one stands twice, marked by a flag, `02X` or `02*`, or
by order), or counted through from midnight (1 to 23, 1 to 25). A row without a price may stand for an hour that the day
has not (the skipped one, or a 25th in fixed layouts).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from optimizer.imports.clock import NO_INSTANT, Minutes, clock_times, to_minutes
from optimizer.imports.table import Flags, Table
from optimizer.scenario.local_days import first_instant

if TYPE_CHECKING:
    import pandas as pd

Ints = npt.NDArray[np.int64]

_HOUR = re.compile(r"(?:HE|H)?\s*(\d{1,2})(?::?00)?(?::00)?\s*([Xx*]?)", re.IGNORECASE)
_YES = frozenset({"y", "yes", "true", "1", "t"})


def flags_of(table: Table, column: str | None) -> Flags | None:
    """A repeated-hour flag, Y or N."""
    if column is None:
        return None
    return np.array([str(cell).lower() in _YES for cell in table.cells[column].tolist()], dtype=bool)


def hours_of(table: Table, column: str) -> tuple[Ints, Flags]:
    """The hours as they stand, and which are marked as repeated."""
    hours = np.empty(len(table.rows), dtype=np.int64)
    marked = np.zeros(len(table.rows), dtype=bool)
    for at, cell in enumerate(table.cells[column].tolist()):
        match = _HOUR.fullmatch(cell)
        if not match or int(match[1]) > 25:
            raise table.error(at, column, f"{cell!r} is no hour", "01:00 to 24:00, or 1 to 24")
        hours[at] = int(match[1])
        marked[at] = bool(match[2])
    return hours, marked


def interval_starts(
    table: Table,
    date_column: str,
    hour_column: str,
    zone: ZoneInfo,
    empty: Flags,
    *,
    ending: bool,
    second: Flags | None = None,
    minutes_in: Ints | None = None,
) -> tuple[Minutes, list[str]]:
    """Starts of the intervals as minutes since 1970, and what is to be said about them.

    `empty`: which rows have no price; NO_INSTANT where such a row stands for an hour that its day has not.
    `minutes_in`: minutes from the hour's start, where intervals are shorter than an hour.
    """
    import pandas as pd

    hours, marked = hours_of(table, hour_column)
    begins = hours - 1 if ending else hours
    if begins.min() < 0:
        at = int(np.argmin(begins))
        raise table.error(at, hour_column, f"{table.cells[hour_column][at]!r}", "01:00 to 24:00")
    days = clock_times(table, date_column).normalize()
    within = np.zeros(len(hours), dtype=np.int64) if minutes_in is None else minutes_in
    if marked.any():
        second = marked if second is None else second | marked
    through = _counted_through(days, begins, zone)
    over = (begins > 23) & ~through
    if (over & ~empty).any():
        at = int(np.argmax(over & ~empty))
        raise table.error(
            at, hour_column, f"{table.cells[hour_column][at]!r} on a day of 24 hours", "an hour of the day"
        )
    notes = [
        f"{day}: a row without a price for an hour that the day has not is passed over"
        for day in sorted({f"{day:%Y-%m-%d}" for day in days[over]})
    ]
    starts = np.full(len(hours), NO_INSTANT, dtype=np.int64)
    if through.any():
        first = [round(first_instant(day.date(), zone).timestamp() / 60) for day in days[through]]
        starts[through] = np.array(first, dtype=np.int64) + begins[through] * 60 + within[through]
        for day in sorted({f"{day:%Y-%m-%d}" for day in days[through]}):
            notes.append(f"{day}: the hours are counted through from midnight")
    told = ~through & ~over
    if told.any():
        clock = days[told] + pd.to_timedelta(begins[told] * 60 + within[told], unit="min")
        flags = None if second is None else second[told]
        starts[told], more = to_minutes(table.where(told), hour_column, clock, zone, empty[told], flags)
        notes += more
    return starts, notes


def _counted_through(days: pd.DatetimeIndex, begins: Ints, zone: ZoneInfo) -> npt.NDArray[np.bool_]:
    """Rows of days that change the clocks and whose hours are counted through from midnight."""
    import pandas as pd

    result = np.zeros(len(days), dtype=bool)
    for day in days.unique():
        following = first_instant((day + pd.Timedelta(days=1)).date(), zone)
        length = round((following.timestamp() - first_instant(day.date(), zone).timestamp()) / 3600)
        if length != 24:
            mine = np.asarray(days == day)
            result[mine] = set(begins[mine].tolist()) == set(range(length))
    return result
