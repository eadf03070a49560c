"""The gap, computed by us and the same on every route.

    gap = |bound − objective| / max(|objective|, 1 % of reference, 1)

where the reference is an amount the problem names (gross revenue, for a plan). Constants are included, so a
large constant in the objective cannot loosen a solver's relative gap unseen.
"""

from __future__ import annotations

from solvers.problem import Floats, Problem

LEAST_DENOMINATOR = 1.0
REFERENCE_SHARE = 0.01


def denominator(problem: Problem, x: Floats) -> float:
    """What the distance to the bound is divided by, at the solution x (n,)."""
    reference = problem.reference_offset
    if problem.reference is not None:
        reference += float(problem.reference @ x)
    return max(abs(problem.objective(x)), REFERENCE_SHARE * reference, LEAST_DENOMINATOR)


def relative_gap(problem: Problem, x: Floats, bound: float) -> float:
    """The relative gap of the solution x against a proven bound."""
    return abs(bound - problem.objective(x)) / denominator(problem, x)
