"""Local clock times of many moments at once: what every window, day and month of a tariff is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
import numpy.typing as npt

from optimizer.scenario.clock import DAY_KINDS, ClockWindow
from optimizer.scenario.tou import TouError, holiday_dates
from optimizer.tariff.errors import TariffError

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 1440
WEEKDAY, WEEKEND, HOLIDAY = (DAY_KINDS.index(kind) for kind in ("weekday", "weekend", "holiday"))


@dataclass(frozen=True, eq=False)
class LocalClock:
    """Local times of moments, each (moments,).

    `minutes`: local clock minutes since 1970-01-01 00:00 of the local clock; they repeat and skip where the
    clocks change. `offset`: minutes ahead of UTC. `month`: months since the year 0 (year × 12 + month − 1).
    `month_of_year`: 1 to 12. `day_kind`: position in DAY_KINDS. `minute`: minute of the day.
    """

    minutes: Ints
    offset: Ints
    month: Ints
    month_of_year: Ints
    day_kind: Ints
    minute: Ints

    def inside(self, windows: tuple[ClockWindow, ...]) -> Flags:
        """Whether each moment lies in any of the windows, (moments,)."""
        inside = np.zeros(len(self.minute), dtype=bool)
        for window in windows:
            inside |= window.holds(self.month_of_year, self.day_kind, self.minute)
        return inside


def local_clock(utc_minutes: Ints, offset: Ints, holidays: str | None = None) -> LocalClock:
    """Local times of moments given as rising UTC minutes since 1970, of a clock `offset` minutes ahead of UTC.

    Raises TariffError for a holiday calendar that does not exist.
    """
    minutes = utc_minutes + offset
    day = minutes // DAY
    kind = np.where((day + 3) % 7 >= 5, WEEKEND, WEEKDAY)  # 1970-01-01 was a Thursday
    if holidays is not None:
        first, last = (int(day[at]) + _ORDINAL_1970 for at in (0, -1))
        years = set(range(datetime.fromordinal(first).year, datetime.fromordinal(last).year + 1))
        kind = np.where(np.isin(day + _ORDINAL_1970, sorted(_dates(holidays, years))), HOLIDAY, kind)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return LocalClock(
        minutes=minutes,
        offset=offset,
        month=month,
        month_of_year=month % 12 + 1,
        day_kind=kind,
        minute=minutes % DAY,
    )


_ORDINAL_1970 = datetime(1970, 1, 1).toordinal()


def check_holidays(calendar: str) -> None:
    """Raises TariffError for a holiday calendar that does not exist."""
    _dates(calendar, {1970})


def _dates(calendar: str, years: set[int]) -> frozenset[int]:
    try:
        return holiday_dates(calendar, years)
    except TouError as error:
        raise TariffError("holidays", str(error), "a country, with a subdivision if wanted: US, US-TX") from None


def utc_offsets(utc_minutes: Ints, zone: tzinfo) -> Ints:
    """Minutes that the zone is ahead of UTC at moments given as rising UTC minutes.

    The zone is asked once a day; a day between whose ends the offset differs is halved down to the minute.
    """
    first, last = int(utc_minutes[0]), int(utc_minutes[-1])
    changes, offsets = [first], [_offset(first, zone)]
    for mark in range(first, last + DAY, DAY):
        if _offset(mark, zone) == offsets[-1]:
            continue
        before, after = max(first, mark - DAY), mark
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _offset(middle, zone) == offsets[-1] else (before, middle)
        changes.append(after)
        offsets.append(_offset(after, zone))
    return np.array(offsets, dtype=np.int64)[np.searchsorted(changes, utc_minutes, side="right") - 1]


def _offset(utc_minute: int, zone: tzinfo) -> int:
    ahead = datetime.fromtimestamp(utc_minute * 60, UTC).astimezone(zone).utcoffset()
    return 0 if ahead is None else int(ahead.total_seconds() // 60)


def month_number(label: str) -> int:
    """Months since the year 0 of `2024-03`."""
    return int(label[:4]) * 12 + int(label[5:]) - 1


def month_label(month: int) -> str:
    """`2024-03` of months since the year 0."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
