"""A price file as a table of text: every cell as it stands, with the row where it stands."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from optimizer.imports.errors import PriceFileError
from optimizer.imports.numbers import DecimalQuestion, DecimalSign, decimal_sign, is_missing, number_of, shows_number

MOST_BYTES = 1_000_000_000
TITLE_ROWS = 20
"""Rows above the header (a title, a logo) that are looked through for it."""
LINES_TO_TELL = 200
"""Lines by which the separator and the usual width of a row are told."""
Flags = npt.NDArray[np.bool_]
Rows = list[tuple[int, list[str]]]
"""(row of the file, its cells)"""


def key_of(column: str) -> str:
    """A column's name without case, spaces and punctuation: `Delivery Date` and `deliveryDate` are one."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


@dataclass(frozen=True, eq=False)
class Table:
    """Cells as text, without blank rows. `rows` is where each stands in the file, counted from 1."""

    file: str
    columns: tuple[str, ...]
    cells: dict[str, npt.NDArray[np.object_]]
    rows: npt.NDArray[np.int64]
    separator: str = ","
    """What stands between the cells of the file; empty for a workbook."""
    titles: tuple[str, ...] = ()
    """What stands above the header, a row each."""

    def find(self, *keys: str) -> str | None:
        """The first column whose key is one of these, in their order."""
        known = {key_of(column): column for column in reversed(self.columns)}
        return next((known[key] for key in keys if key in known), None)

    def column(self, *keys: str) -> str:
        """The first column whose key is one of these; an error where there is none."""
        found = self.find(*keys)
        if found is None:
            raise PriceFileError(self.file, f"no column {' or '.join(keys)}", f"one of {', '.join(self.columns)}")
        return found

    def asked_or(self, asked: str | None, *keys: str) -> str:
        """The column asked for by name, else the first whose key is one of these."""
        return asked if asked in self.cells else self.column(*(keys if asked is None else [key_of(asked)]))

    def refuse_location(self, location: str | None) -> None:
        """An error where a location is asked for in a file of one price."""
        if location is not None:
            raise PriceFileError(self.file, f"no column of locations, so no {location!r}", "no location")

    def where(self, keep: npt.NDArray[np.bool_]) -> Table:
        """The table's rows that are kept."""
        cells = {column: values[keep] for column, values in self.cells.items()}
        return replace(self, cells=cells, rows=self.rows[keep])

    def with_columns(self, cells: dict[str, npt.NDArray[np.object_]]) -> Table:
        """The table with columns made from its own, beside them."""
        return replace(self, columns=(*self.columns, *cells), cells=self.cells | cells)

    def error(self, at: int, column: str, found: str, allowed: str = "") -> PriceFileError:
        """An error about one cell."""
        return PriceFileError(self.file, found, allowed, row=int(self.rows[at]), column=column)

    def is_empty(self, column: str) -> Flags:
        """Which rows have no number in a column, (rows,)."""
        return np.array([is_missing(cell) for cell in self.cells[column].tolist()], dtype=bool)

    def decimal_sign(self, column: str) -> tuple[DecimalSign, str | None]:
        """The decimal sign of a column's numbers, and what is to be said about it; an error where the file leaves it
        open."""
        others = (self.cells[other].tolist() for other in self.columns if other != column)
        try:
            return decimal_sign(self.cells[column].tolist(), self.separator, others)
        except DecimalQuestion as question:
            raise PriceFileError(
                self.file,
                f"{question}; the file does not tell which",
                "say it: decimal (--decimal comma or --decimal point)",
                column=column,
            ) from None

    def numbers(self, column: str, sign: DecimalSign = "point") -> npt.NDArray[np.float64]:
        """A column of numbers, NaN where the cell is empty. Thousands separators and `$` are understood."""
        values = np.empty(len(self.rows))
        for at, cell in enumerate(self.cells[column].tolist()):
            number = number_of(cell, sign)
            if number is None:
                allowed = "25.1, -3.20 or 1,234.56" if sign == "point" else "25,1, -3,20 or 1.234,56"
                if sign == "point" and number_of(cell, "comma") is not None:
                    allowed += "; with decimal commas say so: decimal (--decimal comma)"
                raise self.error(at, column, f"{cell!r} is no number", f"a number such as {allowed}, or empty")
            values[at] = number
        return values


