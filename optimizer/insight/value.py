"""What one more is worth: marginal values that mean something with integers.

The limit is moved up and down by a step in one period and the plan is solved again; the value is the change
of the whole horizon's profit. Both proofs bound it: with profits p and bounds b of the moved and the plain
plan, the true change lies in [p_moved − b_plain, b_moved − p_plain]. A group more (or fewer) is there in that
period only and obeys the fleet's rules: where groups have to warm up for longer, it is worth nothing.
A MW of the site moves what may be imported: the import limit and every order that touches the period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Unpack

import numpy as np

from optimizer.errors import AskedError
from optimizer.model.formulation import formulate
from optimizer.model.site.meter import touched
from optimizer.planning.first import first_result
from optimizer.planning.how import Fields, HowToSolve, how_to_solve
from optimizer.planning.outlook import find_expected_peaks, with_expected
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align, moved
from solvers import Options, Result, Status
from solvers.problem import Problem

GAP = 1e-6
"""Relative gap of each solve: values are small differences of large sums."""
BELOW_ZERO = "the limit would fall below 0"


@dataclass(frozen=True)
class MarginalValue:
    """Change of the horizon's profit [USD] from one step up or down.

    `usd` is between the two plans found; `least_usd` and `most_usd` are proven. None: there is no such number,
    and `note` says why.
    """

    item: str
    what: str
    step: float
    start: str
    usd: float | None
    least_usd: float | None
    most_usd: float | None
    status: str
    """How the solve with the limit moved ended (a `solvers.Status`), "feasible" also where the plain plan is not
    proven; "not_solved" where the limit cannot be moved so."""
    note: str
    """Why a number is missing, or not proven; empty where all is proven."""


@dataclass(frozen=True)
class Lever:
    """A limit that can be moved: makes the problem in which it is moved by `step` in `period`."""

    item: str
    what: str
    unit: float
    """Step in the lever's own quantity: 1 MW, 1 group, 1 GPU-hour."""
    moved: Callable[[int, float], Problem | str]
    """The problem, or why the limit cannot be moved so."""


def levers(scenario: Scenario) -> list[Lever]:
    """What can be moved: site and hall limits, groups of fleets, GPU-hours of contracts."""
    return list(_levers(scenario))


def marginal_values(
    scenario: Scenario,
    period: int,
    *,
    items: frozenset[str] | None = None,
    how: HowToSolve | None = None,
    step: float = 1.0,
    told: Callable[[int, int], None] | None = None,
    **fields: Unpack[Fields],
) -> list[MarginalValue]:
    """The values of a step up and a step down of every lever (or those of `items`) in a period.

    `step` is in the lever's own quantity; `told` hears how many solves are done, and of how many. `how`, or any of its
    fields as arguments, is for each solve: see `HowToSolve`; the gap is `GAP` where nothing is said.
    Raises AskedError where the scenario itself has no plan, or an item has no lever, ScenarioError where a variation
    does not hold together, and KeyboardInterrupt where a solve was interrupted: what the others would say is not known.
    """
    how = how_to_solve(how or HowToSolve(gap=GAP), **fields)
    if not (step > 0.0 and np.isfinite(step)):
        raise AskedError(f"the step is {step:g}; it must be above 0")
    scenario.check_variation()
    if scenario.supply.find_expected_peaks:  # as the plan does, once for all
        scenario = with_expected(scenario, find_expected_peaks(scenario, how))
    known = levers(scenario)
    unknown = (items or frozenset()) - {lever.item for lever in known}
    if unknown:
        names = ", ".join(dict.fromkeys(lever.item for lever in known))
        raise AskedError(f"{sorted(unknown)[0]!r} has no limit to move; one of: {names}")
    asked = [lever for lever in known if items is None or lever.item in items]
    total = 1 + 2 * len(asked)
    if told is not None:
        told(0, total)
    plain = _solved(formulate(scenario).problem, how)
    if plain.objective is None:
        raise AskedError(f"the scenario itself has no plan ({plain.status.value}); nothing can be compared")
    found: list[MarginalValue] = []
    for lever in asked:
        for by in (step * lever.unit, -step * lever.unit):
            if told is not None:
                told(1 + len(found), total)
            problem = lever.moved(period, by)
            moved = problem if isinstance(problem, str) else _solved(problem, how)
            found.append(_value(scenario, lever, period, by, plain, moved))
    if told is not None:
        told(total, total)
    return found


