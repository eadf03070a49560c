"""Ends that rows imply for columns that have none.

For a column j with a > 0 in a row Σ a_i x_i ≤ b:   x_j ≤ (b − least value of the others) / a,   and so on for the
other signs and sides. Only infinite bounds are given an end, a little beyond the implied one, so that no vertex moves;
passes are repeated while they find more.

HiGHS 1.13 needs this: with integers and columns without end it lost optima and called worse plans proven (found by
`tests.proof.properties`, held by `tests/solvers/test_implied.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.problem import Bools, Floats, Ints, Problem

MOST_PASSES = 10
BEYOND = 1e-3
"""How far beyond the implied end a column may go: of its size, and absolutely."""
MOST_END = 1e9
"""An end further out than this is as good as none."""


def with_ends(problem: Problem) -> Problem:
    """The same problem, with an end wherever rows imply one for a column that has none."""
    if np.isfinite(problem.lower).all() and np.isfinite(problem.upper).all():
        return problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for _ in range(MOST_PASSES):
        if not _one_pass(problem, problem.rows_of_values(), lower, upper):
            break
    return replace(problem, lower=lower, upper=upper)


def _one_pass(problem: Problem, row: Ints, lower: Floats, upper: Floats) -> bool:
    """Give ends, in place; whether any was found."""
    column, value = problem.column, problem.value
    positive = value > 0.0
    found = False
    for side, limit in ((1.0, problem.row_upper), (-1.0, -problem.row_lower)):
        # The row as side × Σ a x ≤ limit; every term at its least.
        least = side * value * np.where(positive == (side > 0.0), lower[column], upper[column])
        endless = ~np.isfinite(least)
        known = np.bincount(row, weights=np.where(endless, 0.0, least), minlength=problem.rows)
        without = np.bincount(row, weights=endless, minlength=problem.rows)
        others = known[row] - np.where(endless, 0.0, least)
        usable = (without[row] - endless == 0) & np.isfinite(limit[row]) & (value != 0.0)
        end = np.full(len(value), np.nan)
        end[usable] = (limit[row][usable] - others[usable]) / (side * value[usable])
        rises = positive == (side > 0.0)  # the row limits the column from above
        found |= _give(upper, column, end, usable & rises & np.isposinf(upper[column]), np.minimum, 1.0)
        found |= _give(lower, column, end, usable & ~rises & np.isneginf(lower[column]), np.maximum, -1.0)
    return found


def _give(bounds: Floats, column: Ints, end: Floats, which: Bools, nearer: np.ufunc, away: float) -> bool:
    """Put the nearest of the ends, and a little beyond, in the place of infinite bounds."""
    which = which & (np.abs(np.where(which, end, np.inf)) <= MOST_END)
    if not which.any():
        return False
    nearer.at(bounds, column[which], end[which])
    given = np.unique(column[which])
    bounds[given] += away * BEYOND * np.maximum(1.0, np.abs(bounds[given]))
    return True
