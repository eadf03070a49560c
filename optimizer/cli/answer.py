"""What the commands that plan have in common: options, and how a plan is shown and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from optimizer.cli.exits import complain, exit_code, say
from optimizer.errors import ExitCode
from optimizer.schedule import Schedule

if TYPE_CHECKING:
    from optimizer import Keep
    from optimizer.auditor.findings import Findings
    from optimizer.insight.clash import Clash
    from optimizer.scenario.scenario import Scenario

SolverOption = Annotated[str, typer.Option(help="highs, scip, cbc, pulp:NAME, or rules.")]
GapOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap to prove.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
FallbacksOption = Annotated[
    bool, typer.Option(help="Ask other solvers, and at last rules of thumb, where the first one fails.")
]
IsolatedOption = Annotated[
    bool | None,
    typer.Option(
        "--isolated/--no-isolated",
        help="Run solvers in a process that is ended when it hangs; default: as WATTSHIFT_ISOLATED=1 says.",
    ),
]


WHY_LEAST_S = 1.0
"""What asking why there is no plan may take where the time limit is used up."""


class Options(NamedTuple):
    """How to solve."""

    solver: str
    gap: float
    time_limit_s: float
    fallbacks: bool = True


class Answer(NamedTuple):
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
    scenario: Scenario, schedule: Schedule, findings: Findings, time_limit_s: float, keep: Keep | None = None
) -> Answer:
    """The plan, with why there is none where there is none, in what is left of the time limit; nothing of that where
    the question is interrupted: that there is none stays said."""
    if schedule.outcome.status != "infeasible":
        return Answer(scenario, schedule, findings, ())
    from optimizer.insight.clash import LIMIT_S, clashes
    from solvers.interrupt import pressed

    left = max(time_limit_s - schedule.seconds.total, WHY_LEAST_S)
    try:
        why = clashes(scenario, time_limit_s=min(left, LIMIT_S), keep=keep)
    except KeyboardInterrupt:
        why = ()
    return Answer(scenario, schedule, findings, () if pressed() else why)


def answer(found: Answer, load: float, total: float, output: Path | None, *, json: bool) -> ExitCode:
    """Write and print a plan; the exit code. `load`, `total`: seconds for reading the scenario, and for everything.
    Raises OSError where it cannot be written; people see it before that."""
    from solvers.interrupt import pressed

    seconds = found.schedule.seconds.model_copy(update={"load": load, "total": total})
    schedule = replace(found.schedule, seconds=seconds)
    written, trouble = output is not None and found.good, None
    if output is not None and written:
        try:
            schedule.write(output)
        except OSError as error:
            if json:
                raise  # one object is printed: this one
            written, trouble = False, error
    if json:
        from optimizer.report.machine import as_text, solve_object

        typer.echo(as_text(solve_object(schedule, found.findings, found.why)))
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


def _show(found: Answer) -> None:
    from rich.console import Console

    from optimizer.report.table import print_plan

    if found.good:
        print_plan(Console(), found.scenario, found.schedule, found.findings)
    else:
        show_no_plan(found)


def show_no_plan(found: Answer) -> None:
    """How a solve ended that gave no plan to be shown, and why."""
    from optimizer.insight.clash import told as lines_of
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
