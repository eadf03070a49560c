"""`wattshift init`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.exits import guarded, say, tell
from optimizer.errors import AskedError


@guarded
def init_command(
    folder: Annotated[Path | None, typer.Argument(help="Folder to make.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the examples.")] = False,
    example: Annotated[str | None, typer.Option(help="Example to copy; default: the West-Texas day.")] = None,
    prices: Annotated[Path | None, typer.Option(help="Your price file (see `wattshift import prices`).")] = None,
    fleets: Annotated[Path | None, typer.Option(help="Your fleet list: name, model, units, groups, …")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA zone of the facility, with --prices.")] = None,
    location: Annotated[str | None, typer.Option(help="Settlement point, where --prices has several.")] = None,
    column: Annotated[str | None, typer.Option(help="Column with the prices, where it is not plain.")] = None,
    decimal: Annotated[
        Literal["point", "comma"] | None, typer.Option(help="Sign before the decimals of --prices.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of --prices, where the file names none: USD/kWh, ...")] = None,
    stamps: Annotated[
        Literal["beginning", "ending"] | None, typer.Option(help="What a time of --prices tells of its interval.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="Local day to plan, YYYY-MM-DD; default: the last whole one.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Start a scenario: copy an example, or make one from your own prices and fleets."""
    from optimizer.starter import DEFAULT_EXAMPLE, copy_example, start_from

    if list_:
        _list(json=json)
        return
    if folder is None:
        raise AskedError("name the folder to make, e.g. `wattshift init my-site`; --list shows the examples")
    if (prices is None) != (fleets is None):
        raise AskedError("--prices and --fleets go together: a scenario needs both")
    given = {"--timezone": timezone, "--location": location, "--column": column, "--day": day}
    given |= {"--decimal": decimal, "--unit": unit, "--stamps": stamps}
    if prices is None and any(value is not None for value in given.values()):
        alone = ", ".join(option for option, value in given.items() if value is not None)
        raise AskedError(f"{alone}: only with --prices and --fleets")
    if prices is not None and fleets is not None:
        if example is not None:
            raise AskedError("--example and --prices exclude each other")
        if timezone is None:
            raise AskedError("--timezone is needed with --prices, e.g. --timezone America/Chicago")
        started = start_from(
            prices,
            fleets,
            folder,
            timezone=timezone,
            location=location,
            column=column,
            decimal=decimal,
            unit=unit,
            stamps=stamps,
            day=_day(day),
        )
        start, assumptions, files = started.start.isoformat(), list(started.assumptions), list(started.files)
    else:
        start, assumptions, files = None, [], list(copy_example(example or DEFAULT_EXAMPLE, folder))
    if json:
        from optimizer.report.machine import output_object

        made = {"files": [str(file) for file in files], "planned_day": start, "assumptions": assumptions}
        tell(output_object(made))
        return
    if start is not None:
        typer.echo(f"planned day: {start}")
    for assumption in assumptions:
        say(f"assumed: {assumption}")
    say(f"made {', '.join(str(file) for file in files)}; next: wattshift solve {folder}")


def _list(*, json: bool) -> None:
    from optimizer.starter import examples

    if json:
        from optimizer.report.machine import output_object

        tell(output_object({"examples": [{"name": each.name, "description": each.description} for each in examples()]}))
        return
    for shipped in examples():
        typer.echo(f"{shipped.name}: {shipped.description}")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise AskedError(f"--day {text!r} is no day; YYYY-MM-DD, e.g. 2026-07-01") from None
