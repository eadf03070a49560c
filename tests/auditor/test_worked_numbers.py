"""Schedules written by hand, whose profit was worked out by hand, pass the audit with that profit."""

from __future__ import annotations

import pytest

from optimizer.schedule import Schedule
from tests.auditor import hand, worked
from tests.auditor.bill import worked_tariff


@pytest.mark.parametrize(
    ("case", "profit"),
    [
        (worked.one_group, 50),
        (worked.low_mode, 77),
        (worked.warm_up, 50),
        (worked.start_cost, 90),
        (worked.ramp, 250),
        (worked.pue_table, 8),
        (worked.spot_nodes, 20),
        (worked.preemptible, 220),
        (worked.not_preemptible, 80),
        (worked.reserved_480, 480),
        (worked.reserved_1140, 1140),
        (worked_tariff.demand, 15),
        (worked_tariff.coincident, 8.75),
        (worked_tariff.ratchet, 100),
    ],
)
def test_profit_by_hand(case, profit):
    toy, plan = case()
    findings = hand.assert_accepted(toy, plan, profit)
    assert findings.horizon_profit_usd == findings.profit_usd
    assert sum(findings.ledger.values()) == pytest.approx(profit)


def test_a_schedule_read_back_from_json_audits_the_same():
    toy, plan = worked.preemptible()
    back = Schedule.from_json(plan.to_json())
    assert hand.assert_accepted(toy, back, 220).ledger == hand.assert_accepted(toy, plan).ledger
