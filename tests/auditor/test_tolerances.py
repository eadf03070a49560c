"""What counts as the same: a millionth of what a value would be at capacity, of dollars at least a millionth of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.auditor import audit
from optimizer.auditor.book import share_of
from optimizer.schedule import LedgerRow
from tests.auditor import flexible, hand, plant, worked

INSIDE, OUTSIDE = 0.9e-6, 1.1e-6


def with_more(toy, plan, item, kind, period, usd):
    """The schedule with a line changed by so many dollars, or new."""
    when = toy.horizon.starts[period]
    if any((r.start, r.item, r.kind) == (when, item, kind) for r in plan.ledger_rows):
        return hand.map_ledger(
            plan, lambda r: r._replace(usd=r.usd + usd) if (r.start, r.item, r.kind) == (when, item, kind) else r
        )
    return replace(plan, ledger_rows=(*plan.ledger_rows, LedgerRow(when, item, kind, usd)))


def ledger_is_off(toy, plan, item, period):
    """Whether the item's money in the period is found wrong."""
    label = toy.horizon.label(period)
    return any((v.rule, v.item, v.start) == ("ledger", item, label) for v in audit(toy, plan).violations)


def costly_pool():
    """A node of two is started at 30 USD and runs at 4 USD an hour."""
    toy, plan = worked.spot_nodes({"start_cost_usd": 30.0, "running_cost_usd_per_node_hour": 4.0})
    return toy, with_more(toy, with_more(toy, plan, "pool", "start", 0, -30.0), "pool", "running_cost", 0, -4.0)


def costly_fleet():
    """Two groups of three run, then all of them, at 4 USD an hour and 2 USD of wear."""
    costs = {"running_cost_usd_per_machine_hour": 4.0, "depreciation_usd_per_machine_hour": 2.0}
    toy, plan = worked.ramp(**costs, depreciation_by_use=True)
    for period, up in enumerate((2, 3)):
        plan = with_more(toy, plan, "miners", "running_cost", period, -4.0 * up)
        plan = with_more(toy, plan, "miners", "depreciation_by_use", period, -2.0 * up)
    return toy, plan


def short():
    """The last of 20 GPU-hours is not delivered, at 7 USD."""
    toy, plan = worked.reserved_1140(shortfall_usd_per_gpu_hour=7.0)
    return toy, with_more(toy, plan, "acme", "shortfall_penalty", 19, -7.0)


@pytest.mark.parametrize(
    ("case", "item", "kind", "period", "at_capacity"),
    [
        # Two of three groups of 100 USD an hour; what they draw at 50 USD/MWh; nothing is started.
        (worked.ramp, "miners", "mining_revenue", 0, 300.0),
        (worked.ramp, "grid", "energy", 0, 150.0),
        (worked.start_cost, "miners", "start", 0, 30.0),
        (costly_fleet, "miners", "running_cost", 0, 12.0),
        (costly_fleet, "miners", "depreciation_by_use", 0, 6.0),
        (costly_pool, "pool", "start", 0, 60.0),
        (costly_pool, "pool", "running_cost", 0, 8.0),
        (short, "acme", "contract_revenue", 19, 100.0),
        (short, "acme", "shortfall_penalty", 0, 7.0),
        (worked.not_preemptible, "job", "contract_revenue", 3, 100.0),
        # 3 MW at 40 USD of fuel, where it makes 2; 1 MW of discharge at 10 USD of wear, where it is 0.81.
        (plant.engine, "engine", "fuel", 1, 120.0),
        (plant.engine, "engine", "start", 0, 30.0),
        (lambda: plant.battery_141(wear_usd_per_mwh=10.0), "cells", "battery_wear", 1, 10.0),
        (lambda: plant.wind((1, 2)), "wind", "ppa", 1, 20.0),
        (plant.agreement, "block", "ppa", 0, 100.0),
        # 2 MW × (10 + 0.1 × |100 − 50|).
        (flexible.reserve_110, "ECRS", "reserve", 0, 30.0),
        # 2 MW at most, each an hour's 100 USD of payment and 40 of penalty; half of the first hour.
        (flexible.event, "ERS", "demand_response", 0, 140.0),
        (flexible.event, "ERS", "demand_response", 1, 280.0),
        # A line that is next to nothing: a millionth of a dollar.
        (worked.one_group, "miners", "start", 0, 1.0),
    ],
)
def test_money(case, item, kind, period, at_capacity):
    toy, plan = case()
    near = with_more(toy, plan, item, kind, period, INSIDE * at_capacity)
    assert not ledger_is_off(toy, near, item, period)
    off = with_more(toy, plan, item, kind, period, OUTSIDE * at_capacity)
    assert ledger_is_off(toy, off, item, period)


