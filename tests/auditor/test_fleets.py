"""Fleets: groups in modes, flow, warm-up, minimum times, starts a day, ramps, power, hashrate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.toys import group_fleet, mode, scenario


def mining(
    up: list[int],
    started: list[int],
    stopped: list[int],
    groups: int = 1,
    before: list[tuple[str, int, float]] | None = None,
    after: list[tuple[str, int, float]] | None = None,
    warming: list[int] | None = None,
    **fleet: Any,
):
    """Toy groups at price 50 that follow a pattern; `before` and `after`: cohorts of (mode, groups, hours)."""
    state: dict[str, Any] = {}
    if before:
        state = {"fleets": {"miners": {"groups": hand.groups_state(*before)["groups"]}}}
    price = [50.0] * len(up)
    toy = scenario(price, fleets=[group_fleet(groups, **fleet)], state=state)
    rows = {
        "site": hand.site(up, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(up),
        "miners": hand.miners(up, started, stopped, groups, warming),
    }
    warm = warming or [0] * len(up)
    ledger = {
        "grid": {"energy": [-50.0 * n for n in up]},
        "miners": {"mining_revenue": [100.0 * (n - w) for n, w in zip(up, warm, strict=True)]},
    }
    cohorts = after or ([("normal", up[-1], len(up))] if up[-1] else [("off", groups, 1)])
    end = hand.groups_state(*cohorts, starts_today=sum(started), it_power_mw=up[-1])
    return toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": end}})


def test_what_running_costs_is_by_the_machine():
    """Two groups, then three, of two machines: 4 USD an hour and 2 USD of wear each, nine of ten in order."""
    fleet = {"units": 6, "modes": [mode("normal", 0.5 / 0.9, 50.0 / 0.9)], "availability": 0.9}
    costs = {"running_cost_usd_per_machine_hour": 4.0, "depreciation_usd_per_machine_hour": 2.0}
    toy, plan = worked.ramp(**fleet, **costs, depreciation_by_use=True)
    lines = tuple(
        hand.LedgerRow(start, "miners", kind, -0.9 * 2 * groups * usd)
        for kind, usd in (("running_cost", 4), ("depreciation_by_use", 2))
        for start, groups in zip(toy.horizon.starts, (2, 3), strict=True)
    )
    plan = hand.replace(plan, ledger_rows=(*plan.ledger_rows, *lines))
    plan = hand.set_outcome(plan, bound_usd=250 - 54)
    hand.assert_accepted(toy, hand.replace(plan, profit_usd=250 - 54, horizon_profit_usd=250 - 54), 250 - 54)


def test_counts_are_whole():
    toy, plan = worked.ramp()
    spoilt = hand.set_row(plan, toy, "miners", "groups[normal]", 1, 2.6)
    assert "no whole number" in hand.assert_caught(toy, spoilt, "whole", "miners", 1, 0.4).message


def test_a_count_beyond_the_fleet():
    toy, plan = worked.ramp()
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "groups[normal]", 1, 5), "range", "miners", 1, 2)
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "groups[off]", 1, -1), "range", "miners", 1, -1)


def test_each_group_is_in_exactly_one_mode():
    toy, plan = worked.ramp()
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "groups[off]", 0, 2), "group_sum", "miners", 0, 1)
    assert found.unit == "groups"


def test_a_barred_mode():
    hot = {"ambient_c": [20.0, 45.0]}
    toy = scenario(
        [50, 50],
        fleets=[group_fleet(modes=[mode("normal", max_ambient_c=40.0)])],
        site=hot,
    )
    _, plan = mining([1, 1], [1, 0], [0, 0])
    found = hand.assert_caught(toy, plan, "mode_barred", "miners", 1, 1)
    assert "45 °C" in found.message


@pytest.mark.parametrize(
    ("quantity", "period", "value", "off"),
    [("groups_started[normal]", 0, 0, -1), ("groups_stopped", 1, 0, -1), ("groups_stopped", 0, 1, 1)],
)
def test_starts_and_stops_follow_from_the_groups_up(quantity, period, value, off):
    toy, plan = worked.one_group()
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", quantity, period, value), "flow", "miners", period, off)


def test_the_warm_up_counts_groups():
    toy, plan = worked.warm_up()
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "groups_warming", 0, 0), "warm_up", "miners", 0, -1)


def test_a_warming_group_earns_nothing():
    toy, plan = worked.warm_up()
    spoilt = hand.set_row(plan, toy, "miners", "hashrate_ph_per_s", 0, 100)
    hand.assert_caught(toy, spoilt, "hashrate", "miners", 0, 100)
    spoilt = hand.map_ledger(plan, lambda r: r._replace(usd=100.0) if r.kind == "energy" else r)
    hand.assert_caught(toy, spoilt, "ledger", "grid", 0, 150)


def test_a_warming_group_keeps_the_mode_it_entered():
    modes = [mode("normal"), mode("low", 0.6, 75)]
    toy = scenario([50, 50, 50], fleets=[group_fleet(modes=modes, warm_up_hours=2.0)])
    _, plan = worked.warm_up()
    rows = hand.miners([1, 0, 1], [1, 0, 0], [0, 0, 0], warming=[1, 1, 0]) | {
        "groups[low]": [0, 1, 0],
        "groups[off]": 0,
        "groups_started[low]": 0,
    }
    plan = hand.schedule(toy, {"miners": rows}, {})
    found = hand.assert_caught(toy, plan, "warm_up", "miners", 1, 1)
    assert "mode normal" in found.message


def test_a_group_cannot_start_in_a_mode_it_is_not_in():
    toy, plan = worked.low_mode()
    plan = hand.set_row(plan, toy, "miners", "groups_started[normal]", 0, 0)
    plan = hand.set_row(plan, toy, "miners", "groups_started[low]", 0, 1)
    hand.assert_caught(toy, plan, "warm_up", "miners", 0, 1)


def test_a_warm_up_under_way_goes_on():
    before = [("normal", 1, 1.0)]
    case = {"before": before, "after": [("normal", 1, 4)], "warm_up_hours": 2.0}
    toy, plan = mining([1, 1, 1], [0, 0, 0], [0, 0, 0], warming=[1, 0, 0], **case)
    hand.assert_accepted(toy, plan, 2 * 100 - 3 * 50)
    toy, plan = mining([1, 1, 1], [0, 0, 0], [0, 0, 0], warming=[0, 0, 0], **case)
    hand.assert_caught(toy, plan, "hashrate", "miners", 0, 100)
    hand.assert_caught(toy, plan, "ledger", "miners", 0, 100)


def test_minimum_up_time():
    toy, plan = mining([1, 0, 0], [1, 0, 0], [0, 1, 0], after=[("off", 1, 2)])
    hand.assert_accepted(toy, plan)
    toy, plan = mining([1, 0, 0], [1, 0, 0], [0, 1, 0], after=[("off", 1, 2)], min_up_hours=2.0)
    found = hand.assert_caught(toy, plan, "min_up", "miners", 1, 1)
    assert "after 1 h up; the minimum is 2 h" in found.message


def test_minimum_up_time_is_at_least_the_warm_up():
    toy, plan = mining([1, 0, 0], [1, 0, 0], [0, 1, 0], warming=[1, 0, 0], warm_up_hours=2.0)
    hand.assert_caught(toy, plan, "min_up", "miners", 1, 1)


def test_minimum_up_time_with_history():
    before = [("normal", 1, 1.9)]
    toy, plan = mining([0, 0], [0, 0], [1, 0], before=before, after=[("off", 1, 2)], min_up_hours=2.0)
    hand.assert_caught(toy, plan, "min_up", "miners", 0, 1)
    before = [("normal", 1, 2.0)]
    toy, plan = mining([0, 0], [0, 0], [1, 0], before=before, after=[("off", 1, 2)], min_up_hours=2.0)
    hand.assert_accepted(toy, plan, 0)


def test_minimum_down_time():
    pattern = [1, 0, 1], [1, 0, 1], [0, 1, 0]
    toy, plan = mining(*pattern, after=[("normal", 1, 1)])
    hand.assert_accepted(toy, plan)
    toy, plan = mining(*pattern, after=[("normal", 1, 1)], min_down_hours=1.5)
    found = hand.assert_caught(toy, plan, "min_down", "miners", 2, 1)
    assert "after 1 h down; the minimum is 2 h" in found.message


def test_minimum_down_time_with_history():
    toy, plan = mining([0, 1], [0, 1], [0, 0], before=[("off", 1, 1.0)], min_down_hours=3.0)
    hand.assert_caught(toy, plan, "min_down", "miners", 1, 1)


def test_the_longest_up_stops_first():
    """One group up for long, one started at 0: a stop at 1 is the old one's, a second one comes too early."""
    before = [("normal", 1, 50.0), ("off", 2, 50.0)]
    fleet = {"groups": 3, "before": before, "min_up_hours": 3.0}
    after = [("normal", 1, 2), ("off", 1, 1), ("off", 1, 52)]
    toy, plan = mining([2, 1], [1, 0], [0, 1], after=after, **fleet)
    hand.assert_accepted(toy, plan, 150)
    after = [("off", 2, 1), ("off", 1, 52)]
    toy, plan = mining([2, 0], [1, 0], [0, 2], after=after, **fleet)
    hand.assert_caught(toy, plan, "min_up", "miners", 1, 1)


