"""`wattshift value`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import guarded, tell
from optimizer.cli.how import solving
from optimizer.cli.moment import moment
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import AskedError

if TYPE_CHECKING:
    from optimizer.planning.how import HowToSolve
    from optimizer.scenario.horizon import Horizon


@guarded
@solving(gap=1e-6)
def value_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    at: Annotated[str, typer.Option(help="Period: a local time inside it, e.g. 2026-01-15T18:00, or 18:00.")],
    item: Annotated[list[str] | None, typer.Option(help="Only this item (site, a hall, fleet, contract).")] = None,
    step: Annotated[float, typer.Option(min=1e-6, max=1e6, help="How many MW, groups or GPU-hours to move by.")] = 1.0,
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    *,
    how: HowToSolve,
) -> None:
    """What one more (and one less) MW of a limit, group of a fleet or GPU-hour of a contract is worth in a period,
    from solving again with it moved; with the range that the proofs allow."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from optimizer.insight.value import marginal_values
    from optimizer.report.progress import CountProgress

    given = read_scenario(scenario, state)
    horizon = given.horizon
    period = _period(at, horizon)
    with CountProgress("value", "solves") as progress:
        values = marginal_values(
            given,
            period,
            items=frozenset(item) if item else None,
            how=how,
            step=step,
            told=progress,
        )
    if json:
        from optimizer.report.machine import output_object

        tell(output_object({"values": [asdict(value) for value in values]}))
        return
    table = Table(box=None, pad_edge=False, title=Text(f"{given.name} at {horizon.label(period)}"))
    for name in ("item", "step", f"worth {given.currency}", "at least", "at most", "note"):
        table.add_column(name, justify="left" if name in {"item", "step", "note"} else "right")
    for value in values:
        numbers = (value.usd, value.least_usd, value.most_usd)
        cells = ["none" if n is None else f"{n:,.2f}" for n in numbers]
        table.add_row(Text(value.item), Text(f"{value.step:+g} {value.what}"), *cells, Text(value.note))
    Console().print(table)


def _period(at: str, horizon: Horizon) -> int:
    """The period that a moment lies in. Raises AskedError where it lies in none."""
    until = horizon.hours_until(moment(at, "--at", horizon)).tolist()
    for period, hours in enumerate(until):
        if 0.0 <= hours < horizon.hours:
            return period
    raise AskedError(f"--at {at}: outside the horizon, {horizon.label(0)} to {horizon.end.isoformat()}")
