"""Settling: what a published plan comes to on the series as they came.

The committed part's set-points (`optimizer.model.set_points`) are held on the scenario as it came; everything that
follows from them is recomputed: power, import, curtailment of renewables, money, state. Its horizon is the committed
part alone, and no peak is expected: what is booked is what happened, so that the days of a month add up to its ledger.
Nothing is asked of the time behind it (`Asset.settled`): batteries need no end charge.

What cannot be held (a limit that came lower, demand that did not come) is left with the least departure, in shares of
each set-point's largest value; among departures equally small the one that earns most is taken.

| symbol | meaning |
|---|---|
| s(q,t), v(q,t), m(q) | set-point, published value, largest value |
| d(q,t) | |s − v| / m |

    first   D = min Σ d                         over all plans of the actual scenario
    then    max profit subject to Σ d ≤ D
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Unpack

import numpy as np

from optimizer.auditor import audit
from optimizer.changes.acceptance import with_acceptance
from optimizer.changes.as_it_came import as_it_came
from optimizer.changes.part import part
from optimizer.changes.position import with_position
from optimizer.model.formulation import Formulation, formulate
from optimizer.model.set_points import Keep, departure
from optimizer.planning.first import first_result
from optimizer.planning.how import Fields, HowToSolve, how_to_solve
from optimizer.planning.plan import RejectedByAudit
from optimizer.planning.read import read_schedule
from optimizer.scenario.checks.tariff import ENDS_INSIDE
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import DispatchRow, Schedule, ScheduleError, Seconds
from solvers import Options, Result, Status
from solvers.elastic import elastic
from solvers.problem import Floats, Problem

GAP = 1e-6
"""Relative gap of a settlement: what is left to decide is little."""
LEFT_NOTE = "not held as published: "
"""How a note on a set-point that was left begins."""
SLACK = 1e-6
"""Relative, and absolute in shares: how far the least departure may be missed when profit decides."""


def settled_scenario(scenario: Scenario, schedule: Schedule) -> Scenario:
    """The scenario that a schedule is settled on, and audited against: as it came, with what the schedule accepted and
    bought day-ahead."""
    return with_position(with_acceptance(actual(scenario), schedule), schedule)


def actual(scenario: Scenario) -> Scenario:
    """The scenario as it came, the committed part alone; no peaks expected, nothing asked of the time behind."""
    horizon = scenario.horizon
    whole = horizon.committed == horizon.periods
    came = as_it_came(scenario if whole else part(scenario, 0, horizon.committed))
    on_site = came.supply.with_assets(lambda _, asset: asset.settled())
    supply = on_site.model_copy(update={"expected_peaks": (), "find_expected_peaks": False})
    return came.model_copy(update={"supply": supply})


def settle(
    scenario: Scenario,
    schedule: Schedule,
    *,
    how: HowToSolve | None = None,
    ends_inside: bool = False,
    **fields: Unpack[Fields],
) -> Schedule:
    """The committed part of a schedule as it came about on the series as they came, with the state that it ends in.

    `scenario` is the one that was planned; where it has no versions of series and the schedule is its plan, the two
    agree. `ends_inside`: the committed part may end inside a metering interval, which its state then has. Notes say
    which set-points could not be held as published. Without a solution, `outcome` says why.
    `how`, or any of its fields as arguments: see `HowToSolve`; the gap is always `GAP`, and ties are left as they are.
    Raises ScheduleError where the schedule is no plan of this facility and horizon, ScenarioError where the series as
    they came are at fault, RejectedByAudit where the audit finds the answer wrong.
    """
    begun = time.perf_counter()
    how = how_to_solve(how, **fields)
    came = settled_scenario(scenario, schedule)
    faults = [fault for fault in came.unchecked_faults() if not (ends_inside and fault.allowed == ENDS_INSIDE)]
    if faults:
        raise ScenarioError(faults, f"{scenario.name} as it came")
    formulation = formulate(came, keep=Keep(_with_new_contracts(came, schedule)))
    _check_published(formulation)
    built = time.perf_counter()
    options = Options(gap=GAP, time_limit_s=how.time_limit_s)
    result = first_result(formulation.problem, how, options)
    seconds = result.seconds
    if result.status is Status.INFEASIBLE:
        result, more = _least_departure(formulation, how, options)
        seconds += more
    solved = time.perf_counter()
    settled = read_schedule(formulation, result, GAP)
    if result.x is not None:
        settled = replace(settled, notes=(*settled.notes, *_left(formulation, formulation.tidy(result.x))))
    read = time.perf_counter()
    findings = audit(came, settled)
    ended = time.perf_counter()
    spent = Seconds(
        build=built - begun,
        solve=seconds,
        read=(solved - built - seconds) + (read - solved),
        audit=ended - read,
        total=ended - begun,
    )
    settled = replace(settled, seconds=spent)
    if not findings.ok:
        raise RejectedByAudit(settled, findings)
    return settled


def _with_new_contracts(came: Scenario, schedule: Schedule) -> Schedule:
    """The schedule; contracts that it does not know ran nothing."""
    known = {row.item for row in schedule.dispatch_rows}
    rows = tuple(
        DispatchRow(start, contract.name, f"gpus[{pool}]", 0.0)
        for contract in came.contracts
        if contract.name not in known
        for pool in contract.pools
        for start in came.horizon.stamps
    )
    return replace(schedule, dispatch_rows=schedule.dispatch_rows + rows) if rows else schedule


def _check_published(formulation: Formulation) -> None:
    """Raise ScheduleError where a set-point was not published for a period."""
    assert formulation.held is not None
    for point, values in formulation.held.points:
        unknown = np.flatnonzero(np.isnan(values))
        if len(unknown):
            when = formulation.model.horizon.label(int(unknown[0]))
            raise ScheduleError(f"the schedule does not say {point.quantity} of {point.item} at {when}")


def _least_departure(formulation: Formulation, how: HowToSolve, options: Options) -> tuple[Result, float]:
    """The solution that departs least from what was published, and of those the one that earns most; with the
    seconds that both solves took."""
    problem = formulation.problem
    held = [r for r in formulation.model.requirements if r.name.startswith("published ")]
    rows = np.concatenate([r.rows for r in held])
    weights = np.concatenate([np.full(len(r.rows), 1.0 / r.size) for r in held])
    relaxed = elastic(problem, rows, [], weights)
    least = first_result(relaxed.problem, how, options)
    if least.x is None:
        return least, least.seconds
    most = -relaxed.problem.objective(least.x)
    result = first_result(_at_most(relaxed.problem, problem, most * (1.0 + SLACK) + SLACK), how, options)
    seconds = least.seconds + result.seconds
    return (result if result.x is None else replace(result, x=relaxed.original(result.x))), seconds


def _at_most(relaxed: Problem, original: Problem, departure: float) -> Problem:
    """The relaxed problem with the original's objective, and one more row: its own objective is at most so much."""
    slack = np.flatnonzero(relaxed.cost)
    more = np.zeros(relaxed.columns - original.columns)
    reference = None if original.reference is None else np.concatenate([original.reference, more])
    return replace(
        relaxed,
        cost=np.concatenate([original.cost, more]),
        row_start=np.append(relaxed.row_start, relaxed.nonzeros + len(slack)).astype(np.int32),
        column=np.concatenate([relaxed.column, slack]).astype(np.int32),
        value=np.concatenate([relaxed.value, -relaxed.cost[slack]]),
        row_lower=np.append(relaxed.row_lower, -np.inf),
        row_upper=np.append(relaxed.row_upper, departure),
        offset=original.offset,
        reference=reference,
        reference_offset=original.reference_offset,
    )


def _left(formulation: Formulation, x: Floats) -> Iterator[str]:
    """What was left, one sentence for each set-point."""
    assert formulation.held is not None
    horizon = formulation.model.horizon
    for point, values in formulation.held.points:
        off = departure(point, values, x)
        periods = np.flatnonzero(off)
        if len(periods):
            first = int(periods[0])
            more = f" (and in {len(periods) - 1} more periods)" if len(periods) > 1 else ""
            yield (
                f"{LEFT_NOTE}{point.item} {point.quantity} at {horizon.label(first)} is "
                f"{values[first] + off[first]:.6g} {point.unit} in place of {values[first]:.6g}{more}"
            )
