"""Reserved contracts, worked by hand: one toy GPU of 1 MW at 100 USD an hour, so at a price p it makes 100 − p."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.conftest import Solve
from tests.toys import clock, gpu_pool, reserved, scenario

TIERS = [{"below": 0.95, "credit_share": 0.5}]
JANUARY = "2026-01-01T00:00:00"


def facility(price: list[float], *, gpus: int = 1, record: dict[str, Any] | None = None, **terms: Any) -> Any:
    """A pool and one contract; `record` is January's so far."""
    state: dict[str, Any] = {}
    if record is not None:
        billing = [{"start": JANUARY} | record]
        state = {"contracts": {"acme": {"kind": "reserved", "billing": billing} | {"accepted": True}}}
    return scenario(price, pools=[gpu_pool(gpus)], contracts=[reserved(**terms)], state=state)


def test_delivered_is_at_most_committed(solve: Solve) -> None:
    # At −50 three GPUs would earn 150 an hour each; two, then one are committed.
    found = solve(facility([-50, -50], gpus=3, committed_gpus=[2.0, 1.0]), 450)
    assert found.of("acme", "gpus") == [2, 1]


def test_hours_not_delivered_are_unpaid(solve: Solve) -> None:
    found = solve(facility([50, 130]), 50)
    assert found.of("acme", "gpus") == [1, 0]
    assert found.of("acme", "short_gpus") == [0, 1]
    assert found.usd("contract_revenue") == [100, 0]
    assert found.schedule.contracts[0].short_gpu_hours == 1.0


def test_shortfall_price(solve: Solve) -> None:
    # Delivering loses 20 at 120, being short costs 30; at 140 it loses 40.
    found = solve(facility([120, 140], shortfall_usd_per_gpu_hour=30.0), -50)
    assert found.usd("shortfall_penalty") == [0, -30]


def test_what_no_pool_can_deliver_is_short(solve: Solve) -> None:
    # Three committed, one GPU there: 50 − 2 × 30.
    found = solve(facility([50], committed_gpus=3.0, shortfall_usd_per_gpu_hour=30.0), -10)
    assert found.of("acme", "short_gpus") == [2]


@pytest.mark.parametrize(
    ("loss", "delivered", "tier", "profit"),
    [
        # Ten hours, four at 40 (60 each), six that lose: fee 1,000, credits 10 % below 0.95, 60 % below 0.5.
        (150, 5, 0.95, 240 - 150 - 100),
        # 5 of 10 meets 0.5 exactly; four would make 240 − 600.
        # At a loss of 18 each, 5.5 of them cost 99: less than one and the credit of 100 (0.95 needs 9.5).
        (18, 9.5, None, 240 - 5.5 * 18),
        # At 600 an hour even the hard tier is breached: 240 − 600.
        (600, 4, 0.5, 240 - 600),
    ],
)
def test_the_worst_breached_tier_alone_applies(
    solve: Solve, loss: float, delivered: float, tier: float | None, profit: float
) -> None:
    tiers = [{"below": 0.95, "credit_share": 0.1}, {"below": 0.5, "credit_share": 0.6}]
    price = [40.0] * 4 + [100.0 + loss] * 6
    found = solve(facility(price, tiers=tiers), profit)
    report = found.schedule.contracts[0]
    assert report.delivered_gpu_hours == pytest.approx(delivered, rel=1e-5)
    assert report.credit_tier == tier
    assert report.credit_usd == pytest.approx({None: 0, 0.95: 100, 0.5: 600}[tier])


def test_a_tier_is_met_exactly_at_its_availability(solve: Solve) -> None:
    # 19 of 20 hours, whole GPUs: 19 × 60.
    found = solve(facility([40.0] * 19 + [5000.0], tiers=TIERS, gpu_unit="gpu"), 1140)
    assert found.schedule.contracts[0].credit_tier is None
    assert found.schedule.contracts[0].availability == pytest.approx(0.95)


def test_history_counts(solve: Solve) -> None:
    # 9.5 of 10 so far: 19 of 20 are needed, so half an hour at 500: 9 × 60 − 0.5 × 400. The credit would be
    # half of 2,000.
    record = {"committed_gpu_hours": 10.0, "delivered_gpu_hours": 9.5}
    found = solve(facility([40.0] * 9 + [500.0], tiers=TIERS, record=record), 340)
    assert found.schedule.contracts[0].availability == pytest.approx(0.95)


