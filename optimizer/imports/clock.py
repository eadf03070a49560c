"""Local clock times onto the one line of time.

Where the clocks go back an hour is told twice: a flag says which is the second, or the order in which the
rows stand (the first is summer time). Where they go forward an hour is skipped: a row without a price may stand in it,
as fixed layouts have it, and is passed over; a price may not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from optimizer.imports.errors import PriceFileError
from optimizer.imports.table import Flags, Table

if TYPE_CHECKING:
    import pandas as pd

Minutes = npt.NDArray[np.int64]

NO_INSTANT = np.iinfo(np.int64).min
"""In place of minutes: the row stands for an hour that does not exist, and has no price."""
_DATES = ("%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d")
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_OFFSET = r"\d:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|z|UTC|[+-]\d{2}(?::?\d{2})?)$"
TIMES_ALLOWED = "e.g. 2024-07-01T13:00:00-05:00, 2024-07-01 13:00 or 07/01/2024 13:00 (month first)"


def zone_named(name: str, file: str) -> ZoneInfo:
    """The zone of an IANA name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise PriceFileError(
            file, f"{name!r} is no IANA time zone", "timezone such as America/Chicago or UTC"
        ) from error


def has_offsets(table: Table, column: str) -> bool:
    """Whether the column's times carry offsets. Some with and some without is an error."""
    import pandas as pd

    aware = pd.Series(table.cells[column]).str.contains(_OFFSET, regex=True).to_numpy(dtype=bool)
    if aware.all() or not aware.any():
        return bool(aware.all())
    at = int(np.argmin(aware))
    raise table.error(at, column, f"{table.cells[column][at]!r} has no offset, other rows have one", "all or none")


def exact_minutes(table: Table, column: str) -> Minutes:
    """Times with offsets as minutes since 1970."""
    import pandas as pd

    text = pd.Series(table.cells[column]).str.replace(r"\s*(?:UTC|z)$", "Z", regex=True)
    times = pd.DatetimeIndex(pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce"))
    _refuse_bad(table, column, times)
    return _minutes(table, column, times.tz_localize(None))


def clock_times(table: Table, column: str, *, day_first: bool = False) -> pd.DatetimeIndex:
    """Times or dates without offset; of dates with `/` the month stands first, if not `day_first`."""
    import pandas as pd

    text = pd.Series(table.cells[column])
    # What only pandas would read as an offset (`2024-11-03 01-00`) is no clock time.
    text = text.mask(text.str.contains(r"[T ].*-|[+Zz]", regex=True), "")
    best = pd.DatetimeIndex(pd.to_datetime(text, format="ISO8601", errors="coerce"))
    formats = [date + time for date in (_DAY_FIRST if day_first else _DATES) for time in _TIMES]
    while best.isna().any() and formats:
        trial = pd.DatetimeIndex(pd.to_datetime(text, format=formats.pop(0), errors="coerce"))
        if np.count_nonzero(trial.isna()) < np.count_nonzero(best.isna()):
            best = trial
    _refuse_bad(table, column, best)
    return best


def month_first_notes(table: Table, column: str) -> tuple[str, ...]:
    """A note where nothing in the column tells whether its dates have the month or the day first."""
    import pandas as pd

    parts = pd.Series(table.cells[column]).str.extract(r"^(\d{1,2})/(\d{1,2})/\d{2}").dropna().astype(int)
    if parts.empty or (parts[1] > 12).any() or (parts[0] == parts[1]).all():
        return ()
    return (f"column {column!r}: {table.cells[column][int(parts.index[0])]!r} is read as month/day",)


def to_minutes(
    table: Table,
    column: str,
    clock: pd.DatetimeIndex,
    zone: ZoneInfo,
    empty: Flags,
    second: Flags | None = None,
) -> tuple[Minutes, list[str]]:
    """Clock times in a zone as minutes since 1970, and what is to be said about it.

    `empty`: which rows have no price; those whose time the clocks skip get NO_INSTANT.
    `second`: whether a row stands in the second of two equal hours. It counts only where the clock is told
    twice; on a day whose repeated hour it marks nowhere, the order of the rows tells.
    """
    first = np.ones(len(clock), dtype=bool)
    fixed = clock.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    skipped = np.asarray(fixed.isna(), dtype=bool)
    if (skipped & ~empty).any():
        at = int(np.argmax(skipped & ~empty))
        raise table.error(
            at,
            column,
            f"{table.cells[column][at]!r}: {clock[at]:%Y-%m-%d %H:%M} (start of the interval) does not exist "
            f"in {zone.key}, the clocks skip it, and there is a price",
            "no price there, another timezone, or times with offsets",
        )
    notes = [
        f"{day}: the hour that the clocks skip has a row without a price, which is passed over"
        for day in sorted({f"{when:%Y-%m-%d}" for when in clock[skipped]})
    ]
    twice = np.asarray(clock.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").isna()) & ~skipped
    if twice.any():
        first = ~_second_of_two(clock, twice, second, notes)
        fixed = clock.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    minutes = np.full(len(clock), NO_INSTANT, dtype=np.int64)
    minutes[~skipped] = _minutes(table.where(~skipped), column, fixed[~skipped].tz_convert("UTC").tz_localize(None))
    return minutes, notes


def usual_step(table: Table, minutes: Minutes) -> int:
    """The most frequent distance of times that follow each other [min]."""
    steps = np.diff(np.unique(minutes))
    if not len(steps):
        raise PriceFileError(table.file, "one time only", "at least two intervals")
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[np.argmax(counts)])


def _second_of_two(
    clock: pd.DatetimeIndex, twice: Flags, second: Flags | None, notes: list[str]
) -> npt.NDArray[np.bool_]:
    """Which rows stand in the second of two equal hours."""
    result = np.zeros(len(clock), dtype=bool)
    order = np.flatnonzero(twice)
    if clock[0] > clock[-1]:  # newest first
        order = order[::-1]
    by_day: dict[str, list[int]] = {}
    for at in order.tolist():
        by_day.setdefault(f"{clock[at]:%Y-%m-%d}", []).append(at)
    for day, rows in sorted(by_day.items()):
        if second is not None and second[rows].any():
            result[rows] = second[rows]
            notes.append(f"{day}: the repeated hour is told by its flag")
            continue
        seen: set[object] = set()
        for at in rows:
            result[at] = clock[at] in seen
            seen.add(clock[at])
        if result[rows].any():
            notes.append(f"{day}: the repeated hour is told by the order of the rows, summer time first")
        else:
            notes.append(f"{day}: the repeated hour stands there once; it is taken as the first, summer time")
    return result


def _refuse_bad(table: Table, column: str, times: pd.DatetimeIndex) -> None:
    if times.isna().any():
        at = int(np.argmax(times.isna()))
        raise table.error(at, column, f"{table.cells[column][at]!r} is no time", TIMES_ALLOWED)


def _minutes(table: Table, column: str, utc: pd.DatetimeIndex) -> Minutes:
    seconds = np.asarray(utc.to_numpy().astype("datetime64[s]").astype(np.int64))
    odd = np.flatnonzero(seconds % 60)
    if len(odd):
        at = int(odd[0])
        raise table.error(at, column, f"{table.cells[column][at]!r} is within a minute", "whole minutes")
    return np.asarray(seconds // 60, dtype=np.int64)
