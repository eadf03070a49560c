"""Plan: scenario → arrays → solver → schedule and ledger → audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Unpack

from optimizer.auditor import audit
from optimizer.auditor.findings import Findings
from optimizer.errors import ExitCode, WattshiftError
from optimizer.model.formulation import formulate
from optimizer.model.set_points import Keep
from optimizer.planning.ask import ask
from optimizer.planning.how import Fields, HowToSolve, how_to_solve
from optimizer.planning.outlook import find_expected_peaks, with_expected
from optimizer.planning.read import read_schedule
from optimizer.planning.start import start_of
from optimizer.planning.ties import decided
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import FoundPeak, Schedule, Seconds
from solvers import Options, Progress, Result, isolation

OUTLOOK_SHARE = 0.25
"""Most of the time limit that finding expected peaks may take; the plan has the rest."""


class RejectedByAudit(WattshiftError, RuntimeError):
    """The audit found the schedule wrong: it is not handed out as an answer.

    `schedule` and `findings` are kept for a look at what happened.
    """

    exit_code = ExitCode.REJECTED

    def __init__(self, schedule: Schedule, findings: Findings) -> None:
        super().__init__(f"the audit rejects the plan:\n{findings}")
        self.schedule = schedule
        self.findings = findings


def plan(
    scenario: Scenario,
    *,
    how: HowToSolve | None = None,
    progress: Callable[[Progress], None] | None = None,
    keep: Keep | None = None,
    start: Schedule | None = None,
    **fields: Unpack[Fields],
) -> Schedule:
    """The schedule that earns most.

    `how`, or any of its fields as arguments (`solver="highs", gap=1e-4, time_limit_s=60`): see `HowToSolve`.
    `progress` is told the incumbent, bound and gap from time to time, by solvers that can. `keep`: published set-points
    that are held, or left only where that earns more than a stated amount (`optimizer.model.set_points`). `start`: a
    schedule of the same hours that solvers begin with, where they can: sooner done, and within the gap asked for it may
    be another plan than without. How it ended, and who was asked, is in `Schedule.outcome`: without a solution the
    schedule is empty and says why.

    Raises RejectedByAudit where the audit finds the answer wrong; ScenarioError where a variation of a scenario does
    not hold together; SolverError (UnknownSolver, SolverUnavailable, SolverUnsuitable) for the solver; ProblemError
    where the scenario's numbers make no finite problem; AskedError for a field of `how` that cannot be.
    """
    schedule, findings = plan_and_audit(scenario, how=how, progress=progress, keep=keep, start=start, **fields)
    if not findings.ok:
        raise RejectedByAudit(schedule, findings)
    return schedule


def plan_and_audit(
    scenario: Scenario,
    *,
    how: HowToSolve | None = None,
    progress: Callable[[Progress], None] | None = None,
    keep: Keep | None = None,
    start: Schedule | None = None,
    **fields: Unpack[Fields],
) -> tuple[Schedule, Findings]:
    """As `plan`, but hands out the audit's findings beside the schedule instead of raising on them."""
    begun = time.perf_counter()
    how = how_to_solve(how, **fields)
    scenario.check_variation()
    options = Options(gap=how.gap, time_limit_s=how.time_limit_s, progress=progress)
    with isolation(how.isolated):
        found: list[FoundPeak] = []
        if scenario.supply.find_expected_peaks:
            found = find_expected_peaks(scenario, how, OUTLOOK_SHARE * how.time_limit_s)
        looked = time.perf_counter()
        formulation = formulate(with_expected(scenario, found) if found else scenario, keep=keep)
        built = time.perf_counter()
        if found:
            most = OUTLOOK_SHARE * how.time_limit_s
            options = replace(options, time_limit_s=how.time_limit_s - min(looked - begun, most))
        if start is not None:
            options = replace(options, start=start_of(formulation, start))
        audit_s = 0.0

        def read(result: Result) -> tuple[Schedule, Findings]:
            if how.break_ties:
                preferred = decided(formulation, result, how.time_limit_s - (time.perf_counter() - begun))
                schedule, findings = judge(preferred)
                if findings.ok or preferred is result:
                    return schedule, findings
            return judge(result)

        def judge(result: Result) -> tuple[Schedule, Findings]:
            nonlocal audit_s
            schedule = read_schedule(formulation, result, how.gap)
            if schedule.profit_usd is not None:
                schedule = replace(schedule, expected_peaks=tuple(found))
            since = time.perf_counter()
            findings = audit(scenario, schedule)
            audit_s += time.perf_counter() - since
            return schedule, findings

        answered = ask(formulation, how, options, read)
    ended = time.perf_counter()
    seconds = Seconds(
        outlook=looked - begun,
        build=built - looked,
        solve=answered.solve_s,
        read=ended - built - answered.solve_s - audit_s,
        audit=audit_s,
        total=ended - begun,
    )
    return replace(answered.schedule, seconds=seconds), answered.findings
