"""Asks of an infeasible problem: which limits, relaxed by how much, would make it feasible?

Limits that may be relaxed get slack at a cost per unit; the objective becomes the least weighted violation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solvers.problem import Floats, Ints, Problem

Index = npt.NDArray[np.int64]


class _Slack:
    """One slack column a finite side: `below[k]`, `above[k]` are the column of item k, −1 where none is."""

    def __init__(self, low: Floats, high: Floats, first: int) -> None:
        self.below = np.full(len(low), -1, dtype=np.int64)
        self.above = np.full(len(low), -1, dtype=np.int64)
        has_low, has_high = np.isfinite(low), np.isfinite(high)
        lows = int(has_low.sum())
        self.columns = lows + int(has_high.sum())
        self.below[has_low] = first + np.arange(lows)
        self.above[has_high] = first + lows + np.arange(self.columns - lows)

    def entries(self, rows: Index) -> tuple[Index, Index, Floats]:
        """Where the slacks stand: a lower limit is met by adding, an upper one by taking away."""
        low, high = self.below >= 0, self.above >= 0
        return (
            np.r_[rows[low], rows[high]],
            np.r_[self.below[low], self.above[high]],
            np.r_[np.ones(low.sum()), -np.ones(high.sum())],
        )

    def weights(self, weights: Floats) -> Floats:
        """The weight of each slack column, from that of each item."""
        return np.concatenate([weights[self.below >= 0], weights[self.above >= 0]])

    def signed(self, x: Floats) -> Floats:
        """The violation of each item: negative below its lower limit, positive above its upper one."""
        padded = np.concatenate([x, np.zeros(1)])  # −1 reads the 0
        above: Floats = padded[self.above]
        below: Floats = padded[self.below]
        return above - below


@dataclass(frozen=True, eq=False)
class Violations:
    """How much each relaxed limit is violated, in the limit's own unit.

    `rows` (as many as rows were named) and `columns` (the same of columns): negative where the value lies
    that far below its lower limit, positive above its upper one, 0 where it is held.
    """

    rows: Floats
    columns: Floats


@dataclass(frozen=True, eq=False)
class Elastic:
    """An elastic problem and how to read its solution."""

    problem: Problem
    """Maximises minus the weighted sum of violations; its first columns are the original's."""
    original_columns: int
    row_slack: _Slack
    column_slack: _Slack

    def original(self, x: Floats) -> Floats:
        """The original's columns (n,) of the elastic problem's x."""
        return x[: self.original_columns]

    def violations(self, x: Floats) -> Violations:
        """The violations at the elastic problem's x."""
        return Violations(self.row_slack.signed(x), self.column_slack.signed(x))


def elastic(
    problem: Problem,
    rows: npt.ArrayLike,
    columns: npt.ArrayLike,
    row_weights: npt.ArrayLike = 1.0,
    column_weights: npt.ArrayLike = 1.0,
) -> Elastic:
    """The problem in which the limits of these rows and columns may be violated at a cost.

    `rows`, `columns`: indices, each at most once; weights: cost per unit of violation, above 0, one for all
    or one each. Every other limit, and integrality, still holds. A relaxed column becomes free, and its
    bounds a row of their own. Raises ValueError for weights that are not above 0 or an index given twice.
    """
    row_index = _indices(rows, problem.rows, "row")
    column_index = _indices(columns, problem.columns, "column")
    row_weight = _weights(row_weights, len(row_index))
    column_weight = _weights(column_weights, len(column_index))

    row_slack = _Slack(problem.row_lower[row_index], problem.row_upper[row_index], problem.columns)
    column_slack = _Slack(problem.lower[column_index], problem.upper[column_index], problem.columns + row_slack.columns)
    slacks = row_slack.columns + column_slack.columns

    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[column_index], upper[column_index] = -np.inf, np.inf
    bound_rows = problem.rows + np.arange(len(column_index))
    own = (bound_rows, column_index, np.ones(len(column_index)))
    given = (problem.rows_of_values().astype(np.int64), problem.column.astype(np.int64), problem.value)
    parts = (given, row_slack.entries(row_index), own, column_slack.entries(bound_rows))
    start, column, value = _by_rows(
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
        problem.rows + len(column_index),
    )
    relaxed = Problem(
        cost=np.r_[np.zeros(problem.columns), -row_slack.weights(row_weight), -column_slack.weights(column_weight)],
        lower=np.r_[lower, np.zeros(slacks)],
        upper=np.r_[upper, np.full(slacks, np.inf)],
        integer=np.r_[problem.integer, np.zeros(slacks, dtype=np.bool_)],
        row_start=start,
        column=column,
        value=value,
        row_lower=np.r_[problem.row_lower, problem.lower[column_index]],
        row_upper=np.r_[problem.row_upper, problem.upper[column_index]],
        labels=problem.labels,
    )
    return Elastic(relaxed, problem.columns, row_slack, column_slack)


def _indices(given: npt.ArrayLike, length: int, what: str) -> Index:
    index = np.asarray(given, dtype=np.int64).reshape(-1)
    if len(np.unique(index)) != len(index):
        raise ValueError(f"a {what} is named twice")
    if len(index) and (index.min() < 0 or index.max() >= length):
        raise ValueError(f"a {what} is named that does not exist")
    return index


def _weights(given: npt.ArrayLike, length: int) -> Floats:
    weights = np.broadcast_to(np.asarray(given, dtype=np.float64), (length,))
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError("weights must be finite and above 0")
    return weights


def _by_rows(rows: Index, columns: Index, values: Floats, count: int) -> tuple[Ints, Ints, Floats]:
    order = np.lexsort((columns, rows))
    start = np.zeros(count + 1, dtype=np.int32)
    start[1:] = np.cumsum(np.bincount(rows, minlength=count))
    return start, columns[order].astype(np.int32), values[order]
