"""Items that their own limits keep from ever running or stopping are faults, which name ramp × Δt and the step."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from optimizer import plan
from tests.model.power import generator, powered
from tests.toys import gpu_pool, group_fleet, scenario

QUARTERS = {"resolution_minutes": 15}
SPOT = {"kind": "spot", "name": "spot", "pools": ["pool"], "demand_gpus": 1.0, "price_usd_per_gpu_hour": 100.0}


def refusal(**fields: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        scenario([50] * 4, time=QUARTERS, **fields)
    assert raised.value.error_count() == 1
    return str(raised.value)


def engine(running_mw: float | None = None, **terms: Any) -> dict[str, Any]:
    state = {"on": True, "power_mw": running_mw}
    return {
        "supply": {"energy": {"price_usd_per_mwh": 90.0}, "generators": [generator(3.0, **terms)]},
        "state": {} if running_mw is None else {"generators": {"engine": state}},
    }


def test_a_fleet_without_a_second_step() -> None:
    said = refusal(fleets=[group_fleet(3, ramp_mw_per_hour=0.0)])
    assert "fleets[0].ramp_mw_per_hour: 0, of fleet 'miners': ramp × Δt is 0 MW in 15 minutes" in said
    assert "a group in its most demanding mode is a step of 1 MW" in said and "at least 1e-05" in said
    assert plan(scenario([50] * 2, fleets=[group_fleet(3, ramp_mw_per_hour=1e-5)])).profit_usd == pytest.approx(100)


def test_a_pool_without_a_second_step() -> None:
    said = refusal(pools=[gpu_pool(2, ramp_mw_per_hour=1e-6)], contracts=[SPOT])
    assert "of pool 'pool': ramp × Δt is 2.5e-07 MW in 15 minutes, a node with its GPUs is a step of 1 MW" in said


def test_an_engine_that_can_never_run() -> None:
    said = refusal(**engine(ramp_mw_per_hour=0.0))
    assert "supply.generators[0].ramp_mw_per_hour: 0, of generator 'engine': ramp × Δt is 0 MW in 15 minutes" in said
    assert "its least output is 0 MW, so it could never run" in said


def test_an_engine_that_can_never_stop() -> None:
    said = refusal(**engine(2.0, min_load_mw=1.5, ramp_mw_per_hour=0.0))
    assert "a stop leaves its least output of 1.5 MW" in said
    assert "from the 2 MW of state.generators.engine it could never stop" in said


def test_an_engine_that_runs_at_its_least_output_only() -> None:
    """Without any ramp it starts, runs and stops at its least output."""
    given = powered(
        [90, 90, 20], fleets=[group_fleet(3)], generators=[generator(3.0, min_load_mw=1.5, ramp_mw_per_hour=0.0)]
    )
    assert plan(given).profit_usd == pytest.approx(2 * 30 + 2 * 1.5 * 30 + 240)
