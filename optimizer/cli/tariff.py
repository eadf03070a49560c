"""`wattshift tariff import` and `wattshift tariff bill`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli.exits import ToldCommand, complain, guarded, say, tell

if TYPE_CHECKING:
    from optimizer.scenario.tariff import Tariff
    from optimizer.tariff.bill import Bill

tariffs = typer.Typer(help="Utilities' tariffs: import a URDB rate, bill a metered load.", no_args_is_help=True)

HOLIDAYS_HELP = "Calendar of public holidays, e.g. US or US-TX; a URDB rate names none."


@tariffs.command("import")
@guarded
def import_command(
    file: Annotated[Path, typer.Argument(help="A rate of OpenEI's Utility Rate Database, as JSON.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .toml or .json to write.")] = None,
    holidays: Annotated[str | None, typer.Option(help=HOLIDAYS_HELP)] = None,
) -> None:
    """Turn a URDB rate into a scenario's tariff, and name each field that it cannot honour."""
    from optimizer.files.whole import write_text
    from optimizer.tariff.errors import TariffError
    from optimizer.tariff.files import read_tariff, tariff_text

    if output is not None and output.suffix.lower() not in {".toml", ".json"}:
        raise TariffError("--output", f"{str(output)!r}", "a .toml or a .json")
    read = read_tariff(file)
    if not read.is_urdb:
        raise TariffError(file.name, "no URDB rate", "a JSON object with URDB's fields (energyratestructure, …)")
    tariff = _with_holidays(read.tariff, holidays)
    text = tariff_text(tariff, "toml" if output is None else output.suffix.lower()[1:])
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)
        say(f"written    {output}")
    for field in tariff.not_honoured:  # not into the tariff's own text, which lists them itself
        say(f"not honoured: {field}", err=output is None)


@tariffs.command("bill", cls=ToldCommand)
@guarded
def bill_command(
    file: Annotated[Path, typer.Argument(help="A URDB rate (JSON), a scenario, or a tariff (TOML or JSON).")],
    load: Annotated[Path, typer.Option(help="CSV with interval_start (with offsets) and load_kw.")],
    timezone: Annotated[str | None, typer.Option(help="IANA zone of the meter, e.g. America/Chicago.")] = None,
    history: Annotated[Path | None, typer.Option(help="Peaks before the load: CSV (month, peak_kw) or JSON.")] = None,
    holidays: Annotated[str | None, typer.Option(help=HOLIDAYS_HELP)] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the bill as one JSON object; notes go to stderr.")
    ] = False,
) -> None:
    """Bill a metered load under a tariff, month by month and line by line.

    Without --timezone the scenario's zone counts, else the clock that the load's times are written by.
    """
    from optimizer.tariff.bill import bill
    from optimizer.tariff.files import read_tariff
    from optimizer.tariff.history import read_history
    from optimizer.tariff.load import read_load

    read = read_tariff(file)
    metered = read_load(load)
    result = bill(
        _with_holidays(read.tariff, holidays),
        metered,
        timezone=timezone or read.zone,
        history=None if history is None else read_history(history),
    )
    if json:
        from optimizer.report.machine import output_object

        tell(output_object(result.as_dict()))
        for note in result.notes:
            complain(f"note: {note}")
    else:
        _print(read.tariff.name, result)


def _with_holidays(tariff: Tariff, holidays: str | None) -> Tariff:
    """Raises TariffError for a calendar that does not exist."""
    from optimizer.tariff.clock import check_holidays

    if holidays is None:
        return tariff
    check_holidays(holidays)
    return tariff.model_copy(update={"holidays": holidays})


def _print(name: str, result: Bill) -> None:
    """The bill as a table of the lines that bill something, its ratchets and what was assumed."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from optimizer.report.plain import plain

    shown = [line for line in result.months[0].lines if any(month.lines[line] for month in result.months)]
    table = Table(title=Text(plain(name)), box=None, pad_edge=False)
    for title in ("month", *(line.removesuffix("_usd") for line in shown), "total USD"):
        table.add_column(title, justify="left" if title == "month" else "right", no_wrap=True)
    for month in result.months:
        cells = [f"{month.lines[line]:,.2f}" for line in shown]
        table.add_row(month.month, *cells, f"{month.total_usd:,.2f}")
    sums = [f"{sum(month.lines[line] for month in result.months):,.2f}" for line in shown]
    table.add_row("all", *sums, f"{result.total_usd:,.2f}", style="bold")
    console = Console(highlight=False)
    console.print(table)
    for month in result.months:
        for line in month.demand:
            if line.ratchet_usd:
                words = f"{line.ratchet_usd:,.2f} USD of demand is its ratchet's"
                peaks = f"billed {line.billed_kw:,.1f} kW, own peak {line.peak_kw:,.1f} kW"
                console.print(Text(f"{month.month} {line.charge}: {words} ({peaks})"))
    for note in result.notes:
        console.print(Text(plain(f"note: {note}")))
    for field in result.not_honoured:
        console.print(Text(plain(f"not honoured: {field}")))
