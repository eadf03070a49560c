"""Reserved capacity: delivery, credits, floors, billing periods."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.toys import gpu_pool, scenario

START = "2026-01-01T00:00:00"
FEE = 2000.0


def state_of(**record: Any) -> dict[str, Any]:
    billing = [{"start": START, **record}]
    return {"contracts": {"acme": {"kind": "reserved", "billing": billing}}}


def with_history(**record: Any) -> Any:
    """The plan of 1,140 USD after a history."""
    toy, plan = worked.reserved_1140()
    raw = toy.model_dump() | {"state": state_of(**record)}
    return type(toy).model_validate(raw), plan


def test_not_more_than_committed():
    toy, plan = worked.reserved_1140(committed_gpus=0.75)
    found = hand.assert_caught(toy, plan, "reserved_committed", "acme", 3, 0.25)
    assert "commitment of 0.75" in found.message
    toy, plan = worked.reserved_1140()
    spoilt = hand.set_row(plan, toy, "acme", "committed_gpus", 4, 2)
    hand.assert_caught(toy, spoilt, "input", "acme", 4, 1)


def test_short_is_what_is_not_delivered():
    toy, plan = worked.reserved_1140()
    hand.assert_caught(toy, hand.set_row(plan, toy, "acme", "short_gpus", 19, 0), "reserved_short", "acme", 19, -1)


def test_shortfall_price():
    toy, plan = worked.reserved_1140(shortfall_usd_per_gpu_hour=30.0)
    hand.assert_caught(toy, plan, "ledger", "acme", 19, 30)


def test_a_breached_tier():
    """One hour more is short: 18 of 20 breach 0.95, not 0.9."""
    tiers = [{"below": 0.95, "credit_share": 0.5}, {"below": 0.9, "credit_share": 1.0}]
    toy, plan = worked.reserved_1140(tiers=tiers)
    hand.assert_accepted(toy, plan, 1140)
    plan = hand.set_row(plan, toy, "acme", "gpus[pool]", 5, 0)
    hand.assert_caught(toy, plan, "ledger", "acme", 19, FEE / 2)
    hand.assert_caught(toy, plan, "contracts", "acme", None, 0.05)
    hand.assert_caught(toy, plan, "contracts", "acme", None, -FEE / 2)
    plan = hand.set_row(plan, toy, "acme", "gpus[pool]", 6, 0)
    hand.assert_caught(toy, plan, "ledger", "acme", 19, FEE)


def test_a_credit_that_was_not_due():
    toy, plan = worked.reserved_1140()
    cost = hand.LedgerRow(toy.horizon.starts[19], "acme", "service_credit", -1000.0)
    spoilt = hand.replace(plan, ledger_rows=(*plan.ledger_rows, cost))
    hand.assert_caught(toy, spoilt, "ledger", "acme", 19, -1000)
    hand.assert_caught(toy, spoilt, "profit", "schedule", None, 1000)


def test_history_counts_and_booked_credit_is_reversed():
    """80 of 80 before: 99 of 100 in all meet the tier, and the 700 USD booked come back."""
    toy, plan = with_history(committed_gpu_hours=80.0, delivered_gpu_hours=80.0, credit_booked_usd=700.0)
    hand.assert_caught(toy, plan, "ledger", "acme", 19, -700)
    hand.assert_caught(toy, plan, "contracts", "acme", None, -0.04)
    hand.assert_caught(toy, plan, "state", "acme", None, -80)
    toy, plan = with_history(committed_gpu_hours=80.0, delivered_gpu_hours=70.0)
    found = hand.assert_caught(toy, plan, "ledger", "acme", 19, 5000)
    assert "service_credit is no line" in found.message


def test_the_expected_rest_counts():
    periods = [
        {
            "start": START,
            "end": "2026-02-01T00:00:00",
            "rest_committed_gpu_hours": 20.0,
            "rest_delivered_gpu_hours": 17.0,
        }
    ]
    toy, plan = worked.reserved_1140(billing_periods=periods)
    hand.assert_caught(toy, plan, "ledger", "acme", 19, 2000)
    hand.assert_caught(toy, plan, "contracts", "acme", None, 0.05)


def test_availability_floor():
    hand.assert_accepted(*worked.reserved_1140(availability_floor=0.95), 1140)
    toy, plan = worked.reserved_1140(availability_floor=0.95)
    plan = hand.set_row(plan, toy, "acme", "gpus[pool]", 5, 0)
    found = hand.assert_caught(toy, plan, "availability_floor", "acme", 19, 1)
    assert "availability of the billing period from 2026-01-01T00:00:00+00:00 is 0.9" in found.message


def two_periods(cut: int) -> Any:
    """Four hours, two billing periods of two hours, hours 0 and 3 not delivered: half of each; credits of
    100 USD. `cut`: committed periods."""
    terms = {
        "kind": "reserved",
        "name": "acme",
        "pools": ["pool"],
        "committed_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
        "tiers": [{"below": 0.9, "credit_share": 0.5}],
        "billing_periods": [
            {"start": f"{worked.DAY}00:00:00", "end": f"{worked.DAY}02:00:00"},
            {"start": f"{worked.DAY}02:00:00", "end": f"{worked.DAY}04:00:00"},
        ],
    }
    time = {"committed_periods": cut, "look_ahead_periods": 4 - cut}
    toy = scenario([40.0] * 4, pools=[gpu_pool()], contracts=[terms], time=time)
    on = [0, 1, 1, 0]
    rows = {
        "site": hand.site(on, 40),
        "hall": hand.hall(on),
        "pool": hand.nodes(on, [0, 1, 0, 0], [0, 0, 0, 1], on, on),
        "acme": hand.gpus(on) | {"committed_gpus": 1, "short_gpus": [1, 0, 0, 1]},
    }
    second = min(cut, 4) - 1 if cut > 2 else 3
    credit = [0.0] * 4
    credit[min(cut, 2) - 1] -= 100
    credit[second] -= 100
    ledger = {
        "grid": {"energy": [-40 * n for n in on]},
        "acme": {"contract_revenue": [100 * n for n in on], "service_credit": credit},
    }
    judged = [
        hand.report(
            "acme",
            "reserved",
            float(sum(on[first : min(cut, last)])),
            billing_start=toy.horizon.at(first),
            short_gpu_hours=float(max(min(cut, last) - first, 0) - sum(on[first : min(cut, last)])),
            availability=0.5,
            credit_tier=0.9,
            credit_usd=100.0,
        )
        for first, last in ((0, 2), (2, 4))
    ]
    inside = {1: (0, 1, 0.0), 3: (2, 1, 1.0)}.get(cut)
    billing = []
    if inside:
        first, committed, delivered = inside
        record = {"committed_gpu_hours": float(committed), "delivered_gpu_hours": delivered, "credit_booked_usd": 100.0}
        billing = [{"start": toy.horizon.at(first), **record}]
    up = {1: (False, 1, 1e5), 2: (True, 1, 1), 3: (True, 1, 2), 4: (False, 1, 1)}[cut]
    state = {
        "pools": {"pool": hand.nodes_state(up, it_power_mw=float(up[0]))},
        "contracts": {"acme": {"kind": "reserved", "accepted": True, "billing": billing}},
    }
    return toy, hand.schedule(toy, rows, ledger, contracts=judged, state=state)


@pytest.mark.parametrize(("cut", "profit"), [(1, -100), (2, -40), (3, -80), (4, -80)])
def test_each_billing_period_is_judged_by_itself_and_booked_in_the_committed_part(cut, profit):
    toy, plan = two_periods(cut)
    findings = hand.assert_accepted(toy, plan, profit)
    assert findings.horizon_profit_usd == -80


def test_a_record_is_dropped_with_its_billing_period():
    toy, plan = two_periods(2)
    record = {"start": toy.horizon.at(0), "committed_gpu_hours": 2.0, "delivered_gpu_hours": 1.0}
    spoilt = hand.set_state(plan, lambda state: state["contracts"]["acme"].update(billing=[record]))
    assert "should not have" in hand.assert_caught(toy, spoilt, "state", "acme", None).message
    toy, plan = two_periods(3)
    spoilt = hand.set_state(plan, lambda state: state["contracts"]["acme"].update(billing=[]))
    assert "no record" in hand.assert_caught(toy, spoilt, "state", "acme", None).message


def test_a_declined_reservation_is_nothing():
    toy, _ = worked.reserved_1140(optional=True)
    price = [40.0] * 19 + [5000.0]
    rows = {
        "site": hand.site(0, price),
        "hall": hand.hall(0),
        "pool": hand.nodes([0] * 20, [0] * 20, [0] * 20, 0, 0),
        "acme": hand.gpus(0) | {"committed_gpus": 0, "short_gpus": 0},
    }
    state = {
        "pools": {"pool": hand.nodes_state((False, 1, 1e5))},
        "contracts": {"acme": {"kind": "reserved", "accepted": False}},
    }
    declined = hand.report(
        "acme",
        "reserved",
        0,
        billing_start="2026-01-01T00:00:00Z",
        short_gpu_hours=0.0,
        availability=1.0,
        credit_usd=0.0,
    ) | {"accepted": False}
    plan = hand.schedule(toy, rows, {}, contracts=[declined], state=state)
    hand.assert_accepted(toy, plan, 0)
    spoilt = hand.set_row(plan, toy, "acme", "committed_gpus", 2, 1)
    hand.assert_caught(toy, spoilt, "input", "acme", 2, 1)


def test_months_of_two_years():
    """An hour in December and one in January, each with a row; January's is handed on."""
    contract = {
        "kind": "reserved",
        "name": "acme",
        "pools": ["pool"],
        "committed_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
    }
    toy = scenario([0, 0], pools=[gpu_pool()], contracts=[contract], time={"start": "2026-12-31T23:00:00"})
    rows = {
        "site": hand.site(1, 0),
        "hall": hand.hall(1),
        "pool": hand.nodes([1, 1], [1, 0], [0, 0], 1, 1),
        "acme": hand.gpus(1) | {"committed_gpus": 1, "short_gpus": 0},
    }
    starts = ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
    judged = {"short_gpu_hours": 0.0, "availability": 1.0, "credit_usd": 0.0}
    reports = [hand.report("acme", "reserved", 1, billing_start=start, **judged) for start in starts]
    record = {"start": "2027-01-01T00:00:00", "committed_gpu_hours": 1.0, "delivered_gpu_hours": 1.0}
    state = {
        "pools": {"pool": hand.nodes_state((True, 1, 2), it_power_mw=1)},
        "contracts": {"acme": {"kind": "reserved", "accepted": True, "billing": [record]}},
    }
    plan = hand.schedule(toy, rows, {"acme": {"contract_revenue": 100}}, contracts=reports, state=state)
    hand.assert_accepted(toy, plan, 200)
    hand.assert_caught(toy, hand.set_report(plan, 0, delivered_gpu_hours=2.0), "contracts", "acme", None, 1)
