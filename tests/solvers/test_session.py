"""Solving again with other costs and limits gives what solving alone gives, on every route."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import Options, Problem, ProblemError, SolverUnavailable, Status, abilities, isolation, session, solve
from solvers.problem import Floats

from .conftest import usable
from .problems import INF, dense, knapsacks


def family(integers: bool, seed: int) -> Problem:
    """A small problem with rows of every kind."""
    random = np.random.default_rng(seed)
    n, m = 12, 7
    matrix = random.normal(0, 4, (m, n)) * (random.random((m, n)) < 0.6)
    reach = np.abs(matrix).sum(axis=1)
    return dense(
        random.normal(0, 10, n),
        matrix,
        np.where(random.random(m) < 0.5, -reach, -INF),
        3.0 * reach,
        lower=-random.integers(0, 3, n).astype(float),
        upper=random.integers(1, 5, n).astype(float),
        integer=(np.arange(n) % 2 == 0) & integers,
        offset=3.0,
    )


def other(problem: Problem, random: np.random.Generator) -> dict[str, Floats]:
    """Some of costs, bounds and limits drawn anew; now and then infeasible."""
    drawn = {
        "cost": random.normal(0, 10, problem.columns),
        "lower": problem.lower - random.integers(0, 2, problem.columns),
        "upper": problem.upper + random.integers(-1, 3, problem.columns),
        "row_lower": np.where(random.random(problem.rows) < 0.2, 0.4 * problem.row_upper, problem.row_lower),
        "row_upper": problem.row_upper * random.uniform(0.5, 1.0, problem.rows),
    }
    named = [name for name in drawn if random.random() < 0.5]
    return {name: drawn[name] for name in named}


@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize(
    ("name", "times"), [("highs", 100), ("highs-presolve", 20), ("scip", 20), ("cbc", 10), ("pulp:HiGHS", 5)]
)
def test_each_solve_is_that_of_the_problem_alone(name: str, times: int, integers: bool) -> None:
    usable(name)
    random = np.random.default_rng(5)
    seen = set()
    problem = family(integers, 11)
    options = Options(gap=0.0 if abilities(name).proof else 1e-4)
    with isolation(False), session(problem, name, options) as s:
        for _ in range(times):
            change = other(problem, random)
            warm, cold = s.solve(**change), solve(replace(problem, **change), name, options)  # type: ignore[arg-type]
            assert (warm.status, warm.limit) == (cold.status, cold.limit)
            assert (warm.x is None) == (cold.x is None)
            if warm.x is not None:
                assert warm.objective == pytest.approx(cold.objective, rel=1e-7, abs=1e-7)
                assert warm.objective == replace(problem, **change).objective(warm.x)  # type: ignore[arg-type]
            seen.add(warm.status)
    assert name != "highs" or seen == {Status.PROVEN, Status.INFEASIBLE}


def test_what_is_not_named_is_as_the_problem_has_it() -> None:
    problem = dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF])
    with session(problem) as s:
        assert s.solve().objective == 16.0
        assert s.solve(cost=np.array([0.0, 1.0])).objective == 6.0
        assert s.solve(row_upper=np.array([5.0])).objective == 14.0
        assert s.solve(upper=np.array([1.0, 1.0])).objective == 5.0
        result = s.solve()
    assert (result.status, result.objective) == (Status.PROVEN, 16.0)
    assert result.row_duals == pytest.approx([2.0])


def test_infeasible_in_between() -> None:
    problem = dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF])
    with session(problem) as s:
        assert s.solve(row_upper=np.array([-1.0])).status is Status.INFEASIBLE
        assert s.solve(lower=np.array([5.0, 0.0])).status is Status.INFEASIBLE
        assert s.solve(cost=np.array([0.0, 1.0]), row_upper=np.array([INF])).status is Status.UNBOUNDED
        assert s.solve().objective == 16.0


def test_the_solution_before_is_where_the_next_begins() -> None:
    """With no time to find anything, there is what was found before."""
    problem = knapsacks()
    with session(problem, options=Options(gap=1e-7, time_limit_s=1.0)) as s:
        found = s.solve()
        again = s.solve(options=Options(gap=1e-7, time_limit_s=0.01))
    assert found.objective is not None and again.objective is not None
    assert again.objective >= found.objective


def test_each_solve_has_its_own_time() -> None:
    """HiGHS counts on: a limit is one of the solve, not of all so far."""
    with session(knapsacks(), options=Options(gap=1e-9, time_limit_s=0.4)) as s:
        results = [s.solve() for _ in range(3)]
    assert all(result.limit == "time" and 0.3 < result.seconds < 2.5 for result in results)


def test_isolated() -> None:
    problem = dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF], integer=True)
    with isolation(), session(problem) as s:
        assert [s.solve().objective, s.solve(row_upper=np.array([5.0])).objective] == [16.0, 14.0]


def test_wrong_arrays() -> None:
    problem = dense([3, 2], [[1, 1]], [-INF], [6], upper=[4, INF])
    with session(problem) as s:
        with pytest.raises(ProblemError, match=r"cost has the shape \(3,\), expected \(2,\)"):
            s.solve(cost=np.zeros(3))
        with pytest.raises(ProblemError, match=r"cost\[0\] is nan"):
            s.solve(cost=np.array([np.nan, 1.0]))
        assert s.solve().objective == 16.0
    with pytest.raises(SolverUnavailable), session(problem, "pulp:NoSuchSolver"):
        pass


def test_abilities() -> None:
    assert abilities("highs").session and not abilities("cbc").session
    assert abilities("highs").proof and not abilities("highs-presolve").proof
