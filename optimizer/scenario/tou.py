"""Time-of-use prices (domain section 6): a calendar of windows on the local clock, as a price per period.

The price of a period is the mean over its five-minute steps of the first window that matches each.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from optimizer.errors import WattshiftError
from optimizer.scenario.clock import DAY_KINDS, EDGE_MINUTES, DayKind
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Floats
from optimizer.scenario.supply import TouCalendar


class TouError(WattshiftError, ValueError):
    """A moment without a price, or a holiday calendar that does not exist."""


def tou_price(calendar: TouCalendar, horizon: Horizon) -> Floats:
    """Energy price of each period, (periods,) [USD/MWh]. Raises TouError."""
    steps = horizon.step_minutes // EDGE_MINUTES
    first = float(horizon.start_minutes[0])
    moments = [
        datetime.fromtimestamp((first + EDGE_MINUTES * i) * 60.0, horizon.zone) for i in range(steps * horizon.periods)
    ]
    holidays = holiday_dates(calendar.holidays, {m.year for m in moments})
    kind = np.array([DAY_KINDS.index(_day_kind(m, holidays)) for m in moments])
    month = np.array([m.month for m in moments])
    clock = np.array([m.hour * 60 + m.minute for m in moments])
    price = np.full(len(moments), np.nan)
    for window in reversed(calendar.windows):
        price[window.holds(month, kind, clock)] = window.price_usd_per_mwh
    if np.isnan(price).any():
        bad = moments[int(np.argmax(np.isnan(price)))]
        raise TouError(f"no window matches {bad.isoformat()} (a {_day_kind(bad, holidays)})")
    return np.asarray(price.reshape(horizon.periods, steps).mean(axis=1))


def _day_kind(moment: datetime, holidays: frozenset[int]) -> DayKind:
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
