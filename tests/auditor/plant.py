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


def exporting(export: Sequence[float], price: float | Sequence[float], limit: float = 3.0) -> dict[str, Any]:
    """Rows of a site that may export."""
    return {"export_mw": export, "export_limit_mw": limit, "export_price_usd_per_mwh": price}


def wind(
    used: tuple[float, float] = (1, 4),
    energy: dict[str, Any] | None = None,
    export_price: tuple[float, float] = (50, 30),
    **site: Any,
) -> Worked:
    """2 MW of load; 4 MW of wind at 25 %, 100 % and 5 USD/MWh; price 50, 30; export up to 3 MW; −15 USD."""
    farm = {"name": "wind", "capacity_mw": 4.0, "factor": [0.25, 1.0], "cost_usd_per_mwh": 5.0}
    toy = facility([50, 30], energy, renewables=[farm], hall=LOAD, site={"export_limit_mw": 3.0} | site)
    left = [2.0 - mw for mw in used]
    imported, exported = [max(mw, 0.0) for mw in left], [max(-mw, 0.0) for mw in left]
    rows = {
        "site": hand.site(imported, [50, 30]) | exporting(exported, export_price),
        "hall": hand.hall(0, facility_mw=2),
        "wind": {"used_mw": used, "available_mw": [1, 4]},
    }
    ledger = {
        "grid": {
            "energy": [-50 * imported[0], -30 * imported[1]],
            "export": [mw * usd for mw, usd in zip(exported, export_price, strict=True)],
        },
        "wind": {"ppa": [-5 * mw for mw in used]},
    }
    return toy, hand.schedule(toy, rows, ledger)


ENGINE = {
    "name": "engine",
    "capacity_mw": 3.0,
    "min_load_mw": 1.0,
    "fuel_usd_per_mwh": 40.0,
    "start_cost_usd": 30.0,
    "min_up_hours": 2.0,
    "min_down_hours": 2.0,
    "ramp_mw_per_hour": 2.0,
}


def engine(before: dict[str, Any] | None = None, committed: int = 4, **changes: Any) -> Worked:
    """2 MW of load; an engine at 40 USD/MWh and 30 USD a start; price 20, 100, 100, 20: on in between; −270 USD."""
    toy = facility(
        [20, 100, 100, 20],
        generators=[ENGINE | changes],
        hall=LOAD,
        state={"generators": {"engine": before}} if before else {},
        time={"committed_periods": committed, "look_ahead_periods": 4 - committed},
    )
    rows = {
        "site": hand.site([2, 0, 0, 2], [20, 100, 100, 20]),
        "hall": hand.hall(0, facility_mw=2),
        "engine": {
            "output_mw": [0, 2, 2, 0],
            "on": [0, 1, 1, 0],
            "started": [0, 1, 0, 0],
            "stopped": [0, 0, 0, 1],
        },
    }
    ledger = {"grid": {"energy": [-40, 0, 0, -40]}, "engine": {"fuel": [0, -80, -80, 0], "start": [0, -30, 0, 0]}}
    states = {2: {"on": True, "hours": 1.0, "power_mw": 2.0}, 4: {"on": False, "hours": 1.0, "power_mw": 0.0}}
    return toy, hand.schedule(toy, rows, ledger, state={"generators": {"engine": states[committed]}})


def agreement(accepted: bool = True, state: dict[str, bool] | None = None, **changes: Any) -> Worked:
    """2 MW at 40 USD/MWh and a spread of 3; price 50, 30; −12 USD. The site draws nothing."""
    terms = {
        "name": "block",
        "kind": "block",
        "quantity_mw": 2.0,
        "price_usd_per_mwh": 40.0,
        "spread_usd_per_mwh": 3.0,
    }
    toy = facility([50, 30], ppas=[terms | changes], state={"ppas": state} if state else {})
    rows = {
        "site": hand.site(0, [50, 30]),
        "hall": hand.hall(0),
        "block": {"accepted": float(accepted), "quantity_mw": changes.get("quantity_mw", 2)},
    }
    ledger = {"block": {"ppa": [14, -26]}} if accepted else {}
    return toy, hand.schedule(toy, rows, ledger, state={"ppas": {"block": accepted}})


