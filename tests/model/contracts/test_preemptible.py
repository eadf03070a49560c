"""Batch work that may stop and go on, worked by hand. One toy GPU: 100 USD and 1 MWh an hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer import plan
from optimizer.model.formulation import formulate
from tests.many_jobs import many_jobs
from tests.model.conftest import Solve
from tests.model.contracts.test_batch import after, facility
from tests.toys import batch, gpu_pool, scenario


def restarting(price: list[float], **terms: Any) -> Any:
    return facility(price, **{"min_gpus": 1.0, "restart_gpu_hours": 0.5} | terms)


STOPPED = {"started": True, "running": False}
RUNNING = {"started": True, "running": True}


def test_stops_for_an_expensive_hour(solve: Solve) -> None:
    found = solve(facility([10, 200, 10, 10], gpu_hours=3.0), 270)
    assert found.of("job", "gpus") == [1, 0, 1, 1]


def test_at_most_max_gpus(solve: Solve) -> None:
    # Two of four GPUs: three hours of them at 10, 20 and 30 for five GPU-hours.
    found = solve(facility([10, 20, 30, 40], gpus=4, gpu_hours=5.0, max_gpus=2.0), 500 - 20 - 40 - 30)
    assert found.of("job", "gpus") == [2, 2, 1, 0]


def test_at_least_min_gpus_where_it_runs(solve: Solve) -> None:
    # Two GPUs at least: the rest of one GPU-hour takes two for its hour (rounded up in the finishing period).
    found = solve(facility([10, 200, 20], gpus=4, gpu_hours=3.0, min_gpus=2.0, max_gpus=2.0), 300 - 20 - 40)
    assert found.of("job", "gpus") == [2, 0, 2]
    assert found.of("job", "owed_gpu_hours") == [2, 0, 1]


def test_less_than_min_gpus_do_not_run(solve: Solve) -> None:
    # There is one GPU only in the second hour, not the two at least.
    given = scenario(
        [10, 10, 10],
        pools=[gpu_pool(2, nodes_available=[2.0, 1.0, 2.0])],
        contracts=[batch(6.0, 3.0, min_gpus=2.0, max_gpus=2.0)],
    )
    found = solve(given, 4 * 90)
    assert found.of("job", "gpus") == [2, 0, 2]


@pytest.mark.parametrize(
    ("hours", "price", "gpus", "profit"),
    [(2.5, 10, [1, 1, 1, 0], 250 - 30), (2.5, -10, [1, 1, 1, 0], 250 + 30), (3.00005, 10, [1, 1, 1, 1], 300.005 - 40)],
)
def test_whole_gpus_round_up_the_finishing_period(
    solve: Solve, hours: float, price: float, gpus: list[int], profit: float
) -> None:
    # Which hours does not matter at one price; completion makes the last rest worth while.
    found = solve(facility([price] * 4, gpu_hours=hours, gpu_unit="gpu", completion_usd=60.0), profit + 60)
    assert sum(found.of("job", "gpus").expected) == pytest.approx(sum(gpus))  # type: ignore[attr-defined]
    assert after(found).closed


def test_whole_nodes_round_up_the_finishing_period(solve: Solve) -> None:
    # 20 GPU-hours on nodes of 8 GPUs of 0.125 MW each: 8 + 8 + 8 at 10, 20 and 30 USD: 20 × 10 − 60.
    given = scenario(
        [10, 20, 30, 40],
        pools=[gpu_pool(nodes=1, gpus_per_node=8)],
        contracts=[batch(20.0, 4.0, max_gpus=8.0, gpu_unit="node", price_usd_per_gpu_hour=10.0)],
    )
    found = solve(given, 140)
    assert found.of("job", "gpus") == [8, 8, 8, 0]
    assert sum(found.of("job", "owed_gpu_hours").expected) == pytest.approx(20)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("unit", "least"), [("fraction", 0.0), ("gpu", 0.0), ("gpu", 1.0)])
def test_nothing_burns_power_for_its_own_sake(solve: Solve, unit: str, least: float) -> None:
    # Paid 50 per MWh, three GPUs: two GPU-hours are owed, and two are run.
    found = solve(facility([-50] * 4, gpus=3, gpu_hours=2.0, max_gpus=3.0, min_gpus=least, gpu_unit=unit), 300)
    assert sum(found.of("job", "gpus").expected) == pytest.approx(2)  # type: ignore[attr-defined]


def test_nothing_is_rounded_up_but_in_the_finishing_period(solve: Solve) -> None:
    # Three GPU-hours, two GPUs, paid 50 per MWh: the second period is rounded up, and there is no third.
    found = solve(facility([-50] * 4, gpus=4, gpu_hours=3.0, min_gpus=2.0, max_gpus=2.0), 300 + 200)
    assert sum(found.of("job", "gpus").expected) == pytest.approx(4)  # type: ignore[attr-defined]


# Restarts ----------------------------------------------------------------------------------------------------


def test_a_first_beginning_is_no_restart(solve: Solve) -> None:
    found = solve(restarting([200, 10, 10], gpu_hours=2.0), 180)
    assert found.of("job", "restarts") == [0, 0, 0]


def test_each_restart_costs_its_work_first(solve: Solve) -> None:
    # 1 + 0.5 + 0.5 paid in three hours at 10.
    found = solve(restarting([10, 500, 10, 500, 10], gpu_hours=2.0, deadline=5.0), 170)
    assert found.of("job", "running") == [1, 0, 1, 0, 1]
    assert found.of("job", "restarts") == [0, 0, 1, 0, 1]
    assert found.of("job", "restart_gpu_hours") == [0, 0, 0.5, 0, 0.5]
    assert found.of("job", "owed_gpu_hours") == [1, 0, 0.5, 0, 0.5]


def test_a_restart_can_cost_more_than_going_on(solve: Solve) -> None:
    # Through the hour at 60: 200 − 70. A stop would leave 1 hour paid, and another one at 10.
    found = solve(restarting([10, 60, 11], gpu_hours=2.0, restart_gpu_hours=1.0), 130)
    assert found.of("job", "running") == [1, 1, 0]


def test_a_pause_across_the_seam_is_a_restart(solve: Solve) -> None:
    # 2 owed and 0.5 of restart take three hours, the last for half of it (at least one GPU runs): 200 − 33.
    found = solve(restarting([10, 11, 12, 13], before=STOPPED | {"done_gpu_hours": 1.0}), 167)
    assert found.of("job", "restarts") == [1, 0, 0, 0]
    assert found.of("job", "owed_gpu_hours") == [0.5, 1, 0.5, 0]


def test_no_pause_at_the_seam_is_no_restart(solve: Solve) -> None:
    found = solve(restarting([10] * 4, before=RUNNING | {"done_gpu_hours": 1.0}), 180)
    assert found.of("job", "restarts") == [0, 0, 0, 0]
    # Stopping in the first hour makes a pause.
    found = solve(restarting([500, 10, 10, 10], before=RUNNING | {"done_gpu_hours": 1.0}), 170)
    assert found.of("job", "restarts") == [0, 1, 0, 0]


def test_a_restart_may_last_longer_than_a_period(solve: Solve) -> None:
    # 1.5 of restart and 2 owed are four hours on one GPU: 200 − 46.
    before = STOPPED | {"done_gpu_hours": 1.0}
    found = solve(restarting([10, 11, 12, 13, 14], deadline=5.0, restart_gpu_hours=1.5, before=before), 154)
    assert found.of("job", "restart_gpu_hours") == [1, 0.5, 0, 0, 0]
    assert found.of("job", "owed_gpu_hours") == [0, 0.5, 1, 0.5, 0]


def test_restart_work_still_owed_comes_first(solve: Solve) -> None:
    # 1.5 of a restart under way are left: no new restart, 3.5 hours of work in all.
    before = RUNNING | {"done_gpu_hours": 1.0, "restart_gpu_hours_owed": 1.5}
    found = solve(restarting([10, 11, 12, 13, 14], deadline=5.0, before=before), 154)
    assert found.of("job", "restarts") == [0] * 5
    assert found.of("job", "owed_gpu_hours") == [0, 0.5, 1, 0.5, 0]


def test_restarts_of_interrupted_restarts_add_up(solve: Solve) -> None:
    # Paid 50 it runs an hour of a restart of 1.5, stops for the hour at 900, and restarts: 0.5 + 1.5, then the
    # hour that is owed: 50 + 100 − 10 − 11 − 12, and 400 on completion.
    before = STOPPED | {"done_gpu_hours": 2.0}
    terms = {"restart_gpu_hours": 1.5, "deadline": 6.0, "completion_usd": 400.0}
    found = solve(restarting([-50, 900, 10, 11, 12, 13], before=before, **terms), 517)
    assert found.of("job", "restart_gpu_hours") == [1, 0, 1, 1, 0, 0]
    assert found.of("job", "owed_gpu_hours") == [0, 0, 0, 0, 1, 0]


def test_a_restart_that_waits_for_the_end_of_a_spike(solve: Solve) -> None:
    # At 10 instead it begins after the spike: 1.5 and 1 in the last three hours.
    before = STOPPED | {"done_gpu_hours": 2.0}
    terms = {"restart_gpu_hours": 1.5, "deadline": 6.0, "completion_usd": 400.0}
    found = solve(restarting([10, 900, 13, 10, 10, 10], before=before, **terms), 500 - 30)
    assert found.of("job", "running") == [0, 0, 0, 1, 1, 1]


def test_restart_work_left_at_the_seam_is_handed_over(solve: Solve) -> None:
    # Four hours are owed and three of restart, five are left after a horizon of two: both hours must run, at a loss
    # of 110 each, or be missed at 150 each.
    before = RUNNING | {"done_gpu_hours": 4.0, "restart_gpu_hours_owed": 3.0}
    terms = {"gpu_hours": 8.0, "deadline": 7.0, "penalty_usd_per_gpu_hour": 150.0}
    found = solve(restarting([110, 110], restart_gpu_hours=3.0, before=before, **terms), -220)
    assert after(found).restart_gpu_hours_owed == pytest.approx(1)
    assert after(found).running
    assert after(found).done_gpu_hours == 4.0


def test_restarts_are_not_made_to_burn_power_when_all_is_done(solve: Solve) -> None:
    # Paid 50 per MWh; one hour is owed. A second run would do nothing but restart.
    found = solve(restarting([-50] * 4, gpu_hours=1.0, restart_gpu_hours=1.0), 150)
    assert sum(found.of("job", "gpus").expected) == pytest.approx(1)  # type: ignore[attr-defined]


# Deadlines behind the horizon ----------------------------------------------------------------------------------


def test_a_deadline_behind_the_horizon_asks_for_the_progress_that_could_not_be_caught_up(solve: Solve) -> None:
    # Four hours of work, three left after the horizon: one now, at the cheapest hour, at a loss of 50; missing it
    # would cost 100.
    found = solve(facility([200, 150, 300], gpu_hours=4.0, deadline=6.0, penalty_usd_per_gpu_hour=100.0), -50)
    assert found.of("job", "gpus") == [0, 1, 0]


def test_progress_that_costs_more_than_its_penalty_is_missed(solve: Solve) -> None:
    found = solve(facility([200, 190, 300], gpu_hours=4.0, deadline=6.0, penalty_usd_per_gpu_hour=60.0), -60)
    assert found.usd("shortfall_penalty") == [0, 0, -60]
    assert after(found).missed_gpu_hours == pytest.approx(1)
    assert not after(found).closed


def test_restart_work_at_the_end_of_the_horizon_takes_from_what_can_be_caught_up(solve: Solve) -> None:
    # Three owed and two of restart, four hours left after a horizon of two: one hour now, at 120.
    before = RUNNING | {"done_gpu_hours": 1.0, "restart_gpu_hours_owed": 2.0}
    terms = {"gpu_hours": 4.0, "deadline": 6.0, "penalty_usd_per_gpu_hour": 500.0}
    found = solve(restarting([120, 300], restart_gpu_hours=2.0, before=before, **terms), -120)
    assert found.of("job", "gpus") == [1, 0]


def test_all_or_nothing_behind_the_horizon(solve: Solve) -> None:
    # Five hours, three left after the horizon: two of the three must run now, or all is given up for 5 × 10.
    terms = {"gpu_hours": 5.0, "deadline": 6.0, "all_or_nothing": True, "penalty_usd_per_gpu_hour": 10.0}
    found = solve(facility([110, 120, 300], **terms), -30)
    assert found.of("job", "gpus") == [1, 1, 0]
    found = solve(facility([150, 150, 300], **terms), -50)
    assert found.of("job", "gpus") == [0, 0, 0]
    assert after(found).missed_gpu_hours == 5.0
    assert not after(found).closed


def test_all_or_nothing_with_more_restart_work_owed_than_can_be_run(solve: Solve) -> None:
    # Nine hours of restart work and three owed, two hours in the horizon and two after it: it is not done, and that
    # is a plan.
    before = RUNNING | {"done_gpu_hours": 2.0, "restart_gpu_hours_owed": 9.0}
    terms = {"gpu_hours": 5.0, "deadline": 4.0, "all_or_nothing": True, "penalty_usd_per_gpu_hour": 10.0}
    # Two hours of 100 were paid, three are missing.
    solve(restarting([50, 50], before=before, **terms), -200 - 30)


def test_more_restart_work_owed_than_can_be_run_is_still_a_plan() -> None:
    before = RUNNING | {"done_gpu_hours": 2.0, "restart_gpu_hours_owed": 9.0}
    terms = {"gpu_hours": 5.0, "deadline": 4.0, "penalty_usd_per_gpu_hour": 10.0}
    assert plan(restarting([50, 50], before=before, **terms)).outcome.status == "proven"


def test_several_pools_at_once(solve: Solve) -> None:
    # Three GPUs, two on one pool and one on the other.
    pools = [gpu_pool(2), gpu_pool(1, name="other")]
    found = solve(
        scenario([10, 20], pools=pools, contracts=[batch(4.0, 2.0, max_gpus=3.0, pools=["pool", "other"])]), 400 - 50
    )
    assert found.of("job", "gpus") == [3, 1]


def test_quarter_hours(solve: Solve) -> None:
    # Quarters 0, 2 and 3 at 10, with a restart of an eighth: 0.25 + 0.125 + 0.25.
    given = scenario(
        [10, 900, 10, 10],
        pools=[gpu_pool()],
        contracts=[batch(0.625, 1.0, min_gpus=1.0, restart_gpu_hours=0.125)],
        time={"resolution_minutes": 15},
    )
    found = solve(given, 62.5 - 7.5)
    assert found.of("job", "owed_gpu_hours") == [0.25, 0, 0.125, 0.25]


# What grows, and how fast --------------------------------------------------------------------------------------


def test_a_job_and_day_is_half_of_what_it_was() -> None:
    # 265 columns, three of them binaries in each of the 24 periods, before its states were a path.
    one, two = (formulate(many_jobs(jobs)).problem for jobs in (12, 24))
    columns, binaries = (two.columns - one.columns) / 12, (two.integers - one.integers) / 12
    assert columns < 140
    assert binaries < 2 * 24  # GPUs and running, fewer after a later release


def test_columns_are_written_for_the_window_alone() -> None:
    short = facility([10.0] * 200, gpu_hours=3.0, min_gpus=1.0, restart_gpu_hours=0.5, release=10.0, deadline=20.0)
    assert len(formulate(short).model.builder.build().labels.columns.of("job")) < 12 * 10


@pytest.mark.parametrize("owed", [0.0, 100.0])
def test_the_largest_number_does_not_grow_with_the_horizon(owed: float) -> None:
    before = RUNNING | {"restart_gpu_hours_owed": owed}
    terms = {"gpu_hours": 50.0, "max_gpus": 8.0, "restart_gpu_hours": 64.0, "before": before}
    largest = [
        np.abs(formulate(restarting([10.0] * periods, gpus=8, deadline=float(periods), **terms)).problem.value).max()
        for periods in (24, 240)
    ]
    assert largest[0] == largest[1] == owed + 4 * 64.0