@dataclass(frozen=True)
class Sheets:
    """A price file's sheets of cells; a CSV is one."""

    file: str
    sheets: tuple[Rows, ...]
    separator: str

    def has_header(self, wanted: Iterable[Sequence[str]]) -> bool:
        """Whether a header with these keys, alternatives each, stands within the first rows of a sheet."""
        keys = tuple(wanted)
        return any(_has(cells, keys) for sheet in self.sheets for _, cells in _filled(sheet)[: TITLE_ROWS + 1])

    def table(self, header_keys: Iterable[Sequence[str]] = ()) -> Table:
        """The cells under the header that has these keys, alternatives each; without keys, under the first row that
        looks like one."""
        wanted = tuple(header_keys)
        tables = [found for sheet in self.sheets if (found := _table(self, sheet, wanted)) is not None]
        if not tables:
            if wanted:
                columns = ", ".join("/".join(keys) for keys in wanted)
                first = next((cells for sheet in self.sheets for _, cells in sheet if any(cells)), [])
                raise PriceFileError(
                    self.file,
                    f"no header with the columns {columns}; the first row is {', '.join(first[:8]) or 'empty'}",
                    "the file as published, or another format",
                )
            raise PriceFileError(self.file, "no rows", "a header and at least one row of prices")
        return _joined(tables)


def read_sheets(path: Path) -> Sheets:
    """Read a CSV or an Excel workbook (all of its sheets), alone or as the one file in a zip."""
    data, name = _content(path)
    try:
        if name.lower().endswith((".xlsx", ".xlsm")):
            return Sheets(path.name, tuple(_sheets(data, path.name)), "")
        rows, separator = _lines(_text(data, path.name))
        return Sheets(path.name, (rows,), separator)
    except (csv.Error, zipfile.BadZipFile) as error:
        raise PriceFileError(path.name, f"cannot be read: {error}", "a CSV file or an Excel workbook") from error


def _content(path: Path) -> tuple[bytes, str]:
    """Bytes and name of the file, or of the one data file in a zip."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PriceFileError(path.name, "larger than 1 GB", "one market's prices of some years")
        data = path.read_bytes()
    except OSError as error:
        raise PriceFileError(str(path), f"cannot be read: {error.strerror or error}") from error
    if path.suffix.lower() != ".zip":
        return data, path.name
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if m.filename.lower().endswith((".csv", ".xlsx", ".txt"))]
            if len(members) != 1 or members[0].file_size > MOST_BYTES:
                raise PriceFileError(
                    path.name,
                    f"a zip with {len(members)} price files",
                    "one CSV or workbook; unpack it first",
                )
            return archive.read(members[0]), members[0].filename
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise PriceFileError(path.name, f"not a readable zip: {error}") from error


def _text(data: bytes, file: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PriceFileError(file, "not UTF-8 text", "CSV in UTF-8, or .xlsx", row=line) from error
    if "\0" in text:
        raise PriceFileError(file, "not text: it holds zero bytes", "CSV in UTF-8, or .xlsx")
    return text


def _lines(text: str) -> tuple[Rows, str]:
    """The rows of a CSV, and what separates its cells."""
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    before = 0
    for cells in reader:
        rows.append((before + 1, [cell.strip() for cell in cells]))
        before = reader.line_num
    return rows, separator


def _separator(text: str) -> str:
    """The sign that most lines have equally often. Of equals `;` goes before the comma, which may be a decimal sign."""
    filled = (line for line in io.StringIO(text) if line.strip())
    lines = list(itertools.islice(filled, LINES_TO_TELL))

    def agreement(sign: str) -> int:
        counts = Counter(count for line in lines if (count := line.count(sign)))
        return max(counts.values(), default=0)

    best = max("\t;,", key=agreement)
    return best if agreement(best) else ","


def _sheets(data: bytes, file: str) -> list[Rows]:
    import pandas as pd

    try:
        frames = pd.read_excel(io.BytesIO(data), sheet_name=None, header=None, dtype=object, engine="openpyxl")
    except ImportError as error:
        raise PriceFileError(
            file, "a workbook, and openpyxl is not installed", "pip install openpyxl, or save it as CSV"
        ) from error
    except Exception as error:  # openpyxl raises whatever a broken workbook leads to
        raise PriceFileError(file, f"not a readable workbook: {error}", "the .xlsx, or CSV") from error
    return [
        [(at + 1, [_cell(value) for value in row]) for at, row in enumerate(frame.to_numpy().tolist())]
        for frame in frames.values()
    ]


def _cell(value: object) -> str:
    """A workbook's cell as it would stand in a CSV."""
    if value is None or value != value:  # noqa: PLR0124  NaN and NaT differ from themselves
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _filled(sheet: Rows) -> Rows:
    return [(row, cells) for row, cells in sheet if any(cells)]


