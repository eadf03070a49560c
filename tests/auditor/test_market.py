"""Hashprice, given or from the chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.auditor.market import mean_subsidy
from tests.auditor import hand, worked
from tests.toys import group_fleet, scenario

HALVING = 1_050_000.0


def mined(bitcoin: dict[str, Any], hashprice: list[float], block_height: float | None, **more: Any) -> Any:
    """A group that is off throughout."""
    count = len(hashprice)
    toy = scenario([1000.0] * count, fleets=[group_fleet()], bitcoin=bitcoin, **more)
    rows = {
        "site": hand.site(0, 1000),
        "bitcoin": hand.bitcoin(hashprice),
        "hall": hand.hall(0),
        "miners": hand.miners([0] * count, [0] * count, [0] * count),
    }
    state = {"fleets": {"miners": hand.groups_state(("off", 1, 1e5))}, "block_height": block_height}
    return toy, hand.schedule(toy, rows, {}, state=state)


def test_hashprice_row():
    toy, plan = worked.one_group()
    spoilt = hand.set_row(plan, toy, "bitcoin", "hashprice_usd_per_ph_day", 1, 25)
    hand.assert_caught(toy, spoilt, "input", "bitcoin", 1, 1)


def test_hashprice_from_difficulty():
    """D = 1e14, 100,000 USD, 3.125 BTC, no fees: 62.8643 USD per PH/s per day."""
    chain = {"btc_price_usd": 1e5, "difficulty": 1e14, "block_height": 900_000.0}
    toy, plan = mined(chain, [62.86428] * 2, 900_012.0)
    found = hand.audit(toy, plan)
    own = 3.125 * 144 * 1e5 / (1e14 * 2**32 / 600 / 1e15)
    assert own == pytest.approx(62.8643, abs=5e-5)
    assert all(v.rule == "input" and abs(v.amount or 1) < 5e-5 for v in found.violations)
    hand.assert_accepted(*mined(chain, [own] * 2, 900_012.0))


def test_hashprice_in_btc():
    chain = {"hashprice_btc_per_ph_day": [0.0005, 0.0006], "btc_price_usd": [1e5, 5e4]}
    hand.assert_accepted(*mined(chain, [50, 30], None))


def test_a_halving_inside_a_period_is_weighted_by_time():
    """The halving comes 2.5 blocks, 25 minutes, into the second hour; fees of 1 BTC stay."""
    chain = {
        "btc_price_usd": 1e5,
        "network_hashrate_eh_per_s": 500.0,
        "block_height": HALVING - 8.5,
        "fees_btc_per_block": 1.0,
    }
    subsidy = [3.125, (3.125 * 25 + 1.5625 * 35) / 60, 1.5625]
    hashprice = [(s + 1) * 144 * 1e5 / 5e5 for s in subsidy]
    hand.assert_accepted(*mined(chain, hashprice, HALVING + 9.5))
    toy, plan = mined(chain, [hashprice[0], hashprice[2], hashprice[2]], HALVING + 9.5)
    hand.assert_caught(toy, plan, "input", "bitcoin", 1)


def test_the_height_of_the_state_counts():
    chain = {"btc_price_usd": 1e5, "network_hashrate_eh_per_s": 500.0, "block_height": HALVING - 8.5}
    hashprice = 1.5625 * 144 * 1e5 / 5e5
    toy, plan = mined(chain, [hashprice], HALVING + 6, state={"block_height": HALVING})
    hand.assert_accepted(toy, plan)
    near = hand.set_state(plan, lambda state: state.update(block_height=HALVING + 6.5))
    hand.assert_caught(toy, near, "state", "state", None, 0.5)
    spoilt = hand.set_state(plan, lambda state: state.update(block_height=HALVING))
    hand.assert_caught(toy, spoilt, "state", "state", None, -6)


def test_subsidy_over_eras():
    assert mean_subsidy(0.0, 1, 600.0).tolist() == [50.0]
    assert mean_subsidy(839_999.5, 2, 300.0).tolist() == [6.25, 3.125]
    year = mean_subsidy(HALVING - 100.25, 8760, 3600.0)
    assert np.unique(year[:16]).tolist() == [3.125] and np.unique(year[17:]).tolist() == [1.5625]


def test_the_pool_fee_is_kept():
    bitcoin = {"hashprice_usd_per_ph_day": 24.0, "pool_fee": 0.02}
    toy = scenario([50, 200], fleets=[group_fleet()], bitcoin=bitcoin)
    _, plan = worked.one_group()
    hand.assert_caught(toy, plan, "ledger", "miners", 0, 2)
    paid = hand.map_ledger(plan, lambda r: r._replace(usd=98.0) if r.kind == "mining_revenue" else r)
    hand.assert_accepted(toy, hand.set_outcome(paid, bound_usd=48.0), 48)
