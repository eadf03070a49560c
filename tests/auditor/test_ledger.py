"""The ledger line by line, its totals, and what the outcome claims."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from optimizer.auditor import audit
from optimizer.schedule import LedgerRow, Outcome
from tests.auditor import hand, plant, worked
from tests.toys import group_fleet, scenario


def test_a_line_that_is_off():
    toy, plan = worked.one_group()
    spoilt = hand.map_ledger(plan, lambda r: r._replace(usd=101.0) if r.kind == "mining_revenue" else r)
    found = hand.assert_caught(toy, spoilt, "ledger", "miners", 0, 1)
    assert found.unit == "USD"
    hand.assert_caught(toy, spoilt, "profit", "schedule", None, 1)


def test_a_missing_line_and_one_too_many():
    toy, plan = worked.one_group()
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "energy" else r)
    hand.assert_caught(toy, spoilt, "ledger", "grid", 0, 50)
    extra = LedgerRow(toy.horizon.starts[1], "miners", "battery_wear", 5.0)
    found = hand.assert_caught(toy, replace(plan, ledger_rows=(*plan.ledger_rows, extra)), "ledger", "miners", 1, 5)
    assert "nothing in the scenario earns or costs it" in found.message


def test_a_line_of_a_kind_that_is_none():
    toy, plan = worked.one_group()
    extra = LedgerRow(toy.horizon.starts[1], "miners", "subsidy", 5.0)
    found = hand.assert_caught(toy, replace(plan, ledger_rows=(*plan.ledger_rows, extra)), "ledger", "miners", 1, 5)
    assert "5 USD of 'subsidy', which is no kind of dollars" in found.message


def test_a_line_given_twice_or_at_no_time_or_in_the_wrong_part():
    toy, plan = worked.one_group()
    line = plan.ledger_rows[0]
    hand.assert_caught(toy, replace(plan, ledger_rows=(*plan.ledger_rows, line)), "rows", line.item, 0, line.usd)
    odd = line._replace(start=toy.horizon.at(77))
    hand.assert_caught(toy, replace(plan, ledger_rows=(*plan.ledger_rows, odd)), "rows", line.item, None, line.usd)
    moved = replace(plan, ledger_rows=plan.ledger_rows[1:], look_ahead_ledger_rows=(line,))
    hand.assert_caught(toy, moved, "rows", line.item, 0, line.usd)


def test_the_first_line_of_the_look_ahead_in_the_committed_ledger():
    toy, plan = plant.battery_141(committed=1)
    (energy, *_) = plan.look_ahead_ledger_rows
    left = tuple(row for row in plan.look_ahead_ledger_rows if row is not energy)
    moved = replace(plan, ledger_rows=(*plan.ledger_rows, energy), look_ahead_ledger_rows=left)
    hand.assert_caught(toy, moved, "rows", energy.item, 1, energy.usd)


def test_a_line_that_is_no_number():
    toy, plan = worked.one_group()
    spoilt = hand.map_ledger(plan, lambda r: r._replace(usd=math.nan) if r.kind == "energy" else r)
    hand.assert_caught(toy, replace(spoilt, profit_usd=50.0, horizon_profit_usd=50.0), "finite", "grid", 0)


@pytest.mark.parametrize("name", ["profit_usd", "horizon_profit_usd"])
@pytest.mark.parametrize(("said", "off"), [(50.001, 0.001), (None, None), (math.nan, None)])
def test_totals(name, said, off):
    toy, plan = worked.one_group()
    found = hand.assert_caught(toy, replace(plan, **{name: said}), "profit", "schedule", None, off)
    assert name in found.message


def test_tolerance_on_money_is_a_millionth():
    toy, plan = worked.one_group()
    near = hand.map_ledger(plan, lambda r: r._replace(usd=100.00009) if r.kind == "mining_revenue" else r)
    assert not {v.rule for v in audit(toy, near).violations} & {"ledger"}
    off = hand.map_ledger(plan, lambda r: r._replace(usd=100.00011) if r.kind == "mining_revenue" else r)
    hand.assert_caught(toy, off, "ledger", "miners", 0)


def test_whose_schedule_it_is():
    toy, plan = worked.one_group()
    for name, value in (("scenario", "other"), ("currency", "EUR"), ("zone", "Asia/Tokyo")):
        found = hand.assert_caught(toy, replace(plan, **{name: value}), "scenario", "schedule", None)
        assert name in found.message


def test_gap_arithmetic():
    """Bound 60, profit 50, gross revenue 100: gap 10 / 50."""
    toy, plan = worked.one_group()
    right = {"status": "feasible", "bound_usd": 60.0, "gap_usd": 10.0, "gap": 0.2}
    hand.assert_accepted(toy, hand.set_outcome(plan, **right))
    hand.assert_accepted(toy, hand.set_outcome(plan, **right | {"gap": None, "gap_usd": None}))
    hand.assert_accepted(toy, hand.set_outcome(plan, status="feasible", bound_usd=None, gap=None, gap_usd=None))
    spoilt = hand.set_outcome(plan, **right | {"gap": 0.1})
    hand.assert_caught(toy, spoilt, "outcome", "schedule", None, -0.1)
    spoilt = hand.set_outcome(plan, **right | {"gap_usd": 9.0})
    hand.assert_caught(toy, spoilt, "outcome", "schedule", None, -1)
    spoilt = hand.set_outcome(plan, **right | {"bound_usd": None})
    assert "no bound" in hand.assert_caught(toy, spoilt, "outcome", "schedule", None).message


def test_the_gap_of_a_plan_that_earns_little_is_taken_of_its_revenue():
    """Profit 2 of a revenue of 500: the bound, 1 USD higher, is 1 / 5 away, 5 being 1 % of the revenue."""
    toy = scenario([99.6], fleets=[group_fleet(5)])
    rows = {
        "site": hand.site(5, 99.6),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(5),
        "miners": hand.miners([5], [5], [0], groups=5),
    }
    ledger = {"grid": {"energy": -498}, "miners": {"mining_revenue": 500}}
    groups = hand.groups_state(("normal", 5, 1), starts_today=5, it_power_mw=5)
    plan = hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})
    claim = {"status": "feasible", "bound_usd": 3.0, "gap_usd": 1.0}
    hand.assert_accepted(toy, hand.set_outcome(plan, **claim, gap=0.2), 2)
    hand.assert_caught(toy, hand.set_outcome(plan, **claim, gap=0.5), "outcome", "schedule", None, 0.3)


def test_the_gap_of_next_to_no_profit_is_taken_of_a_dollar():
    """Profit 0.25 of a revenue of 50; the bound, 0.5 higher, is half of a dollar away."""
    toy = scenario([99.5], fleets=[group_fleet()], time={"resolution_minutes": 30})
    rows = {
        "site": hand.site(1, 99.5),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(1),
        "miners": hand.miners([1], [1], [0]),
    }
    ledger = {"grid": {"energy": -49.75}, "miners": {"mining_revenue": 50}}
    groups = hand.groups_state(("normal", 1, 0.5), starts_today=1, it_power_mw=1)
    plan = hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}})
    claim = {"status": "feasible", "bound_usd": 0.75, "gap_usd": 0.5}
    hand.assert_accepted(toy, hand.set_outcome(plan, **claim, gap=0.5), 0.25)
    hand.assert_caught(toy, hand.set_outcome(plan, **claim, gap=0.25), "outcome", "schedule", None, -0.25)


def test_proven_means_within_the_gap_asked():
    toy, plan = worked.one_group()
    hand.assert_accepted(toy, hand.set_outcome(plan, bound_usd=60.0, gap_usd=10.0, gap=0.2, gap_asked=0.2))
    spoilt = hand.set_outcome(plan, bound_usd=60.0, gap_usd=10.0, gap=0.2, gap_asked=0.1)
    found = hand.assert_caught(toy, spoilt, "outcome", "schedule", None, 0.1)
    assert "above the 0.1 asked" in found.message
    spoilt = hand.set_outcome(plan, bound_usd=60.0, gap_usd=None, gap=None)
    hand.assert_caught(toy, spoilt, "outcome", "schedule", None)
    spoilt = hand.set_outcome(plan, bound_usd=None, gap_usd=None, gap=None)
    hand.assert_caught(toy, spoilt, "outcome", "schedule", None)


def test_a_plan_that_earns_more_than_its_bound():
    toy, plan = worked.one_group()
    spoilt = hand.set_outcome(plan, status="feasible", bound_usd=45.0, gap=0.1, gap_usd=5.0)
    found = hand.assert_caught(toy, spoilt, "outcome", "schedule", None, 5)
    assert "5 more than the bound of 45 allows" in found.message


@pytest.mark.parametrize("status", ["infeasible", "unbounded", "no_solution", "error"])
def test_without_a_solution_there_is_nothing(status):
    toy, plan = worked.one_group()
    outcome = Outcome(status=status, gap_asked=1e-4)
    empty = replace(
        plan, outcome=outcome, dispatch_rows=(), ledger_rows=(), profit_usd=None, horizon_profit_usd=None, state=None
    )
    findings = audit(toy, empty)
    assert findings.ok and findings.profit_usd is None and findings.horizon_profit_usd is None
    assert "no plan to settle" in str(findings)
    full = replace(plan, outcome=outcome)
    hand.assert_caught(toy, full, "outcome", "schedule", None, len(plan.dispatch_rows))
    hand.assert_caught(toy, full, "outcome", "schedule", None, len(plan.ledger_rows))
    messages = str(audit(toy, full))
    for name in ("profit_usd", "horizon_profit_usd", "state"):
        assert f"{name} is given" in messages
    hand.assert_caught(toy, hand.set_outcome(empty, gap=0.5), "outcome", "schedule", None)
