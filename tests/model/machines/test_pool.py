"""GPU pools, worked by hand. Nodes of 8 GPUs draw 0.2 MW idle and 1 MW with all GPUs in use: 0.1 MW a GPU."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.conftest import Solve
from tests.toys import gpu_pool, reserved, scenario, spot


def nodes(count: int = 2, **changes: Any) -> dict[str, Any]:
    return gpu_pool(nodes=count, gpus_per_node=8, idle_power_w=0.2e6, **changes)


def before(*cohorts: tuple[bool, int, float], **more: Any) -> dict[str, Any]:
    """A state of the pool: (on, nodes, hours)."""
    return {"pools": {"pool": {"nodes": [{"on": on, "nodes": n, "hours": h} for on, n, h in cohorts]} | more}}


def test_nodes_are_switched_on_for_the_gpus_in_use(solve: Solve) -> None:
    # 4 GPUs at 20 on one node: 80 − 100 × 0.6. 12 GPUs on two: 240 − 100 × (0.4 + 1.2).
    found = solve(scenario([100, 100], pools=[nodes()], contracts=[spot([4.0, 12.0], 20.0)]), 20 + 80)
    assert found.of("pool", "nodes_on") == [1, 2]
    assert found.of("pool", "gpus_in_use") == [4, 12]
    assert found.of("pool", "it_mw") == [0.6, 1.6]
    assert found.of("spot", "it_mw") == [0.4, 1.2]


def test_a_node_is_not_worth_its_idle_power(solve: Solve) -> None:
    # Four GPUs more would earn 20 × 4 − 100 × 0.4 = 40, a second node idles for 60 at 300: price 100 → stays at 8.
    # 9 GPUs: one node full earns 160 − 100; the ninth 20 − 10 − 20.
    found = solve(scenario([100], pools=[nodes()], contracts=[spot(9.0, 20.0)]), 60)
    assert found.of("pool", "nodes_on") == [1]


def test_off_power_of_nodes_that_are_off(solve: Solve) -> None:
    # Off they draw 0.05 MW each; on for 8 GPUs: 160 − 100 × (1 + 0.05).
    found = solve(scenario([100, 100], pools=[nodes(off_power_w=0.05e6)], contracts=[spot([0.0, 8.0], 20.0)]), -10 + 55)
    assert found.of("pool", "it_mw") == [0.1, 1.05]


def test_utilisation_scales_the_draw_above_idle(solve: Solve) -> None:
    # 80 − 100 × (0.2 + 4 × 0.1 × 0.5).
    solve(scenario([100], pools=[nodes()], contracts=[spot(4.0, 20.0, utilisation=0.5)]), 40)


def test_nodes_available_are_rounded_down(solve: Solve) -> None:
    # 16 GPUs are wanted; 1.9 nodes are one: 160 − 100. Then two: 320 − 200. Then none.
    pool = nodes(nodes_available=[1.9, 2.0, 0.5])
    found = solve(scenario([100] * 3, pools=[pool], contracts=[spot(16.0, 20.0)]), 60 + 120)
    assert found.of("pool", "nodes_on") == [1, 2, 0]


def test_start_cost_of_nodes(solve: Solve) -> None:
    # Each hour of a node makes 60; idling through the hour without demand costs 20, a start 50.
    pool = nodes(1, start_cost_usd=50.0)
    found = solve(scenario([100] * 3, pools=[pool], contracts=[spot([8.0, 0.0, 8.0], 20.0)]), -50 + 60 - 20 + 60)
    assert found.of("pool", "nodes_on") == [1, 1, 1]
    assert found.of("pool", "nodes_started") == [1, 0, 0]


def test_minimum_up_time_of_nodes(solve: Solve) -> None:
    # On for 60, then idle for 20.
    found = solve(
        scenario([100, 100, 100], pools=[nodes(1, min_up_hours=2.0)], contracts=[spot([8.0, 0.0, 0.0], 20.0)]), 40
    )
    assert found.of("pool", "nodes_on") == [1, 1, 0]
    assert found.of("pool", "gpus_in_use") == [8, 0, 0]


def test_minimum_up_time_of_nodes_counts_the_hours_before(solve: Solve) -> None:
    state = before((True, 1, 1.0), (False, 1, 9.0))
    found = solve(scenario([100] * 3, pools=[nodes(min_up_hours=3.0)], state=state), -40)
    assert found.of("pool", "nodes_on") == [1, 1, 0]


def test_minimum_down_time_of_nodes_counts_the_hours_before(solve: Solve) -> None:
    # Off for one of two hours: nothing in the first, 60 in the second.
    pool = nodes(1, min_down_hours=2.0)
    found = solve(scenario([100] * 2, pools=[pool], contracts=[spot(8.0, 20.0)], state=before((False, 1, 1.0))), 60)
    assert found.of("pool", "nodes_on") == [0, 1]


def test_ramp_of_a_pool_counts_from_the_power_before(solve: Solve) -> None:
    # GPUs of 1 MW at 50 profit an hour: from nothing 1, 2, 3; from 2 MW before 3, 4, 4.
    pool = gpu_pool(4, ramp_mw_per_hour=1.0)
    given = {"pools": [pool], "contracts": [spot(4.0, 100.0)]}
    found = solve(scenario([50] * 3, **given), 300)
    assert found.of("spot", "gpus") == [1, 2, 3]
    found = solve(scenario([50] * 3, **given, state=before((True, 4, 9.0), it_power_mw=2.0)), 550)
    assert found.of("spot", "gpus") == [3, 4, 4]


def test_a_ramp_before_which_nothing_is_known_starts_from_idle(solve: Solve) -> None:
    # Two nodes on and idle draw 0.4 MW; a step of 1 MW more is 10 GPUs: 200 − 140.
    pool = nodes(ramp_mw_per_hour=0.6)
    found = solve(
        scenario([100], pools=[pool], contracts=[spot(16.0, 20.0)], state=before((True, 2, 9.0))), 10 * 20 - 140
    )
    assert found.of("pool", "it_mw") == [1.4]


@pytest.mark.parametrize(
    ("unit", "demand", "gpus", "profit"),
    [
        ("fraction", 4.5, 4.5, 90 - 65),
        ("gpu", 4.5, 4.0, 80 - 60),
        ("node", 4.5, 0.0, 0.0),
        ("node", 12.0, 8.0, 160 - 100),
    ],
)
def test_fractions_whole_gpus_and_whole_nodes(
    solve: Solve, unit: str, demand: float, gpus: float, profit: float
) -> None:
    found = solve(scenario([100], pools=[nodes()], contracts=[spot(demand, 20.0, gpu_unit=unit)]), profit)
    assert found.of("spot", "gpus") == [gpus]


def test_a_contract_may_use_several_pools_at_once(solve: Solve) -> None:
    # 12 GPUs: the thrifty pool (0.5 MW a node at work) is full, the other takes 4: 12 × 20 − 100 × (0.5 + 0.6).
    thrifty = nodes(1, name="thrifty", peak_power_w=0.5e6)
    contract = spot(12.0, 20.0, pools=["pool", "thrifty"])
    found = solve(scenario([100], pools=[nodes(1), thrifty], contracts=[contract]), 130)
    assert found.of("spot", "gpus[thrifty]") == [8]
    assert found.of("spot", "gpus[pool]") == [4]
    assert found.of("spot", "gpus") == [12]


def test_contracts_share_a_pool(solve: Solve) -> None:
    # 8 GPUs: 3 reserved at 30, 5 of 8 on spot at 20: 90 + 100 − 100.
    contracts = [reserved(committed_gpus=3.0, price_usd_per_gpu_hour=30.0), spot(8.0, 20.0)]
    found = solve(scenario([100], pools=[nodes(1)], contracts=contracts), 90)
    assert found.of("acme", "gpus") == [3]
    assert found.of("spot", "gpus") == [5]


def test_idle_nodes_may_be_on_at_negative_prices(solve: Solve) -> None:
    # Two idle nodes draw 0.4 MW at −100; GPUs without work draw nothing.
    found = solve(scenario([-100], pools=[nodes()], contracts=[spot(0.0, 20.0)]), 40)
    assert found.of("pool", "nodes_on") == [2]
    assert found.of("pool", "gpus_in_use") == [0]


def test_running_cost_of_nodes(solve: Solve) -> None:
    # Per node-hour on, half an hour each: 0.5 × (60 − 10).
    pool = nodes(1, running_cost_usd_per_node_hour=10.0)
    given = scenario([100] * 2, pools=[pool], contracts=[spot(8.0, 20.0)], time={"resolution_minutes": 30})
    found = solve(given, 50)
    assert found.usd("running_cost", "pool") == [-5, -5]
