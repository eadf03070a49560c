"""Time: the scenario's zone and horizon, and the grid of periods that follows from them.

Periods are equal steps of UTC from a local start; a local day that changes the clocks has 23 or 25 hours.
Every rule in local hours reads the local clock at the period's start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.types import Strict

from optimizer.errors import WattshiftError
from optimizer.scenario.base import LocalTime, Model, Whole
from optimizer.scenario.local_days import MIDNIGHT, begins_day, first_instant, is_skipped

MOST_PERIODS = 105_408
"""A leap year of five-minute periods."""
RESOLUTIONS = (60, 30, 15, 5)
"""Lengths of a period [minutes]."""


class TimeError(WattshiftError, ValueError):
    """A zone, a start or a day that cannot be made into periods; `field` names the input at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Time(Model):
    """The horizon: a committed part, which is published, and an optional look-ahead behind it."""

    zone: Annotated[str, Field(min_length=1, max_length=64)]
    """IANA time zone of the facility, e.g. `America/Chicago`."""
    start: LocalTime
    """Start of the horizon, local clock time (or exact, with an offset)."""
    resolution_minutes: Annotated[Literal[5, 15, 30, 60], Whole] = 60
    """Length of a period."""
    committed_days: Annotated[int, Strict(), Field(ge=1, le=400)] | None = None
    """Local days that are committed (23 to 25 hours each). Give this or `committed_periods`."""
    committed_periods: Annotated[int, Strict(), Field(ge=1, le=MOST_PERIODS)] | None = None
    """Periods that are committed. Give this or `committed_days`."""
    look_ahead_days: Annotated[int, Strict(), Field(ge=0, le=400)] | None = None
    """Local days planned behind the committed part so that its end is sensible; never published."""
    look_ahead_periods: Annotated[int, Strict(), Field(ge=0, le=MOST_PERIODS)] | None = None
    """The same in periods."""


@dataclass(frozen=True, eq=False)
class Horizon:
    """The grid of periods.

    `start_minutes`: (periods,) UTC minutes since 1970 of each period's start. `day`, `month`: (periods,)
    index of the local calendar day and month, counted from the first period's. `hours` is Δt.
    """

    zone: ZoneInfo
    step_minutes: int
    committed: int
    start_minutes: npt.NDArray[np.float64]

    @property
    def periods(self) -> int:
        return len(self.start_minutes)

    @property
    def hours(self) -> float:
        return self.step_minutes / 60.0

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Local start of each period, with its offset."""
        return tuple(datetime.fromtimestamp(m * 60.0, self.zone) for m in self.start_minutes.tolist())

    @cached_property
    def stamps(self) -> tuple[datetime, ...]:
        """The same moments with plain offsets: unlike clock times of one zone, those of a repeated hour are not
        equal to each other."""
        return tuple(stamp(start) for start in self.starts)

    @property
    def end(self) -> datetime:
        """Local end of the last period."""
        return self.at(self.periods)

    def part(self, first: int, end: int) -> Horizon:
        """The periods from `first` on, before `end`; those that were committed still are."""
        committed = min(max(self.committed - first, 0), end - first)
        return Horizon(self.zone, self.step_minutes, committed, self.start_minutes[first:end])

    def at(self, period: int) -> datetime:
        """Local start of a period; `periods` gives the end of the horizon."""
        minutes = float(self.start_minutes[0]) + period * self.step_minutes
        return datetime.fromtimestamp(minutes * 60.0, self.zone)

    def label(self, period: int) -> str:
        """ISO start of a period, for messages."""
        return self.at(period).isoformat()

    def clock_time(self, period: int) -> str:
        """Local clock at the start of a period, `2026-01-05T14:00`, in names; where clocks repeat an hour, the second
        one carries its offset."""
        start = self.starts[period]
        text = start.isoformat(timespec="minutes")
        return text if start.fold else text[:16]

    def clock_words(self, period: int) -> str:
        """14:00, when a period starts; with its date where the horizon has several, with its zone where the clock
        repeats an hour."""

        def read(when: datetime) -> str:
            return f"{when:%H:%M}" if self.day[-1] == 0 else f"{when:%Y-%m-%d %H:%M}"

        when = self.at(period)
        twice = sum(read(start) == read(when) for start in self.starts) > 1
        return f"{read(when)} {when:%Z}" if twice else read(when)

    @cached_property
    def day(self) -> npt.NDArray[np.int64]:
        dates = [s.date().toordinal() for s in self.starts]
        return np.asarray(dates, dtype=np.int64) - dates[0]

    @cached_property
    def month(self) -> npt.NDArray[np.int64]:
        months = [s.year * 12 + s.month - 1 for s in self.starts]
        return np.asarray(months, dtype=np.int64) - months[0]

    def hours_until(self, when: datetime) -> npt.NDArray[np.float64]:
        """Hours from each period's start to a moment, (periods,); negative where it is past."""
        return np.asarray((when.timestamp() / 60.0 - self.start_minutes) / 60.0)

    def whole_periods(self, hours: float) -> int:
        """A duration in periods, rounded up."""
        return int(np.ceil(hours * 60.0 / self.step_minutes - 1e-9))


