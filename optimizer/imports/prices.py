"""`import_prices`: a market's price file into the series that a scenario takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from optimizer.files.whole import write_text
from optimizer.imports import ercot, generic, gridstatus
from optimizer.imports.clock import Minutes, zone_named
from optimizer.imports.errors import PriceFileError
from optimizer.imports.readings import Readings
from optimizer.imports.report import GAPS_LISTED, Gap, PriceReport
from optimizer.imports.table import Table, read_table
from optimizer.scenario.local_days import first_instant

Reader = Callable[[Table, ZoneInfo, str | None, str | None], Readings]

FORMATS: dict[str, tuple[Reader, tuple[Sequence[str], ...]]] = {
    "csv": (generic.read, ()),
    "ercot": (ercot.read, ercot.HEADER),
    "gridstatus": (gridstatus.read, gridstatus.HEADER),
}
"""Reader and header of each format."""

TIME_COLUMN = "interval_start"
PRICE_COLUMN = "price_usd_per_mwh"
LARGEST_PRICE = 1e6
"""What a scenario takes."""
MOST_INTERVALS = 2_000_000


@dataclass(frozen=True, eq=False)
class ImportedPrices:
    """A price series: equal intervals in the order of time, without those that have no price.

    `start_minutes`: (intervals,) UTC minutes since 1970. `values`: (intervals,) USD/MWh.
    """

    zone: ZoneInfo
    start_minutes: Minutes
    values: npt.NDArray[np.float64]
    report: PriceReport

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Local start of each interval, with its offset."""
        return tuple(_local(minute, self.zone) for minute in self.start_minutes.tolist())

    def write_csv(self, path: Path | str) -> Path:
        """Write `interval_start,price_usd_per_mwh`, whole or not at all; an existing file is replaced.

        A gap is a row without a price: a scenario that needs it is refused, one that does not is not.
        """
        target = Path(path)
        priced = dict(zip(self.start_minutes.tolist(), self.values.tolist(), strict=True))
        first, last = (round(when.timestamp() / 60) for when in (self.report.start, self.report.end))
        lines = [f"{TIME_COLUMN},{PRICE_COLUMN}"]
        for minute in range(first, last, self.report.interval_minutes):
            price = priced.get(minute)
            cell = "" if price is None else repr(price)
            lines.append(f"{_local(minute, self.zone).isoformat()},{cell}")
        write_text(target, "\n".join(lines) + "\n")
        return target


def import_prices(
    path: Path | str,
    *,
    format: str = "csv",
    timezone: str,
    location: str | None = None,
    column: str | None = None,
) -> ImportedPrices:
    """Read a price file.

    `timezone`: IANA zone of the facility: of the times written, and of times read that have no offset
    (ERCOT's own files are in Central time whatever is given). `location`: which one, where the file has
    several. `column`: which column has the prices, where that is not plain. Raises PriceFileError.
    """
    file = Path(path)
    if format not in FORMATS:
        raise PriceFileError(file.name, f"format {format!r}", f"one of {', '.join(FORMATS)}")
    zone = zone_named(timezone, file.name)
    reader, header = FORMATS[format]
    readings = reader(read_table(file, header), zone, location, column)
    return _series(readings, zone, format, location)


