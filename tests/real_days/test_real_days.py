"""Real days plan, are proven to 1e-4 and pass the audit on all three routes, which agree within the gap."""

from __future__ import annotations

import pytest

from optimizer import audit, plan
from optimizer.model.machines.market import hashprice
from optimizer.schedule import Schedule
from tests.real_days.facility import day
from tests.shared_data import needs

pytestmark = [needs("bundle_ercot_2024"), needs("ai")]

GAP = 1e-4
DAYS = {
    "January freeze": ("2024-01-16", 24),
    "negative prices": ("2024-05-19", 24),
    "clocks forward": ("2024-03-10", 23),
    "halving evening": ("2024-04-19", 24),
    "clocks back": ("2024-11-03", 25),
    "ordinary day": ("2024-10-09", 24),
}


@pytest.mark.parametrize("name", DAYS)
def test_real_day_on_every_route(name: str) -> None:
    date, periods = DAYS[name]
    scenario = day(date, derived=name == "halving evening")
    assert scenario.horizon.periods == periods
    schedules: dict[str, Schedule] = {}
    for solver in ("highs", "scip", "cbc"):
        schedule = plan(scenario, solver=solver, gap=GAP)
        assert schedule.outcome.status == "proven", (solver, schedule.outcome)
        assert audit(scenario, schedule).ok
        schedules[solver] = schedule
    # Each plan is at most the gap below the optimum, so any two differ by no more than it, and no plan of one
    # route is above the bound of another.
    for one in schedules.values():
        for other in schedules.values():
            assert one.horizon_profit_usd is not None and other.outcome.bound_usd is not None
            assert one.horizon_profit_usd <= other.outcome.bound_usd * (1 + 1e-7)
            assert one.horizon_profit_usd == pytest.approx(other.horizon_profit_usd, rel=GAP)


def test_freeze_stops_the_miners_where_power_is_dear() -> None:
    scenario = day("2024-01-16")
    schedule = plan(scenario)
    rows = schedule.dispatch
    price = rows[rows["quantity"] == "energy_price_usd_per_mwh"].set_index("start")["value"]
    old = rows[(rows["item"] == "s19j-pro") & (rows["quantity"] == "it_mw")].set_index("start")["value"]
    assert price.max() > 150
    # Asleep: 6,000 machines of 30 W.
    assert old[price > 150].max() == pytest.approx(0.18)
    assert old[price < 60].min() > 5


def test_negative_day_has_negative_prices_and_runs_full() -> None:
    scenario = day("2024-05-19")
    schedule = plan(scenario)
    rows = schedule.dispatch
    price = rows[rows["quantity"] == "energy_price_usd_per_mwh"].set_index("start")["value"]
    imported = rows[rows["quantity"] == "import_mw"].set_index("start")["value"]
    assert price.min() < 0
    assert imported[price < 0].mean() > 50


def test_halving_is_crossed_in_the_evening() -> None:
    scenario = day("2024-04-19", derived=True)
    assert scenario.bitcoin is not None
    price = hashprice(scenario.bitcoin, scenario.horizon)
    # 19:09:27 local: 9.45 minutes of the hour at 6.25, the rest at 3.125 BTC; fees 0.8 throughout. BTC price and
    # difficulty are a UTC day's, and that day ends at 19:00 local.
    share = 9.45 / 60
    expected = share * 6.25 + (1 - share) * 3.125 + 0.8
    assert price[20] / price[19] == pytest.approx(3.925 / expected, rel=1e-6)
    assert price[:19] == pytest.approx(price[0])
