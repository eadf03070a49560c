"""A roll in a terminal: month by month, then totals, outcome and the audit's word."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimizer.operating.roll import DayRecord, Rolled
from optimizer.report.plain import plain
from optimizer.report.table import audit_line, outcome_line

MOST_NOTES = 10


def print_roll(console: Console, rolled: Rolled) -> None:
    """Everything that an operator wants to see of a roll that the audit accepts."""
    schedule = rolled.schedule
    console.print(Text(f"{schedule.scenario}: {len(rolled.days)} days from {rolled.days[0].day}", style="bold"))
    console.print(_months(rolled.days, schedule.currency))
    console.print()
    totals = Table(box=None, pad_edge=False, show_header=False)
    totals.add_column()
    totals.add_column(justify="right")
    for kind, usd in sorted(schedule.ledger_by_kind.items(), key=lambda entry: -entry[1]):
        totals.add_row(Text(kind.replace("_", " ")), Text(f"{usd:,.2f}"))
    totals.add_row(Text("profit"), Text(f"{schedule.profit_usd:,.2f}"), style="bold")
    console.print(totals)
    console.print()
    console.print(Text(plain(outcome_line(schedule))))
    for note in schedule.notes[:MOST_NOTES]:
        console.print(Text(plain(f"note: {note}")))
    if len(schedule.notes) > MOST_NOTES:
        console.print(Text(f"note: and {len(schedule.notes) - MOST_NOTES} more, in schedule.json"))
    console.print(Text(plain(audit_line(schedule, rolled.findings))))


def _months(days: Sequence[DayRecord], currency: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("month", "days", f"planned {currency}", f"settled {currency}", "worst gap"):
        table.add_column(name, justify="left" if name == "month" else "right")
    months: dict[str, list[DayRecord]] = {}
    for day in days:
        months.setdefault(day.day[:7], []).append(day)
    for month, its in [*months.items(), ("all", list(days))]:
        gaps = [day.gap for day in its if day.gap is not None]
        table.add_row(
            month,
            str(len(its)),
            f"{sum(day.planned_profit_usd for day in its):,.2f}",
            f"{sum(day.settled_profit_usd for day in its):,.2f}",
            f"{max(gaps):.2e}" if gaps else "none",
            style="bold" if month == "all" else None,
        )
    return table