@pytest.mark.parametrize(
    ("case", "item", "quantity", "rule", "at_capacity"),
    [
        (worked.ramp, "miners", "hashrate_ph_per_s", "hashrate", 300.0),
        (worked.ramp, "miners", "it_mw", "fleet_power", 3.0),
        (worked.ramp, "hall", "it_mw", "hall_power", 3.0),
        (worked.pue_table, "hall", "facility_mw", "hall_power", 1.25),
        # 2 nodes of 8 GPUs, 0.1 MW each in use, 1 MW a node.
        (worked.spot_nodes, "spot", "gpus", "contract_gpus", 16.0),
        (worked.spot_nodes, "spot", "it_mw", "contract_power", 1.6),
        (worked.spot_nodes, "pool", "it_mw", "pool_power", 2.0),
        (worked.spot_nodes, "pool", "gpus_in_use", "gpu_capacity", 16.0),
    ],
)
def test_rows(case, item, quantity, rule, at_capacity):
    toy, plan = case()
    value = next(r.value for r in plan.dispatch_rows if (r.item, r.quantity) == (item, quantity))
    for share, caught in ((INSIDE, False), (OUTSIDE, True), (-INSIDE, False), (-OUTSIDE, True)):
        spoilt = hand.set_row(plan, toy, item, quantity, 0, value + share * at_capacity)
        assert ((rule, item) in {(v.rule, v.item) for v in audit(toy, spoilt).violations}) == caught, share


def test_a_credit_is_within_a_millionth_of_the_fee():
    """2,000 USD for 20 GPU-hours, half of it credited."""
    toy, plan = worked.reserved_1140()
    credit = plan.contracts[0].credit_usd
    for share, caught in ((INSIDE, False), (OUTSIDE, True)):
        said = hand.set_report(plan, 0, credit_usd=credit + share * 2000)
        assert ("contracts" in {v.rule for v in audit(toy, said).violations}) == caught


def test_carbon_in_the_state_is_within_a_gram_up_to_a_tonne():
    toy, plan = plant.emissions(committed=1, before=0.0)
    for share, caught in ((INSIDE, False), (OUTSIDE, True)):
        said = hand.set_state(plan, lambda state, share=share: state.update(carbon_tonnes=0.8 + share))
        assert ("state" in {v.rule for v in audit(toy, said).violations}) == caught


def test_booked_credit_in_the_state_is_within_a_millionth_of_the_fee():
    toy, plan = worked.reserved_1140()
    (record,) = plan.state.contracts["acme"].billing
    for share, caught in ((INSIDE, False), (OUTSIDE, True)):
        usd = record.credit_booked_usd + share * 2000
        said = hand.set_state(
            plan, lambda state, usd=usd: state["contracts"]["acme"]["billing"][0].update(credit_booked_usd=usd)
        )
        assert ("state" in {v.rule for v in audit(toy, said).violations}) == caught


def test_spot_demand_is_within_a_millionth_of_itself():
    """A demand of 4 GPUs, of 16 that there are."""
    toy, plan = worked.spot_nodes()
    for share, caught in ((INSIDE, False), (OUTSIDE, True)):
        spoilt = hand.set_row(plan, toy, "spot", "gpus[pool]", 0, 4 + 4 * share)
        assert ("spot_demand" in {v.rule for v in audit(toy, spoilt).violations}) == caught


@pytest.mark.parametrize(("capacity", "slack"), [(3.0, 3e-6), (-0.5, 5e-7), (0.004, 4e-9), (0.0, 2e-9), (1e-9, 2e-9)])
def test_a_share_of_a_capacity(capacity, slack):
    assert share_of(capacity) == pytest.approx(slack, rel=1e-12)
