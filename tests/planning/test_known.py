"""Plans that are known without a search, and an answer that is held against them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer import plan
from optimizer.model.contracts.preemptible import STATES
from optimizer.model.formulation import formulate
from optimizer.planning import ask as chain_module
from optimizer.planning.known import LOOSE, eased_plan, known_plans, loose_bound, plan_to_begin_with
from optimizer.planning.rules import repair
from optimizer.planning.rules.held_jobs import with_jobs_held
from optimizer.planning.rules.many_jobs import MANY, are_many, jobs_to_place, place_jobs
from optimizer.planning.rules.repair import rule_plan
from solvers import Options, Problem, Result, Status, solve
from tests.many_jobs import many_jobs

JOBS, PERIODS = 24, 12


def test_a_plan_to_begin_with_where_jobs_are_many() -> None:
    formulation = formulate(many_jobs(JOBS, PERIODS))
    relaxed = formulation.problem.relaxed()
    bound = solve(relaxed, "highs", Options(gap=1e-6)).objective
    found = plan_to_begin_with(formulation, 30.0)
    assert found is not None and found.objective is not None and bound is not None
    assert found.objective >= (1.0 - 0.015) * bound


def test_few_jobs_begin_with_nothing() -> None:
    assert are_many(formulate(many_jobs(MANY, PERIODS)))
    few = formulate(many_jobs(MANY - 1, PERIODS))
    assert not are_many(few)
    assert plan_to_begin_with(few, 30.0) is None


def test_placed_jobs_are_a_plan() -> None:
    formulation = formulate(many_jobs(JOBS, PERIODS))
    places = place_jobs(formulation, {name: pool.gpus_most for name, pool in formulation.pools.items()})
    assert solve(with_jobs_held(formulation, places), "highs", Options(gap=1e-2)).x is not None
    used = sum(gpus for by_pool in places.values() for gpus in by_pool.values())
    assert (used <= formulation.pools["p"].gpus_most).all()


def test_no_more_is_placed_than_there_is_room() -> None:
    formulation = formulate(many_jobs(60, PERIODS))
    room = np.where(np.arange(PERIODS) % 2 == 0, 5.0, 0.0)
    places = place_jobs(formulation, {"p": room})
    used = sum(gpus for by_pool in places.values() for gpus in by_pool.values())
    assert (used <= room).all()
    assert used.sum() > 0.8 * room.sum()


def test_the_loose_bound_is_above_the_relaxation_and_near_it() -> None:
    formulation = formulate(many_jobs(JOBS, PERIODS))
    relaxed = formulation.problem.relaxed()
    tight, loose = solve(relaxed, "highs", Options(gap=1e-6)).objective, loose_bound(formulation, 30.0)
    assert tight is not None and loose is not None
    assert tight <= loose + 1e-6 <= 1.005 * tight


def test_the_loose_bound_is_small() -> None:
    problem = formulate(many_jobs(JOBS, PERIODS)).problem
    assert problem.labels is not None
    states = sum(len(problem.labels.rows.of(f"j{i:03d}", symbol)) for i in range(JOBS) for symbol in STATES)
    assert states > 0.8 * problem.rows


def test_many_jobs_are_proven_without_a_search() -> None:
    schedule = plan(many_jobs(JOBS, PERIODS), gap=0.02, time_limit_s=60.0)
    assert schedule.outcome.status == "proven"
    assert [(a.solver, a.status, a.reason) for a in schedule.outcome.attempts] == [("rules", "proven", "")]
    assert schedule.outcome.message == LOOSE


def test_where_no_solver_finds_anything_what_they_began_with_is_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Result(Status.NO_SOLUTION, "highs", "", 0.0, limit="time")
    monkeypatch.setattr(chain_module, "solve", lambda problem, name, options: replace(nothing, solver=name))
    schedule = plan(many_jobs(JOBS, PERIODS), gap=1e-7, time_limit_s=60.0)
    begun, *asked, last = schedule.outcome.attempts
    assert (begun.solver, begun.reason) == ("rules", chain_module.BEGIN)
    assert [a.solver for a in asked] == ["highs", "highs-presolve", "scip", "cbc"]
    assert (last.solver, last.status) == ("rules", "feasible")
    assert schedule.outcome.gap is not None
    assert schedule.outcome.gap < 0.02


def test_a_solver_begins_with_it_and_never_ends_below(monkeypatch: pytest.MonkeyPatch) -> None:
    given = many_jobs(JOBS, PERIODS)
    begun = plan_to_begin_with(formulate(given), 30.0)
    told: list[Options] = []

    def loses(problem: Problem, name: str, options: Options) -> Result:
        told.append(options)
        assert options.start is not None
        worth = problem.objective(options.start)
        return Result(Status.FEASIBLE, name, "", 0.0, x=options.start, objective=worth, bound=1e6, limit="time")

    monkeypatch.setattr(chain_module, "solve", loses)
    schedule = plan(given, gap=1e-7, time_limit_s=30.0)
    assert begun is not None and schedule.horizon_profit_usd is not None
    assert schedule.horizon_profit_usd == pytest.approx(begun.objective, rel=1e-3)
    # The solver's own bound is worse than the one that was known.
    assert schedule.outcome.bound_usd == pytest.approx(begun.bound)
    assert len(told) == 1


def idles(problem: Problem, options: Options) -> Result:
    """A solver that finds the first plan at hand: no job runs."""
    held = replace(options, start=None, gap=1e-2)
    given = formulate(many_jobs(MANY - 1, PERIODS))
    idle = with_jobs_held(given, {terms.name: {} for terms, _ in jobs_to_place(given)})
    found = solve(idle, "highs", held)
    return replace(found, status=Status.FEASIBLE, bound=1e4, limit="time")


def test_an_answer_that_is_not_proven_is_held_against_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    given = many_jobs(MANY - 1, PERIODS)
    by_rules = plan(given, solver="rules").profit_usd
    assert by_rules is not None
    monkeypatch.setattr(chain_module, "solve", lambda problem, name, options: idles(problem, options))
    schedule = plan(given, time_limit_s=60.0)
    assert schedule.profit_usd == pytest.approx(by_rules)
    assert [(a.solver, a.status) for a in schedule.outcome.attempts] == [("highs", "feasible"), ("rules", "feasible")]
    assert schedule.outcome.attempts[0].reason == "rules know a better plan"
    assert schedule.solver.name == "rules"
    # The bound stays the solver's.
    assert schedule.outcome.bound_usd == 1e4
    assert schedule.outcome.limit == "time"


def test_idle_is_a_plan_where_jobs_do_not_pay() -> None:
    # Power costs more than the jobs earn: nothing is better than what the rules of few jobs begin.
    dear = {"energy": {"price_usd_per_mwh": [5000.0] * PERIODS}}
    formulation = formulate(many_jobs(4, PERIODS, supply=dear))
    found = list(known_plans(formulation, 30.0))
    worth = [result.objective for result in found if result.objective is not None]
    assert len(worth) == 2
    assert worth[1] > worth[0]
    assert worth[1] == pytest.approx(-0.4 * sum(job.owed for _, job in jobs_to_place(formulation)))


def test_the_eased_plan_finds_nothing_in_no_time() -> None:
    assert eased_plan(formulate(many_jobs(JOBS, PERIODS)), 0.0) is None


@pytest.mark.parametrize(("jobs", "first"), [(MANY - 1, "highs"), (MANY, "highs-presolve")])
def test_held_jobs_are_presolved_away(monkeypatch: pytest.MonkeyPatch, jobs: int, first: str) -> None:
    # Without it the plan by rules of 200 jobs over a week was not found in 60 s.
    asked: list[str] = []

    def remembers(problem: Problem, name: str, options: Options) -> Result:
        asked.append(name)
        return solve(problem, name, options)

    monkeypatch.setattr(repair, "solve", remembers)
    found = rule_plan(formulate(many_jobs(jobs, PERIODS)), 30.0, isolated=None)
    assert found.x is not None
    assert asked[0] == first
