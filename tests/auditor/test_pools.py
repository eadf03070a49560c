"""Pools, and the GPUs that contracts get of them."""

from __future__ import annotations

import pytest

from optimizer.scenario.switching import LONG_AGO_HOURS
from tests.auditor import hand, worked
from tests.toys import gpu_pool, scenario

SPOT = {
    "kind": "spot",
    "name": "spot",
    "pools": ["pool"],
    "demand_gpus": 4.0,
    "price_usd_per_gpu_hour": 20.0,
}


def test_nodes_are_whole_and_not_more_than_there_are():
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_row(plan, toy, "pool", "nodes_on", 0, 0.7), "whole", "pool", 0, 0.3)
    hand.assert_caught(toy, hand.set_row(plan, toy, "pool", "nodes_on", 0, 3), "range", "pool", 0, 1)


def test_nodes_available():
    toy, plan = worked.spot_nodes({"nodes_available": 0.9})
    found = hand.assert_caught(toy, plan, "nodes_available", "pool", 0, 1)
    assert "above its nodes available of 0" in found.message
    hand.assert_accepted(*worked.spot_nodes({"nodes_available": 1.2}), 20)


@pytest.mark.parametrize("quantity", ["nodes_started", "nodes_stopped"])
def test_starts_and_stops_follow_from_the_nodes_on(quantity):
    toy, plan = worked.spot_nodes()
    value = 0 if quantity == "nodes_started" else 1
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "pool", quantity, 0, value), "flow", "pool", 0)
    assert "nodes on go from 0 to 1" in found.message


def test_minimum_times_of_nodes():
    pool = {"min_up_hours": 3.0}
    toy, plan = worked.preemptible()
    toy = scenario([10, 200, 10, 10], pools=[gpu_pool(**pool)], contracts=[worked.job(restart_gpu_hours=0.5)])
    hand.assert_caught(toy, plan, "min_up", "pool", 1, 1)
    toy = scenario(
        [10, 200, 10, 10],
        pools=[gpu_pool(min_down_hours=2.0)],
        contracts=[worked.job(restart_gpu_hours=0.5)],
    )
    hand.assert_caught(toy, plan, "min_down", "pool", 2, 1)


def test_start_cost_and_running_cost():
    toy, plan = worked.spot_nodes({"start_cost_usd": 3.0, "running_cost_usd_per_node_hour": 2.0})
    hand.assert_caught(toy, plan, "ledger", "pool", 0, 3)
    hand.assert_caught(toy, plan, "ledger", "pool", 0, 2)
    hand.assert_caught(toy, plan, "profit", "schedule", None, 5)


def test_the_ramp_counts_from_the_power_before():
    """0.6 MW, where one step is a node of 1 MW: from nothing, or from 1.6 MW, but not from 1.7 MW."""
    toy, plan = worked.spot_nodes({"ramp_mw_per_hour": 0.5})
    off = {"nodes": [{"on": False, "nodes": 2}]}
    for power_mw, over in ((1.6, False), (1.7, True), (None, False)):
        pool = off if power_mw is None else off | {"it_power_mw": power_mw}
        state = type(toy.state).model_validate({"pools": {"pool": pool}})
        kept = [{"it_power_mw": power_mw or 0.0, "ago_hours": 1.0}]  # the step of this hour holds for another
        told = hand.set_state(plan, lambda s, kept=kept: s["pools"]["pool"].update(earlier_power=kept))
        found = hand.audit(toy.model_copy(update={"state": state}), told).violations
        assert {v.rule for v in found} == ({"ramp"} if over else set())


def test_gpus_need_powered_nodes():
    toy, plan = worked.spot_nodes()
    plan = hand.set_row(plan, toy, "pool", "nodes_on", 0, 0)
    found = hand.assert_caught(toy, plan, "gpu_capacity", "pool", 0, 4)
    assert "powered GPUs of 0" in found.message
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_row(plan, toy, "pool", "gpus_in_use", 0, 3), "gpu_capacity", "pool", 0, -1)