def _table(source: Sheets, sheet: Rows, wanted: tuple[Sequence[str], ...]) -> Table | None:
    """The table of one sheet; None where it has no header or no rows."""
    file = source.file
    filled = _filled(sheet)
    head = _header_at([cells for _, cells in filled[:LINES_TO_TELL]], wanted)
    if head is None or head + 1 == len(filled):
        return None
    columns = _unique(filled[head][1])
    body = filled[head + 1 :]
    width = len(columns)
    for row, cells in body:
        if len(cells) > width and any(cells[width:]):
            raise PriceFileError(
                file,
                f"{len(cells)} cells under {width} column names",
                "one cell a column; a number with thousands separators stands in quotes",
                row=row,
            )
    padded = [(cells + [""] * width)[:width] for _, cells in body]
    grid = np.empty((len(padded), width), dtype=object)
    grid[:] = padded
    rows = np.array([row for row, _ in body], dtype=np.int64)
    cells_of = {column: grid[:, i] for i, column in enumerate(columns)}
    titles = tuple(" ".join(filter(None, cells)) for _, cells in filled[:head])
    return Table(file, columns, cells_of, rows, source.separator, titles)


def _header_at(rows: list[list[str]], wanted: tuple[Sequence[str], ...]) -> int | None:
    """Which of the first rows is the header: the one with the columns wanted; without any, the first that is as wide as
    most rows and has names only over values, else the first with two cells."""
    first = rows[: TITLE_ROWS + 1]
    if wanted:
        return next((at for at, cells in enumerate(first) if _has(cells, wanted)), None)
    if not rows:
        return None
    widths = [sum(map(bool, cells)) for cells in rows]
    usual = max(2, Counter(widths).most_common(1)[0][0])
    has_value = [any(map(_is_value, cells)) for cells in (*rows[: len(first) + 1], [])]
    named = (at for at in range(len(first)) if widths[at] >= usual and has_value[at + 1] and not has_value[at])
    several = (at for at, width in enumerate(widths[: len(first)]) if width > 1)
    return next(named, next(several, 0))


def _is_value(cell: str) -> bool:
    """Whether a cell is a number or begins as a date does, and so is no name of a column."""
    return shows_number(cell) or re.match(r"\d{1,4}[-/.]\d", cell) is not None


def _has(cells: list[str], wanted: tuple[Sequence[str], ...]) -> bool:
    keys = {key_of(cell) for cell in cells}
    return all(keys.intersection(alternatives) for alternatives in wanted)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Column names, numbered where blank or repeated."""
    unique: list[str] = []
    for at, name in enumerate(names):
        label = name or f"column {at + 1}"
        unique.append(label if label not in unique else f"{label} ({at + 1})")
    return tuple(unique)


def _joined(tables: list[Table]) -> Table:
    """Sheets of one workbook below each other; they must have the same columns."""
    first = tables[0]
    if len(tables) == 1:
        return first
    for other in tables[1:]:
        if other.columns != first.columns:
            raise PriceFileError(
                first.file, "sheets with different columns", "one table a file; save the sheet wanted as CSV"
            )
    cells = {column: np.concatenate([t.cells[column] for t in tables]) for column in first.columns}
    return replace(first, cells=cells, rows=np.concatenate([t.rows for t in tables]))


def at_location(table: Table, column: str | None, location: str | None, kind: str | None = None) -> Table:
    """The rows of one location. `kind` is a column that tells namesakes apart (ERCOT's load zones come plain
    and energy-weighted); then `NAME:KIND` names one of them."""
    if column is None:
        table.refuse_location(location)
        return table
    names = table.cells[column]
    if kind is not None:
        kinds: dict[str, set[str]] = {}
        for name, of in zip(names.tolist(), table.cells[kind].tolist(), strict=True):
            kinds.setdefault(name, set()).add(of)
        twice = {name for name, of in kinds.items() if len(of) > 1}
        labels = [
            f"{name}:{of}" if name in twice else name
            for name, of in zip(names.tolist(), table.cells[kind].tolist(), strict=True)
        ]
        names = np.array(labels, dtype=object)
    there = sorted({str(name) for name in names.tolist()})
    if location is None:
        if len(there) == 1:
            return table
        raise PriceFileError(
            table.file, f"{len(there)} locations: {_some(there)}", "choose one: location (--location)", column=column
        )
    keep = np.array([str(name).casefold() == location.strip().casefold() for name in names.tolist()], dtype=bool)
    if not keep.any():
        near = [name for name in there if name.casefold().startswith(location.strip().casefold())]
        raise PriceFileError(table.file, f"no location {location!r}", f"one of {_some(near or there)}", column=column)
    return table.where(keep)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:25])
    return shown if len(names) <= 25 else f"{shown}, … ({len(names)} in all)"
