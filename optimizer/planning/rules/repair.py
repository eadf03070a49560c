"""The rule-based plan made to keep every rule: with the least departure from what the rules of thumb say.

    s(q,t) + d⁻(q,t) − d⁺(q,t) = v(q,t);   max  ε × profit − Σ w(q) / m(q) × (d⁻ + d⁺)     over all plans

ε is so small that profit decides only what no set-point says. Any solution is a plan: what is asked of a solver is far
less than the best one. Solvers run in a worker where one has just failed.

Where jobs are many they are held where the rule has placed them, and only where that leaves no plan as loosely as the
rest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimizer.model.formulation import Formulation
from optimizer.planning.how import RULES
from optimizer.planning.rules.held_jobs import with_jobs_held
from optimizer.planning.rules.many_jobs import Places, are_many, jobs_to_place
from optimizer.planning.rules.of_thumb import by_rule
from solvers import Options, ProblemBuilder, Result, Status, isolation, solve
from solvers.elastic import elastic
from solvers.problem import Floats, Problem
from solvers.registry import LEAST_TIME_S
from solvers.route import SolverError

REPAIRERS = ("highs", "scip", "cbc")
PRESOLVING = "highs-presolve"
"""Asked first where jobs are held: presolve takes out what is fixed."""
"""Who is asked, one after the other: different solvers, because any solution will do."""
GAP = 0.05
PROFIT_SHARE = 1e-3
"""ε × the largest cost of a column, against weights of a whole fleet's or pool's departure."""


def rule_plan(
    formulation: Formulation, time_limit_s: float, shunned: Sequence[str] = (), *, isolated: bool | None = True
) -> Result:
    """The repaired plan, FEASIBLE and without a bound; NO_SOLUTION where none is found in time. `shunned`: solvers that
    are not to be asked. With miners and without them, where time allows: the one that earns more. `isolated`: as
    `solvers.isolation` has it."""
    begun = time.monotonic()
    jobs_held = are_many(formulation)
    found, said, repairers = None, "", [name for name in REPAIRERS if name not in shunned]
    if jobs_held and repairers[:1] == ["highs"] and PRESOLVING not in shunned:
        repairers = [PRESOLVING, *repairers]
    for share, mining in ((0.5, True), (1.0, False)):
        left = begun + share * time_limit_s - time.monotonic()
        if not mining and left < LEAST_TIME_S:
            break
        result, said, repairers = _repaired(_softly_held(formulation, mining, jobs_held), left, repairers, isolated)
        if result is None and jobs_held:
            jobs_held, left = False, begun + share * time_limit_s - time.monotonic()
            result, said, repairers = _repaired(_softly_held(formulation, mining, jobs_held), left, repairers, isolated)
        if result is not None and (found is None or _earned(formulation, result) > _earned(formulation, found)):
            found = result
    seconds = time.monotonic() - begun
    if found is None or found.x is None:
        return Result(Status.NO_SOLUTION, RULES, "", seconds, message=said)
    x = found.x[: formulation.problem.columns]
    version = f"repaired by {found.version}"
    return Result(Status.FEASIBLE, RULES, version, seconds, x=x, objective=formulation.problem.objective(x))


def _repaired(
    relaxed: Problem, time_limit_s: float, repairers: list[str], isolated: bool | None
) -> tuple[Result | None, str, list[str]]:
    """The first repairer's answer, what those before it said, and the repairers from it on."""
    last = time.monotonic() + time_limit_s
    said = []
    for k, name in enumerate(repairers):
        left = last - time.monotonic()
        if k and left < LEAST_TIME_S:
            break
        share = max(left / (len(repairers) - k), LEAST_TIME_S)
        try:
            with isolation(isolated):
                result = solve(relaxed, name, Options(gap=GAP, time_limit_s=share))
        except SolverError as error:
            said.append(str(error))
            continue
        if result.x is not None:
            return result, "", repairers[k:]
        said.append(f"{name}: {result.status}" + (f" ({result.message})" if result.message else ""))
        if result.limit == "interrupt":
            break
    return None, "; ".join(said), repairers


def _earned(formulation: Formulation, result: Result) -> float:
    """Profit of the whole horizon, less what leaving set-points is charged."""
    assert result.x is not None
    x = formulation.tidy(result.x[: formulation.problem.columns])
    return sum(float(usd.sum()) for usd in formulation.model.dollars(x).values()) - formulation.leaving_usd(x)


def _softly_held(formulation: Formulation, mining: bool, jobs_held: bool) -> Problem:
    """The plan's problem with a row more for each set-point and period, which may be left at its weight. `jobs_held`:
    jobs that may stop and go on are where the rule says."""
    said = list(by_rule(formulation, mining=mining))
    problem, places = formulation.problem, Places()
    if jobs_held:
        for terms, _ in jobs_to_place(formulation):
            places[terms.name] = {pool: np.zeros(formulation.model.periods) for pool in terms.pools}
        for point, values, _ in said:
            if point.item in places:
                places[point.item][point.quantity.removeprefix("gpus[").removesuffix("]")] = values
        problem = with_jobs_held(formulation, places)
    builder = ProblemBuilder()
    builder.columns(problem.columns)
    weights: list[Floats] = []
    for point, values, weight in said:
        if point.item in places:
            continue
        period, columns, coefficients = point.amount.triplets()
        shifted = values - point.amount.constant
        rows = builder.rows(len(values), shifted, shifted)
        builder.add(rows[period], columns, coefficients)
        weights.append(np.full(len(values), weight / max(float(point.most.max()), 1e-3)))
    held = builder.build()
    joined = problem.with_rows_of(held)
    soft = elastic(joined, problem.rows + np.arange(held.rows), [], np.concatenate([*weights, np.zeros(0)]))
    largest = max(float(np.abs(problem.cost).max(initial=0.0)), 1.0)
    cost = soft.problem.cost.copy()
    cost[: problem.columns] += PROFIT_SHARE / largest * problem.cost
    return replace(soft.problem, cost=cost)
