"""Facilities with power made, stored and bought on site, each with a schedule written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.auditor import hand
from tests.toys import group_fleet, scenario

Worked = tuple[Scenario, Schedule]
LOAD = {"overhead_mw": 2.0}
"""A hall that draws 2 MW whatever happens."""


def facility(price: Sequence[float], energy: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """A toy facility; fields of `supply` and those of the scenario side by side."""
    parts = ("renewables", "generators", "batteries", "ppas", "day_ahead", "carbon")
    supply = {part: changes.pop(part) for part in parts if part in changes}
    supply["energy"] = {"price_usd_per_mwh": list(price)} | (energy or {})
    return scenario(price, supply=supply, **changes)


def battery_141(committed: int = 2, energy: tuple[float, float] = (0.9, 0.0), **changes: Any) -> Worked:
    """One group, a battery of 1 MW, 2 MWh, 0.9 each way, empty before and after; price 20, 100; 141 USD."""
    store = {
        "name": "cells",
        "charge_limit_mw": 1.0,
        "discharge_limit_mw": 1.0,
        "energy_mwh": 2.0,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
    } | changes
    time = {"committed_periods": committed, "look_ahead_periods": 2 - committed}
    toy = facility([20, 100], fleets=[group_fleet()], batteries=[store], time=time)
    rows = {
        "site": hand.site([2, 0.19], [20, 100]),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(1),
        "miners": hand.miners([1, 1], [1, 0], [0, 0]),
        "cells": {"charge_mw": [1, 0], "discharge_mw": [0, 0.81], "energy_mwh": energy},
    }
    wear = -0.81 * changes.get("wear_usd_per_mwh", 0.0)
    ledger = {
        "grid": {"energy": [-40, -19]},
        "miners": {"mining_revenue": 100},
        "cells": {"battery_wear": [0, wear]},
    }
    state = {
        "fleets": {"miners": hand.groups_state(("normal", 1, committed), starts_today=1, it_power_mw=1)},
        "batteries": {"cells": {"energy_mwh": energy[committed - 1]}},
    }
    return toy, hand.schedule(toy, rows, ledger, state=state)
