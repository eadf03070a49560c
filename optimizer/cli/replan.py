"""`wattshift replan`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import guarded
from optimizer.cli.how import solving
from optimizer.cli.moment import moment
from optimizer.cli.planned import JsonOption, delivered, explained
from optimizer.cli.source import SCENARIO_HELP, read_scenario
from optimizer.errors import ExitCode

if TYPE_CHECKING:
    from optimizer.planning.how import HowToSolve

SCENARIO_FILE = "scenario.json"


@guarded
@solving()
def replan_command(
    scenario: Annotated[str, typer.Argument(help=f"{SCENARIO_HELP} As it is known now: prices, orders, overrides.")],
    published: Annotated[Path, typer.Option(help="schedule.json of the plan that is being carried out.")],
    from_: Annotated[
        str, typer.Option("--from", help="Plan from here on: a local time, e.g. 2026-01-15T14:00, or 14:00.")
    ],
    leave_usd: Annotated[
        float, typer.Option(min=0.0, max=1e9, help="Leave an item's published set-points only where it earns more.")
    ] = 0.0,
    state: Annotated[
        Path | None, typer.Option(help="State at that moment; default: the published plan, settled up to it.")
    ] = None,
    begin_with_published: Annotated[
        bool,
        typer.Option(
            "--begin-with-published/--no-begin-with-published",
            help="Solvers begin with the published set-points: sooner done, within the gap maybe another plan.",
        ),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for schedule.json, CSV, Parquet and scenario.json.")
    ] = None,
    json: JsonOption = False,
    *,
    how: HowToSolve,
) -> ExitCode:
    """Plan again within the day: the past as it was published and came about, the rest anew.

    With --leave-usd X an item (a fleet, a pool, a contract, a battery, …) keeps its published set-points in a period
    unless leaving them earns more than X, for each item and period. -o writes the re-planned scenario beside the
    schedule, so that `wattshift audit` takes the two. Exit codes are those of `solve`.
    """
    from optimizer.changes.handover import read_state
    from optimizer.operating.replan import replan
    from optimizer.report.progress import SolveProgress
    from optimizer.schedule import Schedule
    from solvers.interrupt import held_back

    begun = time.perf_counter()
    given = read_scenario(scenario)
    at = moment(from_, "--from", given.horizon)
    before = Schedule.from_json(published.read_bytes())
    start = None if state is None else read_state(state)
    loaded = time.perf_counter() - begun
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the solve
    with held_back():
        with SolveProgress(how.solver, given.currency) as progress:
            again = replan(
                given,
                before,
                at,
                leave_usd=leave_usd,
                state=start,
                begin_with_published=begin_with_published,
                how=how,
                progress=progress.listener,
            )
        found = explained(again.scenario, again.schedule, again.findings, how, again.keep)
        beside = {SCENARIO_FILE: again.scenario.model_dump_json()}
        return delivered(found, loaded, time.perf_counter() - begun, output, json=json, beside=beside)
