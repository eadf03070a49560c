"""A metered load: average power of equal intervals that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from optimizer.files.columns import SeriesFileError, open_columns
from optimizer.scenario.files import SeriesFiles
from optimizer.scenario.series import Floats
from optimizer.tariff.clock import Ints, utc_offsets
from optimizer.tariff.errors import TariffError

TIME_COLUMN, LOAD_COLUMN = "interval_start", "load_kw"
MOST_KW = 1e12


@dataclass(frozen=True, eq=False)
class MeteredLoad:
    """Average load of each interval [kW], (intervals,); negative is export.

    `start` has an offset. `offset_minutes`: (intervals,) what the clock that the load was written by is ahead of
    UTC; by default that of the zone of `start`.
    """

    start: datetime
    interval_minutes: int
    load_kw: Floats
    offset_minutes: Ints

    def __init__(
        self,
        start: datetime,
        interval_minutes: int,
        load_kw: Sequence[float] | Floats,
        offset_minutes: Sequence[int] | None = None,
    ) -> None:
        """Raises TariffError where the load is not one finite value for every interval."""
        values = np.asarray(load_kw, dtype=float)
        if start.tzinfo is None:
            raise TariffError("load", f"{start.isoformat()} has no offset", "a start with an offset")
        if start.timestamp() % 60:
            raise TariffError("load", f"starts at {start.isoformat()}", "intervals on whole minutes")
        if not 1 <= interval_minutes <= 60:
            raise TariffError("load", f"intervals of {interval_minutes} minutes", "1 to 60 minutes")
        if values.ndim != 1 or not len(values):
            raise TariffError("load", f"values of shape {values.shape}", "one value an interval, at least one")
        bad = ~(np.abs(values) <= MOST_KW)
        if bad.any():
            at = int(np.argmax(bad))
            when = (start.astimezone(UTC) + timedelta(minutes=interval_minutes * at)).astimezone(start.tzinfo)
            raise TariffError(
                "load", f"no value at {when.isoformat()} (gap, NaN or beyond measure)", "one kW for every interval"
            )
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "interval_minutes", int(interval_minutes))
        object.__setattr__(self, "load_kw", values)
        if offset_minutes is None:
            offset = utc_offsets(self.start_minutes, start.tzinfo)
        else:
            offset = np.asarray(offset_minutes, dtype=np.int64)
        object.__setattr__(self, "offset_minutes", offset)

    @property
    def start_minutes(self) -> Ints:
        """UTC minutes since 1970 at which each interval starts, (intervals,)."""
        first = round(self.start.timestamp() / 60)
        return first + self.interval_minutes * np.arange(len(self.load_kw), dtype=np.int64)


def read_load(path: str | Path) -> MeteredLoad:
    """A CSV or Parquet file with the columns `interval_start` (with offsets) and `load_kw`.

    Raises TariffError.
    """
    path = Path(path).resolve(strict=True)
    try:
        series = SeriesFiles(path.parent).read(path.name, LOAD_COLUMN, TIME_COLUMN)
    except SeriesFileError as error:
        raise TariffError("load", error.found, error.allowed) from None
    values = np.array([np.nan if value is None else value for value in series["values"]], dtype=float)
    try:
        offsets = _offsets(path) if path.suffix.lower() == ".csv" else None
        return MeteredLoad(series["start"], series["interval_minutes"], values, offsets)
    except TariffError as error:
        raise TariffError(path.name, error.found, error.allowed) from None


def _offsets(path: Path) -> list[int]:
    """Minutes ahead of UTC of each time of a CSV that was read without fault."""
    cells = open_columns(path, path.name, (TIME_COLUMN,)).cells(TIME_COLUMN)
    times = [datetime.fromisoformat(cell.strip()).utcoffset() for cell in cells]
    return [int(ahead.total_seconds() // 60) for ahead in times if ahead is not None]
