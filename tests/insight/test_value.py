"""What one more is worth, worked by hand: a toy group makes 100 − price an hour and draws 1 MW, so does a GPU."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

import solvers
from optimizer import Scenario, ScenarioError
from optimizer.insight.clash import clashes
from optimizer.insight.value import MarginalValue, levers, marginal_values
from optimizer.planning import first
from tests.toys import batch, clock, gpu_pool, group_fleet, mode, reserved, scenario, spot


def worth(given: Scenario, item: str, period: int = 0) -> tuple[float | None, float | None]:
    """What one step up and one step down of an item's limit are worth."""
    up, down = marginal_values(given, period, items=frozenset({item}))
    assert (up.step, down.step) == (1.0, -1.0)
    for value in (up, down):
        if value.usd is not None:
            assert value.least_usd is not None and value.most_usd is not None
            assert value.least_usd - 1e-6 <= value.usd <= value.most_usd + 1e-6
            assert value.most_usd - value.least_usd < 1e-2
        assert value.start == given.horizon.label(period)
    return up.usd, down.usd


def near(*usd: float | None) -> Any:
    return tuple(None if u is None else pytest.approx(u, abs=1e-4) for u in usd)


def test_a_megawatt_of_site_limit() -> None:
    # 2.5 MW hold two of three groups at 50: 3.5 hold the third, 1.5 one.
    given = scenario([50, 80], fleets=[group_fleet(3)], site={"import_limit_mw": 2.5})
    assert worth(given, "site") == near(50, -50)
    assert worth(given, "site", 1) == near(20, -20)


def test_half_a_group_is_worth_nothing() -> None:
    # Groups of 2 MW and 200 USD an hour: 3 MW hold one, as 2 do; 1 MW holds none.
    given = scenario([50], fleets=[group_fleet(units=6, groups=3)], site={"import_limit_mw": 2.0})
    assert worth(given, "site") == near(0, -100)
    given = scenario([50], fleets=[group_fleet(units=6, groups=3)], site={"import_limit_mw": 3.0})
    assert worth(given, "site") == near(100, 0)


def test_a_limit_that_does_not_bind_is_worth_nothing() -> None:
    given = scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 5.0})
    assert worth(given, "site") == near(0, 0)


def test_a_limit_cannot_go_below_nothing() -> None:
    given = scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 0.5})
    assert worth(given, "site") == near(50, None)


def test_a_move_that_leaves_no_plan_has_no_value() -> None:
    given = scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 2.5}, hall={"overhead_mw": 2.0})
    assert worth(given, "site") == near(50, None)


def test_a_megawatt_of_hall_limit_counts_it_power() -> None:
    # At PUE 1.2 a group makes 100 − 60.
    given = scenario([50], fleets=[group_fleet(3)], hall={"it_limit_mw": 2.0, "pue": 1.2})
    assert worth(given, "hall") == near(40, -40)


def test_a_limit_by_period_is_moved_in_its_period_only() -> None:
    # On in both hours it would be 50 + 50, on in one it would cost a start of 60 each: the second hour's limit is
    # worth both hours.
    fleet = group_fleet(1, start_cost_usd=60.0)
    given = scenario([50, 50], fleets=[fleet], hall={"it_limit_mw": [1.0, 0.0]})
    assert worth(given, "hall", 1) == near(40, None)


def test_a_group_more_or_fewer() -> None:
    given = scenario([50, 130], fleets=[group_fleet(3)])
    assert worth(given, "miners") == near(50, -50)
    assert worth(given, "miners", 1) == near(0, 0)


def test_a_group_more_obeys_the_fleets_rules() -> None:
    # Start cost: 50 − 30.
    assert worth(scenario([50, 130], fleets=[group_fleet(1, start_cost_usd=30.0)]), "miners") == near(20, -20)
    # It is there for an hour only, which it would spend warming up. One fewer in the middle of three hours leaves
    # −50 + 50 + 50 nothing to do.
    assert worth(scenario([50] * 3, fleets=[group_fleet(1, warm_up_hours=1.0)]), "miners", 1) == near(0, -50)
    # Min up 2: it starts beside the one that has been up for an hour, and takes its place when that stops. One fewer
    # leaves the last of three hours.
    assert worth(scenario([50] * 3, fleets=[group_fleet(1, min_up_hours=2.0)]), "miners", 1) == near(50, -100)
    # Where a stop is followed by four hours down, it could not leave: its stop would outlast it.
    fleet = group_fleet(2, min_down_hours=4.0)
    assert worth(scenario([50, 50], fleets=[fleet]), "miners") == near(0, -50)
    assert worth(scenario([50, 50], fleets=[fleet]), "miners", 1) == near(50, -50)


