"""Ramps of fleets and pools, worked by hand: a toy group draws 1 MW and makes 100 − p at a price p."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from optimizer import plan
from optimizer.changes.handover import with_state
from optimizer.insight.clash import clashes
from optimizer.model.desk import Model
from optimizer.model.machines.ramp import Ramp
from optimizer.scenario.state import EarlierPower
from solvers import Options
from solvers import solve as solved
from tests.model.conftest import Solve
from tests.toys import gpu_pool, group_fleet, scenario


def before(groups: int, *earlier: tuple[float, float], count: int = 3) -> dict[str, Any]:
    """So many toy groups on since long ago, and earlier powers (MW, ended hours ago)."""
    return {
        "fleets": {
            "miners": {
                "groups": [{"mode": "normal", "groups": groups}, {"mode": "off", "groups": count - groups}],
                "earlier_power": [{"it_power_mw": mw, "ago_hours": hours} for mw, hours in earlier],
            }
        }
    }


@pytest.mark.parametrize(
    ("minutes", "groups"),
    [
        (60, [2, 3]),  # 2 MW at once: the ramp of an hour is more than a step
        (30, [1, 2, 3, 3]),  # a step each half hour
        (15, [1, 1, 2, 2, 3, 3, 3, 3]),  # 0.5 MW a quarter is less than a step, which holds for half an hour
        (5, [1] * 6 + [2] * 6 + [3] * 12),
    ],
)
def test_three_groups_with_a_ramp_of_2_mw_per_hour(solve: Solve, minutes: int, groups: list[int]) -> None:
    given = scenario([50] * len(groups), fleets=[group_fleet(3, ramp_mw_per_hour=2.0)], time=grid(minutes))
    found = solve(given, 50 * sum(groups) * minutes / 60)
    assert found.of("miners", "it_mw") == groups


def grid(minutes: int) -> dict[str, Any]:
    return {"resolution_minutes": minutes}


def test_a_step_holds_for_as_long_as_the_ramp_takes_for_it(solve: Solve) -> None:
    # 1 MW at 0.4 MW per hour: 2.5 h, three whole hours on this grid.
    given = scenario([50] * 7, fleets=[group_fleet(3, ramp_mw_per_hour=0.4)])
    assert solve(given, 50 * (3 * 1 + 3 * 2 + 3)).of("miners", "it_mw") == [1, 1, 1, 2, 2, 2, 3]


def test_steps_downwards(solve: Solve) -> None:
    # At 150 each group loses 50 an hour; one stops each two hours.
    fleet = group_fleet(3, ramp_mw_per_hour=0.5)
    found = solve(scenario([150] * 5, fleets=[fleet], state=before(3)), -50 * (2 + 2 + 1 + 1 + 0))
    assert found.of("miners", "it_mw") == [2, 2, 1, 1, 0]


def test_a_step_up_and_the_same_step_down_are_no_two_steps(solve: Solve) -> None:
    # On at 50, off at 200: never further than a step from the two hours before.
    found = solve(scenario([50, 200, 50, 200], fleets=[group_fleet(3, ramp_mw_per_hour=0.5)]), 100)
    assert found.of("miners", "it_mw") == [1, 0, 1, 0]


def test_a_step_before_the_horizon_still_holds(solve: Solve) -> None:
    # 1 MW on; off until an hour ago: the step of then holds for another hour.
    fleet = group_fleet(3, ramp_mw_per_hour=0.5)
    found = solve(scenario([50] * 4, fleets=[fleet], state=before(1)), 50 * (2 + 2 + 3 + 3))
    assert found.of("miners", "it_mw") == [2, 2, 3, 3]
    found = solve(scenario([50] * 4, fleets=[fleet], state=before(1, (0.0, 1.0))), 50 * (1 + 2 + 2 + 3))
    assert found.of("miners", "it_mw") == [1, 2, 2, 3]


def test_what_happened_before_is_no_plans_to_change(solve: Solve) -> None:
    """Three groups on, none an hour ago: no plan took that step, and to stay is allowed."""
    fleet = group_fleet(3, ramp_mw_per_hour=0.5)
    found = solve(scenario([50] * 2, fleets=[fleet], state=before(3, (0.0, 1.0))), 300)
    assert found.of("miners", "it_mw") == [3, 3]


def test_a_node_with_its_gpus_is_a_step(solve: Solve) -> None:
    # One-GPU nodes of 1 MW; 50 a GPU-hour after power.
    spot = {"kind": "spot", "name": "spot", "pools": ["pool"], "demand_gpus": 3.0, "price_usd_per_gpu_hour": 100.0}
    pool = gpu_pool(3, ramp_mw_per_hour=1.0)
    found = solve(scenario([50] * 5, pools=[pool], contracts=[spot], time=grid(30)), 25 * (1 + 1 + 2 + 2 + 3))
    assert found.of("spot", "gpus") == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_plan_state_plan_keeps_the_steps(cut: int) -> None:
    """However the horizon is cut, and on whatever grid the rest is planned, the steps are those of one plan."""
    fleet, moment = group_fleet(3, ramp_mw_per_hour=2.0), 15 * cut
    first = plan(scenario([50] * cut, fleets=[fleet], time=grid(15)))
    assert first.state is not None
    for minutes in (15, 5):
        rest = [50] * ((120 - moment) // minutes)
        start = f"2026-01-05T{moment // 60:02}:{moment % 60:02}:00"
        second = with_state(scenario(rest, fleets=[fleet], time=grid(minutes) | {"start": start}), first.state)
        found = plan(second, gap=1e-6)
        assert first.profit_usd is not None and found.profit_usd is not None
        assert first.profit_usd + found.profit_usd == pytest.approx(50 * (1 + 2 + 3 + 3) / 2)


def test_an_order_that_comes_within_the_hold_of_a_step_is_named() -> None:
    site = {
        "curtailment": [{"name": "order", "start": "2026-01-05T01:00", "end": "2026-01-05T02:00", "import_limit_mw": 0}]
    }
    given = scenario([50] * 4, fleets=[group_fleet(3, ramp_mw_per_hour=0.5)], state=before(3), site=site)
    assert plan(given).outcome.status == "infeasible"
    named = next(clash for clash in clashes(given) if clash.requirement == "ramp")
    assert named.item == "miners"
    assert "allows a change of 1 MW within 2 h" in named.message


@pytest.mark.parametrize("length", [2, 3, 5, 8, 20])
def test_extremes_of_blocks_say_the_same_as_every_pair(length: int) -> None:
    """Random powers are refused by the rows exactly where two of them that are held against each other are apart."""
    rng = np.random.default_rng(length)
    ramp = Ramp(1.0 / length, 1.0, 0.0, ())
    for _ in range(30):
        power = np.cumsum(rng.choice([0.0, 0.0, 0.3, -0.3, 0.5], 12)).clip(0.0)
        apart = [abs(power[t] - power[s]) for t in range(12) for s in range(max(0, t - length), t)]
        high = [power[t] for t in range(min(length, 12))]
        kept = max(apart) <= 1.0 + 1e-9 and max(high) <= 1.0 + 1e-9
        assert _feasible(ramp, power.tolist()) == kept


def _feasible(ramp: Ramp, power_mw: list[float]) -> bool:
    model = Model(toy := scenario([0.0] * len(power_mw)), toy.horizon)
    power = model.sum()
    power.add(model.builder.columns(len(power_mw), power_mw, power_mw), 1.0)
    ramp.require(model, "item", power)
    return solved(model.builder.build(), "highs", Options()).x is not None


def test_what_the_next_plan_is_held_against() -> None:
    """1 MW at 0.25 MW per hour holds for four hours; powers between later ones say nothing."""
    ramp = Ramp(0.25, 1.0, 0.0, (EarlierPower(it_power_mw=3.0, ago_hours=0.5),))
    later = ramp.earlier_after(np.array([1.0, 2.0, 1.5, 2.5]), 0.5)
    assert [(p.it_power_mw, p.ago_hours) for p in later] == [(1.5, 0.5), (1.0, 1.5), (0.0, 2.0), (3.0, 2.5)]
    assert Ramp(2.0, 1.0, 0.0, ()).earlier_after(np.array([1.0, 2.0]), 0.5) == ()
    assert Ramp(None, 1.0, 0.0, ()).earlier_after(np.array([1.0, 2.0]), 0.5) == ()


def test_many_earlier_powers_and_periods_take_little_memory() -> None:
    """Ten thousand powers before 20,000 periods that they all bind; every pair would be 1.6 GB."""
    earlier = tuple(EarlierPower(it_power_mw=1.0 + k * 1e-5, ago_hours=float(k)) for k in range(1, 10_001))
    ramp = Ramp(1e-5, 1.0, 1.0, earlier)
    tracemalloc.start()
    try:
        assert _feasible(ramp, [1.0] * 20_000)
        assert tracemalloc.get_traced_memory()[1] < 200e6
    finally:
        tracemalloc.stop()
