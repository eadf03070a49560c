"""Demand response: reductions below a baseline while an event lasts."""

from __future__ import annotations

import pytest

from tests.auditor import flexible, hand


def test_an_event_that_covers_periods_in_part():
    hand.assert_accepted(*flexible.event(), -110)


@pytest.mark.parametrize(("period", "said", "off"), [(0, 1.5, 0.5), (1, 2, 0.5), (2, 1.5, 1.5)])
def test_the_reduction(period, said, off):
    """Below the baseline, up to what is committed, and none outside the event."""
    toy, plan = flexible.event()
    spoilt = hand.set_row(plan, toy, "ERS", "reduction_mw", period, said)
    hand.assert_caught(toy, spoilt, "demand_response", "ERS", period, off)


def test_import_above_the_baseline_is_no_reduction_and_pays_the_whole_penalty():
    """0.5 × 40 × 1.5 = 30; then 1 × 40 × 1.5 = 60 as import is as high as the baseline."""
    toy, plan = flexible.event((1, 2, 4))
    for period in (0, 1):
        plan = hand.set_row(plan, toy, "ERS", "reduction_mw", period, 0)
    right = {0: -30.0, 1: -60.0}
    hours = toy.horizon.starts
    plan = hand.map_ledger(
        plan, lambda r: r._replace(usd=right[hours.index(r.start)]) if r.kind == "demand_response" else r
    )
    plan = hand.set_outcome(plan, bound_usd=plan.horizon_profit_usd)
    hand.assert_accepted(toy, plan, -390)
    spoilt = hand.set_row(plan, toy, "ERS", "reduction_mw", 0, -1)
    hand.assert_caught(toy, spoilt, "demand_response", "ERS", 0, -1)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "demand_response" else r)
    hand.assert_caught(toy, spoilt, "ledger", "ERS", 0, 30)


def test_baseline_and_money():
    toy, plan = flexible.event()
    hand.assert_caught(toy, hand.set_row(plan, toy, "ERS", "baseline_mw", 2, 3), "input", "ERS", 2, -1)
    spoilt = hand.map_ledger(plan, lambda r: r._replace(usd=r.usd + 10) if r.kind == "demand_response" else r)
    hand.assert_caught(toy, spoilt, "ledger", "ERS", 0, 10)


def test_the_local_clock():
    """Naive times are those of the facility's clock; others are exact."""
    chicago = {"zone": "America/Chicago"}
    hand.assert_accepted(*flexible.event(time=chicago), -110)
    exact = {"start": "2026-01-05T06:30:00Z", "end": "2026-01-05T08:00:00Z"}
    hand.assert_accepted(*flexible.event(time=chicago, **exact), -110)


def test_an_event_within_one_period_and_one_outside_the_horizon():
    _, plan = flexible.event()
    toy, _ = flexible.event(start="2026-01-05T01:15:00", end="2026-01-05T01:30:00")
    hand.assert_caught(toy, plan, "demand_response", "ERS", 0, 1)
    hand.assert_caught(toy, plan, "ledger", "ERS", 1, 150 - 0.25 * 150)
    toy, _ = flexible.event(start="2026-01-05T03:00:00", end="2026-01-05T04:00:00")
    hand.assert_caught(toy, plan, "ledger", "ERS", 0, 40)