def test_a_group_more_in_a_hall_that_is_off_without_it() -> None:
    # The overhead of 0.3 MW costs 15; two groups make 100 − 15, three 150 − 15.
    fleet = group_fleet(2)
    given = scenario([50], fleets=[fleet], hall={"overhead_mw": 0.3, "overhead_off_with_hall": True})
    assert worth(given, "miners") == near(50, -50)


def test_a_group_fewer_than_have_to_be_up_leaves_no_plan() -> None:
    state = {"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 1, "hours": 1.0}]}}}
    given = scenario([150, 150], fleets=[group_fleet(1, min_up_hours=2.0)], state=state)
    assert worth(given, "miners") == near(0, None)


def test_a_gpu_hour_of_a_reservation() -> None:
    # Two GPUs, one reserved: a second hour is worth 50; one less loses it. With both reserved a third is short.
    pool = gpu_pool(2)
    assert worth(scenario([50, 50], pools=[pool], contracts=[reserved()]), "acme") == near(50, -50)
    terms = reserved(committed_gpus=2.0, shortfall_usd_per_gpu_hour=7.0)
    assert worth(scenario([50, 50], pools=[pool], contracts=[terms]), "acme") == near(-7, -50)


def test_a_gpu_hour_more_that_breaches_a_tier() -> None:
    # Two GPU-hours are committed and delivered, fee 200. A third, which no GPU delivers, breaches 0.9: half of 300.
    terms = reserved(tiers=[{"below": 0.9, "credit_share": 0.5}])
    assert worth(scenario([50, 50], pools=[gpu_pool()], contracts=[terms]), "acme") == near(-150, -50)


def test_a_gpu_hour_more_that_a_floor_cannot_bear() -> None:
    terms = reserved(availability_floor=1.0)
    assert worth(scenario([50], pools=[gpu_pool()], contracts=[terms]), "acme") == near(None, -50)


def test_a_gpu_hour_of_spot_demand() -> None:
    given = scenario([50, 130], pools=[gpu_pool(2)], contracts=[spot()])
    assert worth(given, "spot") == near(50, -50)
    assert worth(given, "spot", 1) == near(0, 0)


def test_a_gpu_hour_of_spot_demand_in_a_quarter_is_four_gpus() -> None:
    given = scenario([50] * 2, pools=[gpu_pool(8)], contracts=[spot(4.0)], time={"resolution_minutes": 15})
    assert worth(given, "spot") == near(50, -50)


def test_a_gpu_hour_of_a_batch_job() -> None:
    # Two hours at 10 and 20; a third would run at 40, one less saves the one at 20.
    given = scenario([40, 20, 10], pools=[gpu_pool()], contracts=[batch(2.0, 3.0)])
    assert worth(given, "job") == near(60, -80)


def test_every_lever_is_there() -> None:
    given = scenario(
        [50],
        fleets=[group_fleet()],
        pools=[gpu_pool()],
        contracts=[reserved(), batch(1.0, 1.0), spot()],
    )
    assert [(lever.item, lever.what) for lever in levers(given)] == [
        ("site", "MW of import limit"),
        ("hall", "MW of IT limit"),
        ("miners", "group"),
        ("acme", "GPU-hour"),
        ("job", "GPU-hour"),
        ("spot", "GPU-hour"),
    ]
    values = marginal_values(given, 0)
    assert len(values) == 12
    assert all(isinstance(value, MarginalValue) for value in values)


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_values_on_every_route(solver: str) -> None:
    fleet = group_fleet(3, modes=[mode("normal"), mode("low", 0.6, 75.0)])
    given = scenario([50], fleets=[fleet], site={"import_limit_mw": 2.2})
    # 2.2 MW: one normal and two low (50 + 45 × 2); 3.2: three normal; 1.2: two low.
    up, down = marginal_values(given, 0, items=frozenset({"site"}), solver=solver)
    assert (up.usd, down.usd) == near(150 - 140, 90 - 140)


def test_an_item_without_a_lever_is_an_error() -> None:
    with pytest.raises(ValueError, match="'nobody' has no limit to move; one of: site, hall, miners"):
        marginal_values(scenario([50], fleets=[group_fleet()]), 0, items=frozenset({"nobody"}))


def test_an_infeasible_scenario_is_an_error() -> None:
    given = scenario([50], hall={"overhead_mw": 2.0}, site={"import_limit_mw": 1.0})
    with pytest.raises(ValueError, match="infeasible"):
        marginal_values(given, 0)


def ordered(limit: float = 2.0) -> Scenario:
    """Six groups of 1 MW that make 50 an hour each, held to `limit` MW at 01:00 by an order."""
    order = {"name": "call", "start": clock(1), "end": clock(2), "import_limit_mw": limit}
    return scenario([50] * 3, fleets=[group_fleet(6)], site={"import_limit_mw": 9.0, "curtailment": [order]})


def test_a_megawatt_under_an_order_moves_the_order() -> None:
    assert worth(ordered(), "site", 1) == near(50, -50)
    assert worth(ordered(), "site", 0) == near(0, 0)


def test_a_step_of_two() -> None:
    up, down = marginal_values(ordered(), 1, items=frozenset({"site"}), step=2.0)
    assert (up.step, down.step) == (2.0, -2.0)
    assert (up.usd, down.usd) == near(100, -100)
    halves = marginal_values(ordered(), 1, items=frozenset({"miners"}), step=0.5)
    assert [(v.usd, v.status, v.note) for v in halves] == [
        (None, "not_solved", "groups are whole, the step is not")
    ] * 2


@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), float("inf")])
def test_a_step_has_to_be_above_nothing(step: float) -> None:
    with pytest.raises(ValueError, match="the step is"):
        marginal_values(ordered(), 1, step=step)


