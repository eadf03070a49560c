"""Problems beside a plan (a settlement, the month ahead, why there is no plan): the first solver that works answers."""

from __future__ import annotations

import time
from dataclasses import replace

from optimizer.planning.how import HowToSolve
from solvers import Options, Problem, Result, SolverUnavailable, Status, isolation, solve
from solvers.registry import LEAST_TIME_S


def first_result(problem: Problem, how: HowToSolve, options: Options) -> Result:
    """The result of the first of `how`'s solvers that can be used and does not break, within one time limit.

    `options` say gap and time of this problem. Raises as `solvers.solve` does where none of them can be used.
    """
    last = time.monotonic() + options.time_limit_s
    asked = how.solvers
    with isolation(how.isolated):
        for place, name in enumerate(asked[:-1]):
            if place and time.monotonic() > last:
                break
            try:
                result = solve(problem, name, _until(last, options) if place else options)
            except SolverUnavailable:
                if place == 0 and how.named:
                    raise
                continue
            except (RuntimeError, MemoryError):  # it broke
                continue
            if result.status is not Status.ERROR:
                return result
        return solve(problem, asked[-1], _until(last, options) if asked[:-1] else options)


def _until(last: float, options: Options) -> Options:
    return replace(options, time_limit_s=max(last - time.monotonic(), LEAST_TIME_S))
