"""`wattshift import prices`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from optimizer.cli.exits import guarded, say, tell
from optimizer.errors import AskedError


@guarded
def import_prices_command(
    file: Annotated[Path, typer.Argument(help="A market's price file.")],
    timezone: Annotated[str, typer.Option(help="IANA zone of local times, e.g. America/Chicago.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV to write, as a scenario takes it.")],
    form: Annotated[
        Literal["auto", "csv", "ercot", "gridstatus", "nyiso", "caiso", "isone", "aeso", "ieso", "aemo", "entsoe"],
        typer.Option("--format", help="How the file is laid out; auto: by its header, else csv."),
    ] = "auto",
    location: Annotated[str | None, typer.Option(help="Settlement point, where the file has several.")] = None,
    column: Annotated[str | None, typer.Option(help="Column with the prices, where it is not plain.")] = None,
    decimal: Annotated[
        Literal["point", "comma"] | None, typer.Option(help="Sign before the decimals, where the file leaves it open.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Unit of the prices, where the file names none: USD/MWh, USD/kWh, c/kWh, ...")
    ] = None,
    stamps: Annotated[
        Literal["beginning", "ending"] | None,
        typer.Option(help="What a time tells of its interval, where the file does not say."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Read a market's price file into the series that a scenario takes, and say what was found."""
    from optimizer.imports.prices import import_prices

    if output.resolve() == file.resolve() or (output.exists() and file.exists() and output.samefile(file)):
        raise AskedError(f"{output}: this is the file to read, which is not overwritten; choose another --output")
    imported = import_prices(
        file,
        format=form,
        timezone=timezone,
        location=location,
        column=column,
        decimal=decimal,
        unit=unit,
        stamps=stamps,
    )
    imported.write_csv(output)
    if json:
        from optimizer.report.machine import output_object

        tell(output_object(imported.report.as_dict()))
        return
    for line in imported.report.lines():
        say(line)
    say(f"written    {output}")