@pytest.mark.parametrize(("rest_delivered", "profit"), [(None, 540), (9.0, 140)])
def test_the_expected_rest_counts(solve: Solve, rest_delivered: float | None, profit: float) -> None:
    # Ten hours more are committed after the horizon. Delivered in full, 9 of the 10 here are enough; one of
    # them missing, all are needed: 540 − 400.
    period = {
        "start": JANUARY,
        "end": "2026-02-01T00:00:00",
        "rest_committed_gpu_hours": 10.0,
        "rest_delivered_gpu_hours": rest_delivered,
    }
    solve(facility([40.0] * 9 + [500.0], tiers=TIERS, billing_periods=[period]), profit)


def test_the_credit_line_is_the_change_since_the_last_plan(solve: Solve) -> None:
    # 5 of 10 so far: whatever is delivered, half of 2,000 is due; 500 of it were booked.
    record = {"committed_gpu_hours": 10.0, "delivered_gpu_hours": 5.0, "credit_booked_usd": 500.0}
    found = solve(facility([40.0] * 10, tiers=TIERS, record=record), 600 - 500)
    assert found.usd("service_credit") == [0] * 9 + [-500]
    assert found.schedule.contracts[0].credit_usd == pytest.approx(1000)


def test_a_credit_booked_is_reversed_where_the_tier_is_met_after_all(solve: Solve) -> None:
    # 9 of 10 so far had 50 % of 1,400 booked; delivering all ten makes 19 of 20.
    record = {"committed_gpu_hours": 10.0, "delivered_gpu_hours": 9.0, "credit_booked_usd": 700.0}
    found = solve(facility([40.0] * 10, tiers=TIERS, record=record), 600 + 700)
    assert found.usd("service_credit") == [0] * 9 + [700]
    assert found.schedule.state is not None
    kept = found.schedule.state.contracts["acme"].billing[0]  # type: ignore[union-attr]
    assert (kept.committed_gpu_hours, kept.delivered_gpu_hours, kept.credit_booked_usd) == (20, 19, 0)


def test_each_billing_period_of_the_horizon_is_judged_by_itself(solve: Solve) -> None:
    # Two periods of two hours, all of the fee of 200 below 0.95. First: 60 − 0.9 × 50 (1.9 of 2 hours). Second:
    # delivering 1.9 hours at 500 loses 760, the credit costs 200.
    periods = [{"start": clock(0), "end": clock(2)}, {"start": clock(2), "end": clock(4)}]
    tiers = [{"below": 0.95, "credit_share": 1.0}]
    found = solve(facility([40, 150, 500, 500], tiers=tiers, billing_periods=periods), 15 - 200)
    assert found.of("acme", "gpus") == [1, 0.9, 0, 0]
    assert found.usd("service_credit") == [0, 0, 0, -200]
    reports = found.schedule.contracts
    assert [r.credit_tier for r in reports] == [None, 0.95]
    assert [r.delivered_gpu_hours for r in reports] == pytest.approx([1.9, 0])


def test_without_billing_periods_each_calendar_month_is_judged(solve: Solve) -> None:
    # Two hours of January, two of February, local time; as above.
    given = scenario(
        [40, 150, 500, 500],
        pools=[gpu_pool()],
        contracts=[reserved(tiers=[{"below": 0.95, "credit_share": 1.0}])],
        time={"zone": "America/Chicago", "start": "2026-01-31T22:00:00"},
    )
    found = solve(given, 15 - 200)
    assert found.usd("service_credit") == [0, 0, 0, -200]
    starts = [r.billing_start for r in found.schedule.contracts]
    assert [s.isoformat() for s in starts if s] == ["2026-01-01T00:00:00-06:00", "2026-02-01T00:00:00-06:00"]


def test_the_credit_stands_in_the_last_committed_period(solve: Solve) -> None:
    # Two of four hours are committed; the month's credit (400 of the fee, all hours at 500) stands in the second.
    given = scenario(
        [500] * 4,
        pools=[gpu_pool()],
        contracts=[reserved(tiers=TIERS)],
        time={"committed_periods": 2, "look_ahead_periods": 2},
    )
    found = solve(given, -200)
    assert found.usd("service_credit") == [0, -200, 0, 0]
    assert found.schedule.profit_usd == pytest.approx(-200)


def test_periods_outside_every_billing_period_are_not_judged(solve: Solve) -> None:
    periods = [{"start": clock(2), "end": clock(4)}]
    found = solve(facility([500, 500, 50, 50], tiers=TIERS, billing_periods=periods), 100)
    assert found.schedule.contracts[0].availability == 1.0


def test_nothing_committed_is_fully_available(solve: Solve) -> None:
    found = solve(facility([50, 50], committed_gpus=0.0, tiers=TIERS), 0)
    assert found.schedule.contracts[0].availability == 1.0
    assert found.schedule.contracts[0].credit_usd == 0.0


