"""Series files: columns of CSV and Parquet with offset-aware interval starts, from the scenario's own folder."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any, NamedTuple, TextIO

from optimizer.errors import WattshiftError
from optimizer.scenario.base import FIRST_YEAR, LAST_YEAR

MOST_BYTES = 64_000_000
MOST_ROWS = 2_000_000
MOST_LINES = 2 * MOST_ROWS
MOST_COLUMNS = 2_000
MOST_LINE = 1_000_000
"""Characters of a CSV's line."""
MOST_UNPACKED_BYTES = 256_000_000
"""Of a Parquet column."""
MOST_CELL_BYTES = 1_000
"""Of a Parquet column's texts, on average."""
MOST_VALUES = 4_000_000
"""Values that the series files of one scenario give together."""
MOST_NAMED = 50
"""Columns that a message names."""
LOCAL_DAYS = frozenset({1380.0, 1440.0, 1500.0})
"""Minutes of a local day that may change the clocks."""


class SeriesFileError(WattshiftError, ValueError):
    """A file that gives no series: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.allowed = allowed


class Columns(NamedTuple):
    """Two columns of a file: its times, its values, and the row or line that each stands in."""

    times: list[Any]
    values: list[Any]
    rows: Sequence[int]


class SeriesFiles:
    """Reads columns below one folder; of a file only what is asked for is held, and each column only once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[tuple[Path, str, str], dict[str, Any] | SeriesFileError] = {}
        self._values = 0

    def read(self, file: str, column: str, time_column: str = "interval_start") -> dict[str, Any]:
        """The column as a timed series: start, interval_minutes, values (None where blank), source."""
        if not all(isinstance(v, str) for v in (file, column, time_column)):
            raise SeriesFileError("file, column and time_column are not all text", "text")
        path = self._inside(file)
        key = (path, column, time_column)
        if key not in self._read:
            try:
                self._read[key] = _series(path, file, column, time_column)
            except SeriesFileError as error:
                self._read[key] = error
        series = self._read[key]
        if isinstance(series, SeriesFileError):
            raise SeriesFileError(series.found, series.allowed)
        self._values += len(series["values"])
        if self._values > MOST_VALUES:
            raise SeriesFileError(
                f"{file} brings the values of all series to {self._values}", f"at most {MOST_VALUES} in one scenario"
            )
        return series

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


def _series(path: Path, file: str, column: str, time_column: str) -> dict[str, Any]:
    columns = _columns(path, file, time_column, column)
    label, timed = f"{file}, column {column}", f"{file}, column {time_column}"
    starts = [_instant(cell, row, timed) for cell, row in zip(columns.times, columns.rows, strict=True)]
    values = [_value(cell, start, label) for cell, start in zip(columns.values, starts, strict=True)]
    return _timed(starts, values, label)


