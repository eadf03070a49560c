"""Fleets, worked by hand: a toy group earns 100 USD an hour and draws 1 MW, so at a price p it makes 100 − p."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.model.formulation import formulate
from tests.model.conftest import Solve
from tests.toys import group_fleet, mode, scenario

LOW = mode("low", 0.6, 75.0)
"""75 USD an hour for 0.6 MW."""
SLEEP = mode("sleep", 0.1, 0.0)


def before(*cohorts: tuple[str, int, float], **more: Any) -> dict[str, Any]:
    """A state of the fleet: (mode, groups, hours)."""
    groups = [{"mode": m, "groups": n, "hours": h} for m, n, h in cohorts]
    return {"fleets": {"miners": {"groups": groups} | more}}


def test_changing_between_up_modes_is_free_and_no_start(solve: Solve) -> None:
    # normal 50, low 75 − 48 = 27 (normal 20), normal 50; no start of 30 although min up is 3.
    fleet = group_fleet(modes=[mode("normal"), LOW], start_cost_usd=30.0, min_up_hours=3.0)
    found = solve(scenario([50, 80, 50], fleets=[fleet], state=before(("normal", 1, 9.0))), 127)
    assert found.of("miners", "groups[low]") == [0, 1, 0]
    assert found.usd("start") == [0, 0, 0]


def test_changing_between_off_and_sleep_is_free_and_no_start(solve: Solve) -> None:
    # No start is allowed. Off at 50; asleep at −50, which pays 0.1 × 50; minimum times of both do not matter.
    fleet = group_fleet(
        modes=[mode("off", 0.0, 0.0), SLEEP, mode("normal")],
        starts_per_day=0,
        min_down_hours=3.0,
        start_cost_usd=1.0,
    )
    found = solve(scenario([50, -50, 50], fleets=[fleet], state=before(("off", 1, 9.0))), 5)
    assert found.of("miners", "groups[sleep]") == [0, 1, 0]
    assert found.of("miners", "groups_started[normal]") == [0, 0, 0]


def test_start_cost_is_per_group_and_start(solve: Solve) -> None:
    # Two groups: start (−60 + 100), off at 300 (staying on would lose 400), start again (40).
    fleet = group_fleet(2, start_cost_usd=30.0)
    found = solve(scenario([50, 300, 50], fleets=[fleet]), 80)
    assert found.usd("start") == [-60, 0, -60]
    assert found.of("miners", "groups_started[normal]") == [2, 0, 2]
    assert found.of("miners", "groups_stopped") == [0, 2, 0]


def test_groups_are_machines_switched_as_one(solve: Solve) -> None:
    # 6 machines in 3 groups: a group is two machines, 2 MW and 200 PH/s; the hall has room for 5 MW, so two run.
    fleet = group_fleet(units=6, groups=3)
    found = solve(scenario([50], fleets=[fleet], hall={"it_limit_mw": 5.0}), 200)
    assert found.of("miners", "it_mw") == [4]
    assert found.of("miners", "hashrate_ph_per_s") == [400]


def test_minimum_up_time_keeps_a_started_group_up(solve: Solve) -> None:
    # 50 − 30 = 20 beats staying off; at 160 it would not (next test).
    found = solve(scenario([50, 130, 200], fleets=[group_fleet(min_up_hours=2.0)]), 20)
    assert found.of("miners", "groups[normal]") == [1, 1, 0]


def test_minimum_up_time_can_forbid_a_start(solve: Solve) -> None:
    found = solve(scenario([50, 160, 200], fleets=[group_fleet(min_up_hours=2.0)]), 0)
    assert found.of("miners", "groups[normal]") == [0, 0, 0]


def test_minimum_up_time_may_run_past_the_end(solve: Solve) -> None:
    found = solve(scenario([160, 50], fleets=[group_fleet(min_up_hours=12.0)]), 50)
    assert found.of("miners", "groups_started[normal]") == [0, 1]


@pytest.mark.parametrize(("hours", "up"), [(1.0, [1, 1, 0]), (2.0, [1, 0, 0]), (3.0, [0, 0, 0]), (1.9, [1, 1, 0])])
def test_minimum_up_time_counts_the_hours_before(solve: Solve, hours: float, up: list[int]) -> None:
    # At 150 each hour up loses 50; ages are rounded down to whole periods, so 1.9 h count as 1.
    fleet = group_fleet(min_up_hours=3.0)
    given = scenario([150] * 3, fleets=[fleet], state=before(("normal", 1, hours)))
    found = solve(given, -50 * sum(up))
    assert found.of("miners", "groups[normal]") == up


def test_the_longest_up_stops_first(solve: Solve) -> None:
    # Up for 1 h and for 5 h with min up 3: one may stop at once, the young one in two hours.
    state = before(("normal", 1, 1.0), ("normal", 1, 5.0))
    found = solve(scenario([150] * 3, fleets=[group_fleet(2, min_up_hours=3.0)], state=state), -100)
    assert found.of("miners", "groups[normal]") == [1, 1, 0]


def test_minimum_down_time_keeps_a_stopped_group_down(solve: Solve) -> None:
    # Stopped for the hour at 400 it is down for three: 50 in the last hour; staying on is −300 + 150.
    fleet = group_fleet(min_down_hours=3.0)
    found = solve(scenario([400, 50, 50, 50], fleets=[fleet], state=before(("normal", 1, 9.0))), 50)
    assert found.of("miners", "groups[normal]") == [0, 0, 0, 1]


def test_minimum_down_time_can_forbid_a_stop(solve: Solve) -> None:
    # −50 + 150 = 100 is better than being down for three hours: 50.
    fleet = group_fleet(min_down_hours=3.0)
    found = solve(scenario([150, 50, 50, 50], fleets=[fleet], state=before(("normal", 1, 9.0))), 100)
    assert found.of("miners", "groups[normal]") == [1, 1, 1, 1]


def test_minimum_down_time_counts_the_hours_before_and_the_longest_down_starts_first(solve: Solve) -> None:
    # Down for 1 h and for 5 h with min down 3: one starts at once, the other after two hours: 1 + 1 + 2 hours up.
    state = before(("off", 1, 1.0), ("off", 1, 5.0))
    found = solve(scenario([50] * 3, fleets=[group_fleet(2, min_down_hours=3.0)], state=state), 200)
    assert found.of("miners", "groups[normal]") == [1, 1, 2]


def test_a_minimum_time_is_rounded_up_and_said(solve: Solve) -> None:
    # 1.5 h are two periods: 50 − 30.
    found = solve(scenario([50, 130, 200], fleets=[group_fleet(min_up_hours=1.5)]), 20)
    assert any("1.5" in note and "2" in note for note in found.schedule.notes)


def test_warm_up_draws_power_and_hashes_nothing(solve: Solve) -> None:
    # Warm in the low mode (0.6 MW at 50), then normal: −30 + 50 + 50.
    fleet = group_fleet(modes=[mode("normal"), LOW], warm_up_hours=1.0)
    found = solve(scenario([50] * 3, fleets=[fleet]), 70)
    assert found.of("miners", "groups[low]") == [1, 0, 0]
    assert found.of("miners", "groups_warming") == [1, 0, 0]
    assert found.of("miners", "hashrate_ph_per_s") == [0, 100, 100]


def test_a_warm_up_that_is_not_worth_it(solve: Solve) -> None:
    # Two hours of warming for one of hashing: −60 + 50.
    fleet = group_fleet(modes=[mode("normal"), LOW], warm_up_hours=2.0)
    found = solve(scenario([50] * 3, fleets=[fleet]), 0)
    assert found.of("miners", "groups[off]") == [1, 1, 1]


def test_a_warming_group_keeps_the_mode_it_entered(solve: Solve) -> None:
    # Warm-up 2 h. Paid 100 per MWh in the first hour, 90 to pay then. Entering normal: 100 − 90, then three hours
    # low at 75 − 54: 73. Entering low: 60 − 54 + 63 = 69. Entering normal and changing to low at once: 109.
    fleet = group_fleet(modes=[mode("normal"), LOW], warm_up_hours=2.0)
    found = solve(scenario([-100, 90, 90, 90, 90], fleets=[fleet]), 73)
    assert found.of("miners", "groups[normal]") == [1, 1, 0, 0, 0]
    assert found.of("miners", "groups[low]") == [0, 0, 1, 1, 1]
    assert found.of("miners", "groups_started[normal]") == [1, 0, 0, 0, 0]


def test_a_warm_group_changes_mode_while_another_warms(solve: Solve) -> None:
    # One group is warm, the other starts at −100: it enters normal (100 more than low's 60) and keeps it at 90,
    # where the warm one is low (21, not 10): 200 + 100, −90 + 21, 21 × 2.
    fleet = group_fleet(2, modes=[mode("normal"), LOW], warm_up_hours=2.0)
    state = before(("normal", 1, 50.0), ("off", 1, 50.0))
    found = solve(scenario([-100, 90, 90], fleets=[fleet], state=state), 300 - 69 + 42)
    assert found.of("miners", "groups[normal]") == [2, 1, 0]
    assert found.of("miners", "groups_warming") == [1, 1, 0]


def test_minimum_up_time_is_at_least_the_warm_up(solve: Solve) -> None:
    # Started for the 100 that it is paid, it would have to draw at 200 as well: it stays off.
    found = solve(scenario([-100, 200], fleets=[group_fleet(warm_up_hours=2.0)]), 0)
    assert found.of("miners", "groups[normal]") == [0, 0]


@pytest.mark.parametrize(
    ("price", "min_up", "profit", "low"),
    [(50, 0.0, -30 + 50, [1, 0]), (300, 0.0, -180, [1, 0]), (300, 3.0, -180 - 105, [1, 1])],
)
def test_a_warm_up_under_way_goes_on(solve: Solve, price: float, min_up: float, profit: float, low: list[int]) -> None:
    # One of two hours is over: in the first period it is low and hashes nothing (−0.6 × price). Then it is free:
    # normal at 50, off at 300, where min up 3 keeps it on low (75 − 180).
    fleet = group_fleet(modes=[mode("normal"), LOW], warm_up_hours=2.0, min_up_hours=min_up)
    found = solve(scenario([price] * 2, fleets=[fleet], state=before(("low", 1, 1.0))), profit)
    assert found.of("miners", "groups_warming") == [1, 0]
    assert found.of("miners", "groups[low]") == low


def test_nothing_starts_beside_a_stop_where_warming_costs_nothing(solve: Solve) -> None:
    # No group is in order in the second hour: starts there are free, and yet nothing starts or stops.
    fleet = group_fleet(3, warm_up_hours=1.0, availability=[1.0, 0.0, 1.0])
    found = solve(scenario([50] * 3, fleets=[fleet], state=before(("normal", 3, 9.0))), 300)
    assert found.of("miners", "groups_stopped") == [0, 0, 0]
    assert found.of("miners", "groups_started[normal]") == [0, 0, 0]


def test_a_start_beside_a_stop_is_settled_to_none() -> None:
    # Two normal and one off; in the second period one stops, two start in low and one in normal: net, two start.
    fleet = group_fleet(5, modes=[mode("normal"), LOW], warm_up_hours=1.0)
    formulation = formulate(scenario([50] * 2, fleets=[fleet], state=before(("normal", 2, 9.0), ("off", 3, 9.0))))
    block, x = formulation.fleets["miners"], np.zeros(formulation.problem.columns)
    x[block.in_mode] = [[3, 1], [2, 2], [0, 2]]  # off, normal, low
    x[block.switches.starts] = [[0, 1], [0, 2]]
    x[block.switches.stops] = [0, 1]
    settled = formulation.tidy(x)
    assert settled[block.switches.starts].sum(axis=0).tolist() == [0, 2]
    assert settled[block.switches.stops].tolist() == [0, 0]


def test_ramp_counts_from_the_power_before(solve: Solve) -> None:
    # Three groups on, 1 MW per hour down: 2 and 1 MW at 300 lose 200 each.
    fleet = group_fleet(3, ramp_mw_per_hour=1.0)
    found = solve(scenario([300] * 2, fleets=[fleet], state=before(("normal", 3, 9.0))), -600)
    assert found.of("miners", "it_mw") == [2, 1]
    # Where the state says that they drew 2 MW on average: 1 MW, then nothing.
    state = before(("normal", 3, 9.0), it_power_mw=2.0)
    found = solve(scenario([300] * 2, fleets=[fleet], state=state), -200)
    assert found.of("miners", "it_mw") == [1, 0]


def test_ramp_is_per_hour_whatever_the_period(solve: Solve) -> None:
    # 4 MW per hour are 1 MW per quarter: 1, 2, 3, 4 MW for a quarter each, at 50 USD per MWh: 12.50 each.
    fleet = group_fleet(4, ramp_mw_per_hour=4.0)
    found = solve(scenario([50] * 4, fleets=[fleet], time={"resolution_minutes": 15}), 125)
    assert found.of("miners", "it_mw") == [1, 2, 3, 4]


def test_ramp_of_modes_between_up_and_off(solve: Solve) -> None:
    # Two groups from 2 MW in a normal mode, 1 MW per hour, at 130: off loses nothing, low (75 − 78) 3, normal 30. Both
    # go low, 1.2 MW; then one goes off, as both would be more than a step.
    fleet = group_fleet(2, modes=[mode("normal"), LOW], ramp_mw_per_hour=1.0)
    found = solve(scenario([130, 130], fleets=[fleet], state=before(("normal", 2, 9.0))), -9)
    assert found.of("miners", "groups[low]") == [2, 1]


EVENING = {"start": "2026-01-05T20:00:00", "zone": "America/Chicago"}
UP_AND_DOWN = [50, 300, 50, 300, 50, 300, 50]
"""From 20:00 to 03:00: each hour at 50 wants a start of its own."""


@pytest.mark.parametrize(
    ("limit", "so_far", "profit"),
    [(1, 0, 50 + 50), (2, 0, 100 + 100), (2, 1, 50 + 100), (1, 1, 0 + 50), (0, 0, 0)],
)
def test_starts_a_day_of_the_local_calendar(solve: Solve, limit: int, so_far: int, profit: float) -> None:
    # Two hours at 50 lie before midnight, two after it.
    fleet = group_fleet(starts_per_day=limit)
    state = before(("off", 1, 9.0), starts_today=so_far)
    solve(scenario(UP_AND_DOWN, fleets=[fleet], time=EVENING, state=state), profit)


def test_starts_a_day_are_summed_over_the_fleet(solve: Solve) -> None:
    found = solve(scenario([50, 50], fleets=[group_fleet(3, starts_per_day=2)]), 200)
    assert found.of("miners", "groups[normal]") == [2, 2]


def test_availability_scales_what_is_up(solve: Solve) -> None:
    # Half of the machines: 0.5 × (100 − 50 − running 10).
    fleet = group_fleet(availability=0.5, running_cost_usd_per_machine_hour=10.0)
    found = solve(scenario([50], fleets=[fleet]), 20)
    assert found.of("miners", "it_mw") == [0.5]
    assert found.of("miners", "hashrate_ph_per_s") == [50]
    assert found.usd("running_cost") == [-5]


def test_availability_leaves_the_draw_of_sleep(solve: Solve) -> None:
    # Up: 0.5 × (100 − 150) = −25; asleep: 0.1 × 150 = −15, not half of it.
    found = solve(scenario([150], fleets=[group_fleet(modes=[SLEEP, mode("normal")], availability=0.5)]), -15)
    assert found.of("miners", "it_mw") == [0.1]


def test_availability_forces_no_group_down(solve: Solve) -> None:
    # Nothing is in order in the second hour; staying up there saves a start of 30.
    fleet = group_fleet(start_cost_usd=30.0, availability=[1.0, 0.0, 1.0])
    found = solve(scenario([50] * 3, fleets=[fleet], state=before(("normal", 1, 9.0))), 100)
    assert found.of("miners", "groups[normal]") == [1, 1, 1]
    assert found.of("miners", "it_mw") == [1, 0, 1]


def test_a_mode_is_barred_above_its_temperature(solve: Solve) -> None:
    # Normal at 20: 80, barred above 30 °C; low: 75 − 12 = 63. At 30 °C it is not yet above.
    fleet = group_fleet(modes=[mode("normal", max_ambient_c=30.0), LOW])
    site = {"ambient_c": [25.0, 30.0, 30.1]}
    found = solve(scenario([20] * 3, fleets=[fleet], site=site), 223)
    assert found.of("miners", "groups[normal]") == [1, 1, 0]


def test_running_cost_is_per_machine_hour_up(solve: Solve) -> None:
    # Two machines a group at 10 USD each: 200 − 2 × price − 20: 80 at 50, off at 95 (−10).
    fleet = group_fleet(units=2, groups=1, running_cost_usd_per_machine_hour=10.0)
    found = solve(scenario([50, 95], fleets=[fleet]), 80)
    assert found.usd("running_cost", "miners") == [-20, 0]


@pytest.mark.parametrize(("by_use", "profit"), [(False, 50 + 5), (True, 50 - 8)])
def test_depreciation_costs_only_where_driven_by_use(solve: Solve, by_use: bool, profit: float) -> None:
    # At 95 it makes 5, less than the 8 of depreciation by use.
    fleet = group_fleet(depreciation_usd_per_machine_hour=8.0, depreciation_by_use=by_use)
    found = solve(scenario([50, 95], fleets=[fleet]), profit)
    assert found.usd("depreciation_by_use") == [-8 if by_use else 0, 0]


def test_two_fleets_share_what_the_site_has(solve: Solve) -> None:
    # 3.2 MW: two groups at 50, and one of the worse machines, 60 USD an hour for 1 MW, at 10.
    worse = group_fleet(3, name="old", modes=[mode("normal", 1.0, 60.0)])
    found = solve(scenario([50], fleets=[group_fleet(2), worse], site={"import_limit_mw": 3.2}), 110)
    assert found.of("old", "groups[normal]") == [1]


def test_quarter_hours(solve: Solve) -> None:
    # A quarter makes 12.50; min up of 0.4 h is two quarters: 12.50 − 7.50, then off at 300.
    fleet = group_fleet(min_up_hours=0.4)
    found = solve(scenario([50, 130, 300], fleets=[fleet], time={"resolution_minutes": 15}), 5)
    assert found.of("miners", "groups[normal]") == [1, 1, 0]
    assert found.usd("mining_revenue") == [25, 25, 0]


def test_groups_that_came_up_less_than_a_period_ago_keep_their_mode(solve: Solve) -> None:
    # Up for a quarter of an hour, warm-up three hours: counted from the start of the horizon. Another starts beside
    # them, in the mode normal (paid 100 per MWh).
    fleet = group_fleet(2, modes=[mode("normal"), LOW], warm_up_hours=3.0)
    state = before(("low", 1, 0.25), ("off", 1, 9.0))
    found = solve(scenario([-100, -100], fleets=[fleet], state=state), 320)
    assert found.of("miners", "groups_warming") == [2, 2]
    assert found.schedule.state is not None
    groups = found.schedule.state.fleets["miners"].groups
    assert sorted((g.mode, g.groups, g.hours) for g in groups) == [("low", 1, 2), ("normal", 1, 2)]


def test_the_state_has_as_many_groups_in_each_mode_as_the_last_period(solve: Solve) -> None:
    """Two groups up for 5 h and one for 2 h; 2.6 MW are two in normal and one in low: 259 − 130."""
    found = solve(
        scenario(
            [50],
            fleets=[group_fleet(3, modes=[mode("normal"), mode("low", 0.6, 59.0)])],
            site={"import_limit_mw": 2.6},
            state=before(("normal", 2, 5.0), ("normal", 1, 2.0)),
        ),
        129,
    )
    assert found.schedule.state is not None
    counts: dict[str, int] = {}
    for cohort in found.schedule.state.fleets["miners"].groups:
        counts[cohort.mode] = counts.get(cohort.mode, 0) + cohort.groups
    assert {name: count for name, count in counts.items() if count} == {"normal": 2, "low": 1}
