"""The arrays of a problem, and what they refuse to be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import ProblemError

from .problems import INF, dense

PROBLEM = dense([1, 2], [[1, 0], [0, 0], [3, -1]], [0] * 3, [9] * 3, upper=[5, INF], integer=[True, False])


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, dtype=np.int32)


def test_sizes() -> None:
    assert (PROBLEM.columns, PROBLEM.rows, PROBLEM.nonzeros, PROBLEM.integers) == (2, 3, 3, 1)
    PROBLEM.check()


def test_objective_and_activity() -> None:
    x = np.array([2.0, 0.5])
    assert replace(PROBLEM, offset=10.0).objective(x) == 13.0
    assert PROBLEM.activity(x).tolist() == [2.0, 0.0, 5.5]
    assert PROBLEM.rows_of_values().tolist() == [0, 2, 2]


def test_without_rows() -> None:
    fewer = PROBLEM.without_rows(np.array([0, 1]))
    fewer.check()
    assert (fewer.columns, fewer.rows, fewer.nonzeros) == (2, 1, 2)
    assert fewer.activity(np.array([2.0, 0.5])).tolist() == [5.5]
    assert PROBLEM.without_rows(np.zeros(0, dtype=np.int64)).activity(np.array([2.0, 0.5])).tolist() == [2.0, 0.0, 5.5]


def test_relaxed() -> None:
    relaxed = PROBLEM.relaxed()
    assert relaxed.integers == 0
    assert PROBLEM.integers == 1


def test_rows_of_another_problem_stand_behind_its_own() -> None:
    first = dense([1.0, 2.0], [[1.0, 1.0]], [-1.0], [4.0], upper=9.0)
    joined = first.with_rows_of(dense([0.0, 0.0], [[0.0, 3.0], [2.0, 0.0]], [0.0, 1.0], [6.0, 5.0]))
    assert joined.activity(np.array([2.0, 1.0])).tolist() == [3.0, 3.0, 4.0]
    assert (joined.row_lower.tolist(), joined.row_upper.tolist()) == ([-1.0, 0.0, 1.0], [4.0, 6.0, 5.0])
    assert joined.cost.tolist() == [1.0, 2.0] and joined.upper.tolist() == [9.0, 9.0]
    joined.check()


def test_limited() -> None:
    assert not PROBLEM.limited  # y earns and has no end
    assert replace(PROBLEM, cost=np.array([1.0, 0.0])).limited
    assert replace(PROBLEM, cost=np.array([1.0, -1.0])).limited
    assert not replace(PROBLEM, cost=np.array([-1.0, 0.0]), lower=np.array([-INF, 0.0])).limited


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"lower": np.zeros(1)}, "lower has 1 entries"),
        ({"row_upper": np.zeros(2)}, "row_upper has 2 entries"),
        ({"reference": np.zeros(3)}, "reference has 3 entries"),
        ({"row_start": ints(0, 1, 1)}, "row_start has 3 entries"),
        ({"row_start": ints(0, 2, 1, 3)}, "row_start must rise"),
        ({"row_start": ints(0, 1, 1, 2)}, "row_start must rise"),
        ({"column": ints(0, 0, 2)}, "does not exist"),
        ({"column": ints(0, -1, 1)}, "does not exist"),
        ({"value": np.array([1.0, 1.0, -1e16])}, "value\\[2\\] is -1e\\+16; at most 1e\\+15"),
        ({"column": ints(0, 1, 1)}, "row 2 names column 1 twice"),
    ],
)
def test_wrong_arrays(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        replace(PROBLEM, **wrong).check()  # type: ignore[arg-type]


def test_columns_of_a_row_need_no_order() -> None:
    replace(PROBLEM, column=ints(0, 1, 0), value=np.array([1.0, -1.0, 3.0])).check()
