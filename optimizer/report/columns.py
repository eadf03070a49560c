"""Columns of numbers in the width that a terminal has.

A table is laid out as wide as it has to be and no wider: headers break at `-`, `_`, `.` and blanks, never
numbers. What does not fit beside the rest goes into tables below, which repeat the first column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

GAP = 2
LONGEST_WORD = 12
"""A header's word is broken behind so many characters."""


@dataclass(frozen=True)
class Column:
    """A header and its cells, ready to be shown."""

    name: str
    cells: list[str]
    left: bool = False

    @property
    def cell_width(self) -> int:
        return max(map(cell_len, self.cells), default=0)

    def header(self, *, wrapped: bool) -> list[str]:
        """The header's lines: one, or as many as the numbers' width asks for."""
        if not wrapped:
            return [self.name]
        words = [
            word[i : i + LONGEST_WORD]
            for word in re.findall(r"[^-_. ]+[-_.]*|[-_.]+", self.name)
            for i in range(0, len(word), LONGEST_WORD)
        ]
        width = max([self.cell_width, *map(cell_len, words)])
        lines: list[str] = []
        for word in words:
            apart = "" if not lines or lines[-1][-1] in "-_." else " "
            if lines and cell_len(lines[-1] + apart + word) <= width:
                lines[-1] += apart + word
            else:
                lines.append(word)
        return lines

    def width(self, *, wrapped: bool) -> int:
        return max([self.cell_width, *map(cell_len, self.header(wrapped=wrapped))])


def width_of(columns: Sequence[Column], *, wrapped: bool) -> int:
    """What a table of the columns takes."""
    return sum(column.width(wrapped=wrapped) for column in columns) + GAP * (len(columns) - 1)


def table_of(columns: Sequence[Column], width: int) -> Table:
    """The table, with headers on one line where there is room for it."""
    wrapped = width_of(columns, wrapped=False) > width
    table = Table(box=None, pad_edge=False)
    for column in columns:
        header = Text("\n".join(column.header(wrapped=wrapped)))
        table.add_column(header, justify="left" if column.left else "right", no_wrap=True, vertical="bottom")
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, cells))
    return table


def fits(columns: Sequence[Column], width: int) -> bool:
    """Whether a table of the columns has room, with its headers wrapped."""
    return width_of(columns, wrapped=True) <= width


def side_by_side(first: Column, others: Sequence[Column], width: int) -> list[list[Column]]:
    """The other columns in tables that each begin with the first and fit; one at least in each."""
    tables: list[list[Column]] = []
    for column in others:
        if not tables or not fits([*tables[-1], column], width):
            tables.append([first])
        tables[-1].append(column)
    return tables


def megawatts(values: Sequence[float]) -> list[str]:
    """Power of one item over time: three digits or so of its highest, a dash where there is none."""
    highest = max(map(abs, values), default=0.0)
    digits = 1 if highest >= 1000 else 2 if highest >= 1 else 3 if highest >= 0.1 else 4
    return [f"{value:,.{digits}f}" if value else "-" for value in values]


def money(values: Sequence[float], digits: int = 2) -> list[str]:
    """Amounts with thousands separated, and no minus before a zero."""
    return [f"{round(value, digits) + 0.0:,.{digits}f}" for value in values]
