"""The plan by rules of thumb: what the rules say by hand, and that what comes of them keeps every rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimizer import Scenario, Schedule, load, plan
from optimizer.model.formulation import formulate
from optimizer.planning.plan import plan_and_audit
from optimizer.planning.rules.of_thumb import by_rule
from optimizer.planning.rules.repair import rule_plan
from solvers import Status
from tests.oracle.generator import small_scenario
from tests.toys import batch, gpu_pool, group_fleet, mode, reserved, scenario, spot

EXAMPLES = Path(__file__).parents[3] / "scenarios"


def said(given: Scenario, *, mining: bool = True) -> dict[tuple[str, str], list[float]]:
    """What the rules say, before anything is repaired."""
    told = by_rule(formulate(given), mining=mining)
    return {(point.item, point.quantity): values.tolist() for point, values, _ in told}


def values(schedule: Schedule, item: str, quantity: str) -> list[float]:
    return [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == (item, quantity)]


def by_rules(given: Scenario) -> Schedule:
    return plan(given, solver="rules")  # raises where the audit rejects it


def test_miners_run_below_their_strike_price() -> None:
    # 100 PH/s at 24 USD/PH/day earn 100 USD an hour; 20 % of losses, PUE 1.25, 4 USD of adders:
    # (price + 4) × 1.2 × 1.25 < 100 below 62.67.
    energy = {"loss_factor": 0.2, "adders": [{"name": "delivery", "usd_per_mwh": 4.0}]}
    given = scenario([62.0, 63.0, -5.0], energy=energy, hall={"pue": 1.25}, fleets=[group_fleet(2)])
    assert said(given)["miners", "groups[normal]"] == [2.0, 0.0, 2.0]
    assert said(given, mining=False)["miners", "groups[normal]"] == [0.0, 0.0, 0.0]
    schedule = by_rules(given)
    assert values(schedule, "miners", "groups[normal]") == [2.0, 0.0, 2.0]
    assert (schedule.solver.name, schedule.outcome.status) == ("rules", "feasible")
    assert schedule.solver.version == "repaired by HiGHS 1.13.1"
    assert [a.solver for a in schedule.outcome.attempts] == ["rules"]


def test_miners_take_the_mode_that_earns_most() -> None:
    # Saver: 80 USD with 0.7 MW. At 50: 50 or 45; at 80: 20 or 24; running costs 30 an hour: at 80 neither.
    modes = [mode("normal"), mode("saver", 0.7, 80.0)]
    given = scenario([50.0, 80.0], fleets=[group_fleet(modes=modes)])
    assert said(given)["miners", "groups[saver]"] == [0.0, 1.0]
    dear = scenario([50.0, 80.0], fleets=[group_fleet(modes=modes, running_cost_usd_per_machine_hour=30.0)])
    assert said(dear)["miners", "groups[off]"] == [0.0, 1.0]


def test_contracts_come_first() -> None:
    # Three GPUs of 1 MW: one reserved, the job's two GPU-hours early, spot where it pays (60 > 50, 40 < 50).
    contracts = [
        spot(5.0, [60.0, 40.0, 60.0]),
        batch(2.0, deadline=3.0, max_gpus=1.5),
        reserved(),
    ]
    given = scenario([50.0] * 3, pools=[gpu_pool(3)], contracts=contracts)
    told = said(given)
    assert told["acme", "gpus[pool]"] == [1.0, 1.0, 1.0]
    assert told["job", "gpus[pool]"] == [1.5, 0.5, 0.0]
    assert told["spot", "gpus[pool]"] == [0.5, 0.0, 2.0]
    assert told["pool", "nodes_on"] == [3.0, 2.0, 3.0]
    schedule = by_rules(given)
    assert values(schedule, "job", "gpus[pool]") == [1.5, 0.5, 0.0]
    # 300 + 200 + 60 × 2.5 − 50 × 7.5
    assert schedule.profit_usd == pytest.approx(275.0)


def test_a_job_without_a_break_runs_once() -> None:
    job = batch(2.0, deadline=4.0, release=1.0, preemptible=False)
    given = scenario([50.0] * 4, pools=[gpu_pool(2)], contracts=[reserved(committed_gpus=[1.0, 2.0, 1.0, 1.0]), job])
    assert said(given)["job", "gpus[pool]"] == [0.0, 0.0, 1.0, 1.0]


def test_a_job_under_way_goes_on_at_once() -> None:
    # One of three GPU-hours is done: the next two, although the first hour is dear and the job might wait.
    job = batch(3.0, deadline=4.0, preemptible=False)
    under_way = {"kind": "batch", "started": True, "running": True, "pool": "pool", "done_gpu_hours": 1.0}
    given = scenario(
        [90.0, 50.0, 50.0, 50.0], pools=[gpu_pool()], contracts=[job], state={"contracts": {"job": under_way}}
    )
    assert said(given)["job", "gpus[pool]"] == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("price", "runs"), [(60.0, 1.0), (49.0, 0.0)])
def test_an_optional_job_is_taken_where_it_pays_its_power(price: float, runs: float) -> None:
    job = batch(2.0, deadline=2.0, optional=True, price_usd_per_gpu_hour=price)
    told = said(scenario([45.0, 55.0], pools=[gpu_pool()], contracts=[job]))
    assert told["job", "gpus[pool]"] == [runs, runs]


def test_what_limits_forbid_is_repaired_at_the_miners_expense() -> None:
    given = scenario(
        [50.0, 50.0],
        site={"import_limit_mw": 3.0},
        fleets=[group_fleet(3)],
        pools=[gpu_pool(1)],
        contracts=[reserved(committed_gpus=1.0, price_usd_per_gpu_hour=60.0)],
    )
    schedule = by_rules(given)
    assert values(schedule, "acme", "gpus") == [1.0, 1.0]
    assert values(schedule, "miners", "groups[normal]") == [2.0, 2.0]


def test_minimum_times_are_kept() -> None:
    given = scenario([50.0, 150.0, 50.0], fleets=[group_fleet(min_up_hours=3.0)])
    assert said(given)["miners", "groups[normal]"] == [1.0, 0.0, 1.0]
    # Up all the time is one departure, as down all the time is two; up earns 50 − 50 + 50, too.
    assert values(by_rules(given), "miners", "groups[normal]") == [1.0, 1.0, 1.0]


def test_storage_and_offers_are_idle() -> None:
    battery = {"name": "store", "charge_limit_mw": 1.0, "discharge_limit_mw": 1.0, "energy_mwh": 2.0}
    battery |= {"charge_efficiency": 0.9, "discharge_efficiency": 0.9}
    raw = scenario([20.0, 100.0], fleets=[group_fleet()]).model_dump()
    raw["supply"]["batteries"] = [battery]
    schedule = by_rules(Scenario.model_validate(raw))
    assert values(schedule, "store", "charge_mw") == [0.0, 0.0]


def test_where_demand_eats_what_mining_earns_nothing_runs() -> None:
    schedule = by_rules(load(EXAMPLES / "last-day-of-july"))
    assert schedule.profit_usd is not None
    assert schedule.profit_usd > 0.0


def test_no_solver_to_repair_it_is_said() -> None:
    formulation = formulate(scenario([50.0], fleets=[group_fleet()]))
    result = rule_plan(formulation, 1.0, ["highs", "scip", "cbc"])
    assert (result.status, result.x) == (Status.NO_SOLUTION, None)


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_any_solver_repairs_it(solver: str) -> None:
    formulation = formulate(small_scenario(3))
    others = [name for name in ("highs", "scip", "cbc") if name != solver]
    result = rule_plan(formulation, 5.0, others)
    assert result.x is not None
    assert solver in result.version.lower()
    assert result.bound is None


@pytest.mark.parametrize("seed", range(12))
def test_found_where_there_is_a_plan_and_never_better_than_the_best(seed: int) -> None:
    given = small_scenario(seed)
    best, _ = plan_and_audit(given)
    schedule, findings = plan_and_audit(given, solver="rules")
    assert findings.ok
    assert (schedule.profit_usd is None) == (best.profit_usd is None)
    if schedule.horizon_profit_usd is not None:
        assert best.outcome.bound_usd is not None
        assert schedule.horizon_profit_usd <= best.outcome.bound_usd + 1e-6 * max(1.0, abs(best.outcome.bound_usd))


@pytest.mark.parametrize("name", ["west-texas-hybrid-day", "ai-heavy-tight-sla", "small-miner-s21-m60s"])
def test_the_examples(name: str) -> None:
    schedule = by_rules(load(EXAMPLES / name))
    assert np.isfinite(schedule.profit_usd or np.nan)
