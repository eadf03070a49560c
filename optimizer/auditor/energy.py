"""The energy bill: price series or time-of-use calendar, adders, delivery losses; what export earns.

cost = import × Δt × (price + adders) × (1 + loss factor);  income = export × Δt × export price
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import numpy as np

from optimizer.auditor.book import Floats, relative
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.scenario.series import align
from optimizer.scenario.supply import TouCalendar, TouWindow

STEP_MINUTES = 5
"""Windows open and close on five-minute marks: each step lies in one window whole."""


def energy_price(case: Case) -> Floats:
    """Energy price without adders [USD/MWh], (periods,)."""
    energy = case.scenario.supply.energy
    if energy.price_usd_per_mwh is not None:
        return align(energy.price_usd_per_mwh, case.horizon)
    if energy.tou is None:
        return np.zeros(case.length)
    return _calendar_price(case, energy.tou)


def _calendar_price(case: Case, tou: TouCalendar) -> Floats:
    """Mean of the windows' prices over each period."""
    horizon = case.horizon
    day_kind = _day_kinds(tou.holidays)
    kinds: dict[date, str] = {}
    known: dict[tuple[int, str, int, int], float | None] = {}
    steps = horizon.step_minutes // STEP_MINUTES
    prices = np.zeros(case.length)
    for period, minute in enumerate(horizon.start_minutes.tolist()):
        total = 0.0
        for step in range(steps):
            local = datetime.fromtimestamp((minute + step * STEP_MINUTES) * 60.0, horizon.zone)
            day = local.date()
            kind = kinds.get(day) or kinds.setdefault(day, day_kind(day))
            key = (local.month, kind, local.hour, local.minute)
            if key not in known:
                known[key] = _price_at(tou.windows, local, kind)
            price = known[key]
            if price is None:
                message = f"no window of the time-of-use calendar covers {local.isoformat()}"
                case.book.add("input", "site", period, message, unit="USD/MWh")
            total += price or 0.0
        prices[period] = total / steps
    return prices


def _price_at(windows: tuple[TouWindow, ...], local: datetime, kind: str) -> float | None:
    """Price of the first window that a moment lies in."""
    clock = local.time()
    for window in windows:
        if local.month not in window.months or kind not in window.days:
            continue
        if window.start < window.end:
            inside = window.start <= clock < window.end
        else:
            # All day where both are the same; else the window passes midnight.
            inside = window.start == window.end or clock >= window.start or clock < window.end
        if inside:
            return window.price_usd_per_mwh
    return None


def _day_kinds(calendar: str | None) -> Callable[[date], str]:
    """What kind of day a date is: `weekday`, `weekend` or, of the named calendar, `holiday`."""
    public: object = ()
    if calendar is not None:
        import holidays

        country, _, subdivision = calendar.partition("-")
        public = holidays.country_holidays(country, subdiv=subdivision or None)

    def kind(day: date) -> str:
        if day in public:  # type: ignore[operator]
            return "holiday"
        return "weekend" if day.weekday() >= 5 else "weekday"

    return kind


def audit_energy(case: Case, meter: Meter) -> Floats:
    """Check the price rows and post the energy bill of the import, and the income of the export. Returns the
    energy price [USD/MWh], (periods,)."""
    energy = case.scenario.supply.energy
    import_mw, most_mw = meter.import_mw, meter.most_mw
    price = energy_price(case)
    claimed = case.rows.take("site", "energy_price_usd_per_mwh")
    case.book.equal("input", "site", "energy price", claimed, price, unit="USD/MWh", tolerance=relative(price))
    billed = case.hours * (1.0 + energy.loss_factor)
    case.ledger.post("grid", "energy", -import_mw * price * billed, most_mw * price * billed)
    adders = np.zeros(case.length)
    for adder in energy.adders:
        rate = align(adder.usd_per_mwh, case.horizon)
        adders += rate
        case.ledger.post(adder.name, "adders", -import_mw * rate * billed, most_mw * rate * billed)
    claimed = case.rows.take("site", "adders_usd_per_mwh")
    case.book.equal("input", "site", "sum of adders", claimed, adders, unit="USD/MWh", tolerance=relative(adders))
    if meter.may_export:
        _post_export(case, meter, price)
    return price


def _post_export(case: Case, meter: Meter, energy_price: Floats) -> None:
    """Income of the export: its own price, else the energy price without adders; no losses."""
    series = case.scenario.supply.energy.export_price_usd_per_mwh
    price = energy_price if series is None else align(series, case.horizon)
    claimed = case.rows.take("site", "export_price_usd_per_mwh")
    case.book.equal("input", "site", "export price", claimed, price, unit="USD/MWh", tolerance=relative(price))
    earned = price * case.hours
    case.ledger.post("grid", "export", meter.export_mw * earned, meter.most_mw * earned)
