"""Local days and months (domain section 1): each begins at the first instant of its date.

That instant is 00:00 where the clocks show it. Where they skip it (Santiago, Beirut, Cairo, Havana, Asunción) it is
the moment at which they do; where they show it twice, the first of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time()


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local date, with its offset. Of a date that the zone skips as a whole (Apia left out
    2011-12-30) it is that of the next one."""
    midnight = datetime.combine(day, MIDNIGHT, zone)
    if not is_skipped(midnight):
        return midnight
    # Read by the offsets before and after the clocks' change, a time that they skip lies behind and before it.
    late, early = (round(midnight.replace(fold=fold).timestamp()) for fold in (0, 1))
    while late - early > 1:
        middle = (early + late) // 2
        if datetime.fromtimestamp(middle, zone).date() >= day:
            late = middle
        else:
            early = middle
    return datetime.fromtimestamp(late, zone)


def is_skipped(when: datetime) -> bool:
    """Whether the clocks of the moment's zone never show it."""
    return when.astimezone(UTC).astimezone(when.tzinfo).replace(tzinfo=None, fold=0) != when.replace(
        tzinfo=None, fold=0
    )


def begins_day(when: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment is the first instant of its local date."""
    return first_instant(when.astimezone(zone).date(), zone).timestamp() == when.timestamp()


def month_start(when: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of a moment's local month."""
    return first_instant(when.astimezone(zone).date().replace(day=1), zone)


def next_month_start(when: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the local month after a moment's."""
    first = when.astimezone(zone).date().replace(day=1)
    return first_instant((first + timedelta(days=32)).replace(day=1), zone)
