"""`wattshift validate` and `wattshift schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.exits import guarded, say, tell
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario
from optimizer.errors import AskedError


@guarded
def validate_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a scenario: every fault at once, or what it says."""
    from optimizer.report.overview import overview

    given = read_scenario(scenario, state)
    if json:
        from optimizer.report.machine import scenario_object

        tell(scenario_object(given))
    else:
        say(overview(given))


@guarded
def schema_command(
    schedule: Annotated[
        bool, typer.Option("--schedule", help="Of a schedule: schedule.json, and what solve --json prints.")
    ] = False,
    words: Annotated[
        bool, typer.Option("--words", help="A page in place of it: a schedule's quantities and ledger kinds.")
    ] = False,
) -> None:
    """Print the JSON Schema of a scenario (or of a schedule), with descriptions."""
    if schedule and words:
        raise AskedError("--schedule and --words exclude each other")
    from optimizer.scenario.schema import schema_text
    from optimizer.schedule.page import vocabulary_page
    from optimizer.schedule.schema import schedule_schema_text

    typer.echo(vocabulary_page() if words else schedule_schema_text() if schedule else schema_text(), nl=False)
