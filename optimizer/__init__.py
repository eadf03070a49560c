"""wattshift: plan, hour by hour, where a facility's megawatts earn most.

    from optimizer import load, plan
    schedule = plan(load("scenarios/west-texas-hybrid-day"))
    schedule.dispatch, schedule.ledger, schedule.outcome

Names are imported when they are first used: a program that only reads scenarios loads no solver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.auditor import audit
    from optimizer.auditor.findings import Findings
    from optimizer.changes.handover import read_state, with_state
    from optimizer.errors import WattshiftError
    from optimizer.model.set_points import Keep
    from optimizer.operating.replan import replan
    from optimizer.operating.roll import roll
    from optimizer.operating.settle import settle
    from optimizer.planning.how import HowToSolve
    from optimizer.planning.plan import RejectedByAudit, plan
    from optimizer.scenario.faults import ScenarioError
    from optimizer.scenario.load import load
    from optimizer.scenario.scenario import Scenario
    from optimizer.schedule import Schedule, ScheduleError
    from solvers import ProblemError, SolverError

_WHERE = {
    "Findings": "optimizer.auditor.findings",
    "HowToSolve": "optimizer.planning.how",
    "Keep": "optimizer.model.set_points",
    "ProblemError": "solvers",
    "RejectedByAudit": "optimizer.planning.plan",
    "Scenario": "optimizer.scenario.scenario",
    "ScenarioError": "optimizer.scenario.faults",
    "Schedule": "optimizer.schedule",
    "ScheduleError": "optimizer.schedule",
    "SolverError": "solvers",
    "WattshiftError": "optimizer.errors",
    "audit": "optimizer.auditor",
    "load": "optimizer.scenario.load",
    "plan": "optimizer.planning.plan",
    "read_state": "optimizer.changes.handover",
    "replan": "optimizer.operating.replan",
    "roll": "optimizer.operating.roll",
    "settle": "optimizer.operating.settle",
    "with_state": "optimizer.changes.handover",
}

__all__ = [
    "Findings",
    "HowToSolve",
    "Keep",
    "ProblemError",
    "RejectedByAudit",
    "Scenario",
    "ScenarioError",
    "Schedule",
    "ScheduleError",
    "SolverError",
    "WattshiftError",
    "audit",
    "load",
    "plan",
    "read_state",
    "replan",
    "roll",
    "settle",
    "with_state",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    value = getattr(import_module(_WHERE[name]), name)
    globals()[name] = value
    return value
