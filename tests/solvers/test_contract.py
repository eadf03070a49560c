"""What every route owes: the same problem, the same status, the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import Options, Problem, ProblemError, Result, SolverUnsuitable, Status, solve
from solvers.gap import relative_gap
from solvers.registry import route

from .problems import INF, dense, knapsacks, long_linear, market_split


def check(problem: Problem, result: Result, status: Status, objective: float | None = None) -> None:
    """Hold a result against itself and the status and objective worked out by hand."""
    assert result.status is status, result
    assert result.seconds >= 0.0
    if status not in (Status.PROVEN, Status.FEASIBLE):
        assert (result.x, result.objective, result.gap) == (None, None, None)
        return
    assert result.x is not None
    assert result.objective == problem.objective(result.x)
    assert (result.x >= problem.lower).all()
    assert (result.x <= problem.upper).all()
    assert (result.x[problem.integer] == np.round(result.x[problem.integer])).all()
    activity = problem.activity(result.x)
    assert (activity >= problem.row_lower - 1e-5).all()
    assert (activity <= problem.row_upper + 1e-5).all()
    assert (result.gap is None) == (result.bound is None)
    if result.bound is not None:
        assert result.bound >= result.objective
        assert result.gap == relative_gap(problem, result.x, result.bound)
    if objective is not None:
        assert result.objective == pytest.approx(objective, abs=1e-6, rel=1e-8)
        assert result.bound is None or result.bound >= objective - 1e-6 * max(1.0, abs(objective))


# --- outcomes of linear problems, on every route ---

# max 3x + 2y, x + y ≤ 6, x ≤ 4: x = 4, y = 2.
LINEAR = dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF])

LINEAR_CASES = {
    "optimal": (LINEAR, Status.PROVEN, 16.0),
    # min 3x + 2y, x + y ≥ 6: only y.
    "minimised": (dense([-3, -2], [[1, 1]], [6], [INF]), Status.PROVEN, -12.0),
    # max x − y, x + 2y = 4, x − y ≤ 1: y = 1, x = 2.
    "equality": (dense([1, -1], [[1, 2], [1, -1]], [4, -INF], [4, 1]), Status.PROVEN, 1.0),
    # min x − 2y with 1 ≤ x + y ≤ 3, −1 ≤ x − y ≤ 1: x = 1, y = 2.
    "ranges": (dense([-1, 2], [[1, 1], [1, -1]], [1, -1], [3, 1]), Status.PROVEN, 3.0),
    # min x with y = x + 2 and −5 ≤ x, both columns free.
    "free": (dense([-1, 0], [[-1, 1], [1, 0]], [2, -5], [2, INF], lower=-INF), Status.PROVEN, 5.0),
    "negative upper": (dense([1], [[1]], [-INF], [10], lower=-4, upper=-2), Status.PROVEN, -2.0),
    "fixed": (dense([1, -1], [[1, 1]], [3], [INF], lower=[2, 0], upper=[2, 3]), Status.PROVEN, 1.0),
    "all fixed": (dense([1, 5], [[1, 1]], [3], [3], lower=[2, 1], upper=[2, 1]), Status.PROVEN, 7.0),
    "no rows": (dense([1, -1], upper=3), Status.PROVEN, 3.0),
    "no cost": (dense([0, 0], [[1, 1]], [4.5], [4.5]), Status.PROVEN, 0.0),
    "free and idle": (dense([0, -1], lower=[-INF, 0], upper=[INF, 3]), Status.PROVEN, 0.0),
    "free row": (dense([1], [[1]], [-INF], [INF], upper=2), Status.PROVEN, 2.0),
    "empty row": (dense([1], [[0]], [-1], [1], upper=2), Status.PROVEN, 2.0),
    "offset": (dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF], offset=-1000.5), Status.PROVEN, -984.5),
    # Three rows through the same corner, one of them twice over.
    "degenerate": (
        dense([1, 1], [[1, 0], [0, 1], [1, 1], [2, 2]], [-INF] * 4, [2, 2, 4, 8]),
        Status.PROVEN,
        4.0,
    ),
    # Every point of an edge is optimal.
    "many optima": (dense([1, 1], [[1, 1]], [-INF], [4], upper=3), Status.PROVEN, 4.0),
    "infeasible": (dense([1], [[1]], [3], [INF], upper=1), Status.INFEASIBLE, None),
    "infeasible rows": (dense([1, 1], [[1, -1], [1, -1]], [0, 1], [0, 1]), Status.INFEASIBLE, None),
    "infeasible empty row": (dense([1], [[0]], [1], [2], upper=2), Status.INFEASIBLE, None),
    "crossed bounds": (dense([1], [[1]], [-INF], [9], lower=3, upper=2), Status.INFEASIBLE, None),
    "crossed row": (dense([1], [[1]], [3], [2]), Status.INFEASIBLE, None),
    "unbounded": (dense([1, 1], [[1, -1]], [0], [0]), Status.UNBOUNDED, None),
    "unbounded no rows": (dense([1, -1]), Status.UNBOUNDED, None),
    # A ray of gain, and no point to start it from: solvers say "infeasible or unbounded".
    "infeasible with a ray": (
        dense([0, 0, 1], [[1, 1, 0], [1, 1, 0]], [3, -INF], [INF, 2]),
        Status.INFEASIBLE,
        None,
    ),
}


@pytest.mark.parametrize("case", LINEAR_CASES)
def test_linear(linear: str, case: str) -> None:
    problem, status, objective = LINEAR_CASES[case]
    result = solve(problem, linear)
    check(problem, result, status, objective)
    if status is Status.PROVEN:
        assert result.gap == 0.0
        assert result.limit is None


def test_problem_without_columns(linear: str) -> None:
    held = dense([], np.zeros((2, 0)), [0, -1], [0, 1], offset=5.0)
    result = solve(held, linear)
    check(held, result, Status.PROVEN, 5.0)
    assert result.x is not None
    assert result.x.shape == (0,)
    broken = dense([], np.zeros((1, 0)), [1], [2])
    check(broken, solve(broken, linear), Status.INFEASIBLE)


def test_problem_without_anything(linear: str) -> None:
    problem = dense([])
    check(problem, solve(problem, linear), Status.PROVEN, 0.0)


# --- outcomes of problems with integers ---

MIXED_CASES = {
    # min 2x + 3z, x + z ≥ 4.5: highspy 1.14.0 says 15.
    "1.14.0": (
        dense([-2, -3], [[1, 1]], [4.5], [INF], upper=10, integer=[False, True]),
        Status.PROVEN,
        -9.0,
    ),
    # max 5x + 4y, 6x + 4y ≤ 24, x + 2y ≤ 6: 20 at (4, 0); the relaxation has 21 at (3, 1.5).
    "rounded down": (
        dense([5, 4], [[6, 4], [1, 2]], [-INF] * 2, [24, 6], integer=True),
        Status.PROVEN,
        20.0,
    ),
    # max x + y, 2x + 2y ≤ 5, x integer: y fills up to 2.5.
    "mixed": (dense([1, 1], [[2, 2]], [-INF], [5], integer=[True, False]), Status.PROVEN, 2.5),
    "negative": (
        dense([1], [[2]], [-INF], [-3], lower=-9, upper=9, integer=True),
        Status.PROVEN,
        -2.0,
    ),
    "free integer": (dense([-1], [[1]], [-4.5], [INF], lower=-INF, integer=True), Status.PROVEN, 4.0),
    "broken bounds": (dense([1], [[1]], [-INF], [9], lower=0.2, upper=2.8, integer=True), Status.PROVEN, 2.0),
    "no rows": (dense([1, -1], upper=3, integer=[True, False]), Status.PROVEN, 3.0),
    "offset": (dense([1], [[2]], [-INF], [5], integer=True, offset=1e9), Status.PROVEN, 1e9 + 2.0),
    # 2x = 3.
    "no whole number": (dense([1], [[2]], [3], [3], upper=5, integer=True), Status.INFEASIBLE, None),
    "between bounds": (dense([1], [[1]], [-INF], [9], lower=0.2, upper=0.8, integer=True), Status.INFEASIBLE, None),
    "unbounded": (dense([1, 1], [[1, -1]], [0], [0], integer=[True, False]), Status.UNBOUNDED, None),
    # The relaxation is unbounded in the third column, but 2x − 2y = 1 has no whole numbers.
    "unbounded relaxation only": (
        dense([0, 0, 1], [[2, -2, 0]], [1], [1], upper=[5, 5, INF], integer=True),
        Status.INFEASIBLE,
        None,
    ),
}


@pytest.mark.parametrize("case", MIXED_CASES)
def test_mixed(mixed: str, case: str) -> None:
    problem, status, objective = MIXED_CASES[case]
    check(problem, solve(problem, mixed, Options(gap=1e-9 if case == "offset" else 1e-4)), status, objective)


def test_glop_refuses_integers() -> None:
    with pytest.raises(SolverUnsuitable, match="integer"):
        solve(dense([1], [[1]], [-INF], [2.5], integer=True), "glop")


# --- duals ---


def test_dual_sign(linear: str) -> None:
    # One more unit of the row's 6 is one more y at 2; one more unit of x's 4 is 3 − 2.
    result = solve(LINEAR, linear)
    if not route(linear).abilities.duals:
        assert (result.row_duals, result.reduced_costs) == (None, None)
        return
    assert result.row_duals == pytest.approx([2.0])
    assert result.reduced_costs == pytest.approx([1.0, 0.0])
    # min 3x + 2y, x + y ≥ 6: one more unit required costs 2; one unit of x forced in costs 3 − 2.
    result = solve(dense([-3, -2], [[1, 1]], [6], [INF]), linear)
    assert result.row_duals == pytest.approx([-2.0])
    assert result.reduced_costs == pytest.approx([-1.0, 0.0])


def test_no_duals_of_integers(mixed: str) -> None:
    result = solve(MIXED_CASES["mixed"][0], mixed)
    assert (result.row_duals, result.reduced_costs) == (None, None)


# --- gap ---


def random_problem(seed: int) -> Problem:
    random = np.random.default_rng(seed)
    n, m = int(random.integers(8, 25)), int(random.integers(3, 10))
    matrix = random.normal(5, 4, (m, n)) * (random.random((m, n)) < 0.6)
    integer = np.arange(n) < n // 2
    return dense(
        random.uniform(1, 1000, n) * matrix.mean(axis=0) + random.normal(0, 1, n),
        matrix,
        np.full(m, -INF),
        np.abs(matrix).sum(axis=1) * random.uniform(0.5, 1.5, m),
        upper=random.integers(1, 9, n),
        integer=integer,
        offset=float(random.choice([0.0, 1e3, -1e4])),
    )


@pytest.mark.parametrize("seed", range(6))
def test_loose_gap_is_kept_and_its_bound_is_true(mixed: str, seed: int) -> None:
    problem = random_problem(seed)
    best = solve(problem, "highs", Options(gap=0.0))
    assert best.status is Status.PROVEN
    assert best.objective is not None
    result = solve(problem, mixed, Options(gap=0.02))
    check(problem, result, Status.PROVEN)
    assert result.gap is not None
    assert result.gap <= 0.02 + 1e-8
    assert result.bound is not None
    assert result.bound >= best.objective - 1e-7 * abs(best.objective)


@pytest.mark.parametrize("seed", range(3))
def test_constant_that_cancels_does_not_loosen_the_gap(mixed: str, seed: int) -> None:
    # Take the optimum away but for 100: a gap of 1e-4 is now 0.01, not 1e-4 of the hundred thousands.
    problem = replace(random_problem(seed), offset=0.0)
    best = solve(problem, "highs", Options(gap=0.0)).objective
    assert best is not None
    shifted = replace(problem, offset=100.0 - best)
    result = solve(shifted, mixed, Options(gap=1e-4))
    assert result.status is Status.PROVEN
    assert result.objective == pytest.approx(100.0, abs=0.011)


# --- time limits ---


def test_time_limit_without_a_solution(mixed: str) -> None:
    problem = market_split()
    result = solve(problem, mixed, Options(time_limit_s=0.6))
    check(problem, result, Status.NO_SOLUTION)
    assert result.limit == "time"
    if result.bound is not None:
        assert result.bound <= problem.cost.sum()
    assert result.seconds < 3.0


def test_time_limit_with_a_solution(mixed: str) -> None:
    problem = knapsacks()
    result = solve(problem, mixed, Options(gap=1e-6, time_limit_s=1.0))
    check(problem, result, Status.FEASIBLE)
    assert result.limit == "time"
    if route(mixed).abilities.bound:
        assert result.gap is not None
        assert 1e-6 < result.gap < 0.2
    else:
        assert result.gap is None
    assert result.seconds < 4.0


def test_time_limit_of_a_linear_problem(linear: str) -> None:
    problem = long_linear()
    result = solve(problem, linear, Options(time_limit_s=0.3))
    assert result.status in (Status.NO_SOLUTION, Status.FEASIBLE)
    check(problem, result, result.status)
    assert result.limit == "time"


# --- what no solver may see ---


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("field", ["cost", "value", "reference"])
def test_numbers_that_must_be_finite(mixed: str, field: str, wrong: float) -> None:
    array = np.array([1.0, wrong])
    problem = replace(dense([1, 1], [[1, 1]], [-INF], [3]), **{field: array})
    with pytest.raises(ProblemError, match=rf"{field}\[1\]"):
        solve(problem, mixed)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("lower", np.nan),
        ("upper", np.nan),
        ("row_lower", np.nan),
        ("row_upper", np.nan),
        ("lower", np.inf),
        ("upper", -np.inf),
        ("row_lower", np.inf),
        ("row_upper", -np.inf),
    ],
)
def test_limits_that_nothing_meets(mixed: str, field: str, wrong: float) -> None:
    problem = dense([1, 1], [[1, 1], [1, 0]], [-INF] * 2, [3, 3])
    with pytest.raises(ProblemError, match=rf"{field}\[1\]"):
        solve(replace(problem, **{field: np.array([0.0, wrong])}), mixed)


@pytest.mark.parametrize("field", ["offset", "reference_offset"])
def test_constants_must_be_finite(mixed: str, field: str) -> None:
    with pytest.raises(ProblemError, match=field):
        solve(replace(LINEAR, **{field: float("nan")}), mixed)


# --- what a result says of itself ---


def test_version_names_the_solver(mixed: str) -> None:
    result = solve(LINEAR, mixed)
    assert result.solver == mixed
    expected = {"highs": "HiGHS 1.", "scip": "SCIP in OR-Tools 9.", "cbc": "CBC 2.", "pulp:HiGHS": "HiGHS through"}
    assert result.version.startswith(expected[mixed])


def test_highs_stops_at_our_gap_near_a_zero_objective() -> None:
    # The objective is about 0, and 1 % of the reference is 1000: HiGHS' own gap, over |objective|, is out of reach.
    problem = replace(knapsacks(), reference_offset=1e5)
    near = solve(problem, "highs", Options(gap=0.012, time_limit_s=20.0)).objective
    assert near is not None
    result = solve(replace(problem, offset=-near), "highs", Options(gap=0.9, time_limit_s=20.0))
    assert (result.status, result.limit) == (Status.PROVEN, None)
    assert result.bound is not None
    assert result.objective is not None
    assert result.bound - result.objective > 0.9 * abs(result.objective)
    assert result.seconds < 10.0
