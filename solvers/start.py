"""A start: a solution that is known before the solve, or a part of one.

A route that takes starts (`Abilities.start`) begins its search with it. On every route a start that is a whole solution
is held against the answer (`solvers.finish`): the answer is never worse, and a word that it refutes is not believed.
"""

from __future__ import annotations

import numpy as np

from solvers.feasibility import FEASIBILITY, INTEGRALITY, clean, trouble, violation
from solvers.problem import Floats, Problem, ProblemError


def check(problem: Problem, start: Floats | None) -> None:
    """Raise ProblemError unless there is a value, or NaN, for each column."""
    if start is not None and np.shape(start) != (problem.columns,):
        raise ProblemError(f"start has the shape {np.shape(start)}, expected ({problem.columns},)")


def said(problem: Problem, start: Floats | None) -> Floats | None:
    """What a start says (n,), NaN where it says nothing or what no solution has: a value beyond the column's bounds, or
    between whole numbers. None where nothing is left."""
    if start is None:
        return None
    finite = np.isfinite(start)
    value = np.where(finite, start, 0.0)
    inside = (value >= problem.lower - FEASIBILITY) & (value <= problem.upper + FEASIBILITY)
    whole = ~problem.integer | (np.abs(value - np.round(value)) <= INTEGRALITY)
    use = finite & inside & whole
    return np.where(use, clean(problem, value), np.nan) if use.any() else None


def known(problem: Problem, start: Floats | None) -> Floats | None:
    """The solution (n,) that a start is; None where it is none, or a part of one."""
    if start is None or not np.isfinite(start).all() or trouble(problem, start):
        return None
    x = clean(problem, start)
    return x if violation(problem, x)[0] <= FEASIBILITY else None
