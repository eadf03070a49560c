"""The one place where a solver's answer is checked and judged, by the same rules on every route.

Integer columns become whole numbers, the solution is held against every bound and row, objective and gap are
computed by us, and only then is it called proven or feasible. A solution that is known (`Options.start`) is held
against what the solver says: where it earns more than a bound allows, or is there although "infeasible" was said,
nothing is proven.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from solvers.feasibility import FEASIBILITY, clean, trouble, violation
from solvers.gap import denominator, relative_gap
from solvers.outcome import Options, Result, Status
from solvers.problem import Floats, Problem
from solvers.route import Answer, Ended
from solvers.start import known

ROUNDING = 1e-7
"""Least violation, on the same scale, that makes rounding integers worth one more LP."""
NUMERICAL = 1e-8
"""Relative: differences between a bound and an objective that are arithmetic, not proof."""

_WITHOUT_SOLUTION = {
    Ended.UNBOUNDED: Status.UNBOUNDED,
    Ended.INFEASIBLE: Status.INFEASIBLE,
    Ended.FAILED: Status.ERROR,
}


@dataclass(frozen=True)
class Context:
    """Who solved, for the result: solver name and version, seconds spent so far."""

    solver: str
    version: str
    seconds: Callable[[], float]

    def result(self, status: Status, **values: object) -> Result:
        return Result(status, self.solver, self.version, self.seconds(), **values)  # type: ignore[arg-type]


Resolve = Callable[[Problem], Answer]
"""Solves another problem on the same route, within what is left of the time limit."""


def without_solver(problem: Problem, context: Context) -> Result | None:
    """The answer to a problem that no solver needs to see: crossed bounds, bad empty rows, no columns."""
    for what, low, high in (
        ("column", problem.lower, problem.upper),
        ("row", problem.row_lower, problem.row_upper),
    ):
        crossed = np.flatnonzero(low > high)
        if len(crossed):
            j = crossed[0]
            message = f"{what} {j} has the lower limit {low[j]:g} above its upper limit {high[j]:g}"
            return context.result(Status.INFEASIBLE, message=message)
    empty = np.diff(problem.row_start) == 0
    violated = np.flatnonzero(empty & ((problem.row_lower > 0) | (problem.row_upper < 0)))
    if len(violated):
        return context.result(Status.INFEASIBLE, message=f"row {violated[0]} is empty and excludes 0")
    if problem.columns:
        return None
    return context.result(
        Status.PROVEN,
        x=np.zeros(0),
        objective=problem.offset,
        bound=problem.offset,
        gap=0.0,
        row_duals=np.zeros(problem.rows),
        reduced_costs=np.zeros(0),
    )


def finish(problem: Problem, options: Options, answer: Answer, context: Context, resolve: Resolve) -> Result:
    """The result that the answer supports."""
    if answer.bound is not None and not math.isfinite(answer.bound):
        answer = replace(answer, bound=None)
    solution = known(problem, options.start)
    if solution is not None:
        answer = _with_known(problem, options, answer, solution)
        if answer.ended in {Ended.UNBOUNDED_OR_INFEASIBLE, Ended.UNBOUNDED}:
            return context.result(Status.UNBOUNDED)  # a solution is there: it is the other of the two
    ended = answer.ended
    if ended is Ended.UNBOUNDED_OR_INFEASIBLE or (ended is Ended.UNBOUNDED and problem.integers):
        # An unbounded relaxation says nothing about whether an integer solution exists.
        return _tell_apart(problem, context, resolve)
    if ended in _WITHOUT_SOLUTION:
        return context.result(_WITHOUT_SOLUTION[ended], message=answer.message, limit=answer.limit)
    if answer.x is not None:
        return _judge(problem, options, answer, context, resolve)
    if ended is Ended.OPTIMAL:
        return context.result(Status.ERROR, message="optimal, but no solution was handed over")
    return context.result(Status.NO_SOLUTION, bound=answer.bound, limit=answer.limit, message=answer.message)


def _with_known(problem: Problem, options: Options, answer: Answer, solution: Floats) -> Answer:
    """The answer with a solution that was known before in the place of a worse one, and without a word it refutes."""
    worth = problem.objective(solution)
    if answer.ended is Ended.INFEASIBLE:
        message = f"it says infeasible, where a solution of {worth!r} is known"
        return Answer(Ended.STOPPED, x=solution, limit=answer.limit, message=message, refuted=True)
    if answer.x is not None and trouble(problem, answer.x) and answer.ended is Ended.STOPPED and not problem.integers:
        answer = replace(answer, x=None)  # where a simplex stood when it was stopped
    if answer.ended is Ended.STOPPED and answer.x is None:
        answer = replace(answer, x=solution)
    if answer.ended not in {Ended.OPTIMAL, Ended.STOPPED} or answer.x is None or trouble(problem, answer.x):
        return answer
    bound, most = answer.bound, answer.bound
    if linear_optimum := (answer.ended is Ended.OPTIMAL and not problem.integers):
        most = problem.objective(answer.x)
    if most is not None and most < worth:
        if worth - most > max(options.gap, NUMERICAL) * denominator(problem, solution):
            message = f"the solver's bound {most!r} is below a known solution's {worth!r}; not used"
            return Answer(Ended.STOPPED, x=solution, limit=answer.limit, message=message, refuted=True)
        bound = worth
    if problem.objective(answer.x) >= worth or linear_optimum:
        return replace(answer, bound=bound)
    return replace(answer, x=solution, bound=bound)


def _tell_apart(problem: Problem, context: Context, resolve: Resolve) -> Result:
    feasibility = resolve(replace(problem, cost=np.zeros(problem.columns), offset=0.0))
    if feasibility.ended is Ended.INFEASIBLE:
        return context.result(Status.INFEASIBLE, message=feasibility.message)
    if feasibility.x is not None:
        wrong = trouble(problem, feasibility.x)
        if wrong:
            return context.result(Status.ERROR, message=wrong)
        return context.result(Status.UNBOUNDED)
    if feasibility.ended is Ended.STOPPED:
        message = "infeasible or unbounded; the limit struck before the two were told apart"
        return context.result(Status.NO_SOLUTION, limit=feasibility.limit, message=message)
    return context.result(
        Status.ERROR, message=f"infeasible or unbounded, and then: {feasibility.message or feasibility.ended}"
    )


def _judge(problem: Problem, options: Options, answer: Answer, context: Context, resolve: Resolve) -> Result:
    assert answer.x is not None
    given = violation(problem, answer.x)
    wrong = trouble(problem, answer.x, given)
    if wrong and answer.ended is Ended.STOPPED and not problem.integers:
        # Where a simplex stands when it is stopped need not be a solution, and no solver says it is.
        return context.result(Status.NO_SOLUTION, bound=answer.bound, limit=answer.limit)
    if wrong:
        return context.result(Status.ERROR, message=wrong, limit=answer.limit)
    x = clean(problem, answer.x)
    violated, where = given if np.array_equal(x, answer.x) else violation(problem, x)
    if violated > max(ROUNDING, given[0]):
        x = _with_integers_fixed(problem, x, resolve)
        violated, where = violation(problem, x)
    if violated > FEASIBILITY:
        message = f"after rounding the integers, {where} is violated by {violated:.2g}"
        return context.result(Status.ERROR, message=message, limit=answer.limit)
    objective = problem.objective(x)
    message, refuted = answer.message, answer.refuted
    bound = answer.bound
    if linear_optimum := (answer.ended is Ended.OPTIMAL and not problem.integers):
        bound = objective  # the optimum of a linear problem is its own bound
    if bound is not None and bound < objective:
        if objective - bound <= max(options.gap, NUMERICAL) * denominator(problem, x):
            bound = objective
        else:
            message = f"the solver's bound {bound!r} is below its own solution's {objective!r}; not used"
            bound, refuted = None, True
    gap = None if bound is None else relative_gap(problem, x, bound)
    proven = linear_optimum or (gap is not None and gap <= options.gap + NUMERICAL)
    return context.result(
        Status.PROVEN if proven else Status.FEASIBLE,
        x=x,
        objective=objective,
        bound=bound,
        gap=gap,
        limit=answer.limit,
        message=message,
        refuted=refuted,
        row_duals=None if problem.integers else answer.row_duals,
        reduced_costs=None if problem.integers else answer.reduced_costs,
    )


def _with_integers_fixed(problem: Problem, x: Floats, resolve: Resolve) -> Floats:
    """The best x with these integers, so that continuous columns fit the rounded ones; x if there is none."""
    fixed = replace(
        problem,
        lower=np.where(problem.integer, x, problem.lower),
        upper=np.where(problem.integer, x, problem.upper),
        integer=np.zeros(problem.columns, dtype=np.bool_),
    )
    answer = resolve(fixed)
    if answer.ended is not Ended.OPTIMAL or answer.x is None:
        return x
    return clean(problem, answer.x)
