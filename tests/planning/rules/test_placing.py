"""Where a job runs by the rule: hand-worked, and against all sets of periods."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer.model.contracts.job import job_of
from optimizer.model.formulation import formulate
from optimizer.planning.rules.placing import Placed, Placing
from tests.toys import batch, gpu_pool, scenario


def placed(usd: list[float], unit: float = 1.0, before: dict[str, Any] | None = None, **terms: Any) -> Placed:
    """The job's place where a period at full rate costs `usd`."""
    terms = {"gpu_unit": "gpu" if unit else "fraction", "deadline": float(len(usd))} | terms
    state = {"contracts": {"job": {"kind": "batch"} | before}} if before else {}
    given = scenario([0.0] * len(usd), pools=[gpu_pool(8)], contracts=[batch(**terms)], state=state)
    model = formulate(given).model
    return Placing(job_of(model, model.scenario.contracts[0]), unit, 1.0).place(np.array(usd))  # type: ignore[arg-type]


def test_the_cheapest_periods() -> None:
    # Two of three GPU-hours' worth: 200 − 10 − 20.
    found = placed([30.0, 10.0, 40.0, 20.0], gpu_hours=2.0)
    assert found.gpus.tolist() == [0, 1, 0, 1]
    assert found.usd == pytest.approx(170.0)


def test_a_restart_is_weighed_against_going_on() -> None:
    # A stop would add an hour of restart, at 12: through the hour at 15 it is cheaper.
    terms = {"gpu_hours": 2.0, "min_gpus": 1.0, "restart_gpu_hours": 1.0}
    assert placed([10.0, 15.0, 11.0, 12.0], **terms).gpus.tolist() == [0, 0, 1, 1]
    assert placed([10.0, 15.0, 40.0, 40.0], **terms).gpus.tolist() == [1, 1, 0, 0]
    # Two runs of the first hour and the last two: 1 + 1 of restart + 1.
    assert placed([1.0, 90.0, 2.0, 3.0], **terms).gpus.tolist() == [0, 0, 1, 1]


def test_less_in_the_dearest_period() -> None:
    # Five GPU-hours on two GPUs: two, two and one.
    found = placed([10.0, 30.0, 20.0, 90.0], gpu_hours=5.0, max_gpus=2.0)
    assert found.gpus.tolist() == [2, 1, 2, 0]


def test_no_more_than_what_pays() -> None:
    assert not placed([150.0, 150.0], gpu_hours=1.0).gpus.any()
    assert placed([150.0, 150.0], gpu_hours=1.0, penalty_usd_per_gpu_hour=60.0).gpus.sum() == 1


def test_a_part_where_there_is_no_room_for_all() -> None:
    found = placed([np.inf, 10.0, np.inf, 10.0], gpu_hours=3.0)
    assert found.gpus.tolist() == [0, 1, 0, 1]
    assert not placed([np.inf, 10.0, np.inf, 10.0], gpu_hours=3.0, all_or_nothing=True).gpus.any()


def test_a_job_that_stopped_restarts_and_one_that_runs_goes_on() -> None:
    terms = {"gpu_hours": 3.0, "min_gpus": 1.0, "restart_gpu_hours": 1.0}
    stopped = {"started": True, "done_gpu_hours": 1.0}
    assert placed([10.0] * 4, before=stopped, **terms).gpus.sum() == 3
    assert placed([10.0] * 4, before=stopped | {"running": True}, **terms).gpus.tolist() == [1, 1, 0, 0]


def test_the_last_period_has_work_left() -> None:
    # 1.9 and a restart of 0.1 would be done with the first hour of the second run, were it to begin in the last.
    terms = {"gpu_hours": 0.95, "min_gpus": 1.0, "restart_gpu_hours": 0.1}
    assert placed([1.0, 90.0, 1.0], **terms).gpus.sum() == 1


@pytest.mark.parametrize("seed", range(40))
def test_no_set_of_periods_is_cheaper(seed: int) -> None:
    rng = Random(seed)
    usd = [float(rng.randint(1, 60)) for _ in range(7)]
    owed, restart = float(rng.randint(1, 4)), float(rng.choice([0, 1]))
    found = placed(usd, gpu_hours=owed, min_gpus=1.0, restart_gpu_hours=restart, penalty_usd_per_gpu_hour=500.0)

    def costs(runs: tuple[int, ...]) -> float:
        restarts = max(0, sum(now > was for was, now in zip((0, *runs), runs, strict=False)) - 1)
        return float(np.dot(runs, usd)) if sum(runs) == owed + restarts * restart else np.inf

    assert 600.0 * owed - found.usd == pytest.approx(min(costs(runs) for runs in product((0, 1), repeat=7)))
    assert costs(tuple(int(gpus) for gpus in found.gpus)) == pytest.approx(600.0 * owed - found.usd)
