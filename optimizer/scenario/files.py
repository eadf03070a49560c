"""Series files: columns of CSV and Parquet with offset-aware interval starts, from the scenario's own folder."""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

from optimizer.scenario.base import FIRST_YEAR, LAST_YEAR

MOST_BYTES = 256_000_000
MOST_ROWS = 2_000_000
LOCAL_DAYS = frozenset({1380.0, 1440.0, 1500.0})
"""Minutes of a local day that may change the clocks."""


class SeriesFileError(ValueError):
    """A file that gives no series: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.allowed = allowed


class SeriesFiles:
    """Reads columns below one folder; each file is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[Path, dict[str, list[Any]]] = {}

    def read(self, file: str, column: str, time_column: str = "interval_start") -> dict[str, Any]:
        """The column as a timed series: start, interval_minutes, values (None where blank), source."""
        if not all(isinstance(v, str) for v in (file, column, time_column)):
            raise SeriesFileError("file, column and time_column are not all text", "text")
        path = self._inside(file)
        table = self._table(path, file)
        for name in (time_column, column):
            if name not in table:
                raise SeriesFileError(f"{file} has no column {name!r}", f"one of: {', '.join(table)}")
        label = f"{file}, column {column}"
        starts = [_instant(cell, row, f"{file}, column {time_column}") for row, cell in table[time_column]]
        values = [_value(cell, starts[i], label) for i, (_, cell) in enumerate(table[column])]
        return _timed(starts, values, label)

    def _inside(self, file: str) -> Path:
        if "://" in file or "\x00" in file:
            raise SeriesFileError(f"{file!r} is an address", "a file in the scenario's own folder")
        given = PurePath(file)
        if given.is_absolute() or ".." in given.parts:
            raise SeriesFileError(f"{file!r} leads out of the scenario's folder", "a file in that folder")
        if given.suffix.lower() not in {".csv", ".parquet"}:
            raise SeriesFileError(f"{file!r} is no series file", "a .csv or .parquet file")
        try:
            root = self._folder.resolve(strict=True)
            path = (root / file).resolve(strict=True)
        except (OSError, RuntimeError):
            raise SeriesFileError(f"there is no file {file!r} in the scenario's folder") from None
        if not path.is_relative_to(root):
            raise SeriesFileError(f"{file!r} leads out of the scenario's folder", "a file in that folder")
        if not path.is_file():
            raise SeriesFileError(f"{file!r} is no regular file", "a .csv or .parquet file")
        return path

    def _table(self, path: Path, file: str) -> dict[str, list[Any]]:
        if path not in self._tables:
            try:
                if path.stat().st_size > MOST_BYTES:
                    raise SeriesFileError(f"{file} has {path.stat().st_size} bytes", f"at most {MOST_BYTES}")
                read = _csv_columns if path.suffix.lower() == ".csv" else _parquet_columns
                self._tables[path] = read(path, file)
            except OSError as error:
                raise SeriesFileError(f"{file} cannot be read ({error.strerror or error})") from None
        return self._tables[path]