def test_ramp():
    toy, plan = worked.ramp()
    tight = scenario([50, 50], fleets=[group_fleet(3, ramp_mw_per_hour=1.5)])
    found = hand.assert_caught(tight, plan, "ramp", "miners", 0, 0.5)
    assert "2 MW" in found.message and found.unit == "MW"
    hand.assert_accepted(toy, plan)


def test_ramp_from_the_power_before():
    state = {"fleets": {"miners": {"groups": [], "it_power_mw": 3.0}}}
    toy = scenario([50, 50], fleets=[group_fleet(3, ramp_mw_per_hour=2.0)], state=state)
    _, plan = worked.ramp()
    hand.assert_accepted(toy, plan)
    none = mining([0, 0], [0, 0], [0, 0], groups=3, after=[("off", 3, 1e5)])[1]
    hand.assert_caught(toy, none, "ramp", "miners", 0, 1)


def test_starts_per_day():
    pattern = [1, 0, 1, 0], [1, 0, 1, 0], [0, 1, 0, 1]
    toy, plan = mining(*pattern, starts_per_day=2)
    hand.assert_accepted(toy, plan)
    toy, plan = mining(*pattern, starts_per_day=1)
    hand.assert_caught(toy, plan, "starts_per_day", "miners", 2, 1)


