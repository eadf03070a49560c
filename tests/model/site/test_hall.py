"""Halls, worked by hand: what IT power costs at the meter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.conftest import Solve
from tests.toys import gpu_pool, group_fleet, mode, scenario, spot

TABLE = {"ambient_c": [10.0, 30.0], "pue": [1.05, 1.25]}


def test_limit_is_on_it_power(solve: Solve) -> None:
    # 2.5 MW of IT hold two groups, although they draw 3 MW at the meter: 2 × (100 − 60).
    found = solve(scenario([40], fleets=[group_fleet(3)], hall={"it_limit_mw": 2.5, "pue": 1.5}), 80)
    assert found.of("hall", "it_mw") == [2]
    assert found.of("hall", "facility_mw") == [3]


def test_limit_by_period(solve: Solve) -> None:
    found = solve(scenario([50, 50], fleets=[group_fleet(3)], hall={"it_limit_mw": [1.0, 2.0]}), 150)
    assert found.of("hall", "it_mw") == [1, 2]


def test_pue_by_period(solve: Solve) -> None:
    # 100 − 60 × 1.25 = 25; at 1.7 it would be −2.
    found = solve(scenario([60, 60], fleets=[group_fleet()], hall={"pue": [1.25, 1.7]}), 25)
    assert found.of("hall", "facility_mw") == [1.25, 0]


@pytest.mark.parametrize(
    ("ambient", "pue"), [(-5.0, 1.05), (10.0, 1.05), (15.0, 1.10), (20.0, 1.15), (30.0, 1.25), (44.0, 1.25)]
)
def test_pue_table_is_linear_and_clamped(solve: Solve, ambient: float, pue: float) -> None:
    given = scenario([40], fleets=[group_fleet()], hall={"pue": TABLE}, site={"ambient_c": ambient})
    found = solve(given, 100 - 40 * pue)
    assert found.of("hall", "pue") == [pue]


def test_pue_is_taken_at_the_mean_temperature(solve: Solve) -> None:
    # 4 × 15 minutes at 0, 0, 40 and 40 °C are 20 °C on average: 1.15. (The mean of the PUEs is 1.15, too; at 0, 0,
    # 0 and 40 it is 10 °C: 1.05, and the mean of the PUEs would be 1.10.)
    values = [0.0, 0.0, 40.0, 40.0, 0.0, 0.0, 0.0, 40.0]
    ambient = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 15, "values": values}
    given = scenario([40, 40], fleets=[group_fleet()], hall={"pue": TABLE}, site={"ambient_c": ambient})
    found = solve(given, 200 - 40 * (1.15 + 1.05))
    assert found.of("hall", "pue") == [1.15, 1.05]


def test_overhead_is_always_there(solve: Solve) -> None:
    # 0.5 MW of overhead, mining or not, without PUE: −0.5 × 40 + 100 − 48; −0.5 × 200.
    found = solve(scenario([40, 200], fleets=[group_fleet()], hall={"overhead_mw": 0.5, "pue": 1.2}), 32 - 100)
    assert found.of("hall", "facility_mw") == [1.7, 0.5]


OFF = {"overhead_mw": 0.5, "overhead_off_with_hall": True}


def test_overhead_off_with_the_hall(solve: Solve) -> None:
    # At 50: 100 − 75. At 90 the overhead of 45 is more than the 10 of mining: all off.
    found = solve(scenario([50, 90], fleets=[group_fleet()], hall=OFF), 25)
    assert found.of("hall", "facility_mw") == [1.5, 0]


def test_overhead_is_not_switched_on_for_its_own_sake(solve: Solve) -> None:
    # At −100 the overhead alone would be paid 50; but nothing can run, so the hall is off.
    found = solve(scenario([-100], pools=[gpu_pool()], contracts=[spot(0.0)], hall=OFF), 0)
    assert found.of("hall", "facility_mw") == [0]


def test_overhead_comes_with_idle_nodes(solve: Solve) -> None:
    # A node that idles at 0.1 MW takes the overhead along: 60.
    pool = gpu_pool(idle_power_w=0.1e6)
    found = solve(scenario([-100], pools=[pool], hall=OFF), 60)
    assert found.of("hall", "facility_mw") == [0.6]


def test_a_hall_with_a_sleeping_machine_is_on(solve: Solve) -> None:
    # One machine that sleeps at 30 W all the time is IT power all the same.
    fleet = group_fleet(modes=[mode("sleep", 3e-5, 0.0), mode("normal")])
    found = solve(scenario([400], fleets=[fleet], hall=OFF), -400 * 0.50003)
    assert found.of("hall", "facility_mw") == [0.50003]


def test_a_hall_with_one_small_machine_can_be_on(solve: Solve) -> None:
    # 50 W that earn 0.005 USD an hour, 10 W of overhead: 0.005 − 50 × 0.00006.
    fleet = group_fleet(modes=[mode("normal", 5e-5, 0.005)])
    hall = {"overhead_mw": 1e-5, "overhead_off_with_hall": True}
    found = solve(scenario([50], fleets=[fleet], hall=hall), 0.005 - 50 * 6e-5)
    assert found.of("miners", "groups[normal]") == [1]


def two_halls(**second: Any) -> dict[str, Any]:
    """A hall `hall` of PUE 1.1 and a hall `cold` of PUE 1.3, with a fleet of two groups in each."""
    halls = [
        {"name": "hall", "it_limit_mw": 9.0, "pue": 1.1},
        {"name": "cold", "it_limit_mw": 9.0, "pue": 1.3} | second,
    ]
    fleets = [group_fleet(2), group_fleet(2, name="others", hall="cold")]
    return {"site": {"import_limit_mw": 4.0, "halls": halls}, "fleets": fleets}


def test_several_halls_share_the_import_limit(solve: Solve) -> None:
    # 4 MW: two groups in the hall of 1.1 and one in that of 1.3 (2.2 + 1.3): 300 − 50 × 3.5.
    found = solve(scenario([50], **two_halls()), 125)
    assert found.of("hall", "it_mw") == [2]
    assert found.of("cold", "it_mw") == [1]
    assert found.of("site", "import_mw") == [3.5]


def test_each_hall_has_its_own_limit_and_overhead(solve: Solve) -> None:
    found = solve(scenario([50], **two_halls(it_limit_mw=0.5, overhead_mw=0.2)), 200 - 50 * 2.4)
    assert found.of("cold", "facility_mw") == [0.2]


def test_a_draw_of_next_to_nothing_switches_the_overhead_on(solve: Solve) -> None:
    """Of two groups that draw 1e-9 W each the audit sees no more power than of none; it takes what is claimed."""
    free = [mode("normal", power_mw=1e-15)]
    solve(scenario([-50], hall=OFF, fleets=[group_fleet(2, modes=free)]), 225)
    solve(scenario([1000], hall=OFF, fleets=[group_fleet(2, modes=free)]), 0)
