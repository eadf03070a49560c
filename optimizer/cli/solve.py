"""`wattshift solve`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import guarded
from optimizer.cli.how import solving
from optimizer.cli.planned import JsonOption, delivered, explained
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import ExitCode

if TYPE_CHECKING:
    from optimizer.planning.how import HowToSolve


@guarded
@solving()
def solve_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for schedule.json, CSV and Parquet.")
    ] = None,
    json: JsonOption = False,
    *,
    how: HowToSolve,
) -> ExitCode:
    """Plan a scenario: the schedule that earns most, its ledger, its proof and the audit's word.

    Exit codes: 0 proven; 2 invalid input; 3 infeasible; 4 feasible, not proven; 5 rejected by the audit; 6 no
    plan in time; 7 unbounded; 130 interrupted; 1 internal error.
    """
    from optimizer.planning.plan import plan_and_audit
    from optimizer.report.progress import SolveProgress
    from solvers.interrupt import held_back

    begun = time.perf_counter()
    given = read_scenario(scenario, state)
    loaded = time.perf_counter() - begun
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the solve
    with held_back():
        with SolveProgress(how.solver, given.currency) as progress:
            schedule, findings = plan_and_audit(given, how=how, progress=progress.listener)
        found = explained(given, schedule, findings, how)
        return delivered(found, loaded, time.perf_counter() - begun, output, json=json)
