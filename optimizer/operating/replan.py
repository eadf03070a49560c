"""Planning again within the day: the past as it was, the rest anew.

    again = replan(scenario, published, datetime(2026, 1, 5, 14))
    again.schedule, again.scenario, again.findings

The scenario is that of the published plan, as it is known now: prices may have changed, an order may just be in. What
was published up to the moment is settled on the series as they came (`optimizer.operating.settle`), and the state that
it ends in is the beginning of the rest. What the published plan accepted stays accepted, and what it bought day-ahead
stays bought. Batteries end with what the whole horizon asks for: where nothing is stated, with what they began it with,
not with what they have at the moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Unpack

import numpy as np

from optimizer.auditor.findings import Findings
from optimizer.changes.acceptance import with_acceptance
from optimizer.changes.handover import with_state
from optimizer.changes.part import part
from optimizer.changes.position import with_position
from optimizer.model.set_points import Keep
from optimizer.operating.settle import LEFT_NOTE, settle
from optimizer.planning.how import Fields, HowToSolve, how_to_solve
from optimizer.planning.plan import plan_and_audit
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.horizon import TimeError, localize
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State
from optimizer.schedule import Schedule
from solvers import Progress

ON_THE_GRID = 1e-6
"""Share of a period."""


class NoPast(ScenarioError):
    """What was published cannot be settled up to the moment: `schedule.outcome` says why."""

    def __init__(self, schedule: Schedule) -> None:
        found = f"no plan of this scenario begins so: {schedule.outcome.status} {schedule.outcome.message}".rstrip()
        super().__init__([Fault("published", found, "a plan of this facility; or give the state at the moment")])
        self.schedule = schedule


@dataclass(frozen=True, eq=False)
class Replan:
    """A re-plan, with the scenario that it is a plan of."""

    scenario: Scenario
    schedule: Schedule
    findings: Findings
    keep: Keep
    past: Schedule | None
    """What happened before; None where the state was given, or nothing happened before."""


def replan(
    scenario: Scenario,
    published: Schedule,
    at: datetime,
    *,
    leave_usd: float = 0.0,
    state: State | None = None,
    begin_with_published: bool = False,
    how: HowToSolve | None = None,
    progress: Callable[[Progress], None] | None = None,
    **fields: Unpack[Fields],
) -> Replan:
    """Plan the rest of the horizon from a moment on.

    `at`: start of a period of the committed part, local or with its offset. `leave_usd`: the new plan leaves an item's
    published set-points in a period only where that earns more than this, for each left; 0 holds nothing back.
    `state`: how everything stands at the moment; default: as the published plan, settled up to it, ends.
    `begin_with_published`: solvers that can begin with the published set-points; within the gap asked for it may be
    another plan than without. The other arguments are those of `plan`. Raises ScenarioError (a moment that is none of
    the horizon's, a state that does not fit) and what `settle` raises; the findings of the audit are handed out, not
    raised.
    """
    how = how_to_solve(how, **fields)
    moment = period_of(scenario, at)
    past = None
    if state is None and moment > 0:
        past = settle(part(scenario, 0, moment), published, how=how, ends_inside=True)
        if past.state is None:
            raise NoPast(past)
        state = past.state
    rest = part(_with_ends_stated(scenario), moment, scenario.horizon.periods)
    if state is not None:
        rest = with_state(rest, state)
    rest = with_position(with_acceptance(rest, published), published)
    keep = Keep(published, leave_usd)
    begun = () if past is None else tuple(note for note in past.notes if note.startswith(LEFT_NOTE))
    schedule, findings = plan_and_audit(
        rest, how=how, progress=progress, keep=keep, start=published if begin_with_published else None
    )
    return Replan(rest, replace(schedule, notes=(*schedule.notes, *begun)), findings, keep, past)


def _with_ends_stated(scenario: Scenario) -> Scenario:
    """The scenario with what the end of its whole horizon asks of each asset stated (`Asset.with_end_stated`)."""
    state = scenario.state
    supply = scenario.supply.with_assets(
        lambda place, asset: asset.with_end_stated(state.of_assets(place).get(asset.name))
    )
    return scenario.model_copy(update={"supply": supply})


def period_of(scenario: Scenario, at: datetime) -> int:
    """The committed period that begins at a moment. Raises ScenarioError where none does."""
    horizon = scenario.horizon
    allowed = f"the start of a period from {horizon.label(0)} on, before {horizon.at(horizon.committed).isoformat()}"
    try:
        until = horizon.hours_until(localize(at, horizon.zone, "from"))
    except TimeError as error:
        raise ScenarioError([Fault("--from", str(error), allowed)]) from None
    here = np.flatnonzero(np.abs(until[: horizon.committed]) < ON_THE_GRID * horizon.hours)
    if not len(here):
        raise ScenarioError([Fault("--from", at.isoformat(), allowed)])
    return int(here[0])
