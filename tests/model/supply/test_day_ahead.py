"""Two-settlement, worked by hand. A group earns 100 USD an hour from 1 MW; real time is at 50."""

from __future__ import annotations

import pytest

from tests.model.conftest import Solve
from tests.model.power import powered, renewable
from tests.toys import clock, group_fleet


def test_a_given_position_settles_against_real_time(solve: Solve) -> None:
    # 50 an hour for the group; 2 × (50 − 40) and 0.5 × (50 − 60). The same: −2 × 40 − (1 − 2) × 50 = −30.
    day_ahead = {"price_usd_per_mwh": [40.0, 60.0], "position_mw": [2.0, 0.5]}
    found = solve(powered([50, 50], fleets=[group_fleet()], day_ahead=day_ahead), 50 + 20 + 50 - 5)
    assert found.of("day ahead", "position_mw") == [2, 0.5]
    assert found.of("day ahead", "price_usd_per_mwh") == [40, 60]
    assert found.usd("day_ahead_settlement", "grid") == [20, -5]
    assert found.usd("energy", "grid") == [-50, -50]


def test_a_position_changes_nothing_of_what_runs(solve: Solve) -> None:
    # At 150 in real time the group is off and the position is sold back: 1 × (150 − 40).
    day_ahead = {"price_usd_per_mwh": 40.0, "position_mw": 1.0}
    found = solve(powered([150], fleets=[group_fleet()], day_ahead=day_ahead), 110)
    assert found.of("site", "import_mw") == [0]


def test_a_decided_position_lies_at_its_bound(solve: Solve) -> None:
    # 3 × (50 − 40) where day ahead is cheaper, none where it is dearer.
    day_ahead = {"price_usd_per_mwh": [40.0, 60.0]}
    given = powered([50, 50], fleets=[group_fleet()], day_ahead=day_ahead, site={"import_limit_mw": 3.0})
    found = solve(given, 100 + 30)
    assert found.of("day ahead", "position_mw") == [3, 0]


def test_an_order_caps_the_position_too(solve: Solve) -> None:
    order = {"name": "call", "start": clock(0), "end": clock(1), "import_limit_mw": 0.5}
    site = {"import_limit_mw": 3.0, "curtailment": [order]}
    found = solve(powered([50, 50], day_ahead={"price_usd_per_mwh": 40.0}, site=site), 5 + 30)
    assert found.of("day ahead", "position_mw") == [0.5, 3]


def test_settlement_is_by_the_hour_and_without_losses(solve: Solve) -> None:
    # Half-hours: import 50 × 1.1, position 2 × 10, halved.
    day_ahead = {"price_usd_per_mwh": 40.0, "position_mw": 2.0}
    given = powered(
        [50],
        fleets=[group_fleet()],
        day_ahead=day_ahead,
        energy={"loss_factor": 0.1},
        time={"resolution_minutes": 30},
    )
    found = solve(given, 22.5 + 10)
    assert found.usd("day_ahead_settlement") == [10]


@pytest.mark.parametrize("position", [0.0, 1.0])
def test_export_settles_in_real_time(solve: Solve, position: float) -> None:
    # 2 MW of wind, 1 MW sold at 50: −q × 40 − (0 − 1 − q) × 50 = 50 + 10 q.
    given = powered(
        [50],
        fleets=[group_fleet()],
        renewables=[renewable(2.0)],
        day_ahead={"price_usd_per_mwh": 40.0, "position_mw": position},
        site={"export_limit_mw": 1.0},
    )
    solve(given, 100 + 50 + 10 * position)
