"""Batteries behind the meter: what is in store, period by period (section 6).

e(t) = e(t−1) × (1 − self loss)^Δt + efficiency in × charge × Δt − discharge × Δt / efficiency out

Each step is taken from the energy that the row before gives: one wrong row is found where it stands, and rounding
does not add up over a long horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, number, share_of
from optimizer.auditor.case import Case, Expected
from optimizer.auditor.fields import check_fields
from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings, HeldTo
from optimizer.auditor.reserve_parts import Backing, Direction, Part
from optimizer.scenario.onsite import Battery, BatteryState
from optimizer.scenario.overrides import Override
from optimizer.schedule import LedgerKind


@dataclass(frozen=True)
class BatteryFindings(AssetFindings):
    """What the rest of the audit needs of a battery."""

    battery: Battery
    drawn: Flow
    """Its charge."""
    made: Flow
    """Its discharge."""
    before_mwh: float
    """In store at the start of the horizon."""
    energy_mwh: Floats
    """In store at the end of each period."""
    energy_slack: float
    """Tolerance on it."""

    def held_to(self, override: Override) -> list[HeldTo]:
        """At rest, or charging less discharging."""
        battery, power = self.battery, override.power_mw or 0.0
        charge, discharge = share_of(battery.charge_limit_mw), share_of(battery.discharge_limit_mw)
        return [
            HeldTo("charge", "MW", self.drawn.mw, max(power, 0.0), charge),
            HeldTo("discharge", "MW", self.made.mw, max(-power, 0.0), discharge),
        ]

    def reserve_parts(self, case: Case) -> list[Part]:
        """Headroom of its power; what is called is stored again: up costs its wear alone, down nothing."""
        battery, name = self.battery, self.battery.name
        ways: tuple[tuple[Direction, str, float, Floats, float], ...] = (
            ("up", "discharge", battery.discharge_limit_mw, self.made.mw, battery.wear_usd_per_mwh),
            ("down", "charge", battery.charge_limit_mw, self.drawn.mw, 0.0),
        )
        return [
            Part(
                name,
                name,
                direction,
                f"{what} limit less its {what}",
                np.maximum(limit - used, 0.0),
                limit,
                np.full(case.length, called),
                name,
                None,
            )
            for direction, what, limit, used, called in ways
        ]

    def backing(self, case: Case) -> list[Backing]:
        """The store backs all offers for their products' durations, at the start and at the end of each period."""
        battery = self.battery
        before = np.concatenate([[self.before_mwh], self.energy_mwh[:-1]])
        least, most = np.minimum(before, self.energy_mwh), np.maximum(before, self.energy_mwh)
        can_give = np.maximum(least, 0.0) * battery.discharge_efficiency
        can_take, slack = np.maximum(battery.energy_mwh - most, 0.0), self.energy_slack
        return [
            Backing("up", "limit (what the store can give)", 1.0, can_give, slack),
            Backing("down", "limit (room in the store)", battery.charge_efficiency, can_take, slack),
        ]

    def check_state(self, case: Case, rule: str, said: BatteryState) -> None:
        """The energy in store."""
        energy = Expected(float(self.energy_mwh[case.committed - 1]), "MWh", self.energy_slack)
        check_fields(case.book, rule, self.battery.name, "", {"energy_mwh": energy}, said)


def audit_battery(case: Case, battery: Battery, before: BatteryState) -> BatteryFindings:
    """Check a battery and post its money."""
    rows, name = case.rows, battery.name
    charge, discharge = rows.take(name, "charge_mw"), rows.take(name, "discharge_mw")
    energy = rows.take(name, "energy_mwh")
    _check_power(case, battery, charge, discharge)
    # A store of nothing has no share to tolerate: an hour at its power takes its place.
    slack = share_of(battery.energy_mwh or max(battery.charge_limit_mw, battery.discharge_limit_mw))
    _check_store(case, battery, before.energy_mwh, charge, discharge, energy, slack)
    wear = battery.wear_usd_per_mwh * case.hours
    case.ledger.post(name, LedgerKind.BATTERY_WEAR, -wear * discharge, wear * battery.discharge_limit_mw)
    return BatteryFindings(
        battery,
        Flow(charge, np.full(case.length, battery.charge_limit_mw)),
        Flow(discharge, np.full(case.length, battery.discharge_limit_mw)),
        before.energy_mwh,
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


def _check_store(
    case: Case, battery: Battery, start: float, charge: Floats, discharge: Floats, energy: Floats, slack: float
) -> None:
    """Energy in store: its course, its limits, its end."""
    book, name = case.book, battery.name
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
