"""Building arrays by whole families."""

from __future__ import annotations

import numpy as np

from solvers import ProblemBuilder


def test_indices_come_in_the_asked_shape() -> None:
    builder = ProblemBuilder()
    assert builder.columns(2).tolist() == [0, 1]
    assert builder.columns((2, 3)).tolist() == [[2, 3, 4], [5, 6, 7]]
    assert builder.rows((2, 1)).tolist() == [[0], [1]]
    assert builder.size == (8, 2)


def test_arrays() -> None:
    builder = ProblemBuilder()
    x = builder.columns((2, 2), 0, np.array([[1.0], [2.0]]), integer=True)
    y = builder.columns(1, -np.inf)
    rows = builder.rows(2, -np.inf, np.array([5.0, 6.0]))
    builder.add(rows[:, None], x, np.array([1.0, 10.0]))
    builder.add(rows, y, -1.0)
    builder.cost(x, np.array([[1.0], [3.0]]))
    builder.constant(2.5)
    problem = builder.build()
    problem.check()
    assert problem.upper.tolist() == [1, 1, 2, 2, np.inf]
    assert problem.lower.tolist() == [0, 0, 0, 0, -np.inf]
    assert problem.integer.tolist() == [True] * 4 + [False]
    assert problem.cost.tolist() == [1, 1, 3, 3, 0]
    assert problem.offset == 2.5
    assert problem.row_start.tolist() == [0, 3, 6]
    assert problem.column.tolist() == [0, 1, 4, 2, 3, 4]
    assert problem.value.tolist() == [1, 10, -1, 1, 10, -1]
    assert problem.row_upper.tolist() == [5, 6]


def test_coefficients_and_costs_are_summed_and_zeros_dropped() -> None:
    builder = ProblemBuilder()
    x = builder.columns(3)
    row = builder.rows(1, 0, 1)
    builder.add(row, x[[1, 0, 1]], np.array([2.0, 1.0, 3.0]))
    builder.add(row, x[0], -1.0)
    builder.cost(x[[2, 2]], np.array([1.0, 4.0]))
    problem = builder.build()
    assert (problem.column.tolist(), problem.value.tolist()) == ([1], [5.0])
    assert problem.cost.tolist() == [0, 0, 5]


def test_reference_is_summed() -> None:
    builder = ProblemBuilder()
    x = builder.columns(2)
    builder.reference(x, 2.0)
    builder.reference(x[1], 1.0)
    builder.reference_constant(7.0)
    builder.reference_constant(3.0)
    problem = builder.build()
    assert problem.reference is not None
    assert problem.reference.tolist() == [2.0, 3.0]
    assert problem.reference_offset == 10.0


def test_empty_rows_stay() -> None:
    builder = ProblemBuilder()
    x = builder.columns(1)
    rows = builder.rows(3, 0, 1)
    builder.add(rows[1], x, 1.0)
    problem = builder.build()
    assert problem.row_start.tolist() == [0, 0, 1, 1]
    assert problem.row_lower.tolist() == [0, 0, 0]


def test_nothing() -> None:
    problem = ProblemBuilder().build()
    problem.check()
    assert (problem.columns, problem.rows, problem.nonzeros) == (0, 0, 0)
    assert problem.row_start.tolist() == [0]
