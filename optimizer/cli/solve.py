"""`wattshift solve`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from optimizer.cli.exits import ExitCode, complain, exit_code, guarded
from optimizer.cli.source import SCENARIO_HELP, read_scenario
from optimizer.schedule import Schedule

if TYPE_CHECKING:
    from optimizer.auditor.findings import Findings
    from optimizer.clash import Clash
    from optimizer.scenario.scenario import Scenario


@guarded
def solve_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    solver: Annotated[str, typer.Option(help="highs, scip, cbc, or pulp:NAME.")] = "highs",
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap to prove.")] = 1e-4,
    time_limit: Annotated[float, typer.Option(min=0.01, max=1e6, help="Seconds for the solver.")] = 60.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for schedule.json, CSV and Parquet.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Plan a scenario: the schedule that earns most, its ledger, its proof and the audit's word.

    Exit codes: 0 proven; 2 invalid input; 3 infeasible; 4 feasible, not proven; 5 rejected by the audit; 6 no
    plan in time; 7 unbounded; 130 interrupted; 1 internal error.
    """
    try:
        code = _solve(scenario, Options(solver, gap, time_limit), output, json=json)
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        if json:  # to people it is told by `guarded`
            from optimizer.report.machine import as_text, failed_object

            typer.echo(as_text(failed_object(error)))
        raise
    raise typer.Exit(code)


class Options(NamedTuple):
    """How to solve."""

    solver: str
    gap: float
    time_limit_s: float


def _solve(argument: str, options: Options, output: Path | None, *, json: bool) -> ExitCode:
    from optimizer.planner import plan_and_audit
    from optimizer.report.progress import SolveProgress

    begun = time.perf_counter()
    given = read_scenario(argument)
    loaded = time.perf_counter() - begun
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the solve
    with SolveProgress(options.solver, given.currency) as progress:
        schedule, findings = plan_and_audit(given, **options._asdict(), progress=progress.listener)
    why = _clashes(given) if schedule.outcome.status == "infeasible" else ()
    schedule = _with_load(schedule, loaded, time.perf_counter() - begun)
    written = output is not None and findings.ok and schedule.profit_usd is not None
    if output is not None and written:
        schedule.write(output)
    if json:
        from optimizer.report.machine import as_text, solve_object

        typer.echo(as_text(solve_object(schedule, findings, why)))
    else:
        _show(given, schedule, findings, why)
        if written:
            typer.echo(f"written: {output}")
    code = exit_code(schedule.outcome, accepted=findings.ok)
    if code is ExitCode.INTERRUPTED:
        complain("interrupted")
    return code


def _clashes(scenario: Scenario) -> Sequence[Clash]:
    """Why there is no plan; nothing where the question is interrupted: that there is none stays said."""
    from optimizer.clash import clashes

    try:
        return clashes(scenario)
    except KeyboardInterrupt:
        return ()


def _with_load(schedule: Schedule, load: float, total: float) -> Schedule:
    """The schedule with what reading the scenario took, and all of it, an explanation included."""
    return replace(schedule, seconds=schedule.seconds.model_copy(update={"load": load, "total": total}))


def _show(scenario: Scenario, schedule: Schedule, findings: Findings, why: Sequence[Clash]) -> None:
    from rich.console import Console

    from optimizer.clash import told
    from optimizer.report.table import audit_line, outcome_line, print_plan

    if findings.ok and schedule.profit_usd is not None:
        print_plan(Console(), scenario, schedule, findings)
        return
    typer.echo(outcome_line(schedule))
    for line in told(why):
        typer.echo(f"  {line}")
    if schedule.outcome.status == "infeasible" and not why:
        typer.echo("  no requirement that has a name explains it: look at modes barred by heat and at the state")
    if not findings.ok:
        typer.echo(audit_line(schedule, findings))
