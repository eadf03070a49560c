"""A start solution: found where a solver alone finds nothing, never lost, and harmless where it is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import Options, Problem, ProblemError, Status, abilities, isolation, solve
from solvers.finish import Context, finish
from solvers.problem import Floats
from solvers.route import Answer, Ended
from solvers.start import known, said

from .conftest import usable
from .problems import INF, dense, knapsacks, market_split

ROUTES = ("highs", "highs-presolve", "scip", "cbc", "pulp:HiGHS")
TAKERS = ("highs", "highs-presolve", "scip", "cbc")


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest) -> str:
    return usable(request.param)


def solvable_split() -> tuple[Problem, Floats]:
    """A market split that has a solution, which no solver finds in a minute, and the solution."""
    problem = market_split()
    x = (np.random.default_rng(7).random(problem.columns) < 0.5).astype(float)
    half = problem.activity(x)
    return replace(problem, row_lower=half, row_upper=half), x


def test_the_start_is_found_where_without_it_nothing_is(route: str) -> None:
    problem, x = solvable_split()
    limits = Options(time_limit_s=0.5)
    assert solve(problem, route, limits).status is Status.NO_SOLUTION
    result = solve(problem, route, replace(limits, start=x))
    assert (result.status, result.refuted) == (Status.FEASIBLE, False)
    assert result.objective == problem.objective(x)


@pytest.mark.parametrize("name", TAKERS)
def test_the_solver_itself_takes_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what `finish` does with it."""
    monkeypatch.setattr("solvers.finish.known", lambda *_: None)
    assert abilities(usable(name)).start
    problem, x = solvable_split()
    with isolation(False):
        result = solve(problem, name, Options(time_limit_s=0.5, start=x))
    assert (result.status, result.objective) == (Status.FEASIBLE, problem.objective(x))


@pytest.mark.parametrize("name", TAKERS)
def test_a_part_is_made_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """y = 3 x + 0.5 is continuous and not said."""
    monkeypatch.setattr("solvers.finish.known", lambda *_: None)
    split, x = solvable_split()
    wider = replace(
        split,
        cost=np.r_[split.cost, 1.0],
        lower=np.r_[split.lower, 0.0],
        upper=np.r_[split.upper, 100.0],
        integer=np.r_[split.integer, False],
        reference=None,
    )
    problem = wider.with_rows_of(dense([0.0] * (split.columns + 1), [[*([0.0] * split.columns), 2.0]], [0], [7]))
    with isolation(False):
        result = solve(problem, usable(name), Options(time_limit_s=0.5, start=np.r_[x, np.nan]))
    assert result.objective == pytest.approx(split.objective(x) + 3.5)


def test_it_goes_along_into_a_worker() -> None:
    problem, x = solvable_split()
    with isolation():
        result = solve(problem, "cbc", Options(time_limit_s=0.5, start=x))
    assert result.objective == problem.objective(x)


# max 5x + 4y, 6x + 4y ≤ 24, x + 2y ≤ 6: 20 at (4, 0).
SMALL = dense([5, 4], [[6, 4], [1, 2]], [-INF] * 2, [24, 6], upper=9, integer=True)
MIXED = replace(SMALL, integer=np.array([True, False]))
NONSENSE = {
    "beyond bounds": [1e9, -1e9],
    "breaks rows": [9.0, 9.0],
    "broken": [0.5, 0.5],
    "no numbers": [np.nan, np.nan],
    "infinite": [np.inf, -np.inf],
    "half nonsense": [np.nan, 1e300],
    "worse": [0.0, 0.0],
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_changes_nothing(route: str, case: str) -> None:
    plain = solve(SMALL, route)
    result = solve(SMALL, route, Options(start=np.array(NONSENSE[case])))
    assert (result.status, result.refuted, result.message) == (plain.status, False, plain.message)
    assert result.objective == pytest.approx(plain.objective) == pytest.approx(20.0)


def test_nonsense_on_a_larger_one(route: str) -> None:
    problem = knapsacks(rows=5, columns=25)
    best = solve(problem, "highs", Options(gap=0.0)).objective
    start = np.random.default_rng(3).integers(-1, 3, problem.columns).astype(float)
    result = solve(problem, route, Options(gap=0.0, time_limit_s=20.0, start=start))
    assert result.objective == pytest.approx(best)


def test_linear_problems_keep_their_optimum(linear: str) -> None:
    problem = SMALL.relaxed()
    result = solve(problem, linear, Options(start=np.array([1.0, 1.0])))
    assert (result.status, result.objective) == (Status.PROVEN, pytest.approx(21.0))


def test_a_start_of_another_problem_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"start has the shape \(3,\), expected \(2,\)"):
        solve(SMALL, "highs", Options(start=np.zeros(3)))


