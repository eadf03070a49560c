"""The plan's problem with what jobs do held: what is left to decide is small."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model.formulation import Formulation
from optimizer.planning.rules.many_jobs import Places
from solvers.problem import Problem


def with_jobs_held(formulation: Formulation, places: Places) -> Problem:
    """The problem in which each of these jobs runs on these GPUs (none where it has no place). It may have no solution:
    the rule that placed them knows no ramp and no limit of a hall."""
    problem = formulation.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for point in formulation.model.set_points:
        if point.item not in places:
            continue
        pool = point.quantity.removeprefix("gpus[").removesuffix("]")
        period, columns, gpus_each = point.amount.triplets()
        gpus = places[point.item].get(pool)
        held = 0.0 if gpus is None else gpus[period] / gpus_each
        lower[columns] = upper[columns] = held
    return replace(problem, lower=lower, upper=upper)
