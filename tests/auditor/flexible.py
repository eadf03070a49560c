"""Facilities that sell flexibility, each with a schedule written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.auditor import hand
from tests.toys import clock, gpu_pool, group_fleet, mode, scenario

Worked = tuple[Scenario, Schedule]


def reserve(**changes: Any) -> dict[str, Any]:
    """A product that toy miners offer at 10 USD/MW-h, of which 10 % is called."""
    product = {"name": "ECRS", "price_usd_per_mw_h": 10.0, "providers": ["miners"], "deployment_share": 0.1}
    return product | changes


def facility(price: Sequence[float], supply: dict[str, Any], energy: dict[str, Any] | None = None, **changes: Any):
    """A toy facility; `supply` has all but the energy price."""
    bought = {"energy": {"price_usd_per_mwh": list(price)} | (energy or {})}
    return scenario(price, supply=bought | supply, **changes)


def reserve_110(fleet: dict[str, Any] | None = None, **product: Any) -> Worked:
    """Two groups at a price of 50 offer all they draw; 110 USD = 100 + 2 × (10 − 0.1 × (100 − 50))."""
    toy = facility([50], {"reserves": [reserve(**product)]}, fleets=[group_fleet(2, **(fleet or {}))])
    rows = {
        "site": hand.site(2, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(2),
        "miners": hand.miners([2], [2], [0], groups=2),
        "ECRS": {"offered_mw": 2, "price_usd_per_mw_h": 10, "up_mw[miners normal]": 2},
    }
    ledger = {"grid": {"energy": -100}, "miners": {"mining_revenue": 200}, "ECRS": {"reserve": 10}}
    state = {"fleets": {"miners": hand.groups_state(("normal", 2, 1), starts_today=2, it_power_mw=2)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


MIXED = {
    "availability": 0.9,
    "modes": [mode("normal"), mode("low", 0.6, 75), mode("sleep", 0.1, 0), mode("idle", 0.2, 0)],
}
REGULATION = {"name": "reg", "direction": "symmetric", "deployment_share": 0.2}


def yard(
    reg: dict[str, Any] | None = None,
    ecrs: dict[str, Any] | None = None,
    fleet: dict[str, Any] | None = None,
    offers: dict[str, dict[str, float]] | None = None,
    **changes: Any,
) -> Worked:
    """Two normal groups, one low, one asleep; nine machines of ten in order; PUE 1.25; a half hour at 40 USD/MWh.

    At the meter a normal group can drop (0.9 − 0.1) × 1.25 = 1 MW and loses 90 USD/MWh; a low one can drop
    (0.54 − 0.1) × 1.25 = 0.55 MW and loses 67.5 / 0.55, and can rise 0.36 × 1.25 = 0.45 MW and gains 22.5 / 0.45 = 50.
    Regulation takes 0.45 MW each way: (4.5 − 0.2 × 0.45 × (90 − 40 + 40 − 50)) / 2 = 0.45 USD.
    ECRS takes the rest up: (21 − 0.1 × (1.55 × 50 + 67.5 − 0.55 × 40)) / 2 = 4.35 USD.
    With (247.5 − 3.05 × 40) / 2 = 62.75 of the machines it is 67.55 USD."""
    products = [reserve(**REGULATION | (reg or {})), reserve(**(ecrs or {}))]
    before = [{"mode": m, "groups": n} for m, n in (("normal", 2), ("low", 1), ("sleep", 1))]
    time = {"resolution_minutes": 30}
    hall = {"pue": 1.25} | changes.pop("hall", {})
    state = {"fleets": {"miners": {"groups": before}}}
    machines = [group_fleet(4, **MIXED, **(fleet or {}))]
    toy = facility([40], {"reserves": products}, fleets=machines, hall=hall, time=time, state=state, **changes)
    sold = {
        "reg": {"up_mw[miners normal]": 0.45, "up_mw[miners low]": 0.0},
        "reg down": {"down_mw[miners normal]": 0.0, "down_mw[miners low]": 0.45},
        "ECRS": {"up_mw[miners normal]": 1.55, "up_mw[miners low]": 0.55},
    } | (offers or {})
    rows = {
        "site": hand.site(3.05, 40),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(2.44, 1.25, 3.05),
        "miners": {
            "it_mw": 2.44,
            "hashrate_ph_per_s": 247.5,
            "groups[normal]": 2,
            "groups[low]": 1,
            "groups[sleep]": 1,
            "groups[idle]": 0,
            "groups_started[normal]": 0,
            "groups_started[low]": 0,
            "groups_stopped": 0,
            "groups_warming": 0,
        },
        "reg": {"offered_mw": sum(sold["reg"].values()), "price_usd_per_mw_h": 10} | sold["reg"] | sold["reg down"],
        "ECRS": {"offered_mw": sum(sold["ECRS"].values()), "price_usd_per_mw_h": 10} | sold["ECRS"],
    }
    ledger = {
        "grid": {"energy": -61},
        "miners": {"mining_revenue": 123.75},
        "reg": {"reserve": 0.45},
        "ECRS": {"reserve": 4.35},
    }
    after = hand.groups_state(("normal", 2, 1e5), ("low", 1, 1e5), ("sleep", 1, 1e5), it_power_mw=2.44)
    return toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": after}})


def warming(offered: Sequence[float] = (0, 1)) -> Worked:
    """Price 50, two hours; a group warms up in the first and has nothing to offer; 5 USD."""
    toy = facility([50, 50], {"reserves": [reserve()]}, fleets=[group_fleet(warm_up_hours=1.0)])
    rows = {
        "site": hand.site(1, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(1),
        "miners": hand.miners([1, 1], [1, 0], [0, 0], warming=[1, 0]),
        "ECRS": {"offered_mw": offered, "price_usd_per_mw_h": 10, "up_mw[miners normal]": offered},
    }
    ledger = {
        "grid": {"energy": -50},
        "miners": {"mining_revenue": [0, 100]},
        "ECRS": {"reserve": [5 * mw for mw in offered]},
    }
    state = {"fleets": {"miners": hand.groups_state(("normal", 1, 2), starts_today=1, it_power_mw=1)}}
    return toy, hand.schedule(toy, rows, ledger, state=state)


def spot_reserve(pool: dict[str, Any] | None = None, **product: Any) -> Worked:
    """4 GPUs of a node of 8 earn 20 USD each at a price of 100; PUE 1.25.

    A GPU adds 0.8 / 8 × 0.5 × 1.25 = 0.0625 MW; its MWh earns 320 USD. All 0.25 MW are offered at 30 USD, 4 % called:
    0.25 × (30 − 0.04 × (320 − 100)) = 5.3 USD; with 80 − 100 × 1.25 × (0.2 + 4 × 0.05) = 30 it is 35.3 USD."""
    nodes = {"gpus_per_node": 8, "idle_power_w": 2e5, "peak_power_w": 1e6} | (pool or {})
    terms = {
        "kind": "spot",
        "name": "spot",
        "pools": ["pool"],
        "demand_gpus": 4.0,
        "price_usd_per_gpu_hour": 20.0,
        "utilisation": 0.5,
    }
    sold = reserve(price_usd_per_mw_h=30.0, providers=["spot"], deployment_share=0.04) | product
    toy = facility([100], {"reserves": [sold]}, pools=[gpu_pool(2, **nodes)], contracts=[terms], hall={"pue": 1.25})
    rows = {
        "site": hand.site(0.5, 100),
        "hall": hand.hall(0.4, 1.25, 0.5),
        "pool": hand.nodes([1], [1], [0], 4, 0.4),
        "spot": hand.gpus(4, 0.2) | {"price_usd_per_gpu_hour": 20},
        "ECRS": {"offered_mw": 0.25, "price_usd_per_mw_h": 30, "up_mw[spot pool]": 0.25},
    }
    ledger = {"grid": {"energy": -50}, "spot": {"contract_revenue": 80}, "ECRS": {"reserve": 5.3}}
    state = {
        "pools": {"pool": hand.nodes_state((True, 1, 1), (False, 1, 1e5), it_power_mw=0.4)},
        "contracts": {"spot": {"kind": "spot", "accepted": True}},
    }
    return toy, hand.schedule(toy, rows, ledger, contracts=[hand.report("spot", "spot", 4)], state=state)


def store(up_mw: Sequence[float] = (0.8, 0.8), down_mw: Sequence[float] = (0.8, 0.8), **cells: Any) -> Worked:
    """A battery of 4 MWh with 2 in store takes 0.5 MW (0.45 MWh), then gives 0.36 MW (0.45 MWh); price 50, load 1 MW.

    For 2 h it can back 0.8 × 2 / 2 = 0.8 MW up, and (4 − 2.45) / 0.9 / 2 = 0.861 MW down. Up earns 5 USD less
    0.1 × 10 of wear: 3.2 an hour; down earns 3 USD: 2.4 an hour. −75 − 32 − 3.6 + 11.2 = −99.4 USD."""
    battery = {
        "name": "cells",
        "charge_limit_mw": 1.5,
        "discharge_limit_mw": 2.0,
        "energy_mwh": 4.0,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.8,
        "start_energy_mwh": 2.0,
        "wear_usd_per_mwh": 10.0,
    } | cells
    shared = {"providers": ["cells"], "duration_hours": 2.0}
    reserves = [
        reserve(name="up", price_usd_per_mw_h=5.0, **shared),
        reserve(name="down", direction="down", price_usd_per_mw_h=3.0, **shared),
    ]
    site = {"export_limit_mw": 0.5}
    toy = facility([50, 50], {"reserves": reserves, "batteries": [battery]}, hall={"overhead_mw": 1.0}, site=site)
    exporting = {"export_mw": 0, "export_limit_mw": 0.5, "export_price_usd_per_mwh": 50}
    rows = {
        "site": hand.site([1.5, 0.64], 50) | exporting,
        "hall": hand.hall(0, facility_mw=1),
        "cells": {"charge_mw": [0.5, 0], "discharge_mw": [0, 0.36], "energy_mwh": [2.45, 2]},
        "up": {"offered_mw": up_mw, "price_usd_per_mw_h": 5, "up_mw[cells]": up_mw},
        "down": {"offered_mw": down_mw, "price_usd_per_mw_h": 3, "down_mw[cells]": down_mw},
    }
    ledger = {
        "grid": {"energy": [-75, -32]},
        "cells": {"battery_wear": [0, -3.6]},
        "up": {"reserve": [4 * mw for mw in up_mw]},
        "down": {"reserve": [3 * mw for mw in down_mw]},
    }
    return toy, hand.schedule(toy, rows, ledger, state={"batteries": {"cells": {"energy_mwh": 2.0}}})


def event(baseline: Sequence[float] = (3, 4, 4), time: dict[str, Any] | None = None, **changes: Any) -> Worked:
    """2 MW of load for three hours at 50 USD; an event from 00:30 to 02:00, 1.5 MW committed below 3, then 4 MW.

    0.5 h × (100 × 1 − 40 × 0.5) + 1 h × 100 × 1.5 = 40 + 150; −110 USD in all."""
    call = {
        "name": "ERS",
        "start": clock(0.5),
        "end": clock(2),
        "baseline_mw": [float(mw) for mw in baseline],
        "committed_reduction_mw": 1.5,
        "payment_usd_per_mwh": 100.0,
        "penalty_usd_per_mwh": 40.0,
    } | changes
    toy = facility([50, 50, 50], {"demand_response": [call]}, hall={"overhead_mw": 2.0}, time=time or {})
    rows = {
        "site": hand.site(2, 50),
        "hall": hand.hall(0, facility_mw=2),
        "ERS": {"baseline_mw": baseline, "reduction_mw": [1, 1.5, 0]},
    }
    ledger = {"grid": {"energy": -100}, "ERS": {"demand_response": [40, 150, 0]}}
    return toy, hand.schedule(toy, rows, ledger)


FREE = {"name": "free", "power_share": 0.05, "min_ambient_c": -5.0, "max_ambient_c": 15.0}
WET = {"name": "wet", "power_share": 0.1, "max_ambient_c": 30.0, "it_limit_mw": 2.0}
CHILLER = {"name": "chiller", "power_share": 0.3}
TAKEN = ("free", "wet", "chiller", "chiller", "wet")
PUES = {"free": 1.05, "wet": 1.1, "chiller": 1.3, "": 1.0}


def cooled(
    taken: Sequence[str] = TAKEN,
    modes: Sequence[dict[str, Any]] = (CHILLER, FREE, WET),
    up: Sequence[int] = (3, 2, 3, 1, 0),
    ambient: Sequence[float] = (15.0, 20.0, 20.0, 40.0, -10.0),
    **changes: Any,
) -> Worked:
    """Three groups at 10 USD/MWh: free cooling at 15 °C; at 20 °C wet up to 2 MW, else the chiller, as at 40 °C; free
    cooling is not for −10 °C."""
    toy = scenario(
        [10.0] * 5,
        fleets=[group_fleet(3)],
        hall={"cooling": list(modes)},
        site={"ambient_c": list(ambient)},
        **changes,
    )
    pue = [PUES[name] for name in taken]
    facility_mw = [n * share for n, share in zip(up, pue, strict=True)]
    started = [max(n - before, 0) for before, n in zip((0, *up), up, strict=False)]
    stopped = [max(before - n, 0) for before, n in zip((0, *up), up, strict=False)]
    rows = {
        "site": hand.site(facility_mw, 10),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(up, pue, facility_mw)
        | {f"cooling[{m['name']}]": [name == m["name"] for name in taken] for m in modes},
        "miners": hand.miners(up, started, stopped, groups=3),
    }
    ledger = {"grid": {"energy": [-10 * mw for mw in facility_mw]}, "miners": {"mining_revenue": [100 * n for n in up]}}
    groups = hand.groups_state(("off", 2, 2), ("off", 1, 1), starts_today=4)
    return toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})