def test_what_a_start_says() -> None:
    assert said(SMALL, None) is None
    assert said(MIXED, np.array([np.nan, -3.0])) is None
    found = said(MIXED, np.array([2.0000001, 0.5]))
    assert found is not None and found.tolist() == [2.0, 0.5]
    part = said(MIXED, np.array([2.5, 0.5]))
    assert part is not None and np.isnan(part[0]) and part[1] == 0.5
    assert known(SMALL, np.array([4.0, 0.0])) is not None
    assert known(SMALL, np.array([4.0, np.nan])) is None
    assert known(SMALL, np.array([4.0, 1.0])) is None


# --- a known solution against a solver's word ---

BEST = np.array([4.0, 0.0])


def judged(answer: Answer, problem: Problem = SMALL, gap: float = 1e-4) -> object:
    context = Context("by hand", "0", lambda: 0.0)
    result = finish(problem, Options(gap=gap, start=BEST), answer, context, lambda _: Answer(Ended.FAILED))
    return result.status, result.objective, result.bound, result.refuted


def test_a_bound_below_a_known_solution_proves_nothing() -> None:
    # (0, 3) earns 12; "12 is the best" is refuted by the 20 of (4, 0).
    assert judged(Answer(Ended.OPTIMAL, x=np.array([0.0, 3.0]), bound=12.0)) == (Status.FEASIBLE, 20.0, None, True)
    assert judged(Answer(Ended.STOPPED, bound=12.0, limit="time")) == (Status.FEASIBLE, 20.0, None, True)
    linear = SMALL.relaxed()
    assert judged(Answer(Ended.OPTIMAL, x=np.array([0.0, 3.0])), linear) == (Status.FEASIBLE, 20.0, None, True)


def test_infeasible_is_refuted_by_a_known_solution() -> None:
    assert judged(Answer(Ended.INFEASIBLE)) == (Status.FEASIBLE, 20.0, None, True)


def test_a_bound_above_it_proves_the_known_solution() -> None:
    assert judged(Answer(Ended.STOPPED, bound=20.0, limit="time")) == (Status.PROVEN, 20.0, 20.0, False)
    assert judged(Answer(Ended.STOPPED, x=np.array([0.0, 3.0]), bound=21.0)) == (Status.FEASIBLE, 20.0, 21.0, False)


def test_a_bound_short_by_no_more_than_the_gap_refutes_nothing() -> None:
    status = judged(Answer(Ended.OPTIMAL, x=np.array([0.0, 3.0]), bound=19.9), gap=0.02)
    assert status == (Status.PROVEN, 20.0, 20.0, False)


def test_a_failure_stays_one() -> None:
    assert judged(Answer(Ended.FAILED)) == (Status.ERROR, None, None, False)
    assert judged(Answer(Ended.OPTIMAL)) == (Status.ERROR, None, None, False)
    assert judged(Answer(Ended.OPTIMAL, x=np.array([9.0, 9.0]), bound=81.0)) == (Status.ERROR, None, None, False)


def test_unbounded_needs_no_second_solve_where_a_solution_is_known() -> None:
    assert judged(Answer(Ended.UNBOUNDED_OR_INFEASIBLE)) == (Status.UNBOUNDED, None, None, False)


def test_a_stopped_simplex_leaves_the_known_solution() -> None:
    found = judged(Answer(Ended.STOPPED, x=np.array([9.0, 9.0]), limit="time"), SMALL.relaxed())
    assert found == (Status.FEASIBLE, 20.0, None, False)
