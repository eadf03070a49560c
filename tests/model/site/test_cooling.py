"""Cooling modes, worked by hand. A group draws 1 MW and earns 100 USD an hour."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.insight.clash import clashes
from optimizer.model.formulation import formulate
from optimizer.scenario.scenario import Scenario
from solvers import Options
from solvers import solve as solve_problem
from tests.model.conftest import Solve
from tests.toys import gpu_pool, group_fleet, reserved, scenario, spot

FREE = {"name": "free", "power_share": 0.1, "max_ambient_c": 20.0}
CHILLER = {"name": "chiller", "power_share": 0.5}


def cooled(price: list[float], ambient: float | list[float], *modes: dict[str, Any], **changes: Any) -> Scenario:
    hall = {"cooling": list(modes)} | changes.pop("hall", {})
    return scenario(price, hall=hall, site={"ambient_c": ambient} | changes.pop("site", {}), **changes)


def binaries(given: Scenario) -> int:
    """Whole numbers beside the groups of the one fleet, off and normal."""
    return formulate(given).problem.integers - 2 * given.horizon.periods


def test_temperature_decides(solve: Solve) -> None:
    # 100 − 60 × 1.1 = 34 up to 20 °C; 100 − 60 × 1.5 = 10 above.
    given = cooled([60, 60, 60], [10.0, 20.0, 20.5], FREE, CHILLER, fleets=[group_fleet()])
    found = solve(given, 34 + 34 + 10)
    assert found.of("hall", "pue") == [1.1, 1.1, 1.5]
    assert found.of("hall", "cooling[free]") == [1, 1, 0]
    assert found.of("hall", "cooling[chiller]") == [0, 0, 1]
    assert binaries(given) == 0


def test_a_mode_that_holds_from_a_temperature_on(solve: Solve) -> None:
    warm = {"name": "tower", "power_share": 0.2, "min_ambient_c": 5.0}
    found = solve(cooled([50, 50], [4.9, 5.0], CHILLER, warm, fleets=[group_fleet()]), 100 - 75 + 100 - 60)
    assert found.of("hall", "pue") == [1.5, 1.2]


def test_without_any_mode_nothing_runs(solve: Solve) -> None:
    given = cooled([50, 50], [10.0, 30.0], FREE, fleets=[group_fleet()])
    found = solve(given, 45)
    assert found.of("hall", "it_mw") == [1, 0]
    assert found.of("hall", "pue") == [1.1, 1]
    assert found.of("hall", "cooling[free]") == [1, 0]


def test_of_equal_shares_the_first_is_taken(solve: Solve) -> None:
    twin = CHILLER | {"name": "twin"}
    found = solve(cooled([50], 30.0, CHILLER, twin, fleets=[group_fleet()]), 25)
    assert (found.values("hall", "cooling[chiller]"), found.values("hall", "cooling[twin]")) == ([1], [0])


SMALL = {"name": "small", "power_share": 0.0, "it_limit_mw": 1.5}


def test_it_power_decides(solve: Solve) -> None:
    # At 30 two groups: 200 − 30 × 2 × 1.5 = 110 against 70 for one. At 50: 200 − 150 = 50 is what one makes, at 60 one
    # makes 40 and two 20.
    given = cooled([30, 60], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)])
    found = solve(given, 110 + 40)
    assert found.of("hall", "it_mw") == [2, 1]
    assert found.of("hall", "pue") == [1.5, 1]
    assert found.of("hall", "facility_mw") == [3, 1]
    assert found.of("hall", "cooling[small]") == [0, 1]
    assert binaries(given) == 4


def test_a_dearer_mode_is_not_taken_for_negative_prices(solve: Solve) -> None:
    # 2 MW may be imported. One group under the small mode is paid 100 for 1 MW; the chiller would be paid for 1.5 MW.
    found = solve(cooled([-100], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)], site={"import_limit_mw": 2.0}), 200)
    assert found.of("hall", "facility_mw") == [1]
    # Two groups: above the limit the chiller has to run, and is paid: 200 + 300.
    found = solve(cooled([-100], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)]), 500)
    assert found.of("hall", "facility_mw") == [3]


def test_cooling_follows_what_is_settled() -> None:
    formulation = formulate(cooled([30], 10.0, SMALL, CHILLER, fleets=[group_fleet(4)], site={"import_limit_mw": 3.0}))
    x = solve_problem(formulation.problem, "highs", Options(gap=1e-6)).x
    assert x is not None
    x[formulation.fleets["miners"].in_mode] = [[1.0], [3.0]]  # one more than was cooled
    reading = {(item, what): value(formulation.tidy(x)) for item, what, value in formulation.model.quantities}
    assert reading["hall", "facility_mw"] == pytest.approx([4.5])
    assert reading["hall", "pue"] == pytest.approx([1.5])


def test_three_steps_and_a_limit_of_all(solve: Solve) -> None:
    # Up to 1 MW nothing, to 2 MW 0.2, to 3.5 MW 0.5, and no more: of five groups three run.
    steps = [
        {"name": "c", "power_share": 0.5, "it_limit_mw": 3.5},
        {"name": "a", "power_share": 0.0, "it_limit_mw": 1.0},
        {"name": "b", "power_share": 0.2, "it_limit_mw": 2.5},
        {"name": "useless", "power_share": 0.3, "it_limit_mw": 2.0},
    ]
    given = cooled([20, 75, 90], 10.0, *steps, fleets=[group_fleet(5)])
    # At 20: 300 − 90. At 75: two make 200 − 180, one 25. At 90: one makes 10.
    found = solve(given, 210 + 25 + 10)
    assert found.of("hall", "it_mw") == [3, 1, 1]
    assert found.of("hall", "cooling[c]") == [1, 0, 0]
    assert binaries(given) == 9


def test_fractions_of_gpus_stop_at_a_limit(solve: Solve) -> None:
    # 2 GPUs of 1 MW at 100; price 80: 1.5 MW free of cooling make 30, 2 MW at 1.5 lose.
    given = cooled([80], 10.0, SMALL, CHILLER, pools=[gpu_pool(2)], contracts=[spot(2.0)])
    found = solve(given, 30)
    assert found.of("hall", "it_mw") == [1.5]


def test_no_choice_where_the_hall_is_too_small_for_it(solve: Solve) -> None:
    given = cooled([50], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)], hall={"it_limit_mw": 1.4})
    solve(given, 50)
    assert binaries(given) == 0


def test_the_overhead_is_beside_it(solve: Solve) -> None:
    # Off at 90: 2 × 100 − 90 × (3 + 0.5) < 0, and one group makes 100 − 90 × 1.5 < 0; at 30: 200 − 105.
    hall = {"overhead_mw": 0.5, "overhead_off_with_hall": True}
    found = solve(cooled([30, 90], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)], hall=hall), 95)
    assert found.of("hall", "facility_mw") == [3.5, 0]
    assert found.of("hall", "cooling[small]") == [0, 1]


def test_export_while_the_dearest_mode_runs(solve: Solve) -> None:
    # Export at 70 may pay more than import at 60: no more is imported than the hall draws at most, with its cooling.
    energy = {"export_price_usd_per_mwh": 70.0}
    given = cooled([20], 10.0, SMALL, CHILLER, fleets=[group_fleet(2)], energy=energy, site={"export_limit_mw": 5.0})
    found = solve(given, 200 - 60)
    assert found.of("site", "import_mw") == [3]


@pytest.mark.parametrize(("ambient", "amount"), [(10.0, 0.5), (30.0, 2.0)])
def test_cooling_that_does_not_do_is_named(ambient: float, amount: float) -> None:
    # Two GPUs are due; 1.5 MW are cooled up to 20 °C, nothing above.
    mode = SMALL | {"max_ambient_c": 20.0}
    given = cooled(
        [50],
        ambient,
        mode,
        pools=[gpu_pool(2)],
        contracts=[reserved(committed_gpus=2.0, availability_floor=1.0)],
    )
    (clash,) = [clash for clash in clashes(given) if clash.requirement == "cooling"]
    assert (clash.item, clash.unit) == ("hall", "MW")
    assert clash.amount == pytest.approx(amount, rel=1e-2)
