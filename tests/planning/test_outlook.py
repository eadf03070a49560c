"""What a month will see anyway, found by a relaxation over the rest of it."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.planning.outlook import find_expected_peaks
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.scenario import Scenario
from tests.toys import group_fleet, scenario

DAY_USD = 24 * (100.0 - 50.0)
"""What a group earns in a day at a price of 50 USD/MWh."""


def two_days_before_the_end(usd_per_kw: float, hours: int = 48, **supply: Any) -> Scenario:
    """The 30th of January is planned; prices are known for some hours from its begin."""
    price = {"price_usd_per_mwh": {"start": "2026-01-30T00:00:00Z", "interval_minutes": 60, "values": [50.0] * hours}}
    bare = scenario(price, periods=24, time={"start": "2026-01-30T00:00:00"}, fleets=[group_fleet(2)])
    tariff = {"name": "wires", "demand": [{"name": "flat", "tiers": [{"rate_usd_per_kw": usd_per_kw}]}]}
    raw = bare.model_dump(mode="json", exclude_unset=True)
    raw["supply"] |= {"tariff": tariff, "find_expected_peaks": True} | supply
    return Scenario.model_validate(raw)


def test_a_day_mines_where_the_rest_of_the_month_pays_the_charge() -> None:
    """2,000 USD a MW are more than the 1,200 of a day, and less than the 2,400 of the two that are left."""
    given = two_days_before_the_end(2.0)
    schedule = plan(given)
    assert schedule.profit_usd == pytest.approx(2 * DAY_USD)
    assert [peak.model_dump() for peak in schedule.expected_peaks] == [
        {"charge": "flat", "month": "2026-01", "peak_mw": pytest.approx(2.0)}
    ]
    (bill,) = schedule.bills
    assert bill.demand[0].usd == pytest.approx(4000.0)
    assert bill.demand[0].added_usd == pytest.approx(0.0, abs=1e-6)
    assert bill.demand[0].expected_mw == pytest.approx(2.0)
    blind = given.supply.model_copy(update={"find_expected_peaks": False})
    assert plan(given.model_copy(update={"supply": blind})).profit_usd == pytest.approx(0.0, abs=1e-6)


def test_a_day_does_not_mine_where_the_rest_of_the_month_does_not_pay_the_charge() -> None:
    schedule = plan(two_days_before_the_end(2.5))
    assert schedule.profit_usd == pytest.approx(0.0, abs=1e-6)
    assert schedule.expected_peaks[0].peak_mw == pytest.approx(0.0, abs=1e-6)


def test_a_peak_that_is_given_is_not_looked_for() -> None:
    """Half of the two groups are expected anyway; the other one has to earn its charge in a day, and cannot."""
    schedule = plan(
        two_days_before_the_end(2.0, expected_peaks=[{"charge": "flat", "month": "2026-01", "peak_mw": 1.0}])
    )
    assert schedule.expected_peaks == ()
    assert schedule.profit_usd == pytest.approx(DAY_USD)


def test_whole_numbers_are_left_out_of_account() -> None:
    """Half a group would use what a limit of 1.5 MW lets in."""
    given = two_days_before_the_end(2.0)
    site = given.site.model_copy(update={"import_limit_mw": 1.5})
    (peak,) = find_expected_peaks(given.model_copy(update={"site": site}))
    assert peak.peak_mw == pytest.approx(1.5)


def test_series_have_to_reach_to_the_end_of_the_month() -> None:
    with pytest.raises(ScenarioError) as raised:
        plan(two_days_before_the_end(2.0, hours=30))
    (fault,) = raised.value.faults
    assert fault.place == "supply.energy.price_usd_per_mwh"
    assert "2026-01-31T06:00:00+00:00" in fault.found
    assert "needed up to 2026-02-01T00:00:00+00:00 by supply.find_expected_peaks" in fault.allowed
