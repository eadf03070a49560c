"""Energy rates of a tariff, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

import pytest

from optimizer.model.formulation import formulate
from optimizer.schedule import MonthBill
from tests.model.bill.tariffs import LAST_HOUR, charge, energy, kwh, month, under
from tests.model.conftest import Planned, Solve
from tests.model.power import battery, renewable

CHEAP_THEN_DEAR = energy(kwh(0.05, up_to_kwh=1500.0), kwh(0.15))
DEAR_THEN_CHEAP = energy(kwh(0.15, up_to_kwh=1000.0), kwh(0.05))
SPLIT = {"committed_periods": 1, "look_ahead_periods": 2}


def bill(found: Planned) -> MonthBill:
    return found.schedule.bills[0]


def test_rates_by_time_of_use_with_adders_and_losses(solve: Solve) -> None:
    # 60 + 10 with losses of 10 %, then 85 on average of a period that a window cuts: 100 − 77, 100 − 104.5.
    peak = energy(kwh(0.09, adjustment_usd_per_kwh=0.02), name="peak", windows=[{"start": "01:30:00"}])
    rest = energy(kwh(0.06), name="rest")
    terms = {"adders": [{"name": "delivery", "usd_per_mwh": 10.0}], "loss_factor": 0.1}
    found = solve(under({"energy": [peak, rest]}, 2, energy=terms), 23)
    assert found.of("site", "energy_price_usd_per_mwh") == [60, 85]
    assert found.usd("energy", "grid") == [-66, 0]
    assert (bill(found).energy_usd, bill(found).adders_usd) == pytest.approx((66, 11))


def test_rising_tiers_count_from_the_energy_so_far(solve: Solve) -> None:
    # 0.5 MWh before: one hour at 50, the next would be at 150.
    given = under({"energy": [CHEAP_THEN_DEAR]}, 2, state=month(import_mwh=0.5, energy_usd=25.0))
    found = solve(given, 50)
    assert bill(found).energy_usd == pytest.approx(75)
    assert bill(found).import_mwh == pytest.approx(1.5)
    assert formulate(given).problem.integers == formulate(under({}, [50, 50])).problem.integers
    # A quarter of an hour's energy at 150: 100 − 0.75 × 50 − 0.25 × 150.
    solve(under({"energy": [CHEAP_THEN_DEAR]}, 1, state=month(import_mwh=0.75)), 25)


def test_falling_tiers_are_filled_in_order(solve: Solve) -> None:
    # The first hour loses 50, the others make 50 each.
    solve(under({"energy": [DEAR_THEN_CHEAP]}, 2), 0)
    found = solve(under({"energy": [DEAR_THEN_CHEAP]}, 3), 50)
    assert found.usd("energy") == [-150, -150, 50]
    solve(under({"energy": [DEAR_THEN_CHEAP]}, 2, state=month(import_mwh=1.0)), 100)


def test_tiers_are_split_between_committed_part_and_look_ahead(solve: Solve) -> None:
    # What the first hour pays for tiers stands in it, what the others change in the last.
    found = solve(under({"energy": [DEAR_THEN_CHEAP]}, 3, time=SPLIT), 50)
    assert found.schedule.profit_usd == pytest.approx(-50)
    assert found.usd("energy") == [-150, -150, 50]


def test_tiers_begin_anew_in_each_month(solve: Solve) -> None:
    # January has its dear MWh behind it; February would begin with one.
    given = under({"energy": [DEAR_THEN_CHEAP]}, 2, state=month(import_mwh=1.0), time=LAST_HOUR)
    found = solve(given, 50)
    assert found.of("miners", "it_mw") == [1, 0]


def test_ends_per_day_go_by_the_days_of_the_month(solve: Solve) -> None:
    # 50 kWh × 31 days = 1.55 MWh; × 28 = 1.4 MWh. One hour at 50, of the next 0.55 (0.4) MWh.
    tiers = energy(kwh(0.05, up_to_kwh_per_day=50.0), kwh(0.1))
    solve(under({"energy": [tiers]}, 2), 50 + 0.55 * 50)
    solve(under({"energy": [tiers]}, 2, time={"start": "2026-02-05T00:00:00"}), 50 + 0.4 * 50)


def test_hours_of_use(solve: Solve) -> None:
    # Dear for the first hour's worth of the month's demand: with both groups 2 MWh at 150, 4 at 50.
    tiers = energy(kwh(0.15, up_to_kwh_per_kw=1.0), kwh(0.05))
    found = solve(under({"energy": [tiers]}, 3, 2), 600 - 300 - 200)
    assert found.of("miners", "it_mw") == [2, 2, 2]
    # With 0.5 MWh before, at 1 MW that was billed anyway, 0.5 MWh of it are left. One group: 300 − 75 − 125.
    flat = charge(0.0)
    state = month(import_mwh=0.5, peaks_mw={"flat": 1.0})
    solve(under({"energy": [tiers], "demand": [flat]}, 3, 1, state=state), 100)


def test_hours_of_use_without_a_charge_count_the_highest_demand_so_far(solve: Solve) -> None:
    # The first day draws 2 MW; of the month's 2 MWh of the dear tier its hour has used all.
    tiers = energy(kwh(0.12, up_to_kwh_per_kw=1.0), kwh(0.05))
    first = solve(under({"energy": [tiers]}, 2, 2), 400 - 240 - 100)
    (record,) = first.schedule.state.tariff.months
    assert (record.import_mwh, record.peak_mw) == (4.0, 2.0)
    # One group for an hour more is cheap: the ends stay where 2 MW put them, not where 1 MW or nothing would.
    state = {"months": [record.model_dump()]}
    found = solve(under({"energy": [tiers]}, 1, 1, state=state, time={"start": "2026-01-06T00:00:00"}), 100 - 50)
    assert found.schedule.bills[0].energy_usd == pytest.approx(2 * 120 + 3 * 50)
    assert found.schedule.state.tariff.months[0].peak_mw == 2.0


def test_no_demand_that_is_not_there_makes_energy_cheaper(solve: Solve) -> None:
    # Cheap for the first hour's worth: both groups once, whatever a demand of 100 MW would make of it.
    tiers = energy(kwh(0.05, up_to_kwh_per_kw=1.0), kwh(0.15))
    found = solve(under({"energy": [tiers]}, 2, 2), 100)
    assert sum(found.values("miners", "it_mw")) == pytest.approx(2)
    # With a charge of 20 a MW on every hour: 200 − 100 − 40.
    found = solve(under({"energy": [tiers], "demand": [charge(0.02)]}, 2, 2), 60)
    assert found.usd("demand")[1] == pytest.approx(-40)


def test_demand_is_raised_where_energy_becomes_cheaper_by_it(solve: Solve) -> None:
    # The battery takes 1 MW beside the group: the demand of 2 MW makes 2 MWh cheap, and the next hour needs no more.
    tiers = energy(kwh(0.05, up_to_kwh_per_kw=1.0), kwh(0.25))
    found = solve(under({"energy": [tiers]}, 2, 1, batteries=[battery()]), 100)
    assert found.of("site", "import_mw") == [2, 0]


def test_ends_of_several_units(solve: Solve) -> None:
    # 1.55 MWh by day, then to 2 kWh a kW: with one group 2 MWh. 300 − 1.55 × 50 − 0.45 × 80 − 1 × 95.
    tiers = energy(kwh(0.05, up_to_kwh_per_day=50.0), kwh(0.08, up_to_kwh_per_kw=2.0), kwh(0.095))
    solve(under({"energy": [tiers]}, 3, 1), 300 - 77.5 - 36 - 95)
    # An end that is overtaken closes its tier: 1 MWh at 1 MW is less than 1.55 MWh. 300 − 1.55 × 150 − 1.45 × 20.
    tiers = energy(kwh(0.15, up_to_kwh_per_day=50.0), kwh(0.1, up_to_kwh_per_kw=1.0), kwh(0.02))
    solve(under({"energy": [tiers]}, 3, 1), 38.5)


def test_the_tariff_buys_what_is_exported(solve: Solve) -> None:
    # 2 MW of wind: 1 MW for the group in place of 60, 1 MW sold at 30; a tax of 10 % on both lines.
    rate = energy(kwh(0.06, sell_usd_per_kwh=0.03))
    site = {"export_limit_mw": 1.0}
    wind = renewable(2.0, [1.0, 0.0])
    found = solve(under({"energy": [rate]}, 2, renewables=[wind], site=site), 100 + 30 + 40)
    assert found.of("site", "export_price_usd_per_mwh") == [30, 30]
    assert found.usd("export") == [30, 0]
    tax = {"name": "state tax", "percent": 10.0, "lines": ["energy", "export"]}
    found = solve(under({"energy": [rate], "taxes": [tax]}, 2, renewables=[wind], site=site), 100 + 33 + 34)
    assert found.usd("tax", "state tax") == [3, -6]
    # Without a price there it earns nothing.
    solve(under({"energy": [energy(kwh(0.06))]}, 1, renewables=[renewable(2.0)], site=site), 100)


def test_an_export_price_of_its_own(solve: Solve) -> None:
    rate = energy(kwh(0.06, sell_usd_per_kwh=0.03))
    tax = {"name": "state tax", "percent": 10.0, "lines": ["export"]}
    given = under(
        {"energy": [rate], "taxes": [tax]},
        1,
        renewables=[renewable(2.0)],
        site={"export_limit_mw": 1.0},
        energy={"export_price_usd_per_mwh": 20.0},
    )
    assert solve(given, 120).usd("tax") == [0]


def test_no_import_beside_export_where_a_later_tier_is_cheap(solve: Solve) -> None:
    # The first tier's 150 is used up: at 50 a MWh could be bought beside one that is sold at 80.
    site = {"export_limit_mw": 1.0}
    terms = {"export_price_usd_per_mwh": 80.0}
    given = under({"energy": [DEAR_THEN_CHEAP]}, 1, site=site, energy=terms, state=month(import_mwh=1.0))
    found = solve(given, 50)
    assert found.of("site", "import_mw") == [1]
