"""Spot contracts, worked by hand on toy GPUs of 1 MW."""

from __future__ import annotations

from tests.model.conftest import Solve
from tests.toys import gpu_pool, scenario, spot


def test_sold_up_to_the_demand_where_the_price_pays(solve: Solve) -> None:
    # 100 − 50 for two; 40 < 50: none; demand 5 of 3 GPUs at 60 − 50.
    contract = spot([2.0, 2.0, 5.0], [100.0, 40.0, 60.0])
    found = solve(scenario([50] * 3, pools=[gpu_pool(3)], contracts=[contract]), 130)
    assert found.of("spot", "gpus") == [2, 0, 3]
    assert found.schedule.contracts[0].delivered_gpu_hours == 5.0


def test_no_duty_at_any_price(solve: Solve) -> None:
    solve(scenario([50], pools=[gpu_pool()], contracts=[spot(1.0, -20.0)]), 0)


def test_sold_to_be_paid_for_drawing(solve: Solve) -> None:
    # Demand is demand, also where it pays less than nothing: −20 + 50.
    solve(scenario([-50], pools=[gpu_pool()], contracts=[spot(1.0, -20.0)]), 30)


def test_declined_by_the_state(solve: Solve) -> None:
    given = scenario(
        [50],
        pools=[gpu_pool()],
        contracts=[spot(optional=True)],
        state={"contracts": {"spot": {"kind": "spot", "accepted": False}}},
    )
    found = solve(given, 0)
    assert not found.schedule.contracts[0].accepted


def test_a_quarter_hour_is_a_quarter_of_the_price(solve: Solve) -> None:
    given = scenario([50] * 4, pools=[gpu_pool()], contracts=[spot()], time={"resolution_minutes": 15})
    found = solve(given, 50)
    assert found.usd("contract_revenue") == [25] * 4
