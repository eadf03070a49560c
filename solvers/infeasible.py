"""Whether a problem that a solver calls infeasible is so: by the least violation of its rows, whoever finds it.

The elastic problem, in which every row may give way, always has a solution. Where the least total violation is above 0,
no x keeps every row; where there is one without any, the solver was wrong.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from solvers.elastic import elastic
from solvers.outcome import Options
from solvers.problem import Problem
from solvers.registry import LEAST_TIME_S, solve

VIOLATED = 1e-6
"""Least total violation, in the rows' own units: what solvers tolerate in one row."""


def is_infeasible(problem: Problem, solvers: Sequence[str], time_limit_s: float) -> bool | None:
    """Whether no x keeps every row, asked of the solvers in order until one tells; None where none does in time."""
    if (problem.lower > problem.upper).any():
        return True
    least = elastic(problem, np.arange(problem.rows), []).problem
    last = time.monotonic() + time_limit_s
    for solver in solvers:
        for form in (least.relaxed(), least) if problem.integers else (least,):
            if time.monotonic() > last:
                return None
            options = Options(gap=VIOLATED / 10.0, time_limit_s=max(last - time.monotonic(), LEAST_TIME_S))
            try:
                result = solve(form, solver, options)
            except Exception:  # one that breaks tells nothing
                break
            if result.bound is not None and -result.bound > VIOLATED:
                return True
            if form is least and result.objective is not None and -result.objective <= VIOLATED:
                return False
    return None