def _columns(path: Path, file: str, time_column: str, column: str) -> Columns:
    """The two columns of a file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SeriesFileError(f"{file} has {path.stat().st_size} bytes", f"at most {MOST_BYTES}")
        read = _csv_columns if path.suffix.lower() == ".csv" else _parquet_columns
        return read(path, file, time_column, column)
    except OSError as error:
        raise SeriesFileError(f"{file} cannot be read ({error.strerror or error})") from None


def _positions(names: list[str], file: str, *wanted: str) -> list[int]:
    """Where the wanted columns stand."""
    if len(names) > MOST_COLUMNS:
        raise SeriesFileError(f"{file} has {len(names)} columns", f"at most {MOST_COLUMNS}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SeriesFileError(f"{file} has two columns named {_shown(twice)}", "each name once")
    for name in wanted:
        if name not in names:
            there = ", ".join(map(_named, names[:MOST_NAMED])) + (", …" if len(names) > MOST_NAMED else "")
            raise SeriesFileError(f"{file} has no column {_shown(name)}", f"one of: {there}")
    return [names.index(name) for name in wanted]


def _lines(stream: TextIO, file: str) -> Iterator[str]:
    while line := stream.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise SeriesFileError(f"{file} has a line of more than {MOST_LINE} characters", "a row per interval")
        yield line


def _csv_columns(path: Path, file: str, time_column: str, column: str) -> Columns:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.reader(_lines(stream, file), skipinitialspace=True)
            header = [name.strip() for name in next(rows, [])]
            if not header:
                raise SeriesFileError(f"{file} is empty", "a header line and one row per interval")
            time_at, value_at = _positions(header, file, time_column, column)
            times: list[str] = []
            values: list[str] = []
            numbers = array("l")
            for row in rows:
                if rows.line_num > MOST_LINES:
                    raise SeriesFileError(f"{file} has more than {MOST_LINES} lines", f"at most {MOST_ROWS} rows")
                if not row:
                    continue
                if len(row) != len(header):
                    raise SeriesFileError(
                        f"{file}, line {rows.line_num}: {len(row)} cells", f"{len(header)}, as in the header"
                    )
                times.append(row[time_at])
                values.append(row[value_at])
                numbers.append(rows.line_num)
                if len(numbers) > MOST_ROWS:
                    raise SeriesFileError(f"{file} has more than {MOST_ROWS} rows", f"at most {MOST_ROWS}")
    except UnicodeDecodeError as error:
        raise SeriesFileError(f"{file}: byte {error.start} is not UTF-8", "UTF-8 text") from None
    except csv.Error as error:
        raise SeriesFileError(f"{file}: no valid CSV ({error})") from None
    return Columns(times, values, numbers)


def _parquet_columns(path: Path, file: str, time_column: str, column: str) -> Columns:
    import pyarrow
    import pyarrow.parquet

    types = pyarrow.types
    wanted = (time_column, column)
    try:
        with pyarrow.parquet.ParquetFile(path) as source:
            if source.metadata.num_rows > MOST_ROWS:
                raise SeriesFileError(f"{file} has {source.metadata.num_rows} rows", f"at most {MOST_ROWS}")
            schema = source.schema_arrow
            _positions(list(map(str, schema.names)), file, *wanted)
            kinds = {name: schema.field(name).type for name in wanted}
        for name, kind in kinds.items():
            if types.is_nested(kind) or types.is_fixed_size_binary(kind):
                raise SeriesFileError(f"{file}, column {_named(name)} holds {kind}", "one value a row")
        texts = [name for name, kind in kinds.items() if not types.is_primitive(kind) and not types.is_null(kind)]
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as source:
            times, values = (_cells(source, file, name) for name in wanted)
        if len(times) != len(values):
            raise SeriesFileError(f"{file}: no valid Parquet (columns of {len(times)} and {len(values)} rows)")
        return Columns(times, values, range(1, len(times) + 1))
    except (pyarrow.ArrowException, OverflowError, ValueError) as error:
        if isinstance(error, SeriesFileError):
            raise
        raise SeriesFileError(f"{file}: no valid Parquet ({_named(str(error).splitlines()[0][:100])})") from None


def _cells(source: Any, file: str, name: str) -> list[Any]:
    """The cells of a Parquet column; text comes as a dictionary, in which few bytes may stand for many."""
    import pyarrow

    at = source.schema_arrow.names.index(name)
    groups = (source.metadata.row_group(i).column(at) for i in range(source.metadata.num_row_groups))
    unpacked = sum(group.total_uncompressed_size for group in groups)
    if unpacked > MOST_UNPACKED_BYTES:
        raise SeriesFileError(
            f"{file}, column {_named(name)} unpacks to {unpacked} bytes", f"at most {MOST_UNPACKED_BYTES}"
        )
    cells: list[Any] = []
    for batch in source.iter_batches(columns=[name]):
        column = batch.column(0)
        if not pyarrow.types.is_dictionary(column.type):
            cells += column.to_pylist()
            continue
        values = column.dictionary
        if values.nbytes > MOST_CELL_BYTES * max(1, len(values)):
            raise SeriesFileError(f"{file}, column {_named(name)} holds long text", f"{MOST_CELL_BYTES} bytes a row")
        words = values.to_pylist()
        cells += [None if index is None else words[index] for index in column.indices.to_pylist()]
    return cells


def _named(name: str) -> str:
    """A name as it is shown among others: what cannot be printed is escaped."""
    return name if name.isprintable() else ascii(name)


def _shown(name: str) -> str:
    return repr(name) if len(name) <= 60 else f"{name[:57]!r}..."


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
