"""Whether an x is a solution: held against every bound, every row and every whole number."""

from __future__ import annotations

import numpy as np

from solvers.problem import Floats, Problem

INTEGRALITY = 1e-5
"""Furthest that a solver may leave an integer column from a whole number."""
FEASIBILITY = 1e-5
"""Most that a bound or a row's limit may be violated, times max(1, |limit|); solvers work to 1e-6."""


def trouble(problem: Problem, x: Floats, violated: tuple[float, str] | None = None) -> str:
    """Why x (n,) is not a solution, as it was handed over; empty when it is one. `violated`: its `violation`, where it
    is known."""
    if not np.isfinite(x).all():
        return f"the solution's column {np.flatnonzero(~np.isfinite(x))[0]} is not a finite number"
    if problem.integers:
        away = np.where(problem.integer, np.abs(x - np.round(x)), 0.0)
        j = int(away.argmax())
        if away[j] > INTEGRALITY:
            return f"integer column {j} came back as {x[j]!r}"
    amount, where = violated or violation(problem, x)
    if amount > FEASIBILITY:
        return f"the solution violates {where} by {amount:.2g}"
    return ""


def clean(problem: Problem, x: Floats) -> Floats:
    """x with integers at whole numbers and every column within its bounds."""
    return np.clip(np.where(problem.integer, np.round(x), x), problem.lower, problem.upper)


def violation(problem: Problem, x: Floats) -> tuple[float, str]:
    """The largest violation of a bound or row, over max(1, |limit|), and where it is."""
    activity = problem.activity(x)
    worst, where = 0.0, ""
    for what, amount, low, high in (
        ("column", x, problem.lower, problem.upper),
        ("row", activity, problem.row_lower, problem.row_upper),
    ):
        if not len(amount):
            continue
        amounts = np.maximum((low - amount) / _scale(low), (amount - high) / _scale(high))
        i = int(amounts.argmax())
        if amounts[i] > worst:
            worst, where = float(amounts[i]), f"{what} {i}"
    return worst, where


def _scale(limit: Floats) -> Floats:
    """max(1, |limit|), and 1 where there is none."""
    return np.maximum(1.0, np.where(np.isfinite(limit), np.abs(limit), 1.0))
