"""Published set-points in a later plan: held, or left only where that earns more than a stated amount."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer import Keep, audit, plan
from optimizer.insight.clash import clashes
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.toys import clock, gpu_pool, group_fleet, mode, scenario, spot


def miner(price: list[float], **changes: Any) -> Scenario:
    """One group that earns 100 USD an hour."""
    return scenario(price, fleets=[group_fleet()], **changes)


def on(schedule: Schedule) -> list[float]:
    return [r.value for r in schedule.dispatch_rows if (r.item, r.quantity) == ("miners", "groups[normal]")]


def test_leaving_earns_ten_and_is_done_for_nine_and_not_for_eleven() -> None:
    """Published off at 120; now power costs 90, and running earns 10 in the second hour."""
    published = plan(miner([50, 120]))
    assert on(published) == [1, 0]
    now = miner([50, 90])
    for leave_usd, running, leaving in ((0.0, 1, 0.0), (9.0, 1, 9.0), (11.0, 0, 0.0), (None, 0, 0.0)):
        again = plan(now, keep=Keep(published, leave_usd))
        assert on(again) == [1, running], leave_usd
        assert again.profit_usd == pytest.approx(50 + 10 * running)
        assert again.outcome.leaving_usd == pytest.approx(leaving)
        assert again.outcome.bound_usd == pytest.approx(50 + 10 * running - leaving)
        assert again.outcome.status == "proven" and audit(now, again).ok


def test_each_item_and_period_left_is_charged() -> None:
    """Two fleets, two hours: only the hours that earn more than 15 are left (20 in the second, 10 in the first)."""
    fleets = [group_fleet(), group_fleet(name="others")]
    published = plan(scenario([120, 120], fleets=fleets))
    again = plan(scenario([90, 80], fleets=fleets), keep=Keep(published, 15.0))
    assert again.profit_usd == pytest.approx(40)
    assert again.outcome.leaving_usd == pytest.approx(30)


def test_several_set_points_of_one_item_count_as_one() -> None:
    """From off to low: groups[off] and groups[low] both change, for one amount of 12 that 15 pays for."""
    fleet = group_fleet(modes=[mode("low", 0.6, 75.0)])
    published = plan(scenario([130], fleets=[fleet]))
    again = plan(scenario([100], fleets=[fleet]), keep=Keep(published, 12.0))
    assert again.profit_usd == pytest.approx(15) and again.outcome.leaving_usd == pytest.approx(12)


def test_what_was_not_published_is_free() -> None:
    """The third hour was look-ahead: nobody was told."""
    published = plan(miner([120, 120, 120], time={"committed_periods": 2, "look_ahead_periods": 1}))
    again = plan(miner([50, 50, 50]), keep=Keep(published))
    assert on(again) == [0, 0, 1] and again.profit_usd == pytest.approx(50)


def test_a_new_item_is_free() -> None:
    published = plan(miner([120]))
    both = scenario([50], fleets=[group_fleet(), group_fleet(name="new")])
    assert plan(both, keep=Keep(published)).profit_usd == pytest.approx(50)


def test_an_order_forces_leaving() -> None:
    published = plan(scenario([50, 50], fleets=[group_fleet(2)]))
    order = {"name": "stop", "start": clock(1), "end": clock(2), "import_limit_mw": 1.0}
    now = scenario([50, 50], fleets=[group_fleet(2)], site={"curtailment": [order]})
    assert plan(now, keep=Keep(published)).outcome.status == "infeasible"
    again = plan(now, keep=Keep(published, 1000.0))
    assert on(again) == [2, 1] and again.outcome.leaving_usd == 1000.0


def test_what_cannot_be_held_is_named() -> None:
    published = plan(scenario([50], fleets=[group_fleet(2)]))
    now = scenario([50], fleets=[group_fleet(2)], site={"import_limit_mw": 1.0})
    found = clashes(now, keep=Keep(published))
    told = {clash.requirement for clash in found}
    assert "import limit" in told and any(name.startswith("published groups[") for name in told), found
    assert any("published as 2 groups at 00:00" in clash.message for clash in found), found


def test_every_kind_of_item_keeps_its_set_points() -> None:
    """Prices turned round: held, the plan is the published one to the last megawatt."""

    def facility(price: list[float], day_ahead: float) -> Scenario:
        made = scenario(
            price,
            fleets=[group_fleet(2)],
            pools=[gpu_pool(2)],
            contracts=[spot(2.0, 80.0)],
            site={"import_limit_mw": 6.0},
        ).model_dump(mode="json")
        made["supply"] |= {
            "batteries": [
                {
                    "name": "store",
                    "charge_limit_mw": 1.0,
                    "discharge_limit_mw": 1.0,
                    "energy_mwh": 1.0,
                    "charge_efficiency": 0.9,
                    "discharge_efficiency": 0.9,
                }
            ],
            "generators": [{"name": "engine", "capacity_mw": 1.0, "min_load_mw": 0.5, "fuel_usd_per_mwh": 70.0}],
            "day_ahead": {"price_usd_per_mwh": day_ahead},
        }
        return Scenario.model_validate(made)

    published = plan(facility([20.0, 120.0], 60.0))
    now = facility([120.0, 20.0], 60.0)
    held = plan(now, keep=Keep(published))
    quantities = {
        ("miners", "groups[normal]"),
        ("pool", "nodes_on"),
        ("spot", "gpus[pool]"),
        ("store", "charge_mw"),
        ("store", "discharge_mw"),
        ("engine", "output_mw"),
        ("engine", "on"),
        ("day ahead", "position_mw"),
    }

    def values(schedule: Schedule) -> dict[tuple[str, str], list[float]]:
        found: dict[tuple[str, str], list[float]] = {}
        for row in schedule.dispatch_rows:
            found.setdefault((row.item, row.quantity), []).append(row.value)
        return {key: found[key] for key in quantities}

    free = values(plan(now))
    for key, was in values(published).items():
        assert values(held)[key] == pytest.approx(was, abs=1e-6), key
    assert all(free[key] != pytest.approx(was, abs=1e-3) for key, was in values(published).items() if key[0] != "pool")


def test_groups_of_two_modes_start_warming_as_published() -> None:
    """With a warm-up, the mode that a group enters is a set-point too."""
    fleet = group_fleet(2, modes=[mode("normal"), mode("low", 0.6, 75.0)], warm_up_hours=1.0)
    toy = scenario([10, 10, 10], fleets=[fleet])
    published = plan(toy)
    started = [r for r in published.dispatch_rows if r.quantity.startswith("groups_started") and r.value]
    assert started
    again = plan(toy, keep=Keep(published))
    assert [r for r in again.dispatch_rows if r.quantity.startswith("groups_started") and r.value] == started


def test_the_audit_refuses_a_negative_amount() -> None:
    toy = miner([50])
    schedule = plan(toy)
    wrong = replace(schedule, outcome=schedule.outcome.model_copy(update={"leaving_usd": -1.0}))
    assert {v.rule for v in audit(toy, wrong).violations} == {"outcome"}
    more = replace(schedule, outcome=schedule.outcome.model_copy(update={"leaving_usd": 25.0}))
    assert any("gap" in v.message for v in audit(toy, more).violations)


@pytest.mark.parametrize("leave_usd", [-1.0, float("nan"), 2e9])
def test_an_amount_is_an_amount(leave_usd: float) -> None:
    with pytest.raises(ValueError, match="leave_usd"):
        Keep(plan(miner([50])), leave_usd)