def stamp(when: datetime) -> datetime:
    """The moment with its plain offset in place of its zone."""
    offset = when.utcoffset()
    return when if offset is None else when.replace(tzinfo=timezone(offset), fold=0)


def localize(when: datetime, zone: ZoneInfo, field: str = "start") -> datetime:
    """A moment with its offset. Midnight, where the clocks skip it, is the first instant of its date; any other clock
    time that the zone skips, and a date that it skips as a whole, raises TimeError."""
    if when.tzinfo is not None:
        return when.astimezone(zone)
    aware = when.replace(tzinfo=zone)
    if not is_skipped(aware):
        return aware
    if when.time() == MIDNIGHT:
        first = first_instant(when.date(), zone)
        if first.date() == when.date():
            return first
    raise TimeError(field, f"{when.isoformat()} does not exist in {zone.key}: the clocks skip it")


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; TimeError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise TimeError("zone", f"{name!r} is no IANA time zone; e.g. America/Chicago, UTC") from error


def horizon_of(time: Time) -> Horizon:
    """The grid that a scenario's `[time]` describes; TimeError where it describes none."""
    zone = zone_of(time.zone)
    start = localize(time.start, zone)
    if start.second or start.microsecond or (start.timestamp() / 60) % 5:
        raise TimeError("start", f"{start.isoformat()} is not on a five-minute mark")
    middle = _end(start, time.committed_days, time.committed_periods, "committed", time)
    end = middle
    if time.look_ahead_days is not None or time.look_ahead_periods is not None:
        end = _end(middle, time.look_ahead_days, time.look_ahead_periods, "look_ahead", time)
    step = time.resolution_minutes
    periods = round((end - start) / timedelta(minutes=step))
    if periods > MOST_PERIODS:
        raise TimeError("resolution_minutes", f"{periods} periods; at most {MOST_PERIODS} are planned at once")
    first = start.timestamp() / 60.0
    return Horizon(
        zone=zone,
        step_minutes=step,
        committed=round((middle - start) / timedelta(minutes=step)),
        start_minutes=first + step * np.arange(periods, dtype=float),
    )


def _end(start: datetime, days: int | None, periods: int | None, part: str, time: Time) -> datetime:
    """End of a part of the horizon (in UTC, so that differences are real time)."""
    step = timedelta(minutes=time.resolution_minutes)
    zone = zone_of(time.zone)
    if days is not None and periods is not None:
        raise TimeError(f"{part}_days", f"both {part}_days and {part}_periods are given; give one")
    if periods is not None:
        return start.astimezone(UTC) + step * periods
    if days is None:
        raise TimeError(f"{part}_days", f"neither {part}_days nor {part}_periods is given; give one")
    local = start.astimezone(zone)
    if begins_day(local, zone):
        end = first_instant(local.date() + timedelta(days=days), zone)
    else:
        end = localize((local + timedelta(days=days)).replace(tzinfo=None), zone, f"{part}_days")
    length = end.astimezone(UTC) - start.astimezone(UTC)
    if length % step:
        fits = [minutes for minutes in RESOLUTIONS if not length % timedelta(minutes=minutes)]
        raise TimeError(
            f"{part}_days",
            f"{days} local days from {local.isoformat()} last {length}, no whole number of "
            f"{time.resolution_minutes}-minute periods; a resolution_minutes that fits: "
            f"{', '.join(map(str, fits)) or 'none'}",
        )
    return end.astimezone(UTC)
