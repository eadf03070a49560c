"""Windows of the local clock: hours on kinds of day in months, as tariffs and calendars write them."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field
from pydantic.types import Strict
from pydantic_core import PydanticCustomError

from optimizer.scenario.base import ClockTime, Model

MONTHS = tuple(range(1, 13))
DayKind = Literal["weekday", "weekend", "holiday"]
EDGE_MINUTES = 5
"""Windows open and close on marks of this many minutes."""
DAY_KINDS: tuple[DayKind, ...] = get_args(DayKind)
"""Kinds of day; their positions are the codes that `ClockWindow.holds` takes."""
Month = Annotated[int, Strict(), Field(ge=1, le=12)]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def _on_mark(clock: time) -> time:
    if clock.minute % EDGE_MINUTES or clock.second or clock.microsecond or clock.tzinfo:
        raise PydanticCustomError("clock", "a local clock time on a five-minute mark, e.g. 18:00:00")
    return clock


MarkedTime = Annotated[ClockTime, AfterValidator(_on_mark)]


class ClockWindow(Model):
    """Hours of the local clock on some kinds of day in some months; without any field, always."""

    months: Annotated[tuple[Month, ...], Field(min_length=1, max_length=12)] = MONTHS
    """Months of the year, 1 to 12."""
    days: Annotated[tuple[DayKind, ...], Field(min_length=1, max_length=3)] = DAY_KINDS
    """Kinds of day. Weekend is Saturday and Sunday; a holiday of the named calendar is a `holiday` only."""
    start: MarkedTime = time(0)
    """Local clock time at which the window opens, on a five-minute mark."""
    end: MarkedTime = time(0)
    """Local clock time at which it closes; 00:00 is midnight at the end, and a window may pass midnight.
    Equal to `start`: the whole day."""

    def holds(self, month: Ints, day_kind: Ints, minute: Ints) -> Flags:
        """Whether moments lie in the window: month of the year, position in DAY_KINDS, minute of the day."""
        start, end = (clock.hour * 60 + clock.minute for clock in (self.start, self.end))
        inside = np.isin(month, self.months) & np.isin(day_kind, [DAY_KINDS.index(day) for day in self.days])
        if start < end:
            return np.asarray(inside & (minute >= start) & (minute < end))
        if start > end:
            return np.asarray(inside & ((minute >= start) | (minute < end)))
        return np.asarray(inside)


Windows = Annotated[tuple[ClockWindow, ...], Field(min_length=1, max_length=600)]
"""A moment is inside where any of them holds it."""
ALWAYS = (ClockWindow(),)
