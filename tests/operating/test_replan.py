"""Planning again within the day: the past as it was, the rest anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from optimizer import ScenarioError, audit, plan, replan, settle
from optimizer.changes.part import part
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.toys import batch, clock, gpu_pool, group_fleet, scenario

TEN_A_MW = {"rate_usd_per_kw": 0.01}
TWO = datetime.fromisoformat("2026-01-05T02:00:00")


def miner(price: Any, groups: int = 1, **changes: Any) -> Scenario:
    if isinstance(price, list):
        return scenario(price, fleets=[group_fleet(groups)], **changes)
    return scenario({"price_usd_per_mwh": price}, fleets=[group_fleet(groups)], **changes)


def on(schedule: Schedule) -> list[float]:
    return [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == ("miners", "groups[normal]")]


def test_changed_prices_change_the_rest_alone() -> None:
    """Four hours at 50; after two of them power costs 150 in the last."""
    published = plan(miner([50, 50, 50, 50]))
    again = replan(miner([50, 50, 50, 150]), published, TWO)
    assert on(again.schedule) == [1, 0] and again.schedule.profit_usd == pytest.approx(50)
    assert again.scenario.horizon.starts[0].hour == 2 and again.scenario.horizon.periods == 2
    assert again.findings.ok and audit(again.scenario, again.schedule).ok


def test_rules_of_thumb_plan_the_rest_and_solvers_settle_the_past() -> None:
    """On at 50, off at 150, where the group earns 100 less; the past is on as it was published."""
    published = plan(miner([50, 50, 50, 50]))
    again = replan(miner([50, 50, 50, 150]), published, TWO, solver="rules")
    assert again.past is not None and on(again.past) == [1, 1] and again.past.solver.name == "highs"
    assert on(again.schedule) == [1, 0] and again.schedule.solver.name == "rules"
    assert again.findings.ok


def test_the_past_does_not_change() -> None:
    """The group was off in the second hour, whatever power would cost by now: with a minimum down time of two hours
    it cannot run in the third."""
    fleet = {"min_down_hours": 2.0}
    before = scenario([50, 200, 200, 50], fleets=[group_fleet(**fleet)])
    published = plan(before)
    assert on(published) == [1, 0, 0, 1]
    again = replan(scenario([50, 20, 20, 50], fleets=[group_fleet(**fleet)]), published, TWO)
    assert again.past is not None and on(again.past) == [1, 0]
    assert on(again.schedule) == [0, 1]


def test_an_order_just_in_is_kept() -> None:
    published = plan(miner([50] * 4, groups=2))
    order = {"name": "stop", "start": clock(2), "end": clock(3), "import_limit_mw": 0.0}
    again = replan(miner([50] * 4, groups=2, site={"curtailment": [order]}), published, TWO, leave_usd=1e6)
    assert on(again.schedule) == [0, 2]
    assert again.schedule.outcome.leaving_usd == pytest.approx(1e6)


def test_published_set_points_are_left_only_for_more() -> None:
    published = plan(miner([50, 50, 120, 50]))
    now = miner([50, 50, 90, 50])
    assert on(replan(now, published, TWO).schedule) == [1, 1]
    assert on(replan(now, published, TWO, leave_usd=9.0).schedule) == [1, 1]
    assert on(replan(now, published, TWO, leave_usd=11.0).schedule) == [0, 1]


def test_the_past_is_settled_on_what_came() -> None:
    """A battery's charge and a job's work are where the settled past leaves them; 1.5 of 3 GPU-hours are still owed."""
    job = batch(3.0, 4.0, max_gpus=1.0)
    known = scenario([10, 10, 10, 20], pools=[gpu_pool()], contracts=[job])
    published = plan(known)
    short = scenario(
        [10, 10, 10, 20],
        pools=[gpu_pool(nodes_available={"known": 1.0, "actual": [0.0, 1.0, 1.0, 1.0]})],
        contracts=[job],
    )
    again = replan(short, published, TWO)
    assert again.past is not None
    assert again.past.contracts[0].delivered_gpu_hours == pytest.approx(1.0)
    assert again.schedule.contracts[0].delivered_gpu_hours == pytest.approx(2.0)
    assert any(
        note.startswith("not held as published: pool nodes_on at 2026-01-05T00:00") for note in again.schedule.notes
    )


def test_a_given_state_takes_the_place_of_the_past() -> None:
    toy = scenario([50] * 4, fleets=[group_fleet(2, min_down_hours=4.0)])
    published = plan(toy)
    past = settle(part(toy, 0, 2), published)
    assert past.state is not None
    stopped = past.state.fleets["miners"].model_copy(
        update={"groups": ({"mode": "off", "groups": 1, "hours": 1.0}, {"mode": "normal", "groups": 1, "hours": 2.0})}
    )
    raw = past.state.model_dump(mode="json")
    raw["fleets"]["miners"] = stopped.model_dump(mode="json", warnings=False)
    state = type(past.state).model_validate(raw)
    again = replan(toy, published, TWO, state=state)
    assert again.past is None and on(again.schedule) == [1, 1]
    with pytest.raises(ScenarioError, match=r"state\.at"):
        replan(toy, published, datetime.fromisoformat("2026-01-05T03:00:00"), state=state)


@pytest.mark.parametrize("begins", [0.0, 0.5])
def test_a_battery_ends_with_what_the_day_began_with(begins: float) -> None:
    """Full at the moment (2 MWh): all is sold at 300, and bought back at 50 what the day has to end with."""
    battery = {
        "name": "store",
        "charge_limit_mw": 2.0,
        "discharge_limit_mw": 2.0,
        "energy_mwh": 2.0,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
        "start_energy_mwh": 0.25,
    }
    toy = scenario([50.0] * 4)
    supply = {"energy": {"price_usd_per_mwh": [10.0, 50.0, 300.0, 50.0]}, "batteries": [battery]}
    raw = toy.model_dump() | {"supply": supply, "state": {"batteries": {"store": {"energy_mwh": begins}}}}
    raw["site"]["export_limit_mw"] = 5.0
    given = Scenario.model_validate(raw)
    again = replan(given, plan(given), TWO)
    assert again.past is not None and again.past.state is not None
    assert again.past.state.batteries["store"].energy_mwh == pytest.approx(2.0)
    assert again.schedule.profit_usd == pytest.approx(2 * 300.0 - 50.0 * begins)


@pytest.mark.parametrize(("price", "runs", "profit"), [(95.0, [0, 0], 0.0), (60.0, [2, 2], 30.0)])
def test_inside_a_metering_interval_it_is_under_way(price: float, runs: list[float], profit: float) -> None:
    """Half of an hour at 2 MW is 1 MW of its demand; 2 MW in the other half add another, for 10 USD."""

    def given(prices: list[float]) -> Scenario:
        tariff = {"name": "tariff", "demand": [{"name": "flat", "metering_minutes": 60, "tiers": [TEN_A_MW]}]}
        supply = {"energy": {"price_usd_per_mwh": prices}, "tariff": tariff}
        return scenario(prices, fleets=[group_fleet(2)], time={"resolution_minutes": 15}, supply=supply)

    published = plan(given([50.0] * 4))
    assert on(published) == [2, 2, 2, 2]
    again = replan(given([50.0, 50.0, price, price]), published, datetime.fromisoformat("2026-01-05T00:30:00"))
    begun = again.scenario.state.tariff.open_intervals["flat"]
    assert begun.start.isoformat() == "2026-01-05T00:00:00+00:00" and begun.import_mwh == pytest.approx(1.0)
    assert on(again.schedule) == runs and again.schedule.profit_usd == pytest.approx(profit)
    assert again.findings.ok and again.schedule.state is not None
    assert not again.schedule.state.tariff.open_intervals


def test_what_was_bought_day_ahead_stays_bought() -> None:
    """4 MW at 50 in every hour, for 60 in real time; by now that is 20, and an order leaves 1 MW. The look-ahead's
    position is nobody's yet."""

    def given(price: float, **site: Any) -> Scenario:
        supply = {"energy": {"price_usd_per_mwh": [60.0, 60.0, price, price]}, "day_ahead": {"price_usd_per_mwh": 50.0}}
        time = {"committed_periods": 3, "look_ahead_periods": 1}
        return scenario(
            [0] * 4, fleets=[group_fleet(2)], time=time, supply=supply, site={"import_limit_mw": 4.0} | site
        )

    published = plan(given(60.0))
    order = {"name": "stop", "start": clock(2), "end": clock(3), "import_limit_mw": 1.0}
    again = replan(given(20.0, curtailment=[order]), published, TWO)
    bought = [r.value for r in again.schedule.dispatch_rows if (r.item, r.quantity) == ("day ahead", "position_mw")]
    assert again.findings.ok and bought == [pytest.approx(4.0)]
    assert again.schedule.profit_usd == pytest.approx(80 - 4 * 30)


