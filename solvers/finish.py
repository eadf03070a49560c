"""The one place where a solver's answer is checked and judged, by the same rules on every route.

Integer columns become whole numbers, the solution is held against every bound and row, objective and gap are
computed by us, and only then is it called proven or feasible.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from solvers.gap import denominator, relative_gap
from solvers.outcome import Options, Result, Status
from solvers.problem import Floats, Problem
from solvers.route import Answer, Ended

INTEGRALITY = 1e-5
"""Furthest that a solver may leave an integer column from a whole number."""
FEASIBILITY = 1e-5
"""Most that a bound or a row's limit may be violated, times max(1, |limit|); solvers work to 1e-6."""
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


def _tell_apart(problem: Problem, context: Context, resolve: Resolve) -> Result:
    feasibility = resolve(replace(problem, cost=np.zeros(problem.columns), offset=0.0))
    if feasibility.ended is Ended.INFEASIBLE:
        return context.result(Status.INFEASIBLE, message=feasibility.message)
    if feasibility.x is not None:
        trouble = _trouble(problem, feasibility.x)
        if trouble:
            return context.result(Status.ERROR, message=trouble)
        return context.result(Status.UNBOUNDED)
    if feasibility.ended is Ended.STOPPED:
        message = "infeasible or unbounded; the limit struck before the two were told apart"
        return context.result(Status.NO_SOLUTION, limit=feasibility.limit, message=message)
    return context.result(
        Status.ERROR, message=f"infeasible or unbounded, and then: {feasibility.message or feasibility.ended}"
    )


def _judge(problem: Problem, options: Options, answer: Answer, context: Context, resolve: Resolve) -> Result:
    assert answer.x is not None
    trouble = _trouble(problem, answer.x)
    if trouble and answer.ended is Ended.STOPPED and not problem.integers:
        # Where a simplex stands when it is stopped need not be a solution, and no solver says it is.
        return context.result(Status.NO_SOLUTION, bound=answer.bound, limit=answer.limit)
    if trouble:
        return context.result(Status.ERROR, message=trouble, limit=answer.limit)
    x = _clean(problem, answer.x)
    if _violation(problem, x)[0] > max(ROUNDING, _violation(problem, answer.x)[0]):
        x = _with_integers_fixed(problem, x, resolve)
    violation, where = _violation(problem, x)
    if violation > FEASIBILITY:
        message = f"after rounding the integers, {where} is violated by {violation:.2g}"
        return context.result(Status.ERROR, message=message, limit=answer.limit)
    objective = problem.objective(x)
    message = answer.message
    bound = answer.bound
    if linear_optimum := (answer.ended is Ended.OPTIMAL and not problem.integers):
        bound = objective  # the optimum of a linear problem is its own bound
    if bound is not None and bound < objective:
        if objective - bound <= max(options.gap, NUMERICAL) * denominator(problem, x):
            bound = objective
        else:
            message = f"the solver's bound {bound!r} is below its own solution's {objective!r}; not used"
            bound = None
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
        row_duals=None if problem.integers else answer.row_duals,
        reduced_costs=None if problem.integers else answer.reduced_costs,
    )


def _trouble(problem: Problem, x: Floats) -> str:
    """Why x is not a solution, as the solver handed it over; empty when it is one."""
    if not np.isfinite(x).all():
        return f"the solution's column {np.flatnonzero(~np.isfinite(x))[0]} is not a finite number"
    if problem.integers:
        away = np.where(problem.integer, np.abs(x - np.round(x)), 0.0)
        j = int(away.argmax())
        if away[j] > INTEGRALITY:
            return f"integer column {j} came back as {x[j]!r}"
    violation, where = _violation(problem, x)
    if violation > FEASIBILITY:
        return f"the solution violates {where} by {violation:.2g}"
    return ""


def _clean(problem: Problem, x: Floats) -> Floats:
    """x with integers at whole numbers and every column within its bounds."""
    return np.clip(np.where(problem.integer, np.round(x), x), problem.lower, problem.upper)


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
    return _clean(problem, answer.x)


def _violation(problem: Problem, x: Floats) -> tuple[float, str]:
    """The largest violation of a bound or row, over max(1, |limit|), and where it is."""
    activity = problem.activity(x)
    worst, where = 0.0, ""
    for what, amount, low, high in (
        ("column", x, problem.lower, problem.upper),
        ("row", activity, problem.row_lower, problem.row_upper),
    ):
        if not len(amount):
            continue
        with np.errstate(invalid="ignore"):  # inf / inf, where no limit is
            below = np.nan_to_num((low - amount) / np.maximum(1.0, np.abs(low)), nan=0.0)
            above = np.nan_to_num((amount - high) / np.maximum(1.0, np.abs(high)), nan=0.0)
        amounts = np.maximum(below, above)
        i = int(amounts.argmax())
        if amounts[i] > worst:
            worst, where = float(amounts[i]), f"{what} {i}"
    return worst, where
