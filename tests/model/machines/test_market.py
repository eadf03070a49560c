"""What hashrate earns: domain section 2, in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.model.machines import market
from optimizer.scenario.horizon import Time, horizon_of
from tests.model.conftest import Solve
from tests.toys import group_fleet, scenario


def test_hashprice_of_a_difficulty() -> None:
    network = market.network_hashrate_ph_per_s(np.array([1e14]))
    price = market.hashprice_usd_per_ph_day(np.array([3.125]), np.array([0.0]), np.array([100_000.0]), network)
    assert price[0] == pytest.approx(62.8643, abs=5e-5)


def test_break_even_power_price() -> None:
    assert market.breakeven_power_price_usd_per_mwh(50.0, 17.5) == pytest.approx(119.05, abs=5e-3)
    # A fee of 2 % and a PUE of 1.25 each move it in proportion.
    moved = market.breakeven_power_price_usd_per_mwh(50.0, 17.5, pool_fee=0.02, pue=1.25)
    assert moved == pytest.approx(119.0476190 * 0.98 / 1.25)


def test_break_even_btc_price_doubles_with_a_halving() -> None:
    before = market.breakeven_btc_price_usd(200.0, 120.0, 50_000.0)
    assert before == 30_000.0
    assert market.breakeven_btc_price_usd(100.0, 120.0, 50_000.0) == 2 * before


@pytest.mark.parametrize(
    ("height", "subsidy"),
    [(0, 50.0), (209_999, 50.0), (210_000, 25.0), (839_999.9, 6.25), (840_000, 3.125), (1_050_000, 1.5625)],
)
def test_subsidy(height: float, subsidy: float) -> None:
    assert market.subsidy_btc(np.array([height]))[0] == subsidy


def test_a_halving_inside_a_period_earns_the_weighted_mean() -> None:
    time = Time(zone="UTC", start="2024-04-19T20:00:00", committed_periods=3)  # type: ignore[arg-type]
    # Six blocks an hour: from 839,992.5 on, the halving is 1.5 blocks into the second hour.
    subsidies = market.mean_subsidy_btc(839_992.5, horizon_of(time))
    assert subsidies == pytest.approx([6.25, 6.25 * 0.25 + 3.125 * 0.75, 3.125])


DERIVED: dict[str, Any] = {"btc_price_usd": 60_000.0, "network_hashrate_eh_per_s": 600.0}


@pytest.mark.parametrize(
    ("bitcoin", "hashprices"),
    [
        ({"hashprice_usd_per_ph_day": [48.0, 24.0]}, [48.0, 24.0]),
        ({"hashprice_btc_per_ph_day": 0.0005, "btc_price_usd": [96_000.0, 48_000.0]}, [48.0, 24.0]),
        # (6.25 + 0.25) × 144 × 60,000 / 600,000 PH/s = 93.60; half of the second hour at 6.25, half at 3.125.
        (DERIVED | {"block_height": 839_991.0, "fees_btc_per_block": 0.25}, [93.6, (4.6875 + 0.25) * 14.4]),
        # The same network as a difficulty: 6e20 H/s × 600 / 2^32.
        (
            {"btc_price_usd": 60_000.0, "difficulty": 6e20 * 600 / 2**32, "block_height": 800_000.0},
            [6.25 * 14.4] * 2,
        ),
    ],
)
def test_hashprice_given_or_derived(solve: Solve, bitcoin: dict[str, Any], hashprices: list[float]) -> None:
    # 100 PH/s for an hour earn hashprice × 100 / 24, at a price of nothing.
    given = scenario([0, 0], fleets=[group_fleet()], bitcoin=bitcoin)
    found = solve(given, sum(hashprices) * 100 / 24)
    assert found.of("bitcoin", "hashprice_usd_per_ph_day") == hashprices


def test_the_height_that_a_plan_hands_over_takes_the_place_of_the_given_one(solve: Solve) -> None:
    bitcoin = DERIVED | {"block_height": 800_000.0}
    given = scenario([0], fleets=[group_fleet()], bitcoin=bitcoin, state={"block_height": 839_997.0})
    found = solve(given, 4.6875 * 14.4 * 100 / 24)
    assert found.schedule.state is not None
    assert found.schedule.state.block_height == 840_003.0


def test_pool_fee(solve: Solve) -> None:
    # 100 × 0.98 − 50.
    bitcoin = {"hashprice_usd_per_ph_day": 24.0, "pool_fee": 0.02}
    found = solve(scenario([50], fleets=[group_fleet()], bitcoin=bitcoin), 48)
    assert found.usd("mining_revenue") == [98]