def _series(readings: Readings, zone: ZoneInfo, format: str, location: str | None) -> ImportedPrices:
    _refuse_prices(readings)
    order = np.argsort(readings.starts, kind="stable")
    starts, prices = readings.starts[order], readings.prices[order]
    priced = ~np.isnan(prices)
    if not priced.any():
        raise PriceFileError(readings.table.file, "no price at all", "numbers", column=readings.price_column)
    first, last = int(starts[0]), int(starts[-1])
    starts, prices, order = starts[priced], prices[priced], order[priced]
    again = np.concatenate([[False], np.diff(starts) == 0])
    _refuse_second_prices(readings, starts, prices, order, again)
    starts, prices = starts[~again], prices[~again]
    step = _step(readings)
    if 1440 % step:
        raise PriceFileError(
            readings.table.file,
            f"intervals of {step} minutes",
            "a length that divides a day, such as 5, 15, 30 or 60 minutes",
            column=readings.time_column,
        )
    _refuse_off_grid(readings, step)
    coarse = (f"the intervals are {step} minutes long: either the data is that coarse, or rows are missing",)
    if (last - first) // step > MOST_INTERVALS:
        raise PriceFileError(
            readings.table.file,
            f"times from {_local(first, zone).isoformat()} to {_local(last, zone).isoformat()}",
            f"at most {MOST_INTERVALS} intervals of {step} minutes",
            column=readings.time_column,
        )
    # Gaps at either end are rows without a price.
    span = np.arange(first, last + step, step, dtype=np.int64)
    missing = span[~np.isin(span, starts)]
    gaps = _gaps(missing, step, zone)
    report = PriceReport(
        file=readings.table.file,
        format=format,
        location=location,
        column=readings.price_column,
        timezone=zone.key,
        start=_local(first, zone),
        end=_local(last + step, zone),
        interval_minutes=step,
        intervals=len(starts),
        duplicates=int(again.sum()),
        negative_intervals=int((prices < 0).sum()),
        negative_hours=float((prices < 0).sum() * step / 60),
        lowest_usd_per_mwh=float(prices.min()),
        lowest_at=_local(int(starts[prices.argmin()]), zone),
        highest_usd_per_mwh=float(prices.max()),
        highest_at=_local(int(starts[prices.argmax()]), zone),
        mean_usd_per_mwh=float(prices.mean()),
        clock_change_days=_clock_change_days(first, last + step, zone),
        notes=readings.notes + (coarse if step > 60 else ()),
        gap_count=len(gaps),
        gap_intervals=len(missing),
        gaps=gaps[:GAPS_LISTED],
    )
    return ImportedPrices(zone, starts, prices, report)


def _refuse_prices(readings: Readings) -> None:
    prices = readings.prices
    bad = np.flatnonzero(np.isinf(prices) | (np.abs(np.nan_to_num(prices)) > LARGEST_PRICE))
    if len(bad):
        at = int(bad[0])
        raise readings.table.error(
            at, readings.price_column, f"{prices[at]:g} USD/MWh", f"at most {LARGEST_PRICE:g} either way"
        )


def _refuse_second_prices(
    readings: Readings,
    starts: Minutes,
    prices: npt.NDArray[np.float64],
    order: npt.NDArray[np.intp],
    again: npt.NDArray[np.bool_],
) -> None:
    """The same interval may stand there twice with one price, never with two."""
    differ = again & np.concatenate([[False], np.diff(prices) != 0])
    if differ.any():
        at = int(np.argmax(differ))
        rows = readings.table.rows
        when = datetime.fromtimestamp(int(starts[at]) * 60, UTC).isoformat()
        raise readings.table.error(
            int(order[at]),
            readings.price_column,
            f"a second price for the interval from {when}: {prices[at]:g}, row {rows[order[at - 1]]} says "
            f"{prices[at - 1]:g}",
            "one price an interval (several locations or markets in one file?)",
        )


def _step(readings: Readings) -> int:
    if readings.interval_minutes is not None:
        return readings.interval_minutes
    steps = np.diff(np.unique(readings.starts))
    if not len(steps):
        raise PriceFileError(readings.table.file, "one interval only", "at least two, to tell their length")
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[np.argmax(counts)])


def _refuse_off_grid(readings: Readings, step: int) -> None:
    first = int(readings.starts.min())
    off = np.flatnonzero((readings.starts - first) % step)
    if len(off):
        at = int(off[0])
        cell = readings.table.cells[readings.time_column][at]
        raise readings.table.error(
            at,
            readings.time_column,
            f"{cell!r} is not on the file's grid of {step} minutes",
            "equal intervals throughout",
        )


def _gaps(missing: Minutes, step: int, zone: ZoneInfo) -> tuple[Gap, ...]:
    runs = np.split(missing, np.flatnonzero(np.diff(missing) != step) + 1) if len(missing) else []
    return tuple(Gap(_local(int(run[0]), zone), _local(int(run[-1]) + step, zone), len(run)) for run in runs)


def _clock_change_days(first: int, end: int, zone: ZoneInfo) -> tuple[str, ...]:
    """Local days that lie wholly inside and have no 24 hours."""
    days: list[str] = []
    day: date = _local(first, zone).date()
    while True:
        begins = first_instant(day, zone).timestamp() / 60
        day += timedelta(days=1)
        ends = first_instant(day, zone).timestamp() / 60
        if ends > end:
            return tuple(days)
        if begins >= first and ends - begins != 1440:
            days.append(f"{day - timedelta(days=1)} ({(ends - begins) / 60:g} h)")


def _local(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, zone)
