"""`wattshift solve`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.answer import (
    FallbacksOption,
    GapOption,
    IsolatedOption,
    JsonOption,
    Options,
    SolverOption,
    answer,
    explained,
)
from optimizer.cli.exits import guarded
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import ExitCode


@guarded
def solve_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    solver: SolverOption = "highs",
    gap: GapOption = 1e-4,
    time_limit: Annotated[
        float, typer.Option(min=0.01, max=1e6, help="Seconds for solving, fallbacks included.")
    ] = 60.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for schedule.json, CSV and Parquet.")
    ] = None,
    fallbacks: FallbacksOption = True,
    isolated: IsolatedOption = None,
    json: JsonOption = False,
) -> ExitCode:
    """Plan a scenario: the schedule that earns most, its ledger, its proof and the audit's word.

    Exit codes: 0 proven; 2 invalid input; 3 infeasible; 4 feasible, not proven; 5 rejected by the audit; 6 no
    plan in time; 7 unbounded; 130 interrupted; 1 internal error.
    """
    from solvers.isolation import isolation

    options = Options(solver, gap, time_limit, fallbacks)
    with isolation(isolated):
        return _solve(scenario, state, options, output, json=json)


def _solve(argument: str, state: Path | None, options: Options, output: Path | None, *, json: bool) -> ExitCode:
    from optimizer.planning.plan import plan_and_audit
    from optimizer.report.progress import SolveProgress
    from solvers.interrupt import held_back

    begun = time.perf_counter()
    given = read_scenario(argument, state)
    loaded = time.perf_counter() - begun
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the solve
    with held_back():
        with SolveProgress(options.solver, given.currency) as progress:
            schedule, findings = plan_and_audit(given, **options._asdict(), progress=progress.listener)
        found = explained(given, schedule, findings, options.time_limit_s)
        return answer(found, loaded, time.perf_counter() - begun, output, json=json)