def test_why_there_is_no_value() -> None:
    below = scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 0.5})
    up, down = marginal_values(below, 0, items=frozenset({"site"}))
    assert (up.status, up.note) == ("proven", "")
    assert (down.status, down.note) == ("not_solved", "the limit would fall below 0")
    tight = scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 2.5}, hall={"overhead_mw": 2.0})
    _, down = marginal_values(tight, 0, items=frozenset({"site"}))
    assert (down.status, down.note) == ("infeasible", "infeasible when moved so")


def ending(monkeypatch: pytest.MonkeyPatch, at: int, **changes: Any) -> list[int]:
    """From solve number `at` on, solves end with these changes; the list grows by one a solve."""
    calls: list[int] = []

    def solve(*arguments: Any) -> Any:
        calls.append(len(calls))
        result = solvers.solve(*arguments)
        return dataclasses.replace(result, **changes) if len(calls) > at else result

    monkeypatch.setattr(first, "solve", solve)
    return calls


def test_a_variation_that_does_not_hold_together_is_refused() -> None:
    """A fleet whose hall is none: without the check it drew no power, and was valued so."""
    given = ordered()
    elsewhere = given.fleets[0].model_copy(update={"hall": "elsewhere"})
    varied = given.model_copy(update={"fleets": (elsewhere,)})
    with pytest.raises(ScenarioError, match="'elsewhere'"):
        marginal_values(varied, 0)
    with pytest.raises(ScenarioError, match="'elsewhere'"):
        clashes(varied)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupted_solve_ends_it_all(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    calls = ending(monkeypatch, at, limit="interrupt", status=solvers.Status.FEASIBLE)
    with pytest.raises(KeyboardInterrupt):
        marginal_values(ordered(), 1)
    assert len(calls) == at + 1


def test_what_is_not_proven_in_time_is_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    ending(monkeypatch, 1, limit="time", status=solvers.Status.FEASIBLE)
    for value in marginal_values(ordered(), 1, items=frozenset({"site"})):
        assert (value.status, value.note) == ("feasible", "the moved one not proven in time")
    ending(monkeypatch, 1, limit="time", status=solvers.Status.NO_SOLUTION, objective=None, x=None, bound=None)
    for value in marginal_values(ordered(), 1, items=frozenset({"site"})):
        assert (value.usd, value.status, value.note) == (None, "no_solution", "no solution in time")


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    marginal_values(ordered(), 1, items=frozenset({"site"}), told=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
