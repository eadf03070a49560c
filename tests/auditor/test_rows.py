"""Dispatch rows: complete, once, known, in their part, finite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from optimizer.auditor import audit
from optimizer.schedule import DispatchRow
from tests.auditor import hand, worked


def test_a_missing_row():
    toy, plan = worked.one_group()
    rows = tuple(r for r in plan.dispatch_rows if (r.quantity, r.start) != ("groups[off]", toy.horizon.starts[1]))
    found = hand.assert_caught(toy, replace(plan, dispatch_rows=rows), "completeness", "miners", 1, 1)
    assert "groups[off] is missing in 1 of 2 periods" in found.message


def test_no_rows_at_all_are_summed_up_by_quantity():
    toy, plan = worked.one_group()
    findings = audit(toy, replace(plan, dispatch_rows=()))
    missing = [v for v in findings.violations if v.rule == "completeness"]
    assert all(v.amount == 2 for v in missing)
    assert {v.item for v in missing} == {"site", "bitcoin", "hall", "miners"}


@pytest.mark.parametrize("quantity", ["groups[normal]", "it_mw"])
def test_a_row_given_twice(quantity):
    toy, plan = worked.one_group()
    twice = next(r for r in plan.dispatch_rows if r.quantity == quantity and r.item == "miners")
    hand.assert_caught(toy, replace(plan, dispatch_rows=(*plan.dispatch_rows, twice)), "rows", "miners", 0)


@pytest.mark.parametrize(
    ("item", "quantity", "period", "words"),
    [
        ("nobody", "it_mw", 0, "there is no item 'nobody'"),
        ("miners", "groups[turbo]", 1, "miners has no quantity 'groups[turbo]'"),
        ("bitcoin", "price", 0, "'price' is no quantity of bitcoin, which has hashprice_usd_per_ph_day"),
        ("hall", "groups[normal]", 1, "which has it_mw, pue, facility_mw, cooling[MODE]"),
    ],
)
def test_a_row_that_nothing_explains(item, quantity, period, words):
    toy, plan = worked.one_group()
    row = DispatchRow(toy.horizon.starts[period], item, quantity, 1.0)
    found = hand.assert_caught(toy, replace(plan, dispatch_rows=(*plan.dispatch_rows, row)), "rows", item, period, 1)
    assert words in found.message


@pytest.mark.parametrize("naive", [False, True])
def test_a_row_at_a_time_when_no_period_begins(naive):
    toy, plan = worked.one_group()
    start = toy.horizon.starts[0]
    start = start.replace(tzinfo=None) if naive else start + timedelta(minutes=7)
    row = DispatchRow(start, "miners", "it_mw", 1.0)
    found = hand.assert_caught(toy, replace(plan, dispatch_rows=(*plan.dispatch_rows, row)), "rows", "miners", None)
    assert start.isoformat() in found.message


def test_rows_of_the_committed_part_in_the_look_ahead():
    toy, plan = worked.one_group()
    moved = replace(plan, dispatch_rows=plan.dispatch_rows[1:], look_ahead_dispatch_rows=plan.dispatch_rows[:1])
    row = plan.dispatch_rows[0]
    found = hand.assert_caught(toy, moved, "rows", row.item, 0)
    assert "look-ahead" in found.message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "full"])
def test_a_value_that_is_no_finite_number(value):
    toy, plan = worked.one_group()
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "it_mw", 1, value), "finite", "miners", 1)


def test_absurd_counts_do_not_crash():
    toy, plan = worked.ramp()
    spoilt = hand.set_row(plan, toy, "miners", "groups[normal]", 0, 1e300)
    hand.assert_caught(toy, spoilt, "range", "miners", 0)


def test_every_single_value_matters():
    """Whatever value of whatever row is off by 1 % of one, somebody notices."""
    for case in (worked.low_mode, worked.spot_nodes, worked.preemptible, worked.reserved_480):
        toy, plan = case()
        for row in plan.dispatch_rows[:: 1 if len(plan.dispatch_rows) < 60 else 5]:
            period = toy.horizon.starts.index(row.start)
            spoilt = hand.set_row(plan, toy, row.item, row.quantity, period, row.value + 0.01)
            findings = audit(toy, spoilt)
            assert not findings.ok, row
            start = row.start.isoformat()
            assert any(v.item == row.item and v.start == start for v in findings.violations), (row, str(findings))


def test_many_violations_of_a_kind_are_summed_up():
    price = [40.0] * 19 + [5000.0]
    toy, plan = worked.reserved(price * 1)
    rows = tuple(r._replace(value=r.value + 5) if r.quantity == "pue" else r for r in plan.dispatch_rows)
    findings = audit(toy, replace(plan, dispatch_rows=rows))
    assert len([v for v in findings.violations if v.rule == "input"]) == 20

    longer = [1.0] * 50
    toy = worked.scenario(longer)
    plan = hand.schedule(toy, {"site": hand.site(0, 1), "hall": hand.hall(0, pue=3)}, {})
    plan = hand.set_row(plan, toy, "hall", "pue", 44, 9.0)
    found = [v for v in audit(toy, plan).violations if v.rule == "input"]
    assert len(found) == 21
    assert "30 more" in found[-1].message
    assert found[-1].start == toy.horizon.label(44)
    assert found[-1].amount == pytest.approx(8)
