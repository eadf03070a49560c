"""`wattshift solve`."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from optimizer.cli.exits import ExitCode, complain, exit_code, guarded
from optimizer.cli.source import SCENARIO_HELP, read_scenario
from optimizer.schedule import Schedule


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
    from optimizer.clash import clashes
    from optimizer.planner import plan_and_audit
    from optimizer.report.progress import SolveProgress
    from optimizer.scenario.faults import ScenarioError

    begun = time.perf_counter()
    try:
        given = read_scenario(scenario)
    except ScenarioError as error:
        if json:
            from optimizer.report.machine import as_text, refused_object

            typer.echo(as_text(refused_object(error.faults, error.source)))
        raise
    loaded = time.perf_counter() - begun
    with SolveProgress(solver, given.currency) as progress:
        schedule, findings = plan_and_audit(
            given, solver=solver, gap=gap, time_limit_s=time_limit, progress=progress.listener
        )
    schedule = _with_load(schedule, loaded)
    why = clashes(given) if schedule.outcome.status == "infeasible" else ()
    if output is not None and findings.ok and schedule.profit_usd is not None:
        schedule.write(output)
    if json:
        from optimizer.report.machine import as_text, solve_object

        typer.echo(as_text(solve_object(schedule, findings, why)))
    else:
        _show(given, schedule, findings, why)
    code = exit_code(schedule.outcome, accepted=findings.ok)
    if code is ExitCode.INTERRUPTED:
        complain("interrupted")
    raise typer.Exit(code)


def _with_load(schedule: Schedule, seconds: float) -> Schedule:
    spent = schedule.seconds
    return replace(schedule, seconds=spent.model_copy(update={"load": seconds, "total": spent.total + seconds}))


def _show(scenario: Any, schedule: Schedule, findings: Any, why: Any) -> None:
    from rich.console import Console

    from optimizer.report.table import audit_line, outcome_line, print_plan

    if findings.ok and schedule.profit_usd is not None:
        print_plan(Console(), scenario, schedule, findings)
        return
    typer.echo(outcome_line(schedule))
    for clash in why:
        typer.echo(f"  {'clash' if clash.side == 1 else '  or'}: {clash}")
    if schedule.outcome.status == "infeasible" and not why:
        typer.echo("  no requirement that has a name explains it: look at modes barred by heat and at the state")
    if not findings.ok:
        typer.echo(audit_line(schedule, findings))
