"""`wattshift validate` and `wattshift schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.cli.exits import guarded, say
from optimizer.cli.source import SCENARIO_HELP, STATE_HELP, read_scenario


@guarded
def validate_command(
    scenario: Annotated[str, typer.Argument(help=SCENARIO_HELP)],
    state: Annotated[Path | None, typer.Option(help=STATE_HELP)] = None,
) -> None:
    """Check a scenario: every fault at once, or what it says."""
    from optimizer.report.overview import overview

    say(overview(read_scenario(scenario, state)))


@guarded
def schema_command(
    words: Annotated[
        bool, typer.Option("--words", help="The words of a schedule in place of it: quantities and ledger kinds.")
    ] = False,
) -> None:
    """Print the JSON Schema of a scenario, with descriptions."""
    from optimizer.scenario.schema import schema_text
    from optimizer.schedule.page import vocabulary_page

    typer.echo(vocabulary_page() if words else schema_text(), nl=False)