def test_from_the_start_on_nothing_has_happened_but_acceptance() -> None:
    job = batch(1.0, 2.0, optional=True, price_usd_per_gpu_hour=60.0, penalty_usd_per_gpu_hour=30.0)
    published = plan(scenario([50, 50], pools=[gpu_pool()], contracts=[job]))
    assert published.contracts[0].accepted
    now = scenario([100, 100], pools=[gpu_pool()], contracts=[job])
    assert plan(now).profit_usd == 0  # it would be declined
    again = replan(now, published, datetime.fromisoformat("2026-01-05T00:00:00"))
    assert again.schedule.contracts[0].accepted and again.schedule.profit_usd == pytest.approx(-30)


@pytest.mark.parametrize("when", ["2026-01-05T01:30:00", "2026-01-05T04:00:00", "2026-01-04T23:00:00"])
def test_a_moment_that_is_no_period_is_refused(when: str) -> None:
    toy = miner([50] * 6, time={"committed_periods": 4, "look_ahead_periods": 2})
    with pytest.raises(ScenarioError, match=r"--from: .*before 2026-01-05T04:00"):
        replan(toy, plan(toy), datetime.fromisoformat(when))


def test_days_become_periods_and_offsets_are_exact() -> None:
    """A day of 25 hours, from its second 01:00 on."""
    toy = scenario(
        {"price_usd_per_mwh": 50.0},
        periods=25,
        fleets=[group_fleet()],
        time={
            "zone": "America/Chicago",
            "start": "2025-11-02T00:00:00",
            "committed_days": 1,
            "committed_periods": None,
            "look_ahead_days": 1,
        },
    )
    again = replan(toy, plan(toy), datetime.fromisoformat("2025-11-02T01:00:00-06:00"))
    assert (again.scenario.time.committed_periods, again.scenario.time.look_ahead_periods) == (23, 24)
    assert again.schedule.profit_usd == pytest.approx(23 * 50)
