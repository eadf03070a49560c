"""Wind and sun behind the meter, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

import pytest

from tests.model.conftest import Solve
from tests.model.power import powered, renewable
from tests.toys import clock, group_fleet


def test_wind_takes_the_place_of_import(solve: Solve) -> None:
    # 0.4 MW of wind leave 0.6 to buy at 50; then 2 MW are twice what is needed.
    found = solve(powered([50, 50], fleets=[group_fleet()], renewables=[renewable(2.0, [0.2, 1.0])]), 70 + 100)
    assert found.of("wind", "available_mw") == [0.4, 2]
    assert found.of("wind", "used_mw") == [0.4, 1]
    assert found.of("site", "import_mw") == [0.6, 0]
    assert found.usd("ppa") == [0, 0]


def test_a_physical_agreement_pays_for_what_is_used(solve: Solve) -> None:
    # At 60 per MWh it is worth using at 90, not at 50.
    wind = renewable(cost_usd_per_mwh=60.0)
    found = solve(powered([50, 90], fleets=[group_fleet()], renewables=[wind]), 50 + 40)
    assert found.of("wind", "used_mw") == [0, 1]
    assert found.usd("ppa", "wind") == [0, -60]


def test_wind_is_curtailed_at_negative_prices(solve: Solve) -> None:
    # Import is paid 20, with the group's 100.
    found = solve(powered([-20], fleets=[group_fleet()], renewables=[renewable()]), 120)
    assert found.of("wind", "used_mw") == [0]
    # A subsidy of 30 for each MWh used is more.
    found = solve(powered([-20], fleets=[group_fleet()], renewables=[renewable(cost_usd_per_mwh=-30.0)]), 130)
    assert found.of("site", "import_mw") == [0]


def test_wind_makes_up_for_a_curtailment_order(solve: Solve) -> None:
    # 1 MW of import and 1 MW of wind run two of three groups: 200 − 50.
    order = {"name": "call", "start": clock(0), "end": clock(1), "import_limit_mw": 1.0}
    given = powered([50], fleets=[group_fleet(3)], renewables=[renewable()], site={"curtailment": [order]})
    found = solve(given, 150)
    assert found.of("miners", "it_mw") == [2]


def test_a_finer_factor_is_averaged(solve: Solve) -> None:
    factor = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [0.2, 0.6]}
    found = solve(powered([50], fleets=[group_fleet()], renewables=[renewable(1.0, factor)]), 70)  # type: ignore[arg-type]
    assert found.of("wind", "used_mw") == [0.4]


def test_the_cheaper_of_two_plants_first(solve: Solve) -> None:
    # 1.5 MW: 1 MW for nothing, 0.5 at 10; half-hours. Two groups: (200 − 5 − 0.5 × 50) / 2 with 0.5 MW bought.
    plants = [renewable(0.5, name="sun", cost_usd_per_mwh=10.0), renewable()]
    given = powered([50], fleets=[group_fleet(2)], renewables=plants, time={"resolution_minutes": 30})
    found = solve(given, 85)
    assert found.usd("ppa", "sun") == [-2.5]
    assert found.of("site", "import_mw") == [0.5]


def test_wind_alone(solve: Solve) -> None:
    # Without a connection a group runs only where there is wind for a whole one.
    given = powered(
        [0, 0], fleets=[group_fleet()], renewables=[renewable(2.0, [0.4, 0.5])], site={"import_limit_mw": 0.0}
    )
    found = solve(given, 100)
    assert found.of("miners", "it_mw") == [0, 1]
    assert found.schedule.profit_usd == pytest.approx(100)