def test_starts_so_far_today_count_and_tomorrow_they_do_not():
    state = {"fleets": {"miners": {"starts_today": 1}}}
    fleet = group_fleet(starts_per_day=1)
    toy = scenario([50, 200], fleets=[fleet], state=state)
    hand.assert_caught(toy, worked.one_group()[1], "starts_per_day", "miners", 0, 1)
    night = {"start": "2026-01-05T23:00:00"}
    toy = scenario([50, 50], fleets=[fleet], state=state, time=night)
    rows = {
        "site": hand.site([0, 1], 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall([0, 1]),
        "miners": hand.miners([0, 1], [0, 1], [0, 0]),
    }
    ledger = {"grid": {"energy": [0, -50]}, "miners": {"mining_revenue": [0, 100]}}
    groups = hand.groups_state(("normal", 1, 1), starts_today=1, it_power_mw=1)
    hand.assert_accepted(toy, hand.schedule(toy, rows, ledger, state={"fleets": {"miners": groups}}), 50)


def test_power_and_hashrate_follow_from_the_modes():
    toy, plan = worked.low_mode()
    hand.assert_caught(toy, hand.set_row(plan, toy, "miners", "it_mw", 1, 0.5), "fleet_power", "miners", 1, -0.1)
    spoilt = hand.set_row(plan, toy, "miners", "hashrate_ph_per_s", 1, 80)
    hand.assert_caught(toy, spoilt, "hashrate", "miners", 1, 5)


def test_availability_scales_what_is_up_and_not_what_sleeps():
    """Half in order: 0.5 MW and 50 PH/s up, 0.1 MW asleep; running cost 6, wear 4 per machine-hour up."""
    modes = [mode("normal"), mode("sleep", 0.1, 0)]
    fleet = group_fleet(
        2,
        modes=modes,
        availability=0.5,
        start_cost_usd=7.0,
        running_cost_usd_per_machine_hour=6.0,
        depreciation_usd_per_machine_hour=4.0,
        depreciation_by_use=True,
    )
    toy = scenario([50], fleets=[fleet])
    rows = {
        "site": hand.site(0.6, 50),
        "bitcoin": hand.bitcoin(),
        "hall": hand.hall(0.6),
        "miners": {
            "it_mw": 0.6,
            "hashrate_ph_per_s": 50,
            "groups[normal]": 1,
            "groups[sleep]": 1,
            "groups_started[normal]": 1,
            "groups_stopped": 0,
            "groups_warming": 0,
        },
    }
    kinds = {"mining_revenue": 50, "start": -7, "running_cost": -3, "depreciation_by_use": -2}
    groups = hand.groups_state(("normal", 1, 1), ("sleep", 1, 1e5), starts_today=1, it_power_mw=0.6)
    plan = hand.schedule(toy, rows, {"grid": {"energy": -30}, "miners": kinds}, state={"fleets": {"miners": groups}})
    hand.assert_accepted(toy, plan, 8)
    for kind, usd in kinds.items():
        spoilt = hand.map_ledger(plan, lambda r, kind=kind: None if r.kind == kind else r)
        hand.assert_caught(toy, spoilt, "ledger", "miners", 0, -usd)
