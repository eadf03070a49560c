"""Export, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

import pytest

from tests.model.conftest import Solve
from tests.model.power import battery, generator, never_at_once, powered, renewable
from tests.toys import group_fleet

EXPORTS = {"export_limit_mw": 1.0}


def test_what_is_left_is_exported_within_the_limit(solve: Solve) -> None:
    # 3 MW of wind: the group for nothing, 1 MW at 50, the rest is curtailed.
    found = solve(powered([50], fleets=[group_fleet()], renewables=[renewable(3.0)], site=EXPORTS), 150)
    assert found.of("wind", "used_mw") == [2]
    assert found.of("site", "export_mw") == [1]
    assert found.of("site", "export_limit_mw") == [1]
    assert found.of("site", "export_price_usd_per_mwh") == [50]
    assert found.usd("export", "grid") == [50]


def test_export_earns_the_energy_price_without_adders_and_losses(solve: Solve) -> None:
    energy = {"adders": [{"name": "delivery", "usd_per_mwh": 10.0}], "loss_factor": 0.1}
    given = powered(
        [50, 50], fleets=[group_fleet()], renewables=[renewable(2.0, [1.0, 0.0])], energy=energy, site=EXPORTS
    )
    # Then import: 100 − 60 × 1.1.
    found = solve(given, 150 + 34)
    assert found.usd("export") == [50, 0]


def test_export_has_its_own_price(solve: Solve) -> None:
    # At 200 the MW of wind is sold, at 80 the group earns more with it. Both at once would be importing beside
    # exporting: 50 more.
    energy = {"export_price_usd_per_mwh": [200.0, 80.0]}
    given = powered([50, 50], fleets=[group_fleet()], renewables=[renewable()], energy=energy, site=EXPORTS)
    found = solve(given, 200 + 100)
    assert found.of("site", "export_mw") == [1, 0]
    assert found.of("site", "import_mw") == [0, 0]


def test_dear_export_is_not_fed_by_import(solve: Solve) -> None:
    # Nothing is made on site: 5 MW at 300 would have to be bought at 50.
    energy = {"export_price_usd_per_mwh": 300.0}
    found = solve(powered([50], fleets=[group_fleet()], energy=energy, site={"export_limit_mw": 5.0}), 50)
    never_at_once(found)


def test_a_battery_sells_later_what_it_bought(solve: Solve) -> None:
    # 1 MWh bought at 20 and sold at 100 an hour later, never in the same one.
    energy = {"export_price_usd_per_mwh": 100.0}
    found = solve(powered([20, 20], batteries=[battery()], energy=energy, site=EXPORTS), 80)
    assert found.of("site", "import_mw") == [1, 0]
    assert found.of("site", "export_mw") == [0, 1]
    never_at_once(found)


def test_losses_make_no_export_at_negative_prices(solve: Solve) -> None:
    # Import is paid 55, export would cost 50: both at once would make 5 a MWh. 100 + 55.
    given = powered([-50], fleets=[group_fleet()], energy={"loss_factor": 0.1}, site={"export_limit_mw": 10.0})
    found = solve(given, 155)
    never_at_once(found)


def test_wind_is_curtailed_rather_than_exported_at_a_negative_price(solve: Solve) -> None:
    energy = {"export_price_usd_per_mwh": -1.0}
    found = solve(powered([50], fleets=[group_fleet()], renewables=[renewable(2.0)], energy=energy, site=EXPORTS), 100)
    assert found.of("wind", "used_mw") == [1]
    # A subsidy of 5 is more than the 1: 100 + 10 − 1.
    wind = renewable(2.0, cost_usd_per_mwh=-5.0)
    found = solve(powered([50], fleets=[group_fleet()], renewables=[wind], energy=energy, site=EXPORTS), 109)
    assert found.usd("export") == [-1]


def test_an_engine_that_has_to_run_exports_at_a_negative_price(solve: Solve) -> None:
    # 2 MW at 10 for another hour: the group for 100 and 1 MW at −40. Then import at 50 is better than 40.
    engine = generator(2.0, 10.0, min_load_mw=2.0, min_up_hours=2.0)
    given = powered(
        [50, 50],
        fleets=[group_fleet()],
        generators=[engine],
        energy={"export_price_usd_per_mwh": -40.0},
        site=EXPORTS,
        state={"generators": {"engine": {"on": True, "hours": 1.0}}},
    )
    found = solve(given, 100 - 20 - 40 + 50)
    assert found.of("engine", "output_mw") == [2, 0]
    assert found.usd("export") == [-40, 0]


def test_an_engine_sells_where_that_pays(solve: Solve) -> None:
    # At 90 the group makes 40 with 1 MW at 60, and 1 of the 3 MW is sold for 30 more.
    found = solve(powered([90], fleets=[group_fleet()], generators=[generator(3.0)], site=EXPORTS), 70)
    assert found.of("engine", "output_mw") == [2]


def test_a_finer_export_limit_takes_its_least_in_the_period(solve: Solve) -> None:
    limit = {"start": "2026-01-05T00:00:00Z", "interval_minutes": 30, "values": [3.0, 1.0, 2.0, 0.0]}
    found = solve(powered([50, 50], renewables=[renewable(5.0)], site={"export_limit_mw": limit}), 50)
    assert found.of("site", "export_limit_mw") == [1, 0]
    assert found.of("site", "export_mw") == [1, 0]


def test_without_an_export_limit_there_is_no_export(solve: Solve) -> None:
    found = solve(powered([50], fleets=[group_fleet()], renewables=[renewable(2.0)]), 100)
    with pytest.raises(KeyError):
        found.values("site", "export_mw")
