"""Emissions of import, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.insight.clash import clashes
from tests.model.conftest import Solve
from tests.model.power import powered, renewable
from tests.toys import group_fleet


def test_a_price_of_carbon(solve: Solve) -> None:
    # 0.4 t a MWh at 50: 100 − 70 − 20; at 90 the group would lose 10.
    carbon = {"intensity_kg_per_mwh": 400.0, "price_usd_per_tonne": 50.0}
    found = solve(powered([70, 90], fleets=[group_fleet()], carbon=carbon), 10)
    assert found.of("site", "carbon_kg") == [400, 0]
    assert found.usd("carbon", "grid") == [-20, 0]


def test_only_import_counts_and_without_losses(solve: Solve) -> None:
    # 0.6 MW of wind leave 0.4 MWh × 500 kg, halved; 200 USD a tonne: (100 − 0.4 × 55 − 0.4 × 100) / 2.
    given = powered(
        [50],
        fleets=[group_fleet()],
        renewables=[renewable(0.6)],
        carbon={"intensity_kg_per_mwh": 500.0, "price_usd_per_tonne": 200.0},
        energy={"loss_factor": 0.1},
        time={"resolution_minutes": 30},
    )
    assert solve(given, 19).of("site", "carbon_kg") == [100]


def test_a_report_only(solve: Solve) -> None:
    found = solve(powered([50], fleets=[group_fleet()], carbon={"intensity_kg_per_mwh": 400.0}), 50)
    assert found.of("site", "carbon_kg") == [400]
    assert found.usd("carbon") == [0]
    assert found.schedule.state is not None
    assert found.schedule.state.carbon_tonnes == pytest.approx(0.4)


def test_a_cap_is_spent_where_it_earns_most(solve: Solve) -> None:
    # Half a tonne a MWh, then a whole: of 1.4 t two groups take 1, and 0.4 are no whole group.
    carbon: dict[str, Any] = {"intensity_kg_per_mwh": [500.0, 1000.0], "cap_tonnes": 1.4}
    found = solve(powered([50, 50], fleets=[group_fleet(2)], carbon=carbon), 100)
    assert found.of("site", "import_mw") == [2, 0]
    # 90 for a group in the second hour, which leaves half a tonne of 1.5: 90 + 50.
    carbon["cap_tonnes"] = 1.5
    found = solve(powered([50, 10], fleets=[group_fleet(2)], carbon=carbon), 140)
    assert found.of("site", "import_mw") == [1, 1]


def test_what_was_used_before_counts_to_the_cap(solve: Solve) -> None:
    # 0.9 of 1.5 t are left: one group in the first hour, behind which 0.4 t are no whole group.
    carbon = {"intensity_kg_per_mwh": [500.0, 1000.0], "cap_tonnes": 1.5}
    found = solve(powered([50, 50], fleets=[group_fleet(2)], carbon=carbon, state={"carbon_tonnes": 0.6}), 50)
    assert found.schedule.state is not None
    assert found.schedule.state.carbon_tonnes == pytest.approx(1.1)


def test_the_cap_is_of_the_whole_horizon_and_the_state_of_the_committed_part(solve: Solve) -> None:
    # 1 t: the hour behind the committed part earns more.
    given = powered(
        [50, 10],
        fleets=[group_fleet()],
        carbon={"intensity_kg_per_mwh": 1000.0, "cap_tonnes": 1.0},
        time={"committed_periods": 1, "look_ahead_periods": 1},
        state={"carbon_tonnes": 0.0},
    )
    found = solve(given, 90)
    assert found.of("site", "import_mw") == [0, 1]
    assert found.schedule.state is not None
    assert found.schedule.state.carbon_tonnes == pytest.approx(0.0)


def test_a_state_without_carbon_is_handed_on(solve: Solve) -> None:
    found = solve(powered([50], fleets=[group_fleet()], state={"carbon_tonnes": 3.0}), 50)
    assert found.schedule.state is not None
    assert found.schedule.state.carbon_tonnes == 3.0


def test_a_cap_below_what_is_always_drawn_is_named() -> None:
    # 1 MW of overhead for two hours at 1 t a MWh: 2 t of 0.5.
    carbon = {"intensity_kg_per_mwh": 1000.0, "cap_tonnes": 0.5}
    found = clashes(powered([50, 50], hall={"overhead_mw": 1.0}, carbon=carbon))
    assert [(c.item, c.requirement, c.unit) for c in found] == [("site", "carbon cap", "tonnes")]
    assert found[0].amount == pytest.approx(1.5)
