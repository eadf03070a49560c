"""Columns in the width there is."""

from __future__ import annotations

import pytest
from rich.console import Console

from optimizer.report.columns import Column, fits, megawatts, money, side_by_side, table_of, width_of

START = Column("start", ["00:00", "01:00"], left=True)
LONG = Column("northstar-training", ["0.249", "-"])


def shown(columns: list[Column], width: int) -> list[str]:
    console = Console(width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(table_of(columns, width))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_headers_stay_on_one_line_where_there_is_room() -> None:
    assert width_of([START, LONG], wrapped=False) == 5 + 2 + 18
    assert shown([START, LONG], 25) == [
        "start  northstar-training",
        "00:00               0.249",
        "01:00                   -",
    ]


def test_headers_break_between_their_words() -> None:
    assert width_of([START, LONG], wrapped=True) == 5 + 2 + 10
    assert shown([START, LONG], 24) == [
        "       northstar-",
        "start    training",
        "00:00       0.249",
        "01:00           -",
    ]


@pytest.mark.parametrize(
    ("name", "cells", "lines"),
    [
        ("s21-pro-row", ["34.57"], ["s21-", "pro-", "row"]),
        ("s21-pro-row", ["1,234.57"], ["s21-pro-", "row"]),
        ("idle nodes", ["0.1"], ["idle", "nodes"]),
        ("idle nodes", ["1234567890"], ["idle nodes"]),
        ("profit USD", ["12,345"], ["profit", "USD"]),
        ("USD/MWh", ["1.00"], ["USD/MWh"]),
        ("a_b.c", ["1"], ["a_", "b.", "c"]),
        ("x" * 30, ["1"], ["x" * 12, "x" * 12, "x" * 6]),
        ("-", ["1"], ["-"]),
    ],
)
def test_header_lines(name: str, cells: list[str], lines: list[str]) -> None:
    assert Column(name, cells).header(wrapped=True) == lines


def test_wide_letters_take_two_places() -> None:
    assert Column("北京", ["1"]).width(wrapped=False) == 4


def test_what_does_not_fit_stands_in_tables_below() -> None:
    others = [Column(f"item{i}", ["1.00", "2.00"]) for i in range(7)]
    tables = side_by_side(START, others, 5 + 3 * 7)
    assert [[c.name for c in table] for table in tables] == [
        ["start", "item0", "item1", "item2"],
        ["start", "item3", "item4", "item5"],
        ["start", "item6"],
    ]
    assert all(fits(table, 26) for table in tables)
    assert side_by_side(START, others[:1], 3) == [[START, others[0]]]  # one at least
    assert side_by_side(START, [], 80) == []


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ([34.5678, 0.3, 0.0], ["34.57", "0.30", "-"]),
        ([0.2135, 0.0], ["0.213", "-"]),
        ([0.0123, 0.004], ["0.0123", "0.0040"]),
        ([1234.56], ["1,234.6"]),
        ([0.0, 0.0], ["-", "-"]),
        ([], []),
    ],
)
def test_megawatts(values: list[float], cells: list[str]) -> None:
    assert megawatts(values) == cells


def test_money_has_no_minus_zero() -> None:
    assert money([-0.001, 1234.5, -2.0]) == ["0.00", "1,234.50", "-2.00"]
    assert money([-0.4, 1234.5], 0) == ["0", "1,234"]
