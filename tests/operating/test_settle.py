"""Settling a published plan on the series as they came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer import ScheduleError, audit, plan, settle
from optimizer.operating.settle import settled_scenario
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.oracle.generator import small_scenario
from tests.toys import clock, gpu_pool, group_fleet, reserved, scenario, spot

MEASURE = 1e-6


def two(known: Any, actual: Any) -> dict[str, Any]:
    return {"known": known, "actual": actual}


def values(schedule: Schedule, item: str, quantity: str) -> list[float]:
    return [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == (item, quantity)]


def changed(toy: Scenario, **supply: Any) -> Scenario:
    document = toy.model_dump(mode="json", exclude_unset=True)
    document["supply"] |= supply
    return Scenario.model_validate(document)


def test_set_points_stay_and_money_follows_what_came() -> None:
    """Known 50 and 120: on, off. It came as 150 and 20: −50, and nothing for the hour in which it stood still."""
    toy = scenario({"price_usd_per_mwh": two([50, 120], [150, 20])}, periods=2, fleets=[group_fleet()])
    published = plan(toy)
    settled = settle(toy, published)
    assert published.profit_usd == pytest.approx(50) and settled.profit_usd == pytest.approx(-50)
    assert values(settled, "miners", "groups[normal]") == [1, 0]
    assert audit(settled_scenario(toy, published), settled).ok
    assert settled.notes == () and settled.outcome.status == "proven"


def test_only_the_committed_part_is_settled() -> None:
    toy = scenario(
        {"price_usd_per_mwh": two([50, 50, 50], [60, 70, 0])},
        periods=3,
        fleets=[group_fleet()],
        time={"committed_periods": 2, "look_ahead_periods": 1},
    )
    settled = settle(toy, plan(toy))
    assert settled.profit_usd == pytest.approx(40 + 30) and not settled.look_ahead_dispatch_rows
    assert settled.state is not None and settled.state.at == toy.horizon.stamps[2]


def test_wind_that_did_not_blow_is_bought() -> None:
    """2 MW of wind were expected, 0.5 MW came: mining goes on, and 1.5 MW are imported at 50."""
    toy = changed(
        scenario([50], fleets=[group_fleet(2)]),
        renewables=[{"name": "wind", "capacity_mw": 2.0, "factor": two(1.0, 0.25)}],
    )
    published = plan(toy)
    assert published.profit_usd == pytest.approx(200)
    settled = settle(toy, published)
    assert settled.profit_usd == pytest.approx(200 - 75)
    assert values(settled, "wind", "used_mw") == [pytest.approx(0.5)] and settled.notes == ()


def test_a_lower_limit_is_met_with_the_least_departure_and_said() -> None:
    """Three groups in the cheap first hour and in the second; a limit of 1.5 MW came: two groups stop, in that hour
    alone, although the hour's power cost next to nothing."""
    toy = scenario(
        [10, 10],
        fleets=[group_fleet(3)],
        site={"import_limit_mw": two([5, 5], [5, 1.5])},
    )
    settled = settle(toy, plan(toy))
    assert values(settled, "miners", "groups[normal]") == [3, 1]
    assert settled.profit_usd == pytest.approx(3 * 90 + 90)
    notes = [note for note in settled.notes if note.startswith("not held as published")]
    assert (
        len(notes) == 2
        and "groups[normal] at 2026-01-05T01:00:00+00:00 is 1 groups in place of 3" in notes[1] + (notes[0])
    )
    assert audit(settled_scenario(toy, plan(toy)), settled).ok


def test_a_position_bought_day_ahead_stays_bought() -> None:
    """5 MW at 50, for a price of 60 and a limit of 5 MW; the limit came as 2 MW, and the price as 30."""
    supply = {
        "energy": {"price_usd_per_mwh": two([60, 60], [60, 30])},
        "day_ahead": {"price_usd_per_mwh": [50.0, 50.0]},
    }
    toy = scenario([0, 0], fleets=[group_fleet(1)], site={"import_limit_mw": two([5, 5], [5, 2])}, supply=supply)
    settled = settle(toy, plan(toy))
    assert values(settled, "day ahead", "position_mw") == [5, 5] and settled.notes == ()
    assert settled.profit_usd == pytest.approx((40 + 5 * 10) + (70 - 5 * 20))
    assert audit(settled_scenario(toy, plan(toy)), settled).ok


def test_among_equal_departures_the_one_that_earns_most_is_taken() -> None:
    """One of two fleets has to stop; the better one, of 100 USD an hour against 90, goes on."""
    fleets = [group_fleet(running_cost_usd_per_machine_hour=10.0), group_fleet(name="better")]
    toy = scenario([10], fleets=fleets, site={"import_limit_mw": two(2.0, 1.0)})
    settled = settle(toy, plan(toy))
    assert values(settled, "better", "groups[normal]") == [1] and settled.profit_usd == pytest.approx(90)


def test_nothing_is_done_with_hindsight() -> None:
    """The price came at −500 in an hour that was to be off: nobody knew, and off it stays."""
    toy = scenario({"price_usd_per_mwh": two([50, 120], [50, -500])}, periods=2, fleets=[group_fleet()])
    assert settle(toy, plan(toy)).profit_usd == pytest.approx(50)


