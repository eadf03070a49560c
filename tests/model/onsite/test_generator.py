"""Engines and turbines of one's own, worked by hand. A group earns 100 USD an hour from 1 MW; fuel is 60."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.insight.clash import clashes
from tests.model.conftest import Solve
from tests.model.power import generator, powered
from tests.toys import group_fleet, mode


def before(on: bool, hours: float, power_mw: float | None = None) -> dict[str, Any]:
    return {"generators": {"engine": {"on": on, "hours": hours, "power_mw": power_mw}}}


def test_it_runs_where_fuel_is_cheaper_than_import(solve: Solve) -> None:
    # Import at 50, fuel at 90: 50 + 40. Fuel may have a price of its own each hour.
    found = solve(powered([50, 90], fleets=[group_fleet()], generators=[generator()]), 90)
    assert found.of("engine", "output_mw") == [0, 1]
    assert found.usd("fuel", "engine") == [0, -60]
    found = solve(powered([50, 90], fleets=[group_fleet()], generators=[generator(fuel=[40.0, 95.0])]), 70)
    assert found.of("engine", "output_mw") == [1, 0]


def test_start_cost(solve: Solve) -> None:
    # Two hours at 90 save 60, a start costs 40: 50 + 40 + 40 + 50 − 40.
    engine = generator(start_cost_usd=40.0, min_load_mw=1.0)
    found = solve(powered([50, 90, 90, 50], fleets=[group_fleet()], generators=[engine]), 140)
    assert found.of("engine", "on") == [0, 1, 1, 0]
    assert found.of("engine", "started") == [0, 1, 0, 0]
    assert found.of("engine", "stopped") == [0, 0, 0, 1]
    assert found.usd("start", "engine") == [0, -40, 0, 0]
    # One hour saves 30: not worth a start.
    solve(powered([50, 90, 50], fleets=[group_fleet()], generators=[engine]), 110)


def test_staying_on_is_cheaper_than_a_second_start(solve: Solve) -> None:
    # On through the hour at 50 costs 10, a start 20: 3 × 40 − 20.
    engine = generator(start_cost_usd=20.0, min_load_mw=1.0)
    found = solve(powered([90, 50, 90], fleets=[group_fleet()], generators=[engine]), 100)
    assert found.of("engine", "on") == [1, 1, 1]


def test_least_load(solve: Solve) -> None:
    # At least 2 MW for one group: off. With two groups on: 200 − 120. Three: 1 MW is bought at 90.
    engine = generator(2.0, min_load_mw=2.0)
    assert solve(powered([90], fleets=[group_fleet()], generators=[engine]), 10).of("engine", "on") == [0]
    assert solve(powered([90], fleets=[group_fleet(2)], generators=[engine]), 80).of("engine", "on") == [1]
    assert solve(powered([90], fleets=[group_fleet(3)], generators=[engine]), 90).of("site", "import_mw") == [1]


def test_minimum_up_time(solve: Solve) -> None:
    # Worth 30 at 90; the hour at 50 behind it costs 10.
    engine = generator(min_load_mw=1.0, min_up_hours=2.0)
    found = solve(powered([90, 50, 50], fleets=[group_fleet()], generators=[engine]), 40 + 40 + 50)
    assert found.of("engine", "on") == [1, 1, 0]


def test_minimum_up_time_counts_the_hours_before(solve: Solve) -> None:
    # On for one of three hours: two more at 50 cost 10 each.
    engine = generator(min_load_mw=1.0, min_up_hours=3.0)
    given = powered([50, 50, 50], fleets=[group_fleet()], generators=[engine], state=before(True, 1.0))
    found = solve(given, 40 + 40 + 50)
    assert found.of("engine", "on") == [1, 1, 0]
    assert found.of("engine", "stopped") == [0, 0, 1]


def test_minimum_down_time_counts_the_hours_before(solve: Solve) -> None:
    engine = generator(min_down_hours=3.0)
    found = solve(
        powered([90] * 3, fleets=[group_fleet()], generators=[engine], state=before(False, 1.0)), 10 + 10 + 40
    )
    assert found.of("engine", "on") == [0, 0, 1]


def test_ramp_of_output(solve: Solve) -> None:
    # Three groups at 90, 30 saved per MWh: from nothing 1, 2, 3 MW; from 2 MW before 3 at once.
    engine = generator(3.0, ramp_mw_per_hour=1.0)
    given: dict[str, Any] = {"fleets": [group_fleet(3)], "generators": [engine]}
    found = solve(powered([90] * 3, **given), 3 * 30 + 6 * 30)
    assert found.of("engine", "output_mw") == [1, 2, 3]
    found = solve(powered([90] * 3, **given, state=before(True, 5.0, 2.0)), 3 * 30 + 9 * 30)
    assert found.of("engine", "output_mw") == [3, 3, 3]


def test_a_ramp_before_which_nothing_is_known_starts_at_the_least_load(solve: Solve) -> None:
    engine = generator(3.0, min_load_mw=1.0, ramp_mw_per_hour=1.0)
    given = powered([90] * 2, fleets=[group_fleet(3)], generators=[engine], state=before(True, 5.0))
    assert solve(given, 2 * 30 + 5 * 30).of("engine", "output_mw") == [2, 3]


def test_a_start_reaches_and_a_stop_leaves_the_least_load(solve: Solve) -> None:
    # 1.5 MW least, 4 MW/h: on quarters 1 MW, less than the least. At 90 a MW saves 30; off again at 20, where it costs
    # 40: from 2.5 MW down to 1.5, then off.
    engine = generator(3.0, min_load_mw=1.5, ramp_mw_per_hour=4.0)
    price = [90] * 3 + [20] * 3
    given = powered(price, fleets=[group_fleet(3)], generators=[engine], time={"resolution_minutes": 15})
    outputs = [1.5, 2.5, 1.5, 0, 0, 0]
    earned = 3 * (10 * 3 + 80 * 3) + 30 * sum(outputs[:3]) - 40 * sum(outputs[3:])
    found = solve(given, earned / 4)
    assert found.of("engine", "output_mw") == outputs


def test_an_engine_that_never_started_on_quarters() -> None:
    """872 USD on hours. On half hours it starts at its ramp and lacks 2 MW of its capacity for one, of 38 USD a MWh;
    on quarters it starts at its least output and lacks 2.5, 1.5 and 0.5 MW for one each."""
    engine = generator(4.0, 62.0, min_load_mw=1.5, start_cost_usd=40.0, ramp_mw_per_hour=4.0)
    for minutes, profit in ((60, 872.0), (30, 834.0), (15, 829.25)):
        given = powered(
            [300.0] * (360 // minutes),
            fleets=[group_fleet(40, modes=[mode("normal", 0.1, 10.0)])],
            generators=[engine],
            time={"resolution_minutes": minutes},
        )
        assert plan(given, gap=1e-7).profit_usd == pytest.approx(profit, abs=1e-3)


def test_output_before_of_an_engine_that_is_off_is_none(solve: Solve) -> None:
    engine = generator(3.0, min_load_mw=1.0, ramp_mw_per_hour=1.0)
    given = powered([90] * 2, fleets=[group_fleet(3)], generators=[engine], state=before(False, 5.0, 3.0))
    assert solve(given, 2 * 30 + 3 * 30).of("engine", "output_mw") == [1, 2]


def test_a_ramp_works_downwards(solve: Solve) -> None:
    # 3 MW before; at 50 it would rather be off at once (10 lost per MWh): 2, 1, 0 MW.
    engine = generator(3.0, ramp_mw_per_hour=1.0)
    given = powered([50] * 3, fleets=[group_fleet(3)], generators=[engine], state=before(True, 5.0, 3.0))
    assert solve(given, 3 * 150 - 10 * 3).of("engine", "output_mw") == [2, 1, 0]


def test_a_facility_of_its_own_engine(solve: Solve) -> None:
    found = solve(powered([0], fleets=[group_fleet(2)], generators=[generator()], site={"import_limit_mw": 0.0}), 40)
    assert found.of("miners", "it_mw") == [1]


def test_state_is_handed_over(solve: Solve) -> None:
    # Started in the second of three half-hours that are committed; the last is not.
    engine = generator(min_load_mw=0.5, start_cost_usd=1.0)
    time = {"resolution_minutes": 30, "committed_periods": 3, "look_ahead_periods": 1}
    found = solve(powered([50, 90, 90, 50], fleets=[group_fleet()], generators=[engine], time=time), 89)
    state = found.schedule.state
    assert state is not None
    engine_state = state.generators["engine"]
    assert (engine_state.on, engine_state.hours, engine_state.power_mw) == (True, 1.0, pytest.approx(1.0))


def test_an_engine_that_has_to_run_with_nowhere_to_go_is_named() -> None:
    # 2 MW for another two hours, for one group.
    engine = generator(2.0, min_load_mw=2.0, min_up_hours=3.0)
    given = powered([50, 50], fleets=[group_fleet()], generators=[engine], state=before(True, 1.0))
    found = {(clash.item, clash.requirement): clash for clash in clashes(given)}
    assert set(found) == {("site", "export limit"), ("engine", "minimum up time")}
    assert "export limit: allows 0 MW at 00:00, at least 1 MW are needed" in str(found["site", "export limit"])
