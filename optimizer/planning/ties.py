"""Ties between plans that earn the same: less switching, then the order of appearance, then earlier.

    min  Σ starts + stops + Σ_q Σ_t c(q,t) + a × Σ_i Σ_t ((1 + place(i)) / items + b × t / T) × u(i,t)
    c(q,t) ≥ |s(q,t) − s(q,t−1)| / m(q)        profit ≥ what the plan found earns        all rows of the plan

| symbol | meaning |
|---|---|
| s(q,t), m(q) | set-point q (`model.desk.SetPoint`) and its largest value |
| u(i,t) | share of item i that is in use: groups up; else a set-point's share of its largest value |
| a, b | so small that one level hardly ever outweighs a step of the one before |

A second solve, of a small problem only: on a large one it takes several times as long as the plan. What it finds is
taken where its search came to its end and the dollars are no fewer, so that nothing of the proof changes: the bound is
the plan's, and so is the profit, to `SAME`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.model.desk import PeriodSum
from optimizer.model.formulation import Formulation
from optimizer.scenario.scenario import Scenario
from solvers import Options, ProblemBuilder, Result, solve
from solvers.problem import Floats, Problem

MOST_NONZEROS = 2500
MOST_INTRICATE = 500
"""The same with batch work, a tariff, or anything on site that is not machines: the search is longer."""
LIMIT_S = 3.0
"""Most time; a search that has not come to its end by then decides nothing."""
LEAST_S = 0.02
SAME = 1e-9
"""Profits that differ by no more than this share are the same."""
SWITCH, ORDER, TIME = 1e3, 1.0, 0.05
"""Weights of a switch, of the last place, and of the last period."""
GAP = 1e-10
DUST = 1e-7


def decided(formulation: Formulation, result: Result, time_limit_s: float) -> Result:
    """The result with the plan that the rule prefers among those that earn the same; itself where the problem is large,
    or no such plan is found."""
    problem, x = formulation.problem, result.x
    limit = min(LIMIT_S, time_limit_s)
    small = problem.nonzeros <= (MOST_INTRICATE if _intricate(formulation.model.scenario) else MOST_NONZEROS)
    open_ = result.limit is None and result.gap is not None  # what proves nothing leaves no tie
    if x is None or not open_ or not small or limit < LEAST_S:
        return result
    preferring = _preferring(formulation, x)
    try:
        other = solve(preferring, result.solver, Options(gap=GAP, time_limit_s=limit))
    except Exception:  # whatever it is: the plan stands as it was found
        return result
    if other.x is None or other.limit is not None:
        return result
    found = _tidy(problem, other.x[: problem.columns], x)
    if _earned(formulation, found) < _earned(formulation, x) - SAME * max(1.0, abs(problem.objective(x))):
        return result
    return replace(result, x=found)


def _intricate(scenario: Scenario) -> bool:
    supply = scenario.supply
    on_site = any(asset.intricate for asset in supply.every_asset) or supply.reserves or supply.demand_response
    jobs = any(terms.intricate for terms in scenario.contracts)
    return bool(on_site or jobs or supply.tariff is not None or supply.day_ahead is not None)


def _tidy(problem: Problem, found: Floats, x: Floats) -> Floats:
    """The found plan without dust of its search: what is the same as before is exactly so; so are whole numbers."""
    near = np.where(np.abs(found - x) <= DUST, x, found)
    near = np.where(np.abs(near - np.round(near)) <= DUST, np.round(near), near)
    near = np.clip(near, problem.lower, problem.upper)
    activity = problem.activity(near)
    over = np.maximum(problem.row_lower - activity, activity - problem.row_upper)
    return near if (over <= DUST).all() else found


def _earned(formulation: Formulation, x: Floats) -> float:
    tidied = formulation.tidy(x)
    return sum(float(usd.sum()) for usd in formulation.model.dollars(tidied).values()) - formulation.leaving_usd(tidied)


def _preferring(formulation: Formulation, x: Floats) -> Problem:
    """The plan's problem with the preferences as its objective, and the profit as a row."""
    problem, model = formulation.problem, formulation.model
    builder = ProblemBuilder()
    builder.columns(problem.columns)
    for columns in model.switched:
        builder.cost(columns, -SWITCH)
    for point in model.set_points:
        most = float(point.most.max())
        if most > 0.0 and model.periods > 1:
            _count_changes(builder, point.amount, most)
    items = _in_use(formulation)
    later = TIME * np.arange(model.periods) / model.periods
    for place, (amount, most_used) in enumerate(items):
        period, columns, values = amount.triplets()
        weight = (ORDER * (1 + place) / len(items) + later) / most_used
        builder.cost(columns, -values * weight[period])
    scale = 1.0 / max(float(np.abs(problem.cost).max(initial=0.0)), 1e-9)
    earns = np.flatnonzero(problem.cost)
    if len(earns):
        rows = builder.rows(1, float(problem.cost @ x) * scale)
        builder.add(rows, earns, problem.cost[earns] * scale)
    more = builder.build()
    behind = more.columns - problem.columns
    wider = replace(
        problem,
        lower=np.r_[problem.lower, np.zeros(behind)],
        upper=np.r_[problem.upper, np.full(behind, 1.0)],
        integer=np.r_[problem.integer, np.zeros(behind, dtype=np.bool_)],
        cost=more.cost,
        offset=0.0,
        reference=None,
        reference_offset=0.0,
    )
    return wider.with_rows_of(more)


def _count_changes(builder: ProblemBuilder, amount: PeriodSum, most: float) -> None:
    """Columns that are at least the change of a set-point from each period to the next, as a share of `most`."""
    period, columns, values = amount.triplets()
    periods = len(amount.constant)
    changes = builder.columns(periods - 1, 0.0, 1.0)
    builder.cost(changes, -SWITCH)
    shift = np.diff(amount.constant) / most
    for sign in (1.0, -1.0):
        rows = builder.rows(periods - 1, -np.inf, -sign * shift)
        here, before = period > 0, period < periods - 1
        builder.add(rows[period[here] - 1], columns[here], sign * values[here] / most)
        builder.add(rows[period[before]], columns[before], -sign * values[before] / most)
        builder.add(rows, changes, -1.0)


def _in_use(formulation: Formulation) -> list[tuple[PeriodSum, float]]:
    """What may be in use, in the order of appearance, and the most of it."""
    fleets = [(fleet.up, fleet.most_groups) for fleet in formulation.fleets.values()]
    others = [
        (point.amount, float(point.most.max()))
        for point in formulation.model.set_points
        if point.item not in formulation.fleets and point.quantity != "nodes_on"
    ]
    return [(amount, most) for amount, most in [*fleets, *others] if most > 0.0]
