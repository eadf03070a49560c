"""Everything on site at once: a day of many parts, planned in a piece and hour by hour, and how it is reported."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from optimizer import audit, plan
from optimizer.insight.figures import cost_shares
from optimizer.report.overview import overview
from optimizer.report.table import print_plan
from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Planned, Solve
from tests.model.power import battery, generator, never_at_once, powered, renewable
from tests.toys import batch, clock, gpu_pool, group_fleet, mode, reserved, spot

HOURS = 24


def full_day(**changes: Any) -> Scenario:
    """Two fleets and a pool with three contracts, wind, sun, two engines, two batteries, two PPAs, a day-ahead
    position to decide, carbon with price and cap, export at its own price, and a night of negative prices."""
    hour = np.arange(HOURS)
    price = 45 + 40 * np.sin((hour - 9) / 24 * 2 * np.pi) + 9 * np.cos(2.3 * hour)
    price[1:5] -= 60.0
    wind = np.round(0.5 + 0.45 * np.sin(hour / 4), 3)
    fleets = [
        group_fleet(6, modes=[mode("normal"), mode("low", 0.6, 70.0)], start_cost_usd=8.0, warm_up_hours=1.0),
        group_fleet(4, name="old", modes=[mode("old", 0.9, 60.0)], min_up_hours=3.0, min_down_hours=2.0),
    ]
    job = batch(10.0, 18.0, min_gpus=1.0, max_gpus=2.0, restart_gpu_hours=0.5, price_usd_per_gpu_hour=90.0)
    contracts = [
        reserved(tiers=[{"below": 0.95, "credit_share": 0.3}], price_usd_per_gpu_hour=80.0),
        spot(2.0, 70.0),
        job | {"penalty_usd_per_gpu_hour": 30.0},
    ]
    order = {"name": "call", "start": clock(17), "end": clock(19), "import_limit_mw": 2.0}
    parts: dict[str, Any] = {
        "fleets": fleets,
        "pools": [gpu_pool(4, idle_power_w=0.1e6, start_cost_usd=2.0)],
        "contracts": contracts,
        "renewables": [renewable(6.0, wind.tolist()), renewable(4.0, 0.25, name="sun", cost_usd_per_mwh=22.0)],
        "generators": [
            generator(3.0, 52.0, min_load_mw=1.0, start_cost_usd=25.0, min_up_hours=2.0, ramp_mw_per_hour=2.0),
            generator(4.0, 70.0, name="turbine", min_load_mw=2.0, start_cost_usd=90.0, min_down_hours=2.0),
        ],
        "batteries": [
            battery(6.0, 0.9, charge_limit_mw=2.0, discharge_limit_mw=2.0, start_energy_mwh=2.0, wear_usd_per_mwh=4.0),
            battery(4.0, 0.95, name="second", self_loss_per_hour=0.01),
        ],
        "ppas": [
            {"name": "block", "kind": "block", "quantity_mw": 2.0, "price_usd_per_mwh": 44.0},
            {
                "name": "park",
                "kind": "as_produced",
                "quantity_mw": (3.0 * wind).tolist(),
                "price_usd_per_mwh": 30.0,
                "spread_usd_per_mwh": 2.0,
                "optional": True,
            },
        ],
        "day_ahead": {"price_usd_per_mwh": (price + 5 * np.sin(hour)).tolist()},
        "carbon": {"intensity_kg_per_mwh": 400.0, "price_usd_per_tonne": 12.0, "cap_tonnes": 40.0},
        "energy": {
            "loss_factor": 0.02,
            "adders": [{"name": "delivery", "usd_per_mwh": 4.0}],
            "export_price_usd_per_mwh": (1.1 * price + 3).tolist(),
        },
        "site": {"import_limit_mw": 9.0, "export_limit_mw": 4.0, "curtailment": [order]},
        "hall": {"pue": 1.1, "overhead_mw": 0.2},
        "time": {"committed_periods": HOURS - 4, "look_ahead_periods": 4},
    }
    return powered(price.tolist(), **(parts | changes))


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_all_at_once(solver: str) -> None:
    schedule = plan(full_day(), solver=solver)
    assert schedule.outcome.status == "proven"
    never_at_once(Planned(schedule))
    kinds = set(schedule.ledger_by_kind)
    assert kinds >= {"energy", "export", "fuel", "ppa", "battery_wear", "carbon", "day_ahead_settlement", "start"}
    assert schedule.profit_usd == pytest.approx(sum(row.usd for row in schedule.ledger_rows), rel=1e-9)
    again = plan(full_day())
    assert schedule.horizon_profit_usd == pytest.approx(again.horizon_profit_usd, rel=3e-4)


def test_hour_by_hour_with_the_state_handed_over(solve: Solve) -> None:
    # An engine at 60 (start 10, two hours at least) and a battery that keeps 0.9 of 1 MWh. By the hour:
    # 100 − 50 to fill it; 200 − 60 − 10 − 0.1 × 90 with 0.9 MW of it; 200 − 60 − 90;
    # 160 − 20 to fill it; 200 − 60 − 10 − 0.1 × 120.
    # The PPA: −20 + 20 + 20 − 50 + 50. Each hour planned with the rest behind it makes what the whole does.
    price = [50.0, 90.0, 90.0, 20.0, 120.0]
    parts: dict[str, Any] = {
        "fleets": [group_fleet(2)],
        "generators": [generator(min_load_mw=0.5, min_up_hours=2.0, start_cost_usd=10.0)],
        "batteries": [battery(self_loss_per_hour=0.1, end_energy_mwh=0.0)],
        "ppas": [{"name": "d", "kind": "block", "quantity_mw": 1.0, "price_usd_per_mwh": 70.0, "optional": True}],
        "carbon": {"intensity_kg_per_mwh": 100.0, "cap_tonnes": 10.0},
    }
    whole = solve(powered(price, **parts), 50 + 121 + 50 + 140 + 118 + 20)
    total, state = 0.0, None
    for hour in range(len(price)):
        time = {
            "start": clock(hour),
            "committed_periods": 1,
            "look_ahead_periods": len(price) - hour - 1,
        }
        given = powered(price[hour:], **parts, time=time, **({} if state is None else {"state": state}))
        schedule = plan(given, gap=1e-6)
        assert audit(given, schedule).ok
        assert schedule.profit_usd is not None
        assert schedule.state is not None
        total += schedule.profit_usd
        state = schedule.state.model_dump(mode="json")
    assert total == pytest.approx(whole.profit, rel=1e-5)
    assert whole.schedule.state is not None
    assert schedule.state is not None
    assert schedule.state.carbon_tonnes == pytest.approx(whole.schedule.state.carbon_tonnes)


def test_cost_shares_count_power_at_what_it_costs(solve: Solve) -> None:
    # 1 MW of IT, 1 MW of overhead; 1 MW of wind for nothing, 1 MW bought at 50: 25 a MWh.
    given = powered([50], fleets=[group_fleet()], renewables=[renewable()], hall={"overhead_mw": 1.0})
    shares = cost_shares(given, solve(given, 50).schedule)
    assert (shares.it_electricity_usd, shares.cooling_usd) == (pytest.approx(25), pytest.approx(25))


def test_the_table_shows_what_is_made_stored_and_exported() -> None:
    given = full_day()
    schedule = plan(given)
    console = Console(file=io.StringIO(), width=200)
    print_plan(console, given, schedule, audit(given, schedule))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for word in ("made", "battery", "export", "cooling", "day ahead settlement", "audit: accepted"):
        assert word in text
    rows = {(row.item, row.quantity): row.value for row in schedule.dispatch_rows[::-1]}  # the first hour's
    cooling = rows["hall", "facility_mw"] - rows["hall", "it_mw"]
    line = next(line for line in text.splitlines() if line.startswith("00:00"))
    assert f"{cooling:.2f}" in line.split()


def test_the_overview_names_what_is_on_site() -> None:
    text = overview(full_day())
    assert "renewable wind: 6 MW" in text
    assert "generator engine: 1 to 3 MW" in text
    assert "battery second: 1 MW in, 1 MW out, 4 MWh" in text
    assert "PPA park: as produced, optional" in text
