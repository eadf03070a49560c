"""Batch work that runs once, worked by hand. One toy GPU: 100 USD and 1 MWh an hour."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.model.formulation import formulate
from tests.model.conftest import Solve
from tests.model.contracts.test_batch import after, facility, finish
from tests.toys import batch, clock, gpu_pool, scenario


def run(price: list[float], **terms: Any) -> Any:
    return facility(price, preemptible=False, **terms)


def test_runs_without_a_break(solve: Solve) -> None:
    # Two hours: 10 and 150, 150 and 20, 20 and 130: the last pair.
    found = solve(run([10, 150, 20, 130], gpu_hours=2.0), 50)
    assert found.of("job", "gpus") == [0, 0, 1, 1]
    assert found.of("job", "restarts") == [0, 0, 0, 0]


def test_the_last_period_runs_in_full_and_is_paid_for_what_is_owed(solve: Solve) -> None:
    found = solve(run([10, 10, 10], gpu_hours=2.5), 250 - 30)
    assert found.of("job", "gpus") == [1, 1, 1]
    assert found.of("job", "owed_gpu_hours") == [1, 1, 0.5]


def test_no_longer_than_it_takes_at_negative_prices(solve: Solve) -> None:
    found = solve(run([-50] * 4, gpu_hours=2.0), 300)
    assert sum(found.of("job", "gpus").expected) == pytest.approx(2)  # type: ignore[attr-defined]


def two_pools(price: list[float], state: dict[str, Any] | None = None, **terms: Any) -> Any:
    """Two pools of two GPUs; those of `pool` draw 1 MW each, those of `thrifty` half."""
    thrifty = gpu_pool(2, name="thrifty", peak_power_w=0.5e6)
    job = batch(**{"pools": ["pool", "thrifty"], "preemptible": False, "max_gpus": 2.0} | terms)
    contracts = {} if state is None else {"contracts": {"job": {"kind": "batch"} | state}}
    return scenario(price, pools=[gpu_pool(2), thrifty], contracts=[job], state=contracts)


def test_on_one_pool(solve: Solve) -> None:
    # Four GPU-hours on two thrifty GPUs in the hours at 10 and 20: 400 − 10 − 20.
    found = solve(two_pools([10, 20, 100], gpu_hours=4.0, deadline=3.0), 370)
    assert found.of("job", "gpus[thrifty]") == [2, 2, 0]
    assert found.of("job", "gpus[pool]") == [0, 0, 0]


def test_never_on_two_pools_at_once(solve: Solve) -> None:
    # One GPU of each pool is there: two at once there are not.
    given = two_pools([10, 20], gpu_hours=4.0, deadline=2.0).model_dump()
    for pool in given["pools"]:
        pool["nodes_available"] = 1.0
    solve(type(two_pools([10, 20])).model_validate(given), 0)


UNDER_WAY = {"started": True, "running": True, "pool": "pool", "done_gpu_hours": 2.0}


def test_under_way_it_goes_on_where_it_runs(solve: Solve) -> None:
    # Two GPU-hours left, on the dear pool, at 300: 200 − 600.
    found = solve(two_pools([300, 10], gpu_hours=4.0, state=UNDER_WAY), -400)
    assert found.of("job", "gpus[pool]") == [2, 0]


def test_under_way_it_goes_on_whatever_its_hard_end(solve: Solve) -> None:
    # Due at one, it is done at two: one hour after its hard end.
    before = {"started": True, "running": True, "pool": "pool", "done_gpu_hours": 1.0}
    found = solve(run([130, 130, 130], gpu_hours=3.0, deadline=1.0, before=before), -60)
    assert found.of("job", "gpus") == [1, 1, 0]


def test_an_end_behind_the_horizon(solve: Solve) -> None:
    # Four hours by hour six, starting in the last of three: it goes on until six. Later it could not start.
    found = solve(run([300, 300, 10], gpu_hours=4.0, deadline=6.0, penalty_usd_per_gpu_hour=50.0), 90)
    assert found.of("job", "gpus") == [0, 0, 1]
    assert after(found).pool == "pool"
    assert (after(found).started, after(found).running, after(found).done_gpu_hours) == (True, True, 1.0)
    assert finish(found) is None


def test_the_last_start_that_ends_in_time_or_the_penalty(solve: Solve) -> None:
    # As above at 200: −100 now, or all four missing at 20.
    found = solve(run([300, 300, 200], gpu_hours=4.0, deadline=6.0, penalty_usd_per_gpu_hour=20.0), -80)
    assert found.usd("shortfall_penalty") == [0, 0, -80]
    assert not after(found).closed


def test_nothing_is_missed_while_it_can_still_start_afterwards(solve: Solve) -> None:
    found = solve(run([300, 300, 200], gpu_hours=4.0, deadline=7.0, penalty_usd_per_gpu_hour=20.0), 0)
    assert not after(found).closed


def test_a_release_behind_the_horizon_leaves_too_little_time(solve: Solve) -> None:
    # Released at four, due at six: three hours of work do not fit: all is missed.
    given = run([10, 10, 10], gpu_hours=3.0, deadline=6.0, release=4.0, penalty_usd_per_gpu_hour=20.0)
    solve(given, -60)


def test_completion_and_lateness_of_a_run(solve: Solve) -> None:
    # Due at one, done at three: two hours late at 15, 40 on completion: 180 − 30 + 40.
    found = solve(
        run([400, 10, 10], gpu_hours=2.0, deadline=1.0, hard_end=3.0, lateness_usd_per_hour=15.0, completion_usd=40.0),
        190,
    )
    assert found.usd("lateness_penalty") == [0, -15, -15]
    assert found.usd("completion") == [0, 0, 40]
    assert finish(found) is not None and finish(found).isoformat() == clock(3) + "+00:00"  # type: ignore[union-attr]


def test_whole_nodes(solve: Solve) -> None:
    # Two nodes of 8 GPUs of 0.125 MW: 16 at once, 24 GPU-hours in two periods: 240 − 2 × 2 × 10.
    given = scenario(
        [10, 10],
        pools=[gpu_pool(nodes=2, gpus_per_node=8)],
        contracts=[batch(24.0, 2.0, max_gpus=16.0, gpu_unit="node", price_usd_per_gpu_hour=10.0, preemptible=False)],
    )
    found = solve(given, 200)
    assert found.of("job", "gpus") == [16, 16]
    assert found.of("job", "owed_gpu_hours") == [16, 8]


def test_a_run_that_would_take_a_million_years(solve: Solve) -> None:
    # 1e9 GPU-hours on a millionth of a GPU: it cannot end in time, and is not paid for nor penalised.
    found = solve(run([50, 50], gpu_hours=1e9, max_gpus=1e-6, deadline=2.0), 0)
    assert found.of("job", "gpus") == [0, 0]


# What grows, and how fast --------------------------------------------------------------------------------------


def test_a_late_job_grows_with_the_horizon_and_not_with_its_square() -> None:
    def size(periods: int) -> int:
        terms = {"gpu_hours": periods / 2, "deadline": periods / 4, "hard_end": periods - 1, "max_gpus": 1.0}
        formulation = formulate(run([50.0] * periods, lateness_usd_per_hour=5.0, **terms))
        pool = formulation.pools["pool"]
        lines = [*formulation.model.ledger.values(), pool.in_use, pool.power_mw]
        return formulation.problem.nonzeros + sum(len(line.triplets()[0]) for line in lines)

    assert size(600) < 2.1 * size(300)


def test_a_long_run_is_the_same_run(solve: Solve) -> None:
    # 60 hours on one GPU from the second or the third period on; at 10 the last twenty, 90 before.
    price = [90.0] * 42 + [10.0] * 20
    found = solve(run(price, gpu_hours=59.5, deadline=62.0), 100 * 59.5 - 40 * 90 - 20 * 10)
    assert found.of("job", "gpus") == [0] * 2 + [1] * 60
    assert found.of("job", "owed_gpu_hours") == [0] * 2 + [1] * 59 + [0.5]


def test_a_long_run_that_ends_behind_the_horizon(solve: Solve) -> None:
    found = solve(run([10.0] * 50, gpu_hours=60.0, deadline=60.0), 50 * 90)
    assert found.of("job", "gpus") == [1] * 50
    assert after(found).running


def test_a_long_run_late(solve: Solve) -> None:
    # Released at 2, 50 hours: done at 52, two hours late.
    terms = {"release": 2.0, "deadline": 50.0, "hard_end": 54.0, "lateness_usd_per_hour": 7.0}
    found = solve(run([10.0] * 54, gpu_hours=50.0, **terms), 50 * 90 - 2 * 7)
    assert found.usd("lateness_penalty") == [0] * 50 + [-7, -7, 0, 0]
