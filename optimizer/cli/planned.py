"""What the commands that plan have in common: how a plan is explained, shown and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from optimizer.cli.exits import complain, exit_code, say, tell
from optimizer.errors import ExitCode
from optimizer.files.whole import write_text

if TYPE_CHECKING:
    from optimizer import Keep
    from optimizer.auditor.findings import Findings
    from optimizer.insight.clash import Clash
    from optimizer.planning.how import HowToSolve
    from optimizer.scenario.scenario import Scenario
    from optimizer.schedule import Schedule

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
WHY_LEAST_S = 1.0
"""What asking why there is no plan may take where the time limit is used up."""


class Planned(NamedTuple):
    """A plan and what belongs to it."""

    scenario: Scenario
    schedule: Schedule
    findings: Findings
    why: Sequence[Clash]

    @property
    def good(self) -> bool:
        """Whether there is a plan that the audit accepts."""
        return self.findings.ok and self.schedule.profit_usd is not None


def explained(
    scenario: Scenario, schedule: Schedule, findings: Findings, how: HowToSolve, keep: Keep | None = None
) -> Planned:
    """The plan, with why there is none where there is none, in what is left of the time limit; nothing of that where
    the question is interrupted: that there is none stays said."""
    if schedule.outcome.status != "infeasible":
        return Planned(scenario, schedule, findings, ())
    from optimizer.insight.clash import LIMIT_S, clashes
    from solvers.interrupt import pressed

    left = max(how.time_limit_s - schedule.seconds.total, WHY_LEAST_S)
    try:
        why = clashes(scenario, how=how, time_limit_s=min(left, LIMIT_S), keep=keep)
    except KeyboardInterrupt:
        why = ()
    return Planned(scenario, schedule, findings, () if pressed() else why)


def delivered(
    found: Planned,
    load: float,
    total: float,
    output: Path | None,
    *,
    json: bool,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> ExitCode:
    """Write and print a plan; the exit code. `load`, `total`: seconds for reading the scenario, and for everything.
    `beside`: texts that are written with it, by the names of their files. Raises OSError where it cannot be written;
    people see it before that."""
    from solvers.interrupt import pressed

    seconds = found.schedule.seconds.model_copy(update={"load": load, "total": total})
    schedule = replace(found.schedule, seconds=seconds)
    written, trouble = output is not None and found.good, None
    if output is not None and written:
        try:
            schedule.write(output)
            for name, text in beside.items():
                write_text(output / name, text)
        except OSError as error:
            if json:
                raise  # one object is printed: this one
            written, trouble = False, error
    if json:
        from optimizer.report.machine import solve_object

        told = solve_object(schedule, found.findings, found.why)
        tell(told if told["error"] or not pressed() else told | {"error": "interrupted"})
    else:
        _show(found._replace(schedule=schedule))
        if written:
            say(f"written: {output}")
    if trouble is not None:
        raise trouble
    code = ExitCode.INTERRUPTED if pressed() else exit_code(schedule.outcome, accepted=found.findings.ok)
    if code is ExitCode.INTERRUPTED:
        complain("interrupted")
    return code


def _show(found: Planned) -> None:
    from rich.console import Console

    from optimizer.report.table import print_plan

    if found.good:
        print_plan(Console(), found.scenario, found.schedule, found.findings)
    else:
        show_no_plan(found)


def show_no_plan(found: Planned) -> None:
    """How a solve ended that gave no plan to be shown, and why."""
    from optimizer.insight.clash import lines_of
    from optimizer.report.table import attempt_lines, audit_line, outcome_line

    say(outcome_line(found.schedule))
    for line in attempt_lines(found.schedule):
        say(f"  {line}")
    for line in lines_of(found.why):
        say(f"  {line}")
    if found.schedule.outcome.status == "infeasible" and not found.why:
        typer.echo("  no requirement that has a name explains it: look at modes barred by heat and at the state")
    if not found.findings.ok:
        say(audit_line(found.schedule, found.findings))
