"""Batteries behind the meter: what is in store, period by period (section 6).

e(t) = e(t−1) × (1 − self loss)^Δt + efficiency in × charge × Δt − discharge × Δt / efficiency out

Each step is taken from the energy that the row before gives: one wrong row is found where it stands, and rounding
does not add up over a long horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, number, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Flow
from optimizer.scenario.onsite import Battery


@dataclass(frozen=True)
class BatteryFindings:
    """What the rest of the audit needs of a battery."""

    battery: Battery
    charge: Flow
    discharge: Flow
    energy_mwh: Floats
    """In store at the end of each period."""
    energy_slack: float
    """Tolerance on it."""


def audit_battery(case: Case, battery: Battery) -> BatteryFindings:
    """Check a battery and post its money."""
    rows, name = case.rows, battery.name
    charge, discharge = rows.take(name, "charge_mw"), rows.take(name, "discharge_mw")
    energy = rows.take(name, "energy_mwh")
    _check_power(case, battery, charge, discharge)
    # A store of nothing has no share to tolerate: an hour at its power takes its place.
    slack = share_of(battery.energy_mwh or max(battery.charge_limit_mw, battery.discharge_limit_mw))
    _check_store(case, battery, charge, discharge, energy, slack)
    wear = battery.wear_usd_per_mwh * case.hours
    case.ledger.post(name, "battery_wear", -wear * discharge, wear * battery.discharge_limit_mw)
    return BatteryFindings(
        battery,
        Flow(charge, np.full(case.length, battery.charge_limit_mw)),
        Flow(discharge, np.full(case.length, battery.discharge_limit_mw)),
        energy,
        slack,
    )


def _check_power(case: Case, battery: Battery, charge: Floats, discharge: Floats) -> None:
    """Charge and discharge within their limits, never both."""
    book, name = case.book, battery.name
    ways = (("charge", charge, battery.charge_limit_mw), ("discharge", discharge, battery.discharge_limit_mw))
    both = np.ones(case.length, dtype=bool)
    for what, power, limit in ways:
        tolerance = share_of(limit)
        both &= power > tolerance
        book.not_negative("range", name, what, power, unit="MW", tolerance=tolerance)
        limit_name = f"{what} limit"
        book.at_most("battery_limit", name, what, power, limit, unit="MW", tolerance=tolerance, limit_name=limit_name)
    for t in np.flatnonzero(both).tolist():
        message = f"it charges {number(charge[t])} MW and discharges {number(discharge[t])} MW in one period"
        book.add("battery_both", name, t, message, amount=float(min(charge[t], discharge[t])), unit="MW")


def _check_store(case: Case, battery: Battery, charge: Floats, discharge: Floats, energy: Floats, slack: float) -> None:
    """Energy in store: its course, its limits, its end."""
    book, name = case.book, battery.name
    state = case.scenario.state.batteries.get(name)
    start = battery.start_energy_mwh if state is None else state.energy_mwh
    kept = (1.0 - battery.self_loss_per_hour) ** case.hours
    before = np.concatenate([[start], energy[:-1]])
    stored = battery.charge_efficiency * charge * case.hours
    taken = discharge * case.hours / battery.discharge_efficiency
    own = before * kept + stored - taken
    book.equal("battery_store", name, "energy in store", energy, own, unit="MWh", tolerance=slack)
    book.not_negative("battery_energy", name, "energy in store", energy, unit="MWh", tolerance=slack)
    book.at_most(
        "battery_energy",
        name,
        "energy in store",
        energy,
        battery.energy_mwh,
        unit="MWh",
        tolerance=slack,
        limit_name="limit",
    )
    least = start if battery.end_energy_mwh is None else battery.end_energy_mwh
    missing = least - float(energy[-1])
    if not missing <= slack:
        message = (
            f"it ends with {number(energy[-1])} MWh, {number(missing)} below the {number(least)} it has to end with"
        )
        book.add("battery_end", name, case.length - 1, message, amount=missing, unit="MWh")
