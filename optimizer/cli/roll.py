"""`wattshift roll`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import exit_code, guarded, say, tell
from optimizer.cli.how import solving
from optimizer.cli.planned import JsonOption, explained, show_no_plan
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import ExitCode

if TYPE_CHECKING:
    from optimizer.operating.roll import Rolled, RollStopped
    from optimizer.planning.how import HowToSolve


@guarded
@solving(isolated=True)
def roll_command(
    scenario: Annotated[str, typer.Argument(help=f"{SCENARIO_HELP} Its series reach over all days.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="How many local days, from the scenario's start on.")],
    look_ahead: Annotated[
        float | None,
        typer.Option(min=0.0, max=9600.0, help="Hours planned behind each day; default: the scenario's look-ahead."),
    ] = None,
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder that keeps each day, and takes the joined schedule.")
    ] = None,
    json: JsonOption = False,
    *,
    how: HowToSolve,
) -> ExitCode:
    """Plan day after day over a longer series: each local day is planned on what is known, settled on what came, and
    hands its state to the next; then all days are joined into one schedule and audited as one.

    With -o every day that is done is kept: the same command goes on behind the last one. -o gets days/DATE.json,
    schedule.json, scenario.json (what the joined schedule is audited against), dispatch, ledger and days.csv.

    Exit codes: 0 all days proven; 4 some not; 2 invalid input, or a folder of another roll; 3, 6, 7 a day without a
    plan, as of `solve`; 5 rejected by the audit; 130 interrupted; 1 internal error.
    """
    from optimizer.operating.roll import Interrupted, RollStopped, roll
    from optimizer.operating.roll.files import write_rolled
    from optimizer.report.progress import RollProgress

    given = read_scenario(scenario, state)
    try:
        with RollProgress(given.currency) as progress:
            rolled = roll(given, days, look_ahead_hours=look_ahead, folder=output, told=progress, how=how)
    except RollStopped as stopped:
        return _stopped(stopped, how, json=json)
    except Interrupted as interrupted:
        kept = "nothing is kept without -o" if output is None else "the same command goes on behind them"
        raise KeyboardInterrupt(f"{interrupted}; {kept}") from None
    accepted = rolled.findings.ok
    if output is not None and accepted:
        write_rolled(rolled, output)
    if json:
        from optimizer.report.machine import solve_object

        tell(solve_object(rolled.schedule, rolled.findings) | {"days": [asdict(day) for day in rolled.days]})
    else:
        _show(rolled)
        if output is not None and accepted:
            say(f"written: {output}")
    proven = all(day.status == "proven" for day in rolled.days)
    if not accepted:
        return ExitCode.REJECTED
    return ExitCode.PROVEN if proven else ExitCode.FEASIBLE


def _show(rolled: Rolled) -> None:
    from rich.console import Console

    from optimizer.report.roll import print_roll
    from optimizer.report.table import audit_line

    if rolled.findings.ok:
        print_roll(Console(), rolled)
    else:
        say(audit_line(rolled.schedule, rolled.findings))


def _stopped(stopped: RollStopped, how: HowToSolve, *, json: bool) -> ExitCode:
    """A day without a plan: which one, and why."""
    found = explained(stopped.scenario, stopped.schedule, stopped.findings, how)
    if json:
        from optimizer.report.machine import solve_object

        tell(solve_object(found.schedule, found.findings, found.why) | {"day": stopped.day})
    else:
        typer.echo(f"the roll stops at {stopped.day}")
        show_no_plan(found)
    return exit_code(found.schedule.outcome, accepted=found.findings.ok)