def _solved(problem: Problem, how: HowToSolve) -> Result:
    result = first_result(problem, how, Options(gap=how.gap, time_limit_s=how.time_limit_s))
    if result.limit == "interrupt":
        raise KeyboardInterrupt
    return result


def _value(
    scenario: Scenario, lever: Lever, period: int, step: float, plain: Result, moved: Result | str
) -> MarginalValue:
    usd = least = most = None
    if isinstance(moved, str):
        status, note = "not_solved", moved
    else:
        status, note = moved.status.value, _note(plain, moved)
        if moved.objective is not None and plain.objective is not None:
            usd = moved.objective - plain.objective
            least = None if plain.bound is None else moved.objective - plain.bound
            most = None if moved.bound is None else moved.bound - plain.objective
            if plain.status is not Status.PROVEN:
                status = Status.FEASIBLE.value
    start = scenario.horizon.label(period)
    return MarginalValue(lever.item, lever.what, step, start, usd, least, most, status, note)


def _note(plain: Result, moved: Result) -> str:
    if moved.status is Status.INFEASIBLE:
        return "infeasible when moved so"
    if moved.objective is None:
        if moved.limit == "time":
            return "no solution in time"
        return f"{moved.status.value.replace('_', ' ')} when moved so"
    unproven = [
        name for name, result in (("this plan", plain), ("the moved one", moved)) if result.status is not Status.PROVEN
    ]
    if not unproven:
        return ""
    late = " in time" if "time" in (plain.limit, moved.limit) else ""
    return f"{' and '.join(unproven)} not proven{late}"


def _levers(scenario: Scenario) -> Iterator[Lever]:
    horizon = scenario.horizon

    def varied(make: Callable[[int, float], Scenario | None], bar: str) -> Callable[[int, float], Problem | str]:
        def problem(period: int, step: float) -> Problem | str:
            variation = make(period, step)
            return bar if variation is None else formulate(variation).problem

        return problem

    def site(period: int, step: float) -> Scenario | None:
        limit = align(scenario.site.import_limit_mw, horizon, "min").copy()
        for order in scenario.site.curtailment:
            inside = touched(order, horizon)
            limit[inside] = np.minimum(limit[inside], order.import_limit_mw)
        values = moved(limit, period, step)
        changed = scenario.site.model_copy(update={"import_limit_mw": values, "curtailment": ()})
        return None if values is None else scenario.model_copy(update={"site": changed})

    yield Lever("site", "MW of import limit", 1.0, varied(site, BELOW_ZERO))
    for i, hall in enumerate(scenario.site.halls):

        def in_hall(period: int, step: float, i: int = i) -> Scenario | None:
            halls = list(scenario.site.halls)
            values = moved(align(halls[i].it_limit_mw, horizon, "min"), period, step)
            if values is None:
                return None
            halls[i] = halls[i].model_copy(update={"it_limit_mw": values})
            return scenario.model_copy(update={"site": scenario.site.model_copy(update={"halls": tuple(halls)})})

        yield Lever(hall.name, "MW of IT limit", 1.0, varied(in_hall, BELOW_ZERO))
    for fleet in scenario.fleets:

        def group(period: int, step: float, name: str = fleet.name, groups: int = fleet.groups) -> Problem | str:
            if step != round(step):
                return "groups are whole, the step is not"
            if groups + step < 0:
                return f"the fleet has {groups} group{'' if groups == 1 else 's'} only"
            more = np.zeros(horizon.periods)
            more[period] = step
            return formulate(scenario, {name: more}).problem

        yield Lever(fleet.name, "group", 1.0, group)
    for i, contract in enumerate(scenario.contracts):

        def of_contract(period: int, step: float, i: int = i) -> Scenario | None:
            contracts = list(scenario.contracts)
            changed = contracts[i].with_gpu_hours(horizon, period, step)
            if changed is None:
                return None
            contracts[i] = changed
            return scenario.model_copy(update={"contracts": tuple(contracts)})

        yield Lever(contract.name, "GPU-hour", 1.0, varied(of_contract, contract.least_words))
