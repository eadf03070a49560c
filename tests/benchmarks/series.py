"""How reading a scenario's series grows with the columns that are asked of one file."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from optimizer.scenario.files import SeriesFiles

ROWS = 105_120
"""A year of five minutes."""


def seconds_of(columns: int, rows: int = ROWS) -> float:
    """Seconds for reading so many columns of a CSV with four columns, the least of three."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"c{i}" for i in range(4)]
        first = datetime(2026, 1, 1, tzinfo=UTC)
        lines = (f"{(first + timedelta(minutes=5 * i)).isoformat()},{i}.25,2.5,{-i},0.125\n" for i in range(rows))
        with (Path(folder) / "s.csv").open("w", encoding="utf-8") as stream:
            stream.write(f"interval_start,{','.join(names)}\n")
            stream.writelines(lines)
        return min(_once(Path(folder), names[:columns]) for _ in range(3))


def _once(folder: Path, names: list[str]) -> float:
    begun = time.perf_counter()
    files = SeriesFiles(folder)
    for name in names:
        files.expect("s.csv", name)
    for name in names:
        files.read("s.csv", name)
    return time.perf_counter() - begun
