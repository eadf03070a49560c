"""Small problems that the solver tests share, and a way to write them as dense rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from solvers import Problem, ProblemBuilder

INF = np.inf


def dense(
    cost: npt.ArrayLike,
    rows: npt.ArrayLike = (),
    row_lower: npt.ArrayLike = (),
    row_upper: npt.ArrayLike = (),
    *,
    lower: npt.ArrayLike = 0.0,
    upper: npt.ArrayLike = INF,
    integer: npt.ArrayLike = False,
    offset: float = 0.0,
) -> Problem:
    """A problem from a dense matrix."""
    cost = np.asarray(cost, dtype=float)
    low = np.asarray(row_lower, dtype=float)
    matrix = np.asarray(rows, dtype=float).reshape(len(low), len(cost))
    builder = ProblemBuilder()
    columns = builder.columns(len(cost), lower, upper)
    added = builder.rows(len(low), low, np.asarray(row_upper, dtype=float))
    i, j = np.nonzero(matrix)
    builder.add(added[i], columns[j], matrix[i, j])
    builder.cost(columns, cost)
    builder.constant(offset)
    return replace(builder.build(), integer=np.broadcast_to(np.asarray(integer, dtype=bool), cost.shape).copy())


def market_split(rows: int = 5, columns: int = 40) -> Problem:
    """Equality rows over 0/1 columns whose halves must match exactly: no solution is found for hours.

    Cornuéjols and Dawande's instances: 10 · (rows − 1) columns are out of reach of branch and bound.
    """
    random = np.random.default_rng(0)
    matrix = random.integers(0, 100, (rows, columns)).astype(float)
    builder = ProblemBuilder()
    x = builder.columns(columns, 0, 1, integer=True)
    half = matrix.sum(axis=1) // 2
    builder.add(builder.rows(rows, half, half)[:, None], x[None, :], matrix)
    builder.cost(x, random.integers(1, 10, columns).astype(float))
    return builder.build()


def knapsacks(rows: int = 30, columns: int = 200) -> Problem:
    """Many knapsacks over the same 0/1 columns: solutions at once, the proof takes hours."""
    random = np.random.default_rng(0)
    matrix = random.integers(1, 1000, (rows, columns)).astype(float)
    builder = ProblemBuilder()
    x = builder.columns(columns, 0, 1, integer=True)
    builder.add(builder.rows(rows, -INF, matrix.sum(axis=1) // 2)[:, None], x[None, :], matrix)
    builder.cost(x, matrix.mean(axis=0) + random.uniform(0, 500, columns))
    return builder.build()


def long_linear(periods: int = 1200, stores: int = 40) -> Problem:
    """Coupled stores over many periods, continuous: seconds of simplex."""
    random = np.random.default_rng(1)
    builder = ProblemBuilder()
    flow = builder.columns((stores, periods), -5, 5)
    level = builder.columns((stores, periods), 0, 50)
    row = builder.rows((stores, periods), 0, 0)
    builder.add(row, level, 1.0)
    builder.add(row[:, 1:], level[:, :-1], -random.uniform(0.9, 1.0, (stores, 1)))
    builder.add(row, flow, -1.0)
    builder.add(builder.rows(periods, -30, 30)[None, :], flow, random.uniform(0.5, 1.5, (stores, periods)))
    builder.cost(flow, -random.uniform(10, 90, (stores, periods)))
    return builder.build()