def two_settlement(given: bool = True, **site: Any) -> Worked:
    """2 MW of load, 3 and 1 MW bought at 30 USD/MWh the day ahead; real-time price 50, 20; −90 USD."""
    position = {"position_mw": [3.0, 1.0]} if given else {}
    toy = facility([50, 20], day_ahead={"price_usd_per_mwh": 30.0, **position}, hall=LOAD, site=site)
    rows = {
        "site": hand.site(2, [50, 20]),
        "hall": hand.hall(0, facility_mw=2),
        "day ahead": {"position_mw": [3, 1], "price_usd_per_mwh": 30},
    }
    ledger = {"grid": {"energy": [-100, -40], "day_ahead_settlement": [60, -10]}}
    return toy, hand.schedule(toy, rows, ledger)


def emissions(committed: int = 2, before: float = 0.1, **changes: Any) -> Worked:
    """2 MW of load, 400 and 500 kg/MWh at 20 USD a tonne, a cap of 2 t; price 10; −76 USD."""
    terms = {"intensity_kg_per_mwh": [400.0, 500.0], "price_usd_per_tonne": 20.0, "cap_tonnes": 2.0}
    toy = facility(
        [10, 10],
        carbon=terms | changes,
        hall=LOAD,
        state={"carbon_tonnes": before},
        time={"committed_periods": committed, "look_ahead_periods": 2 - committed},
    )
    rows = {"site": hand.site(2, 10) | {"carbon_kg": [800, 1000]}, "hall": hand.hall(0, facility_mw=2)}
    ledger = {"grid": {"energy": -20, "carbon": [-16, -20]}}
    used = before + (1.8 if committed == 2 else 0.8)
    return toy, hand.schedule(toy, rows, ledger, state={"carbon_tonnes": used})


def half_hours() -> Worked:
    """All of it in two half hours: 32 USD.

    2 MW of load and 1 MW of wind at 4 USD/MWh; the engine ramps up 1 MW each time; the battery is charged, then
    discharged; 1 MW imported, then 2 MW exported at 50 USD/MWh; a PPA and a day-ahead position beside it.
    """
    cells = {"name": "cells", "charge_limit_mw": 1.0, "discharge_limit_mw": 1.0, "energy_mwh": 0.5}
    toy = facility(
        [50, 50],
        renewables=[{"name": "wind", "capacity_mw": 1.0, "factor": 1.0, "cost_usd_per_mwh": 4.0}],
        generators=[ENGINE | {"start_cost_usd": 0.0}],
        batteries=[cells | {"charge_efficiency": 1.0, "discharge_efficiency": 1.0, "wear_usd_per_mwh": 10.0}],
        ppas=[{"name": "block", "kind": "block", "quantity_mw": 2.0, "price_usd_per_mwh": 40.0}],
        day_ahead={"price_usd_per_mwh": 30.0, "position_mw": 3.0},
        carbon={"intensity_kg_per_mwh": 400.0, "price_usd_per_tonne": 20.0},
        hall=LOAD,
        site={"export_limit_mw": 3.0},
        time={"resolution_minutes": 30},
    )
    rows = {
        "site": hand.site([1, 0], 50) | exporting([0, 2], 50) | {"carbon_kg": [200, 0]},
        "hall": hand.hall(0, facility_mw=2),
        "wind": {"used_mw": 1, "available_mw": 1},
        "engine": {"output_mw": [1, 2], "on": 1, "started": [1, 0], "stopped": 0},
        "cells": {"charge_mw": [1, 0], "discharge_mw": [0, 1], "energy_mwh": [0.5, 0]},
        "block": {"accepted": 1, "quantity_mw": 2},
        "day ahead": {"position_mw": 3, "price_usd_per_mwh": 30},
    }
    ledger = {
        "grid": {"energy": [-25, 0], "export": [0, 50], "day_ahead_settlement": 30, "carbon": [-4, 0]},
        "wind": {"ppa": -2},
        "engine": {"fuel": [-20, -40]},
        "cells": {"battery_wear": [0, -5]},
        "block": {"ppa": 10},
    }
    state = {
        "generators": {"engine": {"on": True, "hours": 1.0, "power_mw": 2.0}},
        "batteries": {"cells": {"energy_mwh": 0.0}},
        "ppas": {"block": True},
        "carbon_tonnes": 0.2,
    }
    return toy, hand.schedule(toy, rows, ledger, state=state)
