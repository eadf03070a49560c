"""Time-of-use prices (domain section 6): a calendar of windows on the local clock, as a price per period.

The price of a period is the mean over its five-minute steps of the first window that matches each.
"""

from __future__ import annotations

from datetime import datetime, time

import numpy as np
import numpy.typing as npt

from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Floats
from optimizer.scenario.supply import TouCalendar, TouWindow

STEP_MINUTES = 5


class TouError(ValueError):
    """A moment without a price, or a holiday calendar that does not exist."""


def tou_price(calendar: TouCalendar, horizon: Horizon) -> Floats:
    """Energy price of each period, (periods,) [USD/MWh]. Raises TouError."""
    steps = horizon.step_minutes // STEP_MINUTES
    first = float(horizon.start_minutes[0])
    moments = [
        datetime.fromtimestamp((first + STEP_MINUTES * i) * 60.0, horizon.zone) for i in range(steps * horizon.periods)
    ]
    holidays = holiday_dates(calendar.holidays, {m.year for m in moments})
    kind = np.array([_day_kind(m, holidays) for m in moments])
    month = np.array([m.month for m in moments])
    clock = np.array([m.hour * 60 + m.minute for m in moments])
    price = np.full(len(moments), np.nan)
    for window in reversed(calendar.windows):
        inside = np.isin(month, window.months) & np.isin(kind, window.days) & _in_clock(clock, window)
        price[inside] = window.price_usd_per_mwh
    if np.isnan(price).any():
        bad = moments[int(np.argmax(np.isnan(price)))]
        raise TouError(f"no window matches {bad.isoformat()} (a {_day_kind(bad, holidays)})")
    return np.asarray(price.reshape(horizon.periods, steps).mean(axis=1))


def _in_clock(clock: npt.NDArray[np.int64], window: TouWindow) -> npt.NDArray[np.bool_]:
    start, end = _minutes(window.start), _minutes(window.end)
    if start == end:
        return np.ones(len(clock), dtype=bool)
    if start < end:
        return np.asarray((clock >= start) & (clock < end))
    return np.asarray((clock >= start) | (clock < end))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _day_kind(moment: datetime, holidays: frozenset[int]) -> str:
    if moment.date().toordinal() in holidays:
        return "holiday"
    return "weekend" if moment.weekday() >= 5 else "weekday"


def holiday_dates(calendar: str | None, years: set[int]) -> frozenset[int]:
    """Ordinals of the public holidays of a calendar (`US`, `US-TX`) in the years. Raises TouError."""
    if calendar is None:
        return frozenset()
    import holidays

    country, _, subdivision = calendar.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (subdivision and subdivision not in known[country]):
        raise TouError(f"{calendar!r} is no known holiday calendar")
    days = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    return frozenset(day.toordinal() for day in days)
