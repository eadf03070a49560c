"""The days of a roll: seams on the local clock, look-ahead, and what is refused before the first is planned."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import ScenarioError
from optimizer.operating.roll.days import days_of
from optimizer.scenario.contracts import Reserved
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.state import State
from tests.operating.roll.small import prices, small, timed
from tests.toys import gpu_pool, reserved


def test_days_are_local_and_look_ahead_is_the_scenarios_own() -> None:
    days = days_of(small(), 3)
    assert days.names == ("2026-03-28", "2026-03-29", "2026-03-30")
    assert days.seams == (0, 24, 47, 71) and days.ends == (30, 53, 77)


@pytest.mark.parametrize(("hours", "ends"), [(0.0, (24, 47)), (2.5, (27, 50)), (24.0, (48, 71))])
def test_look_ahead_by_hours_is_whole_periods(hours: float, ends: tuple[int, ...]) -> None:
    assert days_of(small(), 2, hours).ends == ends


def test_look_ahead_by_days_follows_the_clock() -> None:
    time = {"zone": "Europe/Berlin", "start": "2026-03-28T00:00:00", "committed_days": 1, "look_ahead_days": 1}
    assert days_of(small(time=time), 2).ends == (47, 71)


def test_a_days_scenario_holds_its_own_hours() -> None:
    days = days_of(small(), 3)
    second = days.planned(1, State())
    assert second.horizon.starts == days.whole.horizon.starts[24:53]
    assert second.horizon.committed == 23
    known = align(second.supply.energy.price_usd_per_mwh, second.horizon)  # type: ignore[arg-type]
    assert known.tolist() == prices(6)[24:53]
    assert days.published(1, State()).horizon.periods == 23


def test_the_joined_scenario_is_what_came() -> None:
    joined = days_of(small(), 3).joined()
    assert joined.horizon.periods == joined.horizon.committed == 71
    assert align(joined.supply.energy.price_usd_per_mwh, joined.horizon).tolist() == prices(6, 3)[:71]  # type: ignore[arg-type]


def test_a_list_fits_one_horizon_only() -> None:
    toy = small(fleets=[small().fleets[0].model_dump() | {"availability": [1.0] * 30}])
    with pytest.raises(ScenarioError, match=r"fleets\[0\]\.availability: a list of 30 values.*timed values"):
        days_of(toy, 2)


def test_a_list_in_a_version_is_found_too() -> None:
    price = {"known": timed(prices(6)), "actual": [50.0] * 30}
    with pytest.raises(ScenarioError, match=r"supply\.energy\.price_usd_per_mwh\.actual: a list"):
        days_of(small(supply={"energy": {"price_usd_per_mwh": price}}), 2)


@pytest.mark.parametrize(
    ("price", "found"),
    [
        ({"known": timed(prices(3)), "actual": timed(prices(6))}, "no value at 2026-03-31T01:00:00"),
        ({"known": timed(prices(6)), "actual": timed(prices(2))}, "no value at 2026-03-30T01:00:00"),
        (
            {
                "known": timed(prices(6)),
                "actual": timed(prices(6)),
                "forecast": timed(prices(6)[:60]) | {"values": [*prices(6)[:60], None, *prices(6)[61:]]},
            },
            "no value at 2026-03-30T13:00:00",
        ),
    ],
)
def test_a_series_that_ends_early_is_told_before_the_first_day(price: dict[str, Any], found: str) -> None:
    """Known, as it came, and expected behind the days: each has to reach over all of them."""
    with pytest.raises(ScenarioError, match=found):
        days_of(_priced(price), 4)


def _priced(price: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(
        small().model_dump(mode="json", exclude_unset=True) | {"supply": {"energy": {"price_usd_per_mwh": price}}}
    )


def test_the_last_days_look_ahead_needs_series_too() -> None:
    days_of(small(days=3), 2, 6.0)
    with pytest.raises(ScenarioError, match="no value at"):
        days_of(small(days=3), 3, 6.0)
    assert days_of(small(days=3), 3, 0.0).seams[-1] == 71


def test_a_day_with_no_whole_number_of_periods_is_told() -> None:
    """Lord Howe's clocks move by half an hour, on the third day."""
    time = {"zone": "Australia/Lord_Howe", "start": "2026-04-03T00:00:00", "committed_days": 1}
    with pytest.raises(ScenarioError, match="no whole number of 60-minute periods"):
        days_of(small(time=time, supply={"energy": {"price_usd_per_mwh": 50.0}}), 4)


@pytest.mark.parametrize("count", [0, 401])
def test_how_many_days(count: int) -> None:
    with pytest.raises(ScenarioError, match="1 to 400"):
        days_of(small(), count)


def test_a_day_knows_what_is_committed_in_the_rest_of_its_month() -> None:
    """28 to 31 March and 1 April, one GPU committed all hours: behind the first day lie 71 hours of March, of which 6
    are its own look-ahead's; April's day has no rest."""
    toy = small(pools=[gpu_pool()], contracts=[reserved(tiers=[{"below": 0.9, "credit_share": 0.5}])])
    days = days_of(toy, 5)

    def rests(scenario: Scenario) -> list[float]:
        contract = scenario.contracts[0]
        assert isinstance(contract, Reserved)
        return [billing.rest_committed_gpu_hours for billing in contract.billing_periods]

    assert rests(days.planned(0, State())) == [95 - 24 - 6]
    assert rests(days.published(0, State())) == [95 - 24]
    assert rests(days.planned(3, State())) == [0.0, 24 - 6]
    assert rests(days.published(4, State())) == []
    assert rests(days.joined()) == []
