"""`wattshift value`."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.exits import ExitCode, complain, guarded
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario


@guarded
def value_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    at: Annotated[str, typer.Option(help="Period: a local time inside it, e.g. 2026-01-15T18:00.")],
    item: Annotated[list[str] | None, typer.Option(help="Only this item (site, a hall, fleet, contract).")] = None,
    solver: Annotated[str, typer.Option(help="highs, scip, cbc, or pulp:NAME.")] = "highs",
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Relative gap of each solve.")] = 1e-6,
    time_limit: Annotated[float, typer.Option(min=0.01, max=1e6, help="Seconds for each solve.")] = 60.0,
    step: Annotated[float, typer.Option(min=1e-6, max=1e6, help="How many MW, groups or GPU-hours to move by.")] = 1.0,
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What one more (and one less) MW of a limit, group of a fleet or GPU-hour of a contract is worth in a period,
    from solving again with it moved; with the range that the proofs allow."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from optimizer.insight.value import marginal_values
    from optimizer.report.progress import CountProgress
    from optimizer.scenario.horizon import TimeError, localize

    given = read_scenario(scenario, state)
    horizon = given.horizon
    try:
        until = horizon.hours_until(localize(datetime.fromisoformat(at), horizon.zone, "at"))
    except (ValueError, TimeError) as error:
        complain(f"--at {at}: {error}")
        raise typer.Exit(ExitCode.INVALID) from None
    inside = [t for t, hours in enumerate(until.tolist()) if 0.0 <= hours < horizon.hours]
    if not inside:
        complain(f"--at {at}: outside the horizon, {horizon.label(0)} to {horizon.end.isoformat()}")
        raise typer.Exit(ExitCode.INVALID)
    try:
        with CountProgress("value", "solves") as progress:
            values = marginal_values(
                given,
                inside[0],
                items=frozenset(item) if item else None,
                solver=solver,
                gap=gap,
                time_limit_s=time_limit,
                step=step,
                told=progress,
            )
    except ValueError as error:
        complain(str(error))
        raise typer.Exit(ExitCode.INVALID) from None
    if json:
        typer.echo(json_module.dumps({"values": [asdict(value) for value in values]}, allow_nan=False))
        return
    table = Table(box=None, pad_edge=False, title=Text(f"{given.name} at {horizon.label(inside[0])}"))
    for name in ("item", "step", f"worth {given.currency}", "at least", "at most", "note"):
        table.add_column(name, justify="left" if name in {"item", "step", "note"} else "right")
    for value in values:
        numbers = (value.usd, value.least_usd, value.most_usd)
        cells = ["none" if n is None else f"{n:,.2f}" for n in numbers]
        table.add_row(Text(value.item), Text(f"{value.step:+g} {value.what}"), *cells, Text(value.note))
    Console().print(table)