def test_a_floor_is_a_hard_rule(solve: Solve) -> None:
    # Half of four hours, at a loss of 100 each.
    found = solve(facility([200] * 4, availability_floor=0.5), -200)
    assert sum(found.of("acme", "gpus").expected) == pytest.approx(2)  # type: ignore[attr-defined]


def test_a_floor_counts_history(solve: Solve) -> None:
    # 4 of 6 so far, floor 0.8: 8 of 10, so all of the four hours.
    record = {"committed_gpu_hours": 6.0, "delivered_gpu_hours": 4.0}
    found = solve(facility([200] * 4, availability_floor=0.8, record=record), -400)
    assert found.of("acme", "gpus") == [1, 1, 1, 1]


@pytest.mark.parametrize(("price", "accepted", "profit"), [(50, True, 100), (130, False, 0)])
def test_an_optional_contract_is_accepted_where_it_pays(
    solve: Solve, price: float, accepted: bool, profit: float
) -> None:
    terms = {"optional": True, "availability_floor": 1.0, "tiers": TIERS, "shortfall_usd_per_gpu_hour": 9.0}
    found = solve(facility([price] * 2, **terms), profit)
    assert found.schedule.contracts[0].accepted is accepted
    assert found.of("acme", "committed_gpus") == [float(accepted)] * 2


def test_acceptance_is_for_the_whole_of_it(solve: Solve) -> None:
    # 50 in the first hour, −70 in the second, which the floor demands: declined.
    found = solve(facility([50, 170], optional=True, availability_floor=1.0), 0)
    assert not found.schedule.contracts[0].accepted
    # A third hour at 50 makes it worth while.
    solve(facility([50, 170, 50], optional=True, availability_floor=1.0), 30)


def test_a_running_contract_is_not_declined(solve: Solve) -> None:
    record = {"committed_gpu_hours": 0.0}
    found = solve(facility([130], optional=True, availability_floor=1.0, record=record), -30)
    assert found.schedule.contracts[0].accepted


def test_a_declined_contract_stays_declined(solve: Solve) -> None:
    given = scenario(
        [50],
        pools=[gpu_pool()],
        contracts=[reserved(optional=True, tiers=TIERS)],
        state={"contracts": {"acme": {"kind": "reserved", "accepted": False}}},
    )
    found = solve(given, 0)
    assert found.usd("service_credit") == [0]
    assert found.schedule.state is not None
    assert found.schedule.state.contracts["acme"].accepted is False


def test_take_or_pay_is_paid_for_what_is_made_available(solve: Solve) -> None:
    # Held GPUs draw 0.2 + 8 × 0.1 × 0.5 = 0.6 MW at the contract's utilisation: 8 × 20 − 60; at 300: unpaid.
    given = scenario(
        [100, 300],
        pools=[gpu_pool(nodes=1, gpus_per_node=8, idle_power_w=0.2e6)],
        contracts=[reserved(committed_gpus=8.0, price_usd_per_gpu_hour=20.0, take_or_pay=True, utilisation=0.5)],
    )
    found = solve(given, 100)
    assert found.of("acme", "gpus") == [8, 0]
    assert found.usd("contract_revenue") == [160, 0]


def test_quarter_hours_are_quarters_of_gpu_hours(solve: Solve) -> None:
    # Twenty quarters: 5 GPU-hours, fee 500; the last quarter at 5,000 may be missed.
    given = scenario(
        [40.0] * 19 + [5000.0],
        pools=[gpu_pool()],
        contracts=[reserved(tiers=TIERS)],
        time={"resolution_minutes": 15},
    )
    found = solve(given, 19 * 15)
    assert found.schedule.contracts[0].delivered_gpu_hours == pytest.approx(4.75)


def test_small_commitments_keep_their_tier(solve: Solve) -> None:
    # A thousandth of a GPU: 19 of 20 hours still meet 0.95, and no less would.
    pool = gpu_pool(peak_power_w=1e6)
    given = scenario(
        [40.0] * 18 + [700.0, 5000.0], pools=[pool], contracts=[reserved(committed_gpus=1e-3, tiers=TIERS)]
    )
    found = solve(given, 0.48)
    assert found.schedule.contracts[0].credit_tier is None


@pytest.mark.parametrize("hours", [1e-300, 1e-8])
def test_a_history_of_next_to_nothing(solve: Solve, hours: float) -> None:
    """Rows of a small commitment are scaled up, but not to numbers that no solver takes."""
    month = {"start": clock(0), "end": clock(24), "rest_committed_gpu_hours": hours}
    terms = reserved(committed_gpus=[0.0], availability_floor=0.5, billing_periods=[month])
    solve(scenario([50], pools=[gpu_pool()], contracts=[terms]), 0)