def _csv_columns(path: Path, file: str) -> dict[str, list[Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(stream, skipinitialspace=True)
            header = [name.strip() for name in next(rows, [])]
            if not header:
                raise SeriesFileError(f"{file} is empty", "a header line and one row per interval")
            if len(set(header)) < len(header):
                twice = next(name for name in header if header.count(name) > 1)
                raise SeriesFileError(f"{file} has two columns named {twice!r}", "each name once")
            table: dict[str, list[Any]] = {name: [] for name in header}
            columns = list(table.values())
            for row in rows:
                if not row:
                    continue
                if len(row) != len(header):
                    raise SeriesFileError(
                        f"{file}, line {rows.line_num}: {len(row)} cells", f"{len(header)}, as in the header"
                    )
                for cells, cell in zip(columns, row, strict=True):
                    cells.append((rows.line_num, cell))
                if len(columns[0]) > MOST_ROWS:
                    raise SeriesFileError(f"{file} has more than {MOST_ROWS} rows", f"at most {MOST_ROWS}")
    except UnicodeDecodeError as error:
        raise SeriesFileError(f"{file}: byte {error.start} is not UTF-8", "UTF-8 text") from None
    except csv.Error as error:
        raise SeriesFileError(f"{file}: no valid CSV ({error})") from None
    return table


def _parquet_columns(path: Path, file: str) -> dict[str, list[Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as source:
            if source.metadata.num_rows > MOST_ROWS:
                raise SeriesFileError(f"{file} has {source.metadata.num_rows} rows", f"at most {MOST_ROWS}")
            table = source.read()
        if len(set(table.column_names)) < len(table.column_names):
            raise SeriesFileError(f"{file} has two columns of one name", "each name once")
        columns = zip(table.column_names, table.columns, strict=True)
        return {str(name): list(enumerate(cells.to_pylist(), start=1)) for name, cells in columns}
    except (pyarrow.ArrowException, OverflowError, ValueError) as error:
        if isinstance(error, SeriesFileError):
            raise
        raise SeriesFileError(f"{file}: no valid Parquet ({str(error).splitlines()[0][:100]})") from None


def _instant(cell: Any, row: int, label: str) -> float:
    """UTC minutes of a timestamp."""
    try:
        when = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    except ValueError:
        raise SeriesFileError(
            f"{label}, row {row}: {str(cell)[:40]!r} is no timestamp", "ISO 8601, e.g. 2026-01-15T00:00:00-06:00"
        ) from None
    if when.tzinfo is None:
        raise SeriesFileError(
            f"{label}, row {row}: {when.isoformat()} has no offset", "an offset, e.g. 2026-01-15T00:00:00-06:00"
        )
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise SeriesFileError(
            f"{label}, row {row}: {when.isoformat()} is out of range", f"the years {FIRST_YEAR} to {LAST_YEAR}"
        )
    return when.timestamp() / 60.0


def _value(cell: Any, minutes: float, label: str) -> float | None:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    value = _number(cell)
    if value is None:
        raise SeriesFileError(
            f"{label}, at {_iso(minutes)}: {str(cell)[:40]!r} is no number", "plain digits, without separators"
        )
    if math.isinf(value) or abs(value) > 1e15:
        raise SeriesFileError(f"{label}, at {_iso(minutes)}: {value} is out of range", "at most 1e15")
    return None if math.isnan(value) else value


def _number(cell: Any) -> float | None:
    """None where the cell is no number as files write them: `1_000` and digits of other scripts are none, though
    Python reads them."""
    if isinstance(cell, bool) or (isinstance(cell, str) and ("_" in cell or not cell.isascii())):
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _timed(starts: list[float], values: list[float | None], label: str) -> dict[str, Any]:
    if not starts:
        raise SeriesFileError(f"{label}: no rows", "one row per interval")
    steps = [later - start for start, later in pairwise(starts)]
    for i, step in enumerate(steps):
        if step == 0:
            raise SeriesFileError(f"{label}: {_iso(starts[i])} stands twice", "each interval once")
        if step < 0:
            raise SeriesFileError(f"{label}: {_iso(starts[i + 1])} stands after a later time", "in order of time")
    if steps and set(steps) <= LOCAL_DAYS and set(steps) != {1440.0}:
        starts, values = _hourly(starts, values, [*steps, 1440.0])
    interval = min((later - start for start, later in pairwise(starts)), default=60.0)
    if interval != round(interval) or interval < 1:
        raise SeriesFileError(f"{label}: intervals of {interval:g} minutes", "whole minutes")
    slots = [(s - starts[0]) / interval for s in starts]
    for start, slot in zip(starts, slots, strict=True):
        if slot != round(slot):
            raise SeriesFileError(
                f"{label}: {_iso(start)} is off the {interval:g}-minute steps from {_iso(starts[0])}",
                "equal intervals",
            )
    if slots[-1] + 1 > MOST_ROWS:
        raise SeriesFileError(f"{label}: spans {slots[-1] + 1:.0f} intervals", f"at most {MOST_ROWS}")
    filled: list[float | None] = [None] * (int(slots[-1]) + 1)
    for slot, value in zip(slots, values, strict=True):
        filled[int(slot)] = value
    return {
        "start": datetime.fromtimestamp(starts[0] * 60.0, UTC),
        "interval_minutes": int(interval),
        "values": filled,
        "source": label,
    }


def _hourly(
    starts: list[float], values: list[float | None], lengths: list[float]
) -> tuple[list[float], list[float | None]]:
    """One value a local day as one value an hour, each held through its own day."""
    hours = [
        (start + 60.0 * h, value)
        for start, value, length in zip(starts, values, lengths, strict=True)
        for h in range(int(length) // 60)
    ]
    return [start for start, _ in hours], [value for _, value in hours]


def _iso(minutes: float) -> str:
    return datetime.fromtimestamp(minutes * 60.0, UTC).isoformat()
