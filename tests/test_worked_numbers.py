"""The worked numbers of domain section 11, on every route."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.scenario.scenario import Scenario
from tests.toys import gpu_pool, group_fleet, mode, scenario

DAY = "2026-01-05T"


def batch(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "batch",
        "name": "job",
        "pools": ["pool"],
        "gpu_hours": 3.0,
        "release": f"{DAY}00:00:00",
        "deadline": f"{DAY}04:00:00",
        "min_gpus": 1.0,
        "max_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
    } | changes


def reserved(hours: int) -> dict[str, Any]:
    return {
        "kind": "reserved",
        "name": "acme",
        "pools": ["pool"],
        "committed_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
        "tiers": [{"below": 0.95, "credit_share": 0.5}],
    }


SPOT = {
    "kind": "spot",
    "name": "spot",
    "pools": ["pool"],
    "demand_gpus": 4.0,
    "price_usd_per_gpu_hour": 20.0,
}
PUE_HALL = {"pue": {"ambient_c": [10.0, 30.0], "pue": [1.05, 1.25]}}


def supplied(price: list[float], groups: int, state: dict[str, Any] | None = None, **supply: Any) -> Scenario:
    """Toy groups with a tariff, reserves or a battery."""
    raw = scenario(price, fleets=[group_fleet(groups)]).model_dump(exclude_unset=True)
    time = supply.pop("time", {})
    return Scenario.model_validate(
        raw | {"supply": raw["supply"] | supply, "time": raw["time"] | time} | ({"state": state} if state else {})
    )


def tariff(**charges: Any) -> dict[str, Any]:
    return {"name": "wires"} | charges


def demand(usd_per_mw: float, **changes: Any) -> dict[str, Any]:
    return {"name": "flat", "tiers": [{"rate_usd_per_kw": usd_per_mw / 1000.0}]} | changes


BATTERY = {
    "name": "battery",
    "charge_limit_mw": 1.0,
    "discharge_limit_mw": 1.0,
    "energy_mwh": 2.0,
    "charge_efficiency": 0.9,
    "discharge_efficiency": 0.9,
}
RESERVE = {"name": "reserve", "price_usd_per_mw_h": 10.0, "providers": ["miners"], "deployment_share": 0.1}
LOOK_BACK = {"tariff": {"months": [{"month": "2025-12", "look_back_mw": {"flat": 2.5}}]}}

CASES: dict[str, tuple[Scenario, float]] = {
    "one group": (scenario([50, 200], fleets=[group_fleet()]), 50),
    "low mode": (
        scenario([50, 80, 130], fleets=[group_fleet(modes=[mode("normal"), mode("low", 0.6, 75)])]),
        77,
    ),
    "warm-up": (scenario([50, 50, 50], fleets=[group_fleet(warm_up_hours=1.0)]), 50),
    "start cost, on before": (
        scenario(
            [50, 110, 50],
            fleets=[group_fleet(start_cost_usd=30.0)],
            state={"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 1}]}}},
        ),
        90,
    ),
    "ramp": (scenario([50, 50], fleets=[group_fleet(3, ramp_mw_per_hour=2.0)]), 250),
    "ramp on quarters": (
        scenario([50] * 8, fleets=[group_fleet(3, ramp_mw_per_hour=2.0)], time={"resolution_minutes": 15}),
        225,
    ),
    "pue table": (
        scenario(
            [80, 80],
            fleets=[group_fleet()],
            hall=PUE_HALL,
            site={
                "import_limit_mw": 1000.0,
                "ambient_c": [20.0, 45.0],
                "halls": [{"name": "hall", "it_limit_mw": 1000.0} | PUE_HALL],
            },
        ),
        8,
    ),
    "nodes": (
        scenario(
            [100],
            pools=[gpu_pool(nodes=2, gpus_per_node=8, idle_power_w=0.2e6)],
            contracts=[SPOT],
        ),
        20,
    ),
    "batch with restart": (
        scenario([10, 200, 10, 10], pools=[gpu_pool()], contracts=[batch(restart_gpu_hours=0.5)]),
        220,
    ),
    "batch not preemptible": (
        scenario(
            [10, 10, 200, 10],
            pools=[gpu_pool()],
            contracts=[batch(restart_gpu_hours=0.5, preemptible=False, min_gpus=0.0)],
        ),
        80,
    ),
    "tier just met": (
        scenario([40] * 18 + [700, 5000], pools=[gpu_pool()], contracts=[reserved(20)]),
        480,
    ),
    "tier met, 5,000 once": (
        scenario([40] * 19 + [5000], pools=[gpu_pool()], contracts=[reserved(20)]),
        1140,
    ),
    "demand on half hours": (
        supplied(
            [50.0, 390.0],
            2,
            time={"resolution_minutes": 15},
            tariff=tariff(demand=[demand(10.0, metering_minutes=30)]),
        ),
        15,
    ),
    "battery": (supplied([20.0, 100.0], 1, batteries=[BATTERY]), 141),
    "reserve": (supplied([50.0], 2, reserves=[RESERVE]), 110),
    "coincident peak": (
        supplied(
            [50.0],
            1,
            tariff=tariff(coincident=[{"name": "4CP", "rate_usd_per_kw": 13.75, "probability": 0.003}]),
        ),
        8.75,
    ),
    "ratchet": (
        supplied([50.0], 2, LOOK_BACK, tariff=tariff(demand=[demand(60.0, ratchet={"share": 0.8})])),
        100,
    ),
}


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
@pytest.mark.parametrize("case", CASES)
def test_worked_number(case: str, solver: str) -> None:
    given, profit = CASES[case]
    schedule = plan(given, solver=solver, gap=2e-6)  # CBC proves nothing finer than 1e-5 USD
    assert schedule.outcome.status == "proven"
    assert schedule.profit_usd == pytest.approx(profit, rel=1e-6, abs=1e-6)
    assert schedule.profit_usd == pytest.approx(schedule.ledger["usd"].sum(), rel=1e-9)
