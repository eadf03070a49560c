"""Many jobs in a plan, and how a job's part of the problem grows with the horizon."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np

from optimizer import plan
from optimizer.model.formulation import formulate
from optimizer.scenario.scenario import Scenario
from tests.figure import Figure
from tests.many_jobs import many_jobs
from tests.toys import batch, gpu_pool, scenario

DAY_JOBS, DAY_LIMIT_S, MOST_DAY_SHARE = 100, 20.0, 0.01
WEEK_JOBS, WEEK_LIMIT_S, MOST_WEEK_SHARE = 200, 60.0, 0.03
WEEK_PERIODS, WEEK_WINDOW = 168, 36
LATE_PERIODS = (2000, 4000)
MOST_LATE_GROWTH = 2.3
RESTART_PERIODS = (24, 240)


def job_figures() -> list[Figure]:
    """What is below its bar, in processor time: the machine may be shared."""
    return [
        *_planned(f"{DAY_JOBS} jobs a day", many_jobs(DAY_JOBS), DAY_LIMIT_S, MOST_DAY_SHARE),
        *_planned(
            f"{WEEK_JOBS} jobs over a week",
            many_jobs(WEEK_JOBS, WEEK_PERIODS, WEEK_WINDOW),
            WEEK_LIMIT_S,
            MOST_WEEK_SHARE,
        ),
        *_late(),
        *_restarts(),
    ]


def _planned(what: str, given: Scenario, limit_s: float, share: float) -> list[Figure]:
    begun = time.process_time()
    schedule = plan(given, gap=share, time_limit_s=limit_s)
    taken, gap = time.process_time() - begun, schedule.outcome.gap
    return [
        Figure(f"{what}: distance to the bound", np.inf if gap is None else gap, "", share),
        Figure(f"{what}: processor time", taken, "s", limit_s),
    ]


def _late() -> list[Figure]:
    """A late job that runs once, half of the horizon long: memory and seconds of building."""
    peaks, seconds, nonzeros = [], [], []
    for periods in LATE_PERIODS:
        given = _one_late(periods)
        tracemalloc.start()
        begun = time.process_time()
        problem = formulate(given).problem
        seconds.append(time.process_time() - begun)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
        nonzeros.append(problem.nonzeros)
    sizes = " and ".join(f"{periods:,}" for periods in LATE_PERIODS)
    print(f"a late job that runs once at {sizes} periods: ", end="")
    print(f"{nonzeros[0]:,} and {nonzeros[1]:,} nonzeros, {peaks[0]:.1f} and {peaks[1]:.1f} MB, ", end="")
    print(f"{seconds[0]:.2f} and {seconds[1]:.2f} s")
    name = "a late job that runs once, twice the periods:"
    return [
        Figure(f"{name} nonzeros", nonzeros[1] / nonzeros[0], "times", MOST_LATE_GROWTH),
        Figure(f"{name} memory", peaks[1] / peaks[0], "times", MOST_LATE_GROWTH),
    ]


def _one_late(periods: int) -> Scenario:
    """On five-minute periods."""
    hours = periods / 12
    terms = {"gpu_hours": hours / 2, "deadline": hours / 4, "hard_end": hours - 1, "preemptible": False}
    return scenario(
        [50.0] * periods,
        pools=[gpu_pool()],
        contracts=[batch(**terms, lateness_usd_per_hour=5.0)],
        time={"resolution_minutes": 5},
    )


def _restarts() -> list[Figure]:
    """A job with restarts that last: ten times the periods."""
    largest, nonzeros = [], []
    for periods in RESTART_PERIODS:
        terms = {"gpu_hours": 50.0, "max_gpus": 8.0, "min_gpus": 1.0, "restart_gpu_hours": 64.0}
        given = scenario([10.0] * periods, pools=[gpu_pool(8)], contracts=[batch(**terms, deadline=float(periods))])
        problem = formulate(given).problem
        largest.append(float(np.abs(problem.value).max()))
        nonzeros.append(problem.nonzeros / periods)
    days = RESTART_PERIODS[1] / RESTART_PERIODS[0]
    print(f"restarts at {RESTART_PERIODS[0]} and {RESTART_PERIODS[1]} periods: largest number ", end="")
    print(f"{largest[0]:.0f} and {largest[1]:.0f}, {nonzeros[0]:.1f} and {nonzeros[1]:.1f} nonzeros a period")
    a_day = many_jobs(1, 24)
    return [
        Figure(f"restarts: largest number at {days:.0f} times the periods", largest[1] / largest[0], "times", 1.0),
        Figure(f"restarts: nonzeros a period at {days:.0f} times", nonzeros[1] / nonzeros[0], "times", 1.05),
        Figure("restarts: columns of a job and day", _columns(a_day), "", 175.0),
    ]


def _columns(given: Scenario) -> int:
    labels = formulate(given).problem.labels
    return sum(len(labels.columns.of(terms.name)) for terms in given.contracts)
