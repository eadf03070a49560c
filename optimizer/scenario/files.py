"""Series files: columns of CSV and Parquet with offset-aware interval starts, from the scenario's own folder."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from optimizer.files.columns import MOST_ROWS, Columns, SeriesFileError, open_columns
from optimizer.scenario.base import FIRST_YEAR, LAST_YEAR

MOST_VALUES = 4_000_000
"""Values that the series files of one scenario give together."""
MOST = 1e15
"""Of a value."""
LOCAL_DAYS = frozenset({1380.0, 1440.0, 1500.0})
"""Minutes of a local day that may change the clocks."""


class SeriesFiles:
    """Reads columns below one folder; of a file only what is asked for is held, and each column only once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._expected: dict[Path, set[str]] = {}
        self._files: dict[Path, _OneFile] = {}
        self._read: dict[tuple[Path, str, str], dict[str, Any] | SeriesFileError] = {}
        self._values = 0

    def expect(self, file: str, column: str, time_column: str = "interval_start") -> None:
        """Say that a column will be read: a file is gone through once for all that is expected of it."""
        try:
            self._expected.setdefault(self._inside(file), set()).update((column, time_column))
        except (SeriesFileError, TypeError, ValueError, OSError):
            return  # whoever reads it is told

    def read(self, file: str, column: str, time_column: str = "interval_start") -> dict[str, Any]:
        """The column as a timed series: start, interval_minutes, values (None where blank), source."""
        if not all(isinstance(v, str) for v in (file, column, time_column)):
            raise SeriesFileError("file, column and time_column are not all text", "text")
        path = self._inside(file)
        key = (path, column, time_column)
        if key not in self._read:
            try:
                self._read[key] = self._of(path, file, column, time_column).series(file, column, time_column)
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

    def _of(self, path: Path, file: str, column: str, time_column: str) -> _OneFile:
        known = self._files.get(path)
        if known is None or not {column, time_column} <= known.wanted:
            wanted = self._expected.get(path, set()) | {column, time_column}
            known = self._files[path] = _OneFile(open_columns(path, file, wanted), wanted)
        return known

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


class _OneFile:
    """A file's columns, with the grids of its times."""

    def __init__(self, columns: Columns, wanted: set[str]) -> None:
        self.wanted = wanted
        self._columns = columns
        self._grids: dict[str, _Grid] = {}

    def series(self, file: str, column: str, time_column: str) -> dict[str, Any]:
        label = f"{file}, column {column}"
        times, cells = self._columns.cells(time_column), self._columns.cells(column)
        grid = self._grids.get(time_column)
        if grid is None:
            timed = f"{file}, column {time_column}"
            rows = self._columns.rows
            starts = [_instant(cell, row, timed) for cell, row in zip(times, rows, strict=True)]
            values = _values(cells, starts, label)
            grid = self._grids[time_column] = _grid(starts, label)
        else:
            values = _values(cells, grid.starts, label)
        return {
            "start": datetime.fromtimestamp(grid.first * 60.0, UTC),
            "interval_minutes": grid.interval,
            "values": grid.placed(values),
            "source": label,
        }


class _Grid(NamedTuple):
    """The equal intervals that a file's times lie on; minutes are UTC."""

    starts: list[float]
    first: float
    interval: int
    length: int
    slots: list[int] | None
    """The interval of each time; None where each follows on the one before."""
    hours: list[int] | None
    """Where days that change the clocks are held hour by hour: the hours of each."""

    def placed(self, values: list[float | None]) -> list[float | None]:
        """A value of each time as one of each interval, None where there is none."""
        if self.hours is not None:
            values = [value for value, hours in zip(values, self.hours, strict=True) for _ in range(hours)]
        if self.slots is None:
            return values
        filled: list[float | None] = [None] * self.length
        for slot, value in zip(self.slots, values, strict=True):
            filled[slot] = value
        return filled


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


def _values(cells: list[Any], starts: list[float], label: str) -> list[float | None]:
    """The number of each cell, None where it is blank."""
    plain = _plain_numbers(cells)
    if plain is not None:
        return plain
    return [_value(cell, start, label) for cell, start in zip(cells, starts, strict=True)]


def _plain_numbers(cells: list[Any]) -> list[float | None] | None:
    """The numbers of cells that are nothing but numbers in reach; None where any is not, which is then looked for."""
    try:
        text = "".join(cells)
    except TypeError:  # of a Parquet file
        return None
    if not text.isascii() or "_" in text:
        return None
    try:
        numbers: list[float | None] = list(map(float, cells))
    except ValueError:
        return None
    return numbers if all(number is not None and -MOST <= number <= MOST for number in numbers) else None


def _value(cell: Any, minutes: float, label: str) -> float | None:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    value = _number(cell)
    if value is None:
        raise SeriesFileError(
            f"{label}, at {_iso(minutes)}: {str(cell)[:40]!r} is no number", "plain digits, without separators"
        )
    if math.isinf(value) or abs(value) > MOST:
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


def _grid(starts: list[float], label: str) -> _Grid:
    """The grid of a file's times. Raises SeriesFileError where they are on none."""
    if not starts:
        raise SeriesFileError(f"{label}: no rows", "one row per interval")
    steps = [later - start for start, later in pairwise(starts)]
    for i, step in enumerate(steps):
        if step == 0:
            raise SeriesFileError(f"{label}: {_iso(starts[i])} stands twice", "each interval once")
        if step < 0:
            raise SeriesFileError(f"{label}: {_iso(starts[i + 1])} stands after a later time", "in order of time")
    hours, hourly = None, starts
    if steps and set(steps) <= LOCAL_DAYS and set(steps) != {1440.0}:
        hours = [int(length) // 60 for length in (*steps, 1440.0)]
        hourly = [start + 60.0 * h for start, count in zip(starts, hours, strict=True) for h in range(count)]
        steps = [60.0] * (len(hourly) - 1)
    interval = min(steps, default=60.0)
    if interval != round(interval) or interval < 1:
        raise SeriesFileError(f"{label}: intervals of {interval:g} minutes", "whole minutes")
    if all(step == interval for step in steps):
        return _Grid(starts, hourly[0], int(interval), len(hourly), None, hours)
    places = [(start - hourly[0]) / interval for start in hourly]
    for start, place in zip(hourly, places, strict=True):
        if place != round(place):
            raise SeriesFileError(
                f"{label}: {_iso(start)} is off the {interval:g}-minute steps from {_iso(hourly[0])}",
                "equal intervals",
            )
    if places[-1] + 1 > MOST_ROWS:
        raise SeriesFileError(f"{label}: spans {places[-1] + 1:.0f} intervals", f"at most {MOST_ROWS}")
    return _Grid(starts, hourly[0], int(interval), int(places[-1]) + 1, [int(place) for place in places], hours)


def _iso(minutes: float) -> str:
    return datetime.fromtimestamp(minutes * 60.0, UTC).isoformat()
