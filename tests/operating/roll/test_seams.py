"""Planned in parts with the state handed over, no rule is broken that the whole knows, and the dollars add up."""

from __future__ import annotations

import pytest

from optimizer.operating.roll import RollStopped
from optimizer.scenario.scenario import Scenario
from tests.operating.roll.in_parts import in_parts, with_accruals, with_plant
from tests.oracle.generator import small_scenario
from tests.toys import scenario

PLAIN, PLANTS = range(60), range(100, 130)


@pytest.mark.parametrize("seed", PLAIN)
def test_two_parts_are_one(seed: int) -> None:
    toy = small_scenario(seed)
    _one(toy, (0, 2, toy.horizon.periods), seed)


@pytest.mark.parametrize("seed", PLANTS)
def test_three_parts_with_battery_tariff_and_reserve_are_one(seed: int) -> None:
    toy = with_plant(small_scenario(seed))
    _one(toy, (0, 1, 2, toy.horizon.periods), seed)


def _one(toy: Scenario, seams: tuple[int, ...], seed: int) -> None:
    try:
        rolled = in_parts(with_accruals(toy), seams, look_ahead=seed % 3)
    except RollStopped as stopped:
        # A part that nobody looked behind may leave the next without a plan; it says so.
        assert stopped.schedule.outcome.status == "infeasible"
        pytest.skip(f"{stopped.day}: {stopped}")
    assert rolled.findings.ok, str(rolled.findings)


def test_the_parts_do_not_all_stop() -> None:
    """The test above has something to say: most seeds come to their end."""
    done = 0
    for seed in range(60, 80):
        toy = small_scenario(seed)
        try:
            done += in_parts(toy, (0, 2, toy.horizon.periods), look_ahead=2).findings.ok
        except RollStopped:
            continue
    assert done >= 12


def test_a_part_that_cannot_export_beside_one_that_can() -> None:
    """1 MW of sun and no load; export at 40 and 80 USD/MWh is allowed in the second part only: 80 USD."""
    toy = scenario(
        [40.0, 80.0],
        site={"export_limit_mw": [0.0, 1.0]},
        supply={
            "energy": {"price_usd_per_mwh": [40.0, 80.0]},
            "renewables": [{"name": "sun", "capacity_mw": 1.0, "factor": 1.0}],
        },
    )
    rolled = in_parts(toy, (0, 1, 2))
    assert rolled.findings.ok, str(rolled.findings)
    assert rolled.schedule.profit_usd == pytest.approx(80.0)
