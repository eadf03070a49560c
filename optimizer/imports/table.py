"""A price file as a table of text: every cell as it stands, with the row where it stands."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from optimizer.imports.errors import PriceFileError

MOST_BYTES = 1_000_000_000
TITLE_ROWS = 20
"""Rows above the header (a title, a logo) that are looked through for it."""
_NUMBER = re.compile(r"[-+−]?\$?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][-+]?\d{1,3})?")
_MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-", "--", "#n/a"})


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

    def find(self, *keys: str) -> str | None:
        """The first column whose key is one of these, in their order."""
        known = {key_of(column): column for column in reversed(self.columns)}
        return next((known[key] for key in keys if key in known), None)

    def where(self, keep: npt.NDArray[np.bool_]) -> Table:
        """The table's rows that are kept."""
        cells = {column: values[keep] for column, values in self.cells.items()}
        return Table(self.file, self.columns, cells, self.rows[keep])

    def error(self, at: int, column: str, found: str, allowed: str = "") -> PriceFileError:
        """An error about one cell."""
        return PriceFileError(self.file, found, allowed, row=int(self.rows[at]), column=column)

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """A column of numbers, NaN where the cell is empty. Thousands separators and `$` are understood."""
        values = np.empty(len(self.rows))
        for at, cell in enumerate(self.cells[column].tolist()):
            number = number_of(cell)
            if number is None:
                raise self.error(
                    at, column, f"{cell!r} is no number", "a number such as 25.1, -3.20 or 1,234.56, or empty"
                )
            values[at] = number
        return values


def number_of(text: str) -> float | None:
    """The number that a cell shows, NaN for an empty one, None where it shows none."""
    text = text.strip()
    if text.lower() in _MISSING:
        return float("nan")
    if text.startswith("(") and text.endswith(")"):  # bookkeepers' minus
        text = f"-{text[1:-1]}"
    if not _NUMBER.fullmatch(text) or not any(sign.isdigit() for sign in text):
        return None
    return float(text.replace(",", "").replace("$", "").replace("−", "-"))


def read_table(path: Path, header_keys: Iterable[Sequence[str]] = ()) -> Table:
    """Read a CSV or an Excel workbook (all of its sheets), alone or as the one file in a zip.

    `header_keys`: the keys that a header has, as alternatives each; without them the first row that is not
    blank is the header.
    """
    wanted = tuple(header_keys)
    data, name = _content(path)
    try:
        if name.lower().endswith((".xlsx", ".xlsm")):
            sheets = _sheets(data, path.name)
        else:
            sheets = [_lines(_text(data, path.name))]
    except (csv.Error, zipfile.BadZipFile) as error:
        raise PriceFileError(path.name, f"cannot be read: {error}", "a CSV file or an Excel workbook") from error
    tables = [found for sheet in sheets if (found := _table(path.name, sheet, wanted)) is not None]
    if not tables:
        if wanted:
            columns = ", ".join("/".join(keys) for keys in wanted)
            first = next((cells for sheet in sheets for _, cells in sheet if any(cells)), [])
            raise PriceFileError(
                path.name,
                f"no header with the columns {columns}; the first row is {', '.join(first[:8]) or 'empty'}",
                "the file as published, or another format",
            )
        raise PriceFileError(path.name, "no rows", "a header and at least one row of prices")
    return _joined(tables)


Rows = list[tuple[int, list[str]]]
"""(row of the file, its cells)"""


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


def _lines(text: str) -> Rows:
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    before = 0
    for cells in reader:
        rows.append((before + 1, [cell.strip() for cell in cells]))
        before = reader.line_num
    return rows


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


def _table(file: str, sheet: Rows, wanted: tuple[Sequence[str], ...]) -> Table | None:
    """The table of one sheet; None where it has no header or no rows."""
    filled = [(row, cells) for row, cells in sheet if any(cells)]
    head = next((at for at, (_, cells) in enumerate(filled[: TITLE_ROWS + 1]) if _has(cells, wanted)), None)
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
    return Table(file, columns, {column: grid[:, i] for i, column in enumerate(columns)}, rows)


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
    return Table(first.file, first.columns, cells, np.concatenate([t.rows for t in tables]))


def at_location(table: Table, column: str | None, location: str | None, kind: str | None = None) -> Table:
    """The rows of one location. `kind` is a column that tells namesakes apart (ERCOT's load zones come plain
    and energy-weighted); then `NAME:KIND` names one of them."""
    if column is None:
        if location is not None:
            raise PriceFileError(table.file, f"no column of locations, so no {location!r}", "no location")
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
