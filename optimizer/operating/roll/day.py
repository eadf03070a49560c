"""One day of a roll: planned on what is known, settled on what came."""

from __future__ import annotations

import time
from dataclasses import dataclass

from optimizer.auditor.findings import Findings
from optimizer.errors import ExitCode, WattshiftError
from optimizer.operating.roll.days import Days
from optimizer.operating.settle import settle
from optimizer.planning.how import HowToSolve
from optimizer.planning.plan import plan_and_audit
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State
from optimizer.schedule import Schedule


@dataclass(frozen=True)
class DayRecord:
    """What is to be known of a day that is done."""

    day: str
    """Local date on which it begins."""
    status: str
    """How its plan ended: `proven` or `feasible`."""
    gap: float | None
    """Proven gap of its plan, look-ahead included."""
    planned_profit_usd: float
    """Of the committed part, on what was known."""
    settled_profit_usd: float
    """Of the same set-points, on what came."""
    solve_seconds: float
    """Of `seconds`, the plan's and the settlement's solves, expected peaks included."""
    seconds: float
    """All of it: plan, settlement, both audits."""


class RollStopped(WattshiftError, RuntimeError):
    """A day has no plan, or none that the audit accepts: `scenario`, `schedule` and `findings` say why."""

    exit_code = ExitCode.NO_SOLUTION

    def __init__(self, day: str, scenario: Scenario, schedule: Schedule, findings: Findings) -> None:
        super().__init__(f"{day} has no plan: {schedule.outcome.status} {schedule.outcome.message}".rstrip())
        self.day = day
        self.scenario = scenario
        self.schedule = schedule
        self.findings = findings


def do_day(days: Days, index: int, state: State, how: HowToSolve) -> tuple[DayRecord, Schedule]:
    """Plan and settle a day; its record and the settled schedule. Raises RollStopped where there is no plan, and
    KeyboardInterrupt where the solver was interrupted."""
    begun, name = time.perf_counter(), days.names[index]
    scenario = days.planned(index, state)
    planned, findings = plan_and_audit(scenario, how=how)
    if planned.outcome.limit == "interrupt":
        raise KeyboardInterrupt
    if planned.profit_usd is None or not findings.ok:
        raise RollStopped(name, scenario, planned, findings)
    published = days.published(index, state)
    settled = settle(published, planned, how=how)
    if settled.outcome.limit == "interrupt":
        raise KeyboardInterrupt
    if settled.profit_usd is None or settled.state is None:
        raise RollStopped(name, published, settled, Findings((), None, None))
    record = DayRecord(
        day=name,
        status=planned.outcome.status,
        gap=planned.outcome.gap,
        planned_profit_usd=planned.profit_usd,
        settled_profit_usd=settled.profit_usd,
        solve_seconds=planned.seconds.outlook + planned.seconds.solve + settled.seconds.solve,
        seconds=time.perf_counter() - begun,
    )
    return record, settled
