"""The grid connection, worked by hand: limits, orders and what energy costs."""

from __future__ import annotations

import pytest

from tests.model.conftest import Solve
from tests.toys import clock, group_fleet, scenario


def test_import_limit_is_at_the_meter(solve: Solve) -> None:
    # 2.5 MW at PUE 1.2: two groups (2.4).
    found = solve(scenario([50], fleets=[group_fleet(3)], site={"import_limit_mw": 2.5}, hall={"pue": 1.2}), 80)
    assert found.of("site", "import_mw") == [2.4]


def test_a_finer_import_limit_takes_its_least_in_the_period(solve: Solve) -> None:
    limit = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [3.0, 1.0, 2.0, 2.0]}
    found = solve(scenario([50, 50], fleets=[group_fleet(3)], site={"import_limit_mw": limit}), 150)
    assert found.of("site", "import_limit_mw") == [1, 2]


@pytest.mark.parametrize(
    ("start", "end", "import_mw"),
    [
        (1.0, 2.0, [3, 1, 3, 3]),
        (0.5, 1.0 + 1 / 60, [1, 1, 3, 3]),
        (1.0, 3.0, [3, 1, 1, 3]),
        (3.75, 9.0, [3, 3, 3, 1]),
    ],
)
def test_a_curtailment_order_caps_every_period_it_touches(
    solve: Solve, start: float, end: float, import_mw: list[int]
) -> None:
    order = {"name": "call", "start": clock(start), "end": clock(end), "import_limit_mw": 1.9}
    found = solve(scenario([50] * 4, fleets=[group_fleet(3)], site={"curtailment": [order]}), 50 * sum(import_mw))
    assert found.of("site", "import_mw") == import_mw
    assert found.of("site", "import_limit_mw") == [1.9 if mw == 1 else 1000 for mw in import_mw]


def test_the_tightest_of_several_orders_counts(solve: Solve) -> None:
    orders = [
        {"name": "a", "start": clock(0), "end": clock(2), "import_limit_mw": 2.0},
        {"name": "b", "start": clock(1), "end": clock(3), "import_limit_mw": 1.0},
    ]
    found = solve(scenario([50] * 3, fleets=[group_fleet(3)], site={"curtailment": orders}), 200)
    assert found.of("site", "import_mw") == [2, 1, 1]


def test_an_order_in_another_week_changes_nothing(solve: Solve) -> None:
    order = {"name": "past", "start": clock(-30), "end": clock(-20), "import_limit_mw": 0.0}
    solve(scenario([50], fleets=[group_fleet()], site={"curtailment": [order]}), 50)


def test_adders_and_losses(solve: Solve) -> None:
    # 1 MWh × (40 + 5 + 2) × 1.1 = 51.70; at 83 it is 99.
    adders = [{"name": "delivery", "usd_per_mwh": 5.0}, {"name": "fee", "usd_per_mwh": [2.0, 2.0]}]
    given = scenario([40, 83], fleets=[group_fleet()], energy={"adders": adders, "loss_factor": 0.1})
    found = solve(given, 48.3 + 1.0)
    assert found.usd("energy", "grid") == [-44, -91.3]
    assert found.usd("adders", "delivery") == [-5.5, -5.5]
    assert found.usd("adders", "fee") == [-2.2, -2.2]
    assert found.of("site", "adders_usd_per_mwh") == [7, 7]


def test_negative_prices_pay_for_import(solve: Solve) -> None:
    # −20 with an adder of 5: 100 + 15.
    found = solve(
        scenario([-20], fleets=[group_fleet()], energy={"adders": [{"name": "delivery", "usd_per_mwh": 5.0}]}), 115
    )
    assert found.usd("energy") == [20]


def test_time_of_use_prices(solve: Solve) -> None:
    # Monday 2026-01-05: 30 at night; from 02:30 on 150: the hour from 02:00 costs their mean, 90.
    windows = [
        {"name": "day", "price_usd_per_mwh": 150.0, "start": "02:30:00", "end": "20:00:00", "days": ["weekday"]},
        {"name": "else", "price_usd_per_mwh": 30.0},
    ]
    found = solve(scenario({"tou": {"windows": windows}}, periods=4, fleets=[group_fleet()]), 70 + 70 + 10)
    assert found.of("site", "energy_price_usd_per_mwh") == [30, 30, 90, 150]


def test_a_plan_looks_behind_what_it_commits(solve: Solve) -> None:
    # A start of 80 is worth it for four hours at 50, not for the committed one: −30 of 120.
    fleet = group_fleet(start_cost_usd=80.0)
    found = solve(scenario([50] * 4, fleets=[fleet], time={"committed_periods": 1, "look_ahead_periods": 3}), 120)
    assert found.schedule.profit_usd == pytest.approx(-30)
    assert found.schedule.outcome.bound_usd == pytest.approx(120, rel=1e-5)
    assert {row.start.hour for row in found.schedule.dispatch_rows} == {0}
    assert {row.start.hour for row in found.schedule.look_ahead_dispatch_rows} == {1, 2, 3}
    assert sum(row.usd for row in found.schedule.look_ahead_ledger_rows) == pytest.approx(150)
