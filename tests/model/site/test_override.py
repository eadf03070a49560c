"""What is held by hand, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.insight.clash import Clash, clashes, lines_of
from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Solve
from tests.model.power import battery, generator, never_at_once, powered, renewable
from tests.toys import clock, gpu_pool, group_fleet, mode, reserved, spot

LOW = mode("low", 0.6, 75.0)


def held(start: float, end: float, hold: str | float, item: str = "miners") -> dict[str, Any]:
    how = {"hold": hold} if isinstance(hold, str) else {"power_mw": hold}
    return {"item": item, "start": clock(start), "end": clock(end)} | how


def test_a_fleet_held_on_may_choose_its_mode(solve: Solve) -> None:
    # At 200 the low mode loses 120 − 75, normal 100.
    fleet = group_fleet(2, modes=[mode("normal"), LOW])
    found = solve(powered([200, 200], fleets=[fleet], overrides=[held(1, 2, "on")]), -90)
    assert found.of("miners", "groups[low]") == [0, 2]


def test_a_fleet_held_off(solve: Solve) -> None:
    # The half hour that it touches is the whole of the period.
    found = solve(powered([50, 50, 50], fleets=[group_fleet(2)], overrides=[held(1.5, 1.75, "off")]), 200)
    assert found.of("miners", "it_mw") == [2, 0, 2]


def test_a_fleet_at_a_power_is_as_near_as_whole_groups_come(solve: Solve) -> None:
    # Within 0.5 MW of 2.4: two groups; at −50 three would earn more, at 200 none.
    given = powered([-50, 200], fleets=[group_fleet(4)], overrides=[held(0, 2, 2.4)])
    found = solve(given, 300 - 200)
    assert found.of("miners", "it_mw") == [2, 2]


def test_a_pool_held(solve: Solve) -> None:
    # A node idles at 0.2 MW. On: three are available in the second hour.
    pool = gpu_pool(4, idle_power_w=0.2e6, nodes_available=[4.0, 3.0, 4.0])
    given = powered([50] * 3, pools=[pool], overrides=[held(0, 2, "on", "pool")])
    found = solve(given, -50 * 1.4)
    assert found.of("pool", "nodes_on") == [4, 3, 0]
    found = solve(powered([50], pools=[gpu_pool(4)], contracts=[spot(4.0)], overrides=[held(0, 1, "off", "pool")]), 0)
    assert found.of("pool", "nodes_on") == [0]


def test_a_pool_at_a_power(solve: Solve) -> None:
    # 2 MW and half a node's: 2.5 of 4 GPUs.
    given = powered([50], pools=[gpu_pool(4)], contracts=[spot(4.0)], overrides=[held(0, 1, 2.0, "pool")])
    solve(given, 125)


@pytest.mark.parametrize(
    ("hold", "output", "profit"), [("on", 0.5, 50 - 5 - 25), ("off", 0, 50), (0.8, 0.8, 50 - 8 - 25), (0.0, 0, 50)]
)
def test_a_generator_held(solve: Solve, hold: str | float, output: float, profit: float) -> None:
    # Fuel 60 against 50 from the grid, 25 for the start; half load at least.
    engine = generator(min_load_mw=0.5, start_cost_usd=25.0)
    given = powered([50], fleets=[group_fleet()], generators=[engine], overrides=[held(0, 1, hold, "engine")])
    assert solve(given, profit).of("engine", "output_mw") == [output]


def test_a_battery_held(solve: Solve) -> None:
    # 0.5 MW charged at 100 (with the group: 0 − 50), 0.25 MW discharged at 20 (80 + 5); the rest is used at 60
    # (40 + 15), as in the last hour it rests.
    overrides = [held(0, 1, 0.5, "battery"), held(1, 2, -0.25, "battery"), held(3, 4, "off", "battery")]
    given = powered([100, 20, 60, 100], fleets=[group_fleet()], batteries=[battery()], overrides=overrides)
    found = solve(given, -50 + 85 + 55)
    never_at_once(found)
    assert found.of("battery", "charge_mw") == [0.5, 0, 0, 0]
    assert found.of("battery", "discharge_mw") == [0, 0.25, 0.25, 0]


def test_a_battery_that_is_made_to_charge_does_not_pass_it_on(solve: Solve) -> None:
    # It is full after half an hour's worth: 1 MW for an hour has to lose half.
    cells = battery(1.0, 0.5, start_energy_mwh=0.5)
    given = powered([300], fleets=[group_fleet()], batteries=[cells], overrides=[held(0, 1, 1.0, "battery")])
    found = solve(given, -300)
    never_at_once(found)


def test_a_renewable_held(solve: Solve) -> None:
    # Curtailed, and used although it costs more than the grid.
    wind = renewable(1.0, cost_usd_per_mwh=70.0)
    overrides = [held(0, 1, 0.4, "wind"), held(1, 2, "off", "wind")]
    given = powered([50, 90], fleets=[group_fleet()], renewables=[wind], overrides=overrides)
    found = solve(given, 50 - 8 + 10)
    assert found.of("wind", "used_mw") == [0.4, 0]


def test_nothing_forced_is_lost_in_a_battery(solve: Solve) -> None:
    # 1 MW of wind has to be used and only the battery takes it: what it can hold, or there is no plan. (Charging 16/15
    # MW while discharging 1/15 would lose the rest.)
    overrides = [held(0, 1, 1.0, "wind")]
    given = powered([50], renewables=[renewable()], batteries=[battery(0.5, 0.5)], overrides=overrides)
    never_at_once(solve(given, 0))
    small = battery(1.0, 0.5, start_energy_mwh=0.6, charge_limit_mw=2.0)
    given = powered([50], renewables=[renewable()], batteries=[small], overrides=overrides)
    assert of(clashes(given)).amount == pytest.approx(0.2, rel=1e-2)


def test_a_window_outside_the_horizon_holds_nothing(solve: Solve) -> None:
    solve(powered([50], fleets=[group_fleet()], overrides=[held(1, 2, "off")]), 50)


def of(found: tuple[Clash, ...]) -> Clash:
    (mine,) = [clash for clash in found if clash.requirement == "override"]
    return mine


def order(start: float, end: float, limit: float) -> dict[str, Any]:
    return {"curtailment": [{"name": "call", "start": clock(start), "end": clock(end), "import_limit_mw": limit}]}


CLASHES: dict[str, tuple[Scenario, str, float, str]] = {
    "a fleet on against an order": (
        powered([50] * 3, fleets=[group_fleet(4)], overrides=[held(1, 3, "on")], site=order(2, 3, 1.5)),
        "miners: override: holds it on at 02:00, 3 groups have to be down",
        3.0,
        "groups",
    ),
    "a fleet off within its minimum up time": (
        powered(
            [50] * 3,
            fleets=[group_fleet(2, min_up_hours=2.0)],
            overrides=[held(0, 1, "off")],
            state={"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 2, "hours": 1.0}]}}},
        ),
        "miners: override: holds it off at 00:00, 2 groups have to be up",
        2.0,
        "groups",
    ),
    "a fleet at more than an order leaves": (
        powered([50], fleets=[group_fleet(4)], overrides=[held(0, 1, 4.0)], site=order(0, 1, 2.0)),
        "miners: override: holds it within 0.5 MW of 4 MW at 00:00, it has to be 1.5 MW further off",
        1.5,
        "MW",
    ),
    "a pool off under a floor": (
        powered(
            [50],
            pools=[gpu_pool(2)],
            contracts=[reserved(committed_gpus=2.0, availability_floor=1.0)],
            overrides=[held(0, 1, "off", "pool")],
        ),
        "pool: override: holds it off at 00:00, 2 nodes have to be on",
        2.0,
        "nodes",
    ),
    "more wind than there is": (
        powered([50], fleets=[group_fleet()], renewables=[renewable()], overrides=[held(0, 1, 1.5, "wind")]),
        "wind: override: holds it at 1.5 MW at 00:00, it has to be 0.5 MW off that",
        0.5,
        "MW",
    ),
    "a full battery": (
        powered([50], batteries=[battery(1.0, start_energy_mwh=0.75)], overrides=[held(0, 1, 1.0, "battery")]),
        "battery: override: holds it at 1 MW at 00:00, it has to be 0.75 MW off that",
        0.75,
        "MW",
    ),
    "a full battery that could burn": (
        powered(
            [50],
            batteries=[battery(1.0, 0.5, start_energy_mwh=1.0, charge_limit_mw=2.0)],
            overrides=[held(0, 1, 1.0, "battery")],
        ),
        "battery: override: holds it at 1 MW at 00:00, it has to be 1 MW off that",
        1.0,
        "MW",
    ),
    "an engine within its minimum up time": (
        powered(
            [50],
            fleets=[group_fleet()],
            generators=[generator(min_load_mw=0.5, min_up_hours=2.0)],
            overrides=[held(0, 1, "off", "engine")],
            state={"generators": {"engine": {"on": True, "hours": 1.0}}},
        ),
        "engine: override: holds it off at 00:00, it has to be on",
        1.0,
        "engines",
    ),
}


@pytest.mark.parametrize("case", CLASHES)
def test_what_cannot_be_held_is_named(case: str) -> None:
    given, words, amount, unit = CLASHES[case]
    clash = of(clashes(given))
    assert str(clash) == words
    assert (clash.amount, clash.unit) == (pytest.approx(amount, rel=1e-2), unit)


def test_both_sides_of_a_clash_are_told() -> None:
    given, *_ = CLASHES["a fleet on against an order"]
    lines = lines_of(clashes(given))
    assert [line.split(": ", 1)[0].strip() for line in lines] == ["clash", "or"]
    assert any("curtailment order call: allows 1.5 MW at 02:00, at least 4 MW are needed" in line for line in lines)


def test_a_floor_is_told_under_the_override() -> None:
    given, *_ = CLASHES["a pool off under a floor"]
    assert any("pool pool can power 0 under the override of pool" in str(clash) for clash in clashes(given))
