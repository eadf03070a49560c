"""How answers are judged, with answers written by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from solvers import Options, Problem, Result, Status
from solvers.finish import Context, finish
from solvers.problem import Floats
from solvers.route import Answer, Ended

from .problems import INF, dense

# max x + y, x + y ≤ 10.25, x integer.
PROBLEM = dense([1, 1], [[1, 1]], [-INF], [10.25], upper=10, integer=[True, False])
FOUND = np.array([4.0, 6.0])


def judge(problem: Problem, answer: Answer, *others: Answer, gap: float = 1e-4) -> Result:
    """The result; `others` are the answers to what the finish solves besides, in order."""
    waiting = list(others)
    context = Context("by hand", "0", lambda: 1.5)
    result = finish(problem, Options(gap=gap), answer, context, lambda _: waiting.pop(0))
    assert not waiting
    return result


def test_gap_decides_not_the_solver() -> None:
    far = judge(PROBLEM, Answer(Ended.OPTIMAL, x=FOUND, bound=10.25))
    assert (far.status, far.gap) == (Status.FEASIBLE, 0.025)
    assert judge(PROBLEM, Answer(Ended.OPTIMAL, x=FOUND, bound=10.25), gap=0.03).status is Status.PROVEN


def test_limit_inside_the_gap_is_proven_and_told() -> None:
    result = judge(PROBLEM, Answer(Ended.STOPPED, x=FOUND, bound=10.0005, limit="time"))
    assert (result.status, result.limit) == (Status.PROVEN, "time")
    assert result.seconds == 1.5


def test_limit_without_a_bound() -> None:
    result = judge(PROBLEM, Answer(Ended.STOPPED, x=FOUND, limit="interrupt"))
    assert (result.status, result.bound, result.gap) == (Status.FEASIBLE, None, None)


def test_reference_widens_the_denominator() -> None:
    # 1 % of 2000 is 20: the distance 0.25 is 0.0125 of it, not 0.025 of 10.
    problem = replace(PROBLEM, reference_offset=2000.0)
    assert judge(problem, Answer(Ended.STOPPED, x=FOUND, bound=10.25)).gap == pytest.approx(0.0125)


def test_bound_below_the_solution_is_not_used() -> None:
    result = judge(PROBLEM, Answer(Ended.OPTIMAL, x=FOUND, bound=9.0))
    assert (result.status, result.bound) == (Status.FEASIBLE, None)
    assert "9.0" in result.message


@pytest.mark.parametrize("bound", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("x", [FOUND, None])
def test_a_bound_that_is_no_number_is_none(bound: float, x: Floats | None) -> None:
    result = judge(PROBLEM, Answer(Ended.STOPPED, x=x, bound=bound, limit="time"))
    assert (result.status, result.bound) == (Status.NO_SOLUTION if x is None else Status.FEASIBLE, None)


def test_bound_below_the_solution_by_arithmetic_is_the_solution() -> None:
    result = judge(PROBLEM, Answer(Ended.OPTIMAL, x=FOUND, bound=10.0 - 1e-9))
    assert (result.status, result.bound, result.gap) == (Status.PROVEN, 10.0, 0.0)


def test_optimal_without_a_solution_is_an_error() -> None:
    assert judge(PROBLEM, Answer(Ended.OPTIMAL)).status is Status.ERROR


@pytest.mark.parametrize(
    ("x", "where"),
    [
        ([4.01, 6.0], "column 0"),  # no whole number
        ([11.0, -0.05], "column 0"),  # outside its bounds
        ([5.0, 6.0], "row 0"),
        ([np.nan, 6.0], "column 0"),
    ],
)
def test_what_is_no_solution_is_an_error(x: list[float], where: str) -> None:
    result = judge(PROBLEM, Answer(Ended.OPTIMAL, x=np.array(x), bound=11.0))
    assert result.status is Status.ERROR
    assert where in result.message
    assert result.x is None


def test_stopped_simplex_that_is_no_solution_is_none() -> None:
    result = judge(PROBLEM.relaxed(), Answer(Ended.STOPPED, x=np.array([9.0, 9.0]), limit="time"))
    assert (result.status, result.limit) == (Status.NO_SOLUTION, "time")


def test_integers_are_rounded_and_bounds_held() -> None:
    result = judge(PROBLEM, Answer(Ended.OPTIMAL, x=np.array([10.0000004, -1e-9]), bound=10.0))
    assert result.x is not None
    assert result.x.tolist() == [10.0, 0.0]


def test_continuous_columns_follow_integers_that_were_rounded() -> None:
    # y = 1000 x: rounding x by 9e-7 leaves y off by 9e-4, until y is solved for again.
    problem = dense([1, 0], [[1000, -1]], [0], [0], upper=[3, INF], integer=[True, False])
    given = Answer(Ended.OPTIMAL, x=np.array([2.9999991, 2999.9991]), bound=3.0)
    result = judge(problem, given, Answer(Ended.OPTIMAL, x=np.array([3.0, 3000.0])))
    assert result.status is Status.PROVEN
    assert result.x is not None
    assert result.x.tolist() == [3.0, 3000.0]


def test_integers_that_cannot_be_rounded_are_an_error() -> None:
    problem = dense([1, 0], [[1000, -1]], [0], [0], upper=[3, 2999.9991], integer=[True, False])
    given = Answer(Ended.OPTIMAL, x=np.array([2.9999991, 2999.9991]), bound=3.0)
    result = judge(problem, given, Answer(Ended.INFEASIBLE))
    assert result.status is Status.ERROR
    assert "row 0" in result.message


@pytest.mark.parametrize(
    ("other", "status"),
    [
        (Answer(Ended.INFEASIBLE), Status.INFEASIBLE),
        (Answer(Ended.OPTIMAL, x=FOUND), Status.UNBOUNDED),
        (Answer(Ended.STOPPED, limit="time"), Status.NO_SOLUTION),
        (Answer(Ended.FAILED, message="broken"), Status.ERROR),
    ],
)
@pytest.mark.parametrize("ended", [Ended.UNBOUNDED_OR_INFEASIBLE, Ended.UNBOUNDED])
def test_infeasible_or_unbounded_is_told_apart(ended: Ended, other: Answer, status: Status) -> None:
    assert judge(PROBLEM, Answer(ended), other).status is status


def test_linear_optimum_is_its_own_bound() -> None:
    result = judge(PROBLEM.relaxed(), Answer(Ended.OPTIMAL, x=np.array([4.25, 6.0])))
    assert (result.status, result.bound, result.gap) == (Status.PROVEN, 10.25, 0.0)
