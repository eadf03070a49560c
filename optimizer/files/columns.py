"""Columns of CSV and Parquet files as cells: a file is gone through once, whatever is asked of it.

What a cell means (a time, a number) is the reader's own to say: `scenario.files`, `tariff.load`.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

from optimizer.errors import WattshiftError

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
MOST_CELLS = 4_000_000
"""Cells of a CSV that are held at once, times not counted."""
OTHER_SEPARATORS = ";\t|"
"""What stands between the cells of files that are no CSV as series are given."""
MOST_NAMED = 50
"""Columns that a message names."""


class SeriesFileError(WattshiftError, ValueError):
    """A file that gives no columns as asked: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.allowed = allowed


class Columns(Protocol):
    """The columns of one file."""

    @property
    def rows(self) -> Sequence[int]:
        """The row or line that each cell stands in, counted from 1."""

    def cells(self, name: str) -> list[Any]:
        """The cells of a column, (rows,): text, or what Parquet holds. Raises SeriesFileError where there is no such
        column, or it holds no cells."""


def open_columns(path: Path, file: str, wanted: Iterable[str]) -> Columns:
    """The wanted columns of a `.csv` or `.parquet` file; `file` is what messages call it.

    Raises SeriesFileError where the file is none, or is larger than the limits above.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SeriesFileError(f"{file} has {path.stat().st_size} bytes", f"at most {MOST_BYTES}")
        if path.suffix.lower() == ".csv":
            return _Csv(path, file, frozenset(wanted))
        return _Parquet(path, file)
    except OSError as error:
        raise SeriesFileError(f"{file} cannot be read ({error.strerror or error})") from None


class _Csv:
    """The wanted columns of a CSV, read at once."""

    def __init__(self, path: Path, file: str, wanted: frozenset[str]) -> None:
        self._file = file
        self.rows = array("l")
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(_lines(stream, file), skipinitialspace=True)
                self._names = [name.strip() for name in next(reader, [])]
                if not self._names:
                    raise SeriesFileError(f"{file} is empty", "a header line and one row per interval")
                _check_names(self._names, file)
                _check_separator(self._names, file, wanted)
                self._cells: dict[str, list[Any]] = {name: [] for name in self._names if name in wanted}
                self._read(reader)
        except UnicodeDecodeError as error:
            raise SeriesFileError(f"{file}: byte {error.start} is not UTF-8", "UTF-8 text") from None
        except csv.Error as error:
            raise SeriesFileError(f"{file}: no valid CSV ({error})") from None

    def _read(self, reader: Any) -> None:
        file, numbers, width = self._file, self.rows, len(self._names)
        places = [(self._names.index(name), cells.append) for name, cells in self._cells.items()]
        most = min(MOST_ROWS, max(1, MOST_CELLS // max(1, len(places) - 1)))
        for row in reader:
            if reader.line_num > MOST_LINES:
                raise SeriesFileError(f"{file} has more than {MOST_LINES} lines", f"at most {MOST_ROWS} rows")
            if not row:
                continue
            if len(row) != width:
                raise SeriesFileError(f"{file}, line {reader.line_num}: {len(row)} cells", f"{width}, as in the header")
            for at, append in places:
                append(row[at])
            numbers.append(reader.line_num)
            if len(numbers) > most:
                if most == MOST_ROWS:
                    raise SeriesFileError(f"{file} has more than {MOST_ROWS} rows", f"at most {MOST_ROWS}")
                raise SeriesFileError(
                    f"{file} has more than {most} rows in {len(places)} columns that are asked for",
                    f"at most {MOST_CELLS} values at once",
                )

    def cells(self, name: str) -> list[Any]:
        if name not in self._cells:
            raise _no_column(self._names, self._file, name)
        return self._cells[name]


class _Parquet:
    """A Parquet file, whose columns are read one by one, each once."""

    def __init__(self, path: Path, file: str) -> None:
        import pyarrow.parquet

        self._path, self._file = path, file
        self._cells: dict[str, list[Any]] = {}
        with _told(file), pyarrow.parquet.ParquetFile(path) as source:
            if source.metadata.num_rows > MOST_ROWS:
                raise SeriesFileError(f"{file} has {source.metadata.num_rows} rows", f"at most {MOST_ROWS}")
            self._schema = source.schema_arrow
            self._names = list(map(str, self._schema.names))
            _check_names(self._names, file)
            self._count: int | None = None

    @property
    def rows(self) -> Sequence[int]:
        return range(1, (self._count or 0) + 1)

    def cells(self, name: str) -> list[Any]:
        if name not in self._names:
            raise _no_column(self._names, self._file, name)
        if name not in self._cells:
            with _told(self._file):
                self._cells[name] = self._read(name)
        return self._cells[name]

    def _read(self, name: str) -> list[Any]:
        import pyarrow
        import pyarrow.parquet

        types, kind = pyarrow.types, self._schema.field(name).type
        if types.is_nested(kind) or types.is_fixed_size_binary(kind):
            raise SeriesFileError(f"{self._file}, column {_named(name)} holds {kind}", "one value a row")
        text = [name] if not types.is_primitive(kind) and not types.is_null(kind) else []
        with pyarrow.parquet.ParquetFile(self._path, read_dictionary=text) as source:
            cells = _cells(source, self._file, name)
        if self._count is None:
            self._count = len(cells)
        elif self._count != len(cells):
            raise SeriesFileError(f"{self._file}: no valid Parquet (columns of {self._count} and {len(cells)} rows)")
        return cells


@contextmanager
def _told(file: str) -> Iterator[None]:
    """What pyarrow raises of a broken file, in words."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OverflowError, ValueError) as error:
        if isinstance(error, SeriesFileError):
            raise
        raise SeriesFileError(f"{file}: no valid Parquet ({_named(str(error).splitlines()[0][:100])})") from None
    except OSError as error:
        raise SeriesFileError(f"{file} cannot be read ({error.strerror or error})") from None


def _check_names(names: list[str], file: str) -> None:
    if len(names) > MOST_COLUMNS:
        raise SeriesFileError(f"{file} has {len(names)} columns", f"at most {MOST_COLUMNS}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SeriesFileError(f"{file} has two columns named {_shown(twice)}", "each name once")


def _check_separator(names: list[str], file: str, wanted: frozenset[str]) -> None:
    other = next((sign for sign in OTHER_SEPARATORS if sign in names[0]), None)
    if other is not None and len(names) == 1 and names[0] not in wanted:
        raise SeriesFileError(f"{file} has {other!r} between its cells", "commas, and points in numbers")


def _no_column(names: list[str], file: str, name: str) -> SeriesFileError:
    there = ", ".join(map(_named, names[:MOST_NAMED])) + (", …" if len(names) > MOST_NAMED else "")
    return SeriesFileError(f"{file} has no column {_shown(name)}", f"one of: {there}")


def _lines(stream: TextIO, file: str) -> Iterator[str]:
    while line := stream.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise SeriesFileError(f"{file} has a line of more than {MOST_LINE} characters", "a row per interval")
        yield line


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