def test_power_of_a_pool_and_of_a_contract():
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_row(plan, toy, "pool", "it_mw", 0, 0.5), "pool_power", "pool", 0, -0.1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "it_mw", 0, 0.5), "contract_power", "spot", 0, 0.1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "gpus", 0, 5), "contract_gpus", "spot", 0, 1)
    toy, plan = worked.spot_nodes(utilisation=0.5)
    hand.assert_caught(toy, plan, "contract_power", "spot", 0, 0.2)
    hand.assert_caught(toy, plan, "pool_power", "pool", 0, 0.2)


def test_nodes_that_are_off_draw_their_off_power():
    """0.1 MW of the second node beside 0.6."""
    toy, plan = worked.spot_nodes({"off_power_w": 1e5})
    hand.assert_caught(toy, plan, "pool_power", "pool", 0, -0.1)
    hand.assert_caught(toy, plan, "balance", "site", 0, -0.1)
    hand.assert_caught(toy, plan, "ledger", "grid", 0, 10)


def test_gpus_are_not_negative():
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "gpus[pool]", 0, -1), "range", "spot", 0, -1)


@pytest.mark.parametrize(("unit", "gpus", "off"), [("gpu", 3.5, 0.5), ("node", 6, 2)])
def test_whole_gpus_and_whole_nodes(unit, gpus, off):
    toy, plan = worked.spot_nodes(gpu_unit=unit)
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "gpus[pool]", 0, gpus), "gpu_unit", "spot", 0, off)
    if unit == "node":
        spoilt = hand.set_row(plan, toy, "spot", "gpus[pool]", 0, 8)
        assert "gpu_unit" not in {v.rule for v in hand.audit(toy, spoilt).violations}


def test_spot_demand_and_price():
    toy, plan = worked.spot_nodes(demand_gpus=3.5)
    found = hand.assert_caught(toy, plan, "spot_demand", "spot", 0, 0.5)
    assert "demand of 3.5" in found.message
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_row(plan, toy, "spot", "price_usd_per_gpu_hour", 0, 21), "input", "spot", 0, 1)


@pytest.mark.parametrize("name", ["short_gpu_hours", "credit_usd", "lateness_hours"])
def test_spot_is_never_short_late_or_credited(name):
    toy, plan = worked.spot_nodes()
    hand.assert_accepted(toy, hand.set_report(plan, 0, **{name: 0.0}), 20)
    hand.assert_caught(toy, hand.set_report(plan, 0, **{name: 1.0}), "contracts", "spot", None, 1)


def test_a_declined_contract():
    toy, plan = worked.spot_nodes(optional=True)
    hand.assert_accepted(toy, plan, 20)
    said = hand.set_report(plan, 0, accepted=False)
    hand.assert_caught(toy, said, "declined", "spot", 0, 4)
    hand.assert_caught(toy, said, "ledger", "spot", 0, 80)
    unsaid = hand.audit(toy, hand.replace(plan, contracts=())).violations
    assert unsaid and "declined" not in {v.rule for v in unsaid}
    rows = {
        "site": hand.site(0, 100),
        "hall": hand.hall(0),
        "pool": hand.nodes([0], [0], [0], 0, 0),
        "spot": hand.gpus(0) | {"price_usd_per_gpu_hour": 20},
    }
    state = {
        "pools": {"pool": hand.nodes_state((False, 2, LONG_AGO_HOURS))},
        "contracts": {"spot": {"kind": "spot", "accepted": False}},
    }
    declined = hand.report("spot", "spot", 0) | {"accepted": False}
    hand.assert_accepted(toy, hand.schedule(toy, rows, {}, contracts=[declined], state=state), 0)


def test_acceptance_that_is_no_decision():
    toy, plan = worked.spot_nodes()
    hand.assert_caught(toy, hand.set_report(plan, 0, accepted=False), "acceptance", "spot", None)
    state = {"contracts": {"spot": {"kind": "spot", "accepted": False}}}
    pool = gpu_pool(2, gpus_per_node=8, idle_power_w=2e5)
    toy = scenario([100], pools=[pool], contracts=[SPOT | {"optional": True}], state=state)
    found = hand.assert_caught(toy, plan, "acceptance", "spot", None)
    assert "earlier plans" in found.message
    hand.assert_caught(toy, plan, "declined", "spot", 0, 4)
