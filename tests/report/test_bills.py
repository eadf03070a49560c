"""The utility's bill in a terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from optimizer import Schedule, plan
from optimizer.report.bills import bill_tables
from tests.model.bill.tariffs import LAST_HOUR, charge, month, under
from tests.toys import group_fleet, scenario

RATCHET = {"share": 0.5}


def printed(schedule: Schedule, width: int) -> list[list[str]]:
    """The words of each line of the tables."""
    console = Console(file=StringIO(), width=width)
    for table in bill_tables(schedule, width):
        console.print(table)
    assert isinstance(console.file, StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_demand_by_month_and_charge_and_the_bill_by_line() -> None:
    # January: 0.5 MW before, 1 MW now. February: 0.5 MW by the ratchet, 1 MW of its own. Expected in January: 0.75 MW.
    tariff = {"demand": [charge(0.02, ratchet=RATCHET)], "fixed": {"usd_per_month": 7.0}}
    expected = [{"charge": "flat", "month": "2026-01", "peak_mw": 0.75}]
    given = under(tariff, [50, 50], state=month(peaks_mw={"flat": 0.5}), expected_peaks=expected, time=LAST_HOUR)
    lines = printed(plan(given), 120)
    head = "demand MW before expected peak ratchet billed month so far USD this plan adds USD later at least"
    assert head.split() in lines
    row = "2026-01 flat 0.500 0.750 1.00 - 1.00 20.00 5.00 0.500"
    assert row.split() in lines
    assert ["bill", "so", "far", "USD", "2026-01", "2026-02"] in lines
    assert ["demand", "20.00", "20.00"] in lines
    assert ["fixed", "7.00", "7.00"] in lines
    assert ["total", "77.00", "77.00"] in lines
    assert not any(line[:1] == ["tax"] for line in lines)


def test_a_narrow_terminal_has_further_tables() -> None:
    tariff = {"demand": [charge(0.02, ratchet=RATCHET)]}
    lines = printed(plan(under(tariff, [50])), 40)
    assert sum(line[:2] == ["2026-01", "flat"] for line in lines) > 1


def test_without_a_tariff_there_is_no_bill() -> None:
    assert printed(plan(scenario([50], fleets=[group_fleet()])), 80) == []