def test_demand_that_did_not_come_is_not_sold() -> None:
    toy = scenario([50], pools=[gpu_pool(2)], contracts=[spot(two([2.0], [1.0]), 100.0)], time={"committed_periods": 1})
    settled = settle(toy, plan(toy))
    assert settled.profit_usd == pytest.approx(50)
    assert any("spot gpus[pool]" in note for note in settled.notes)


def test_a_battery_settles_what_it_was_told_and_no_end_charge_binds() -> None:
    store = {
        "name": "store",
        "charge_limit_mw": 1.0,
        "discharge_limit_mw": 1.0,
        "energy_mwh": 2.0,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
    }
    toy = scenario(
        {"price_usd_per_mwh": two([20, 100, 100], [30, 80, 0])},
        periods=3,
        fleets=[group_fleet()],
        time={"committed_periods": 2, "look_ahead_periods": 1},
    )
    toy = changed(toy, batteries=[store])
    published = plan(toy)
    charge, discharge = values(published, "store", "charge_mw"), values(published, "store", "discharge_mw")
    settled = settle(toy, published)
    assert values(settled, "store", "charge_mw") == pytest.approx(charge)
    assert values(settled, "store", "discharge_mw") == pytest.approx(discharge)
    mined = values(published, "miners", "groups[normal]")
    cost = sum(price * (groups + c - d) for price, groups, c, d in zip([30, 80], mined, charge, discharge, strict=True))
    assert settled.profit_usd == pytest.approx(100 * sum(mined) - cost)


def test_acceptance_is_what_was_published() -> None:
    """Worth taking at the known price, not at the one that came: taken it is."""
    toy = scenario(
        {"price_usd_per_mwh": two([50], [150])},
        periods=1,
        pools=[gpu_pool()],
        contracts=[reserved(optional=True, shortfall_usd_per_gpu_hour=1000.0)],
    )
    settled = settle(toy, plan(toy))
    assert settled.contracts[0].accepted and settled.profit_usd == pytest.approx(-50)
    declined = scenario(
        {"price_usd_per_mwh": two([150], [50])}, periods=1, pools=[gpu_pool()], contracts=[reserved(optional=True)]
    )
    settled = settle(declined, plan(declined))
    assert not settled.contracts[0].accepted and settled.profit_usd == 0


@pytest.mark.parametrize("seed", range(0, 40))
def test_without_versions_a_settled_plan_is_the_plan(seed: int) -> None:
    toy = small_scenario(seed)
    if toy.horizon.committed < toy.horizon.periods:
        time = {"committed_periods": toy.horizon.periods, "committed_days": None}
        time |= {"look_ahead_periods": None, "look_ahead_days": None}
        toy = toy.model_copy(update={"time": toy.time.model_copy(update=time)})
    published = plan(toy, gap=1e-9)
    if published.profit_usd is None:
        assert published.outcome.status == "infeasible"
        return
    settled = settle(toy, published)
    assert settled.profit_usd == pytest.approx(published.profit_usd, rel=MEASURE, abs=MEASURE)
    assert settled.notes == published.notes
    for was, now in zip(published.dispatch_rows, settled.dispatch_rows, strict=True):
        assert (was.start, was.item, was.quantity) == (now.start, now.item, now.quantity)
        assert now.value == pytest.approx(was.value, abs=MEASURE), was


def test_a_schedule_of_another_facility_is_refused() -> None:
    toy = scenario([50, 50], fleets=[group_fleet()])
    other = plan(scenario([50, 50], fleets=[group_fleet(name="others")]))
    with pytest.raises(ScheduleError, match=r"does not say groups\[off\] of miners at 2026-01-05T00:00"):
        settle(toy, other)
    published = plan(toy)
    cut = replace(published, dispatch_rows=tuple(r for r in published.dispatch_rows if r.start.hour == 0))
    with pytest.raises(ScheduleError, match="at 2026-01-05T01:00"):
        settle(toy, cut)


def test_a_contract_that_came_in_later_ran_nothing() -> None:
    before = scenario([50, 50], pools=[gpu_pool()])
    now = scenario([50, 50], pools=[gpu_pool()], contracts=[spot()])
    settled = settle(now, plan(before))
    assert values(settled, "spot", "gpus") == [0, 0] and settled.profit_usd == 0


def test_a_credit_counts_the_rest_of_its_month_as_delivered() -> None:
    """10 of 20 hours settled, one of them short: half of a billing span is 0.9 of it, the whole 0.95."""
    toy = scenario(
        [40.0] * 9 + [5000.0] + [40.0] * 10,
        pools=[gpu_pool()],
        contracts=[
            reserved(
                tiers=[{"below": 0.95, "credit_share": 0.5}],
                billing_periods=[{"start": clock(0), "end": clock(20)}],
            )
        ],
        time={"committed_periods": 10, "look_ahead_periods": 10},
    )
    published = plan(toy)
    settled = settle(toy, published)
    assert published.profit_usd == pytest.approx(9 * 60) and settled.profit_usd == pytest.approx(9 * 60)
    assert settled.contracts[0].availability == pytest.approx(0.95)
