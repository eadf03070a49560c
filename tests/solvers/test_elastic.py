"""Which limits would have to give, and by how much."""

from __future__ import annotations

import numpy as np
import pytest

from solvers import Status, solve
from solvers.elastic import elastic

from .problems import INF, dense

# x + y ≥ 10 with x ≤ 3 and y ≤ 4: three short.
SHORT = dense([5, 5], [[1, 1]], [10], [INF], upper=[3, 4])


def test_row_gives() -> None:
    relaxed = elastic(SHORT, [0], [], row_weights=2.0)
    result = solve(relaxed.problem)
    assert result.status is Status.PROVEN
    assert result.objective == pytest.approx(-6.0)
    assert result.x is not None
    violations = relaxed.violations(result.x)
    assert violations.rows == pytest.approx([-3.0])
    assert violations.columns.shape == (0,)
    assert relaxed.original(result.x) == pytest.approx([3.0, 4.0])


def test_column_gives() -> None:
    relaxed = elastic(SHORT, [], [1])
    result = solve(relaxed.problem)
    assert result.x is not None
    assert relaxed.violations(result.x).columns == pytest.approx([3.0])
    assert relaxed.original(result.x) == pytest.approx([3.0, 7.0])


def test_the_cheapest_gives() -> None:
    relaxed = elastic(SHORT, [0], [0, 1], row_weights=[5.0], column_weights=[3.0, 4.0])
    result = solve(relaxed.problem)
    assert result.objective == pytest.approx(-9.0)
    assert result.x is not None
    violations = relaxed.violations(result.x)
    assert violations.rows == pytest.approx([0.0])
    assert violations.columns == pytest.approx([3.0, 0.0])


def test_both_sides_of_rows_and_columns_are_signed() -> None:
    # x = 2 (a row), x = 7 (a row), x ≥ 9 (its bound): with weights 1, 4, 1, x stays at 7.
    problem = dense([0], [[1], [1]], [2, 7], [2, 7], lower=9, upper=20)
    relaxed = elastic(problem, [0, 1], [0], row_weights=[1.0, 4.0])
    result = solve(relaxed.problem)
    assert result.objective == pytest.approx(-7.0)
    assert result.x is not None
    violations = relaxed.violations(result.x)
    assert violations.rows == pytest.approx([5.0, 0.0])
    assert violations.columns == pytest.approx([-2.0])


def test_shape_of_the_arrays() -> None:
    # Row 1 has one finite side, row 0 two, column 2 one: 2 + 1 + 1 slacks; one row for column 2's bounds.
    problem = dense([1, 1, 1], [[1, 1, 0], [0, 0, 2]], [1, -INF], [5, 6], integer=[True, False, True])
    relaxed = elastic(problem, [1, 0], [2]).problem
    relaxed.check()
    assert (relaxed.columns, relaxed.rows) == (3 + 4, 3)
    assert relaxed.integer.tolist() == [True, False, True] + [False] * 4
    assert relaxed.cost.tolist() == [0, 0, 0, -1, -1, -1, -1]
    assert (relaxed.lower[2], relaxed.upper[2]) == (-INF, INF)
    assert (relaxed.row_lower[2], relaxed.row_upper[2]) == (0.0, INF)


def test_integrality_still_holds() -> None:
    # 2x = 3 with x whole: 1 or 2, one off either way.
    relaxed = elastic(dense([0], [[2]], [3], [3], upper=9, integer=True), [0], [])
    result = solve(relaxed.problem)
    assert result.objective == pytest.approx(-1.0)


def test_what_is_feasible_needs_nothing() -> None:
    problem = dense([5, 5], [[1, 1]], [-INF], [10], upper=[3, 4])
    relaxed = elastic(problem, [0], [0, 1])
    result = solve(relaxed.problem)
    assert result.objective == 0.0
    assert result.x is not None
    assert not relaxed.violations(result.x).columns.any()


@pytest.mark.parametrize(
    ("rows", "columns", "weight"),
    [([0, 0], [], 1.0), ([1], [], 1.0), ([], [-1], 1.0), ([0], [], 0.0), ([0], [], np.nan)],
)
def test_refused(rows: list[int], columns: list[int], weight: float) -> None:
    with pytest.raises(ValueError):
        elastic(SHORT, rows, columns, weight)
