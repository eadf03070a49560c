"""Cost shares and break-even prices, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.insight.figures import break_even, cost_shares
from tests.toys import gpu_pool, group_fleet, mode, scenario, spot


def test_cost_shares_of_a_mining_hall() -> None:
    # One group at 40 + 10 of adders, losses of 10 %, PUE 1.2, 0.1 MW of overhead: IT 55, cooling 0.3 × 55 = 16.5.
    # Maintenance 6, depreciation 8, whether it runs or not.
    fleet = group_fleet(running_cost_usd_per_machine_hour=6.0, depreciation_usd_per_machine_hour=8.0)
    energy = {"adders": [{"name": "delivery", "usd_per_mwh": 10.0}], "loss_factor": 0.1}
    given = scenario([40], fleets=[fleet], hall={"pue": 1.2, "overhead_mw": 0.1}, energy=energy)
    schedule = plan(given)
    costs = cost_shares(given, schedule)
    assert costs.it_electricity_usd == pytest.approx(55)
    assert costs.cooling_usd == pytest.approx(16.5)
    assert costs.maintenance_usd == pytest.approx(6)
    assert costs.depreciation_usd == pytest.approx(8)
    assert costs.it_electricity_usd + costs.cooling_usd == pytest.approx(
        -schedule.ledger_by_kind["energy"] - schedule.ledger_by_kind["adders"]
    )
    shares = costs.shares
    assert list(shares) == ["IT electricity", "cooling", "hardware depreciation", "maintenance"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["IT electricity"] == pytest.approx(55 / 85.5)


def test_depreciation_by_use_is_what_the_ledger_says() -> None:
    # Used in one hour of two.
    fleet = group_fleet(depreciation_usd_per_machine_hour=8.0, depreciation_by_use=True)
    given = scenario([50, 200], fleets=[fleet])
    assert cost_shares(given, plan(given)).depreciation_usd == pytest.approx(8)
    idle = group_fleet(depreciation_usd_per_machine_hour=8.0)
    given = scenario([50, 200], fleets=[idle])
    assert cost_shares(given, plan(given)).depreciation_usd == pytest.approx(16)


def test_no_shares_of_nothing() -> None:
    given = scenario([200], fleets=[group_fleet()])
    assert cost_shares(given, plan(given)).shares == {}


def test_only_the_committed_part_counts() -> None:
    given = scenario([50] * 3, fleets=[group_fleet()], time={"committed_periods": 1, "look_ahead_periods": 2})
    assert cost_shares(given, plan(given)).it_electricity_usd == pytest.approx(50)


BITCOIN: dict[str, Any] = {"btc_price_usd": 60_000.0, "hashprice_btc_per_ph_day": 0.0004, "pool_fee": 0.02}
"""24 USD per PH/s and day."""


def test_break_even_power_price_by_mode() -> None:
    # 10 J/TH and 8 J/TH, PUE 1.25: 24 × 0.98 × 1000 / (24 × 10 × 1.25) = 78.40 and 98.00 USD/MWh.
    fleet = group_fleet(modes=[mode("normal"), mode("low", 0.6, 75.0), mode("sleep", 0.1, 0.0)])
    given = scenario([50], fleets=[fleet], bitcoin=BITCOIN, hall={"pue": 1.25})
    found = break_even(given, plan(given)).power_price_usd_per_mwh
    assert found == {("miners", "normal"): pytest.approx(78.4), ("miners", "low"): pytest.approx(98.0)}


def test_a_mode_makes_nothing_at_its_break_even() -> None:
    for price, up in ((78.39, 1), (78.41, 0)):
        given = scenario([price], fleets=[group_fleet()], bitcoin=BITCOIN, hall={"pue": 1.25})
        rows = {(r.item, r.quantity): r.value for r in plan(given).dispatch_rows}
        assert rows["miners", "groups[normal]"] == up


def test_break_even_btc_prices() -> None:
    # Revenue 98 at 60,000; electricity and cooling 50 × 1.25: 60,000 × 62.5 / 98. In full 10 of maintenance and 8 of
    # depreciation on top.
    fleet = group_fleet(running_cost_usd_per_machine_hour=10.0, depreciation_usd_per_machine_hour=8.0)
    given = scenario([50], fleets=[fleet], bitcoin=BITCOIN, hall={"pue": 1.25})
    found = break_even(given, plan(given))
    assert found.btc_price_marginal_usd == pytest.approx(60_000 * 62.5 / 98)
    assert found.btc_price_full_usd == pytest.approx(60_000 * 80.5 / 98)


def test_break_even_leaves_the_gpus_out() -> None:
    # A GPU in the same hall at work of 1 MW: it bears half of the cooling and of the overhead.
    pool = gpu_pool(running_cost_usd_per_node_hour=3.0, depreciation_usd_per_node_hour=4.0)
    given = scenario(
        [50],
        fleets=[group_fleet()],
        pools=[pool],
        contracts=[spot()],
        bitcoin=BITCOIN,
        hall={"pue": 1.25, "overhead_mw": 0.2},
    )
    schedule = plan(given)
    # Half of (0.25 × 2 + 0.2) MW is 0.35 MW.
    found = break_even(given, schedule)
    assert found.btc_price_marginal_usd == pytest.approx(60_000 * 50 * 1.35 / 98)
    assert found.btc_price_full_usd == found.btc_price_marginal_usd
    costs = cost_shares(given, schedule)
    assert (costs.maintenance_usd, costs.depreciation_usd) == pytest.approx((3, 4))
    assert costs.cooling_usd == pytest.approx(35)


def test_a_halving_doubles_the_break_even_btc_price() -> None:
    # Without fees and at equal costs.
    found = []
    for height in (839_000.0, 841_000.0):
        bitcoin = {"btc_price_usd": 60_000.0, "network_hashrate_eh_per_s": 100.0, "block_height": height}
        given = scenario([50], fleets=[group_fleet()], bitcoin=bitcoin)
        found.append(break_even(given, plan(given)).btc_price_marginal_usd)
    assert found[0] is not None
    assert found[1] == pytest.approx(2 * found[0])


def test_no_btc_price_without_one_or_without_mining() -> None:
    given = scenario([50], fleets=[group_fleet()])
    assert break_even(given, plan(given)).btc_price_marginal_usd is None
    given = scenario([500], fleets=[group_fleet()], bitcoin=BITCOIN)
    assert break_even(given, plan(given)).btc_price_full_usd is None
    given = scenario([50], pools=[gpu_pool()])
    assert break_even(given, plan(given)).power_price_usd_per_mwh == {}


def test_a_mode_that_draws_nothing_has_no_break_even() -> None:
    given = scenario([50], fleets=[group_fleet(modes=[mode("normal"), mode("free", power_mw=0.0)])])
    assert list(break_even(given, plan(given)).power_price_usd_per_mwh) == [("miners", "normal")]
