"""The utility's bill in a terminal: demand by month and charge, and each month's bill so far by line."""

from __future__ import annotations

from rich.table import Table

from optimizer.report.columns import Column, megawatts, money, side_by_side, table_of
from optimizer.scenario.charges import CHARGES
from optimizer.schedule import DemandLine, Schedule

_SHOWN = [(kind.words, kind.field) for kind in CHARGES if not kind.credit]
LINES = dict([_SHOWN[0], ("adders", "adders_usd"), *_SHOWN[1:]])
"""Lines of a month's bill, as they are shown."""


def bill_tables(schedule: Schedule, width: int) -> list[Table]:
    """The tables of a plan under a tariff; none without one."""
    if not schedule.bills:
        return []
    tables = _demand(schedule, width) if any(bill.demand for bill in schedule.bills) else []
    return [*tables, *_so_far(schedule, width)]


def _demand(schedule: Schedule, width: int) -> list[Table]:
    """One row for each charge in force in each month."""
    lines = [(bill.month, line) for bill in schedule.bills for line in bill.demand]
    currency = schedule.currency

    def power(name: str, field: str) -> Column:
        return Column(name, megawatts([float(getattr(line, field)) for _, line in lines]))

    def usd(name: str, field: str) -> Column:
        return Column(f"{name} {currency}", money([float(getattr(line, field)) for _, line in lines]))

    first = Column("demand MW", [f"{month} {line.charge}" for month, line in lines], left=True)
    columns = [
        power("before", "before_mw"),
        power("expected", "expected_mw"),
        power("peak", "peak_mw"),
        power("ratchet", "ratchet_mw"),
        power("billed", "billed_mw"),
        usd("month so far", "usd"),
        usd("this plan adds", "added_usd"),
    ]
    if any(_hands_on(line) for _, line in lines):
        columns.append(power("later at least", "hands_on_mw"))
    return [table_of(part, width) for part in side_by_side(first, columns, width)]


def _hands_on(line: DemandLine) -> bool:
    return line.hands_on_mw > 0.0


def _so_far(schedule: Schedule, width: int) -> list[Table]:
    """Each month's bill by line, a column a month; lines of nothing are left out."""
    bills = schedule.bills
    shown = {name: field for name, field in LINES.items() if any(getattr(bill, field) for bill in bills)}
    first = Column(f"bill so far {schedule.currency}", [*shown, "total"], left=True)
    months = [
        Column(bill.month, money([*(float(getattr(bill, field)) for field in shown.values()), bill.total_usd]))
        for bill in bills
    ]
    return [table_of(part, width) for part in side_by_side(first, months, width)]
