"""Ties between plans that earn the same: less switching, then the order of appearance, then earlier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer import audit, plan
from optimizer.model.formulation import Formulation
from optimizer.planning import plan as planner
from optimizer.planning import ties
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from solvers import Result, available
from tests.toys import batch, gpu_pool, group_fleet, reserved, scenario, spot

SOLVERS = [name for name in ("highs", "scip", "cbc") if name in available()]
every_solver = pytest.mark.parametrize("solver", SOLVERS)


def rows(schedule: Schedule, item: str, quantity: str) -> list[float]:
    values = [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == (item, quantity)]
    return [round(value, 9) for value in values]


def planned(given: Scenario, solver: str, profit: float) -> Schedule:
    schedule = plan(given, solver=solver)
    assert schedule.profit_usd == pytest.approx(profit) and schedule.outcome.status == "proven"
    assert audit(given, schedule).ok
    return schedule


@every_solver
def test_the_group_that_is_on_stays_on(solver: str) -> None:
    """Room for one of two groups in three hours; which one is all the same: no change of shift. A MWh costs 50 and
    earns 100: 150 USD."""
    state = {"fleets": {"others": {"groups": [{"mode": "normal", "groups": 1, "hours": 5.0}]}}}
    fleets = [group_fleet(), group_fleet(name="others")]
    given = scenario([50, 50, 50], fleets=fleets, hall={"it_limit_mw": 1.0}, state=state)
    schedule = planned(given, solver, 150.0)
    assert rows(schedule, "others", "groups[normal]") == [1, 1, 1]
    assert rows(schedule, "miners", "groups[normal]") == [0, 0, 0]


@every_solver
def test_two_hours_of_four_are_the_first(solver: str) -> None:
    """Two GPU-hours in four hours at one price: in one run, and at once. 2 × (100 − 50)."""
    given = scenario([50, 50, 50, 50], pools=[gpu_pool()], contracts=[batch(2.0, 4.0, gpu_unit="gpu")])
    assert rows(planned(given, solver, 100.0), "job", "gpus") == [1, 1, 0, 0]


@every_solver
def test_work_is_done_in_one_piece_around_a_dear_hour(solver: str) -> None:
    """Two cheap hours before the dear one, three behind it, three to be done: 3 × 50 without the dear one either way;
    in one piece behind it only."""
    given = scenario([50, 50, 80, 50, 50, 50], pools=[gpu_pool()], contracts=[batch(3.0, 6.0, gpu_unit="gpu")])
    assert rows(planned(given, solver, 150.0), "job", "gpus") == [0, 0, 0, 1, 1, 1]


@every_solver
@pytest.mark.parametrize("names", [("a", "b"), ("b", "a"), ("zeta", "alpha")])
def test_the_first_fleet_serves_first(solver: str, names: tuple[str, str]) -> None:
    """Room for two groups in two fleets of two; everything was off."""
    fleets = [group_fleet(2, name=name) for name in names]
    schedule = planned(scenario([50, 50], fleets=fleets, hall={"it_limit_mw": 2.0}), solver, 200.0)
    assert rows(schedule, names[0], "groups[normal]") == [2, 2]
    assert rows(schedule, names[1], "groups[normal]") == [0, 0]


@every_solver
@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_first_contract_and_the_first_pool_serve_first(solver: str, names: tuple[str, str]) -> None:
    """One GPU's worth of power for two pools of one and two spot demands of one."""
    pools = [gpu_pool(name=f"p-{name}") for name in names]
    contracts = [spot(name=f"c-{name}", pools=[pool["name"] for pool in pools]) for name in names]
    given = scenario([50, 50], pools=pools, contracts=contracts, hall={"it_limit_mw": 1.0})
    schedule = planned(given, solver, 100.0)
    assert rows(schedule, f"c-{names[0]}", f"gpus[p-{names[0]}]") == [1, 1]
    assert rows(schedule, f"c-{names[1]}", "gpus") == [0, 0]


@every_solver
def test_no_profit_is_given_up_for_it(solver: str) -> None:
    """The second hour costs one cent more than mining earns, and switching costs nothing: it is switched off."""
    given = scenario([50, 100.01, 50], fleets=[group_fleet()])
    assert rows(planned(given, solver, 100.0), "miners", "groups[normal]") == [1, 0, 1]


def test_what_earns_nothing_is_left() -> None:
    """At 100 USD a MWh mining earns nothing, more or less: off before, off it stays."""
    schedule = planned(scenario([100, 100], fleets=[group_fleet()]), "highs", 0.0)
    assert rows(schedule, "miners", "groups[normal]") == [0, 0]


def test_reserved_gpus_stay_where_they_are() -> None:
    """Two pools that either serve one reserved GPU: the first, all the time."""
    pools = [gpu_pool(name="first"), gpu_pool(name="second")]
    given = scenario([50] * 4, pools=pools, contracts=[reserved(pools=["first", "second"])])
    assert rows(planned(given, "highs", 200.0), "acme", "gpus[first]") == [1, 1, 1, 1]


def test_a_preferred_plan_that_the_audit_rejects_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the plan as it was found stands; nobody else is asked."""

    def spoiled(formulation: Formulation, result: Result, time_limit_s: float) -> Result:
        assert result.x is not None
        return replace(result, x=np.full_like(result.x, 2.0))

    monkeypatch.setattr(planner, "decided", spoiled)
    schedule = plan(scenario([50, 50], fleets=[group_fleet()]))
    assert schedule.profit_usd == pytest.approx(100.0)
    assert [attempt.solver for attempt in schedule.outcome.attempts] == ["highs"]


@pytest.mark.parametrize("error", [RuntimeError("broken"), MemoryError(), OSError(28, "No space left on device")])
def test_a_second_solve_that_breaks_takes_nothing_away(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def breaks(*_: object) -> Result:
        raise error

    monkeypatch.setattr(ties, "solve", breaks)
    schedule = plan(scenario([50, 50], fleets=[group_fleet()]))
    assert (schedule.outcome.status, schedule.profit_usd) == ("proven", pytest.approx(100.0))


def test_ties_may_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> Result:
        raise AssertionError("a second solve")

    monkeypatch.setattr(planner, "decided", asked)
    assert plan(scenario([50, 50], fleets=[group_fleet()]), break_ties=False).profit_usd == pytest.approx(100.0)
