"""The energy bill: price series, time-of-use calendar or a tariff's rates, adders, delivery losses; what export earns.

cost = import × Δt × (price + adders) × (1 + loss factor);  income = export × Δt × export price
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from optimizer.auditor.bill.month_energy import first_rates, over_periods, sell_rates
from optimizer.auditor.book import Floats, relative
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.scenario.series import align
from optimizer.scenario.supply import TouCalendar
from optimizer.schedule import LedgerKind


def energy_price(case: Case) -> Floats:
    """Energy price without adders [USD/MWh], (periods,); a tariff's is that of its first tier."""
    energy, tariff = case.scenario.supply.energy, case.scenario.supply.tariff
    if energy.price_usd_per_mwh is not None:
        return align(energy.price_usd_per_mwh, case.horizon)
    if energy.tou is not None:
        return _calendar_price(case, energy.tou)
    if tariff is not None and tariff.energy:
        return over_periods(case.clock, case.length, first_rates(case.clock, tariff))
    return np.zeros(case.length)


def _calendar_price(case: Case, tou: TouCalendar) -> Floats:
    """Mean of the windows' prices over each period."""
    clock = case.clock
    prices = np.full(len(clock.minutes), np.nan)
    for window in reversed(tou.windows):
        prices[clock.inside((window,), tou.holidays)] = window.price_usd_per_mwh
    for step in np.flatnonzero(np.isnan(prices) & (clock.period >= 0)).tolist():
        local = datetime.fromtimestamp(float(clock.minutes[step]) * 60.0, case.horizon.zone)
        message = f"no window of the time-of-use calendar covers {local.isoformat()}"
        case.book.add("input", "site", int(clock.period[step]), message, unit="USD/MWh")
    return over_periods(clock, case.length, np.nan_to_num(prices))


def audit_energy(case: Case, meter: Meter) -> Floats:
    """Check the price rows and post the energy bill of the import, and the income of the export. Returns the
    energy price [USD/MWh], (periods,)."""
    energy = case.scenario.supply.energy
    import_mw, most_mw = meter.import_mw, meter.most_mw
    price = energy_price(case)
    claimed = case.rows.take("site", "energy_price_usd_per_mwh")
    case.book.equal("input", "site", "energy price", claimed, price, unit="USD/MWh", tolerance=relative(price))
    billed = case.hours * (1.0 + energy.loss_factor)
    case.ledger.post("grid", LedgerKind.ENERGY, -import_mw * price * billed, most_mw * price * billed)
    adders = np.zeros(case.length)
    for adder in energy.adders:
        rate = align(adder.usd_per_mwh, case.horizon)
        adders += rate
        case.ledger.post(adder.name, LedgerKind.ADDERS, -import_mw * rate * billed, most_mw * rate * billed)
    claimed = case.rows.take("site", "adders_usd_per_mwh")
    case.book.equal("input", "site", "sum of adders", claimed, adders, unit="USD/MWh", tolerance=relative(adders))
    if meter.may_export:
        _post_export(case, meter, price)
    return price


def _post_export(case: Case, meter: Meter, energy_price: Floats) -> None:
    """Income of the export: its own price, else what the tariff whose energy rates hold buys at, else the energy
    price without adders; no losses."""
    series, tariff = case.scenario.supply.energy.export_price_usd_per_mwh, case.scenario.supply.tariff
    price = energy_price
    if series is not None:
        price = align(series, case.horizon)
    elif tariff is not None and tariff.energy:
        price = over_periods(case.clock, case.length, sell_rates(case.clock, tariff))
    claimed = case.rows.take("site", "export_price_usd_per_mwh")
    case.book.equal("input", "site", "export price", claimed, price, unit="USD/MWh", tolerance=relative(price))
    earned = price * case.hours
    case.ledger.post("grid", LedgerKind.EXPORT, meter.export_mw * earned, meter.most_mw * earned)
