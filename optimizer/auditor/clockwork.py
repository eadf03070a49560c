"""The local clock in five-minute steps: kinds of day, windows, calendar months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from optimizer.auditor.book import Floats, Ints
from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.horizon import Horizon

Flags = npt.NDArray[np.bool_]

STEP_MINUTES = 5
"""Windows open and close on five-minute marks: each step lies in one window whole."""
KINDS = ("weekday", "weekend", "holiday")


def day_kinds(calendar: str | None) -> Callable[[date], str]:
    """What kind of day a date is: `weekday`, `weekend` or, of the named calendar, `holiday`."""
    public: Any = ()
    if calendar is not None:
        import holidays

        country, _, subdivision = calendar.partition("-")
        public = holidays.country_holidays(country, subdiv=subdivision or None)

    def kind(day: date) -> str:
        if day in public:
            return "holiday"
        return "weekend" if day.weekday() >= 5 else "weekday"

    return kind


def in_window(window: ClockWindow, month: int, kind: str, clock: time) -> bool:
    """Whether a moment lies in a window: month of the year, kind of day, local clock."""
    if month not in window.months or kind not in window.days:
        return False
    if window.start < window.end:
        return window.start <= clock < window.end
    # All day where both are the same; else the window passes midnight.
    return window.start == window.end or clock >= window.start or clock < window.end


def month_start(month: int, zone: ZoneInfo) -> float:
    """UTC minutes since 1970 of the local start of a month (12 × year + month − 1)."""
    opens = datetime(month // 12, month % 12 + 1, 1, tzinfo=zone).timestamp() / 60.0
    # Where the clocks skip midnight, that may lie behind the moment at which they do: the month is there before.
    while _month(opens - 1.0, zone) == month:
        opens -= 1.0
    return opens


def month_number(text: str) -> int:
    """12 × year + month − 1 of a month such as `2026-08`."""
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


def month_text(month: int) -> str:
    """The month of a number, e.g. `2026-08`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


class Clock:
    """Every five-minute step of the calendar months that a horizon touches; arrays are (steps,)."""

    minutes: Floats
    """UTC minutes since 1970."""
    period: Ints
    """Period of the horizon that the step lies in; −1 outside it."""
    month: Ints
    """12 × year + month − 1."""
    day: Ints
    """Ordinal of the calendar day."""
    minute: Ints
    """Minute of the day."""
    offset: Ints
    """Offset from UTC [minutes]."""

    def __init__(self, horizon: Horizon) -> None:
        zone, begin = horizon.zone, float(horizon.start_minutes[0])
        end = begin + horizon.periods * horizon.step_minutes
        first, last = (_month(minute, zone) for minute in (begin, end - STEP_MINUTES))
        self.minutes, read = _steps(zone, first, last)
        periods = ((self.minutes - begin) // horizon.step_minutes).astype(np.int64)
        self.period = np.where((periods >= 0) & (periods < horizon.periods), periods, -1)
        self.month, self.day, self.minute, self.offset = read.T
        self._codes: dict[str | None, tuple[Ints, Ints]] = {}

    def inside(self, windows: Sequence[ClockWindow], calendar: str | None) -> Flags:
        """Steps that lie in any of the windows; `calendar`: of public holidays."""
        different, which = self._moments(calendar)
        held = [any(in_window(window, *_moment(code)) for window in windows) for code in different.tolist()]
        return np.array(held, dtype=bool)[which]

    def _moments(self, calendar: str | None) -> tuple[Ints, Ints]:
        """Different moments of the calendar, coded, and which of them each step is."""
        if calendar not in self._codes:
            kind_of = day_kinds(calendar)
            days, which_day = np.unique(self.day, return_inverse=True)
            kinds = np.array([KINDS.index(kind_of(date.fromordinal(day))) for day in days.tolist()])
            code = ((self.month % 12) * len(KINDS) + kinds[which_day]) * 1440 + self.minute
            self._codes[calendar] = np.unique(code, return_inverse=True)
        return self._codes[calendar]


@lru_cache(maxsize=8)
def _steps(zone: ZoneInfo, first: int, last: int) -> tuple[Floats, Ints]:
    """Start [UTC minutes] of each step of the months, and what the clock shows there; many audits ask for the same."""
    opens = month_start(first, zone) // STEP_MINUTES * STEP_MINUTES
    minutes = np.arange(opens, month_start(last + 1, zone), STEP_MINUTES)
    return minutes, np.array([_read(minute, zone) for minute in minutes.tolist()], dtype=np.int64)


def _month(minute: float, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(minute * 60.0, zone)
    return local.year * 12 + local.month - 1


def _read(minute: float, zone: ZoneInfo) -> tuple[int, int, int, int]:
    """Month, day, minute of the day and offset of a moment."""
    local = datetime.fromtimestamp(minute * 60.0, zone)
    wall = local.replace(tzinfo=None)
    offset = round((wall - datetime(1970, 1, 1)).total_seconds() / 60.0 - minute)
    return local.year * 12 + local.month - 1, local.toordinal(), local.hour * 60 + local.minute, offset


def _moment(code: int) -> tuple[int, str, time]:
    """Month of the year, kind of day and clock of a coded moment."""
    day, minute = divmod(code, 1440)
    month, kind = divmod(day, len(KINDS))
    return month + 1, KINDS[kind], time(minute // 60, minute % 60)
