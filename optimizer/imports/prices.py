"""`import_prices`: a market's price file into the series that a scenario takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from optimizer.files.whole import write_text
from optimizer.imports.clock import NO_INSTANT, Minutes, zone_named
from optimizer.imports.errors import PriceFileError
from optimizer.imports.formats import AUTO, FORMATS, recognised
from optimizer.imports.numbers import DecimalSign
from optimizer.imports.readings import Asked, Readings, Stamps
from optimizer.imports.report import GAPS_LISTED, Gap, PriceReport
from optimizer.imports.table import read_sheets
from optimizer.imports.units import OWN_CURRENCY, UNITS_ALLOWED, PriceUnit, unit_in
from optimizer.scenario.local_days import first_instant

Prices = npt.NDArray[np.float64]
TIME_COLUMN = "interval_start"
PRICE_COLUMN = "price_usd_per_mwh"
LARGEST_PRICE = 1e6
"""What a scenario takes."""
SMALLEST_MEAN = 1.0
"""A mean absolute price per MWh below it is doubted where no unit is named: prices per kWh lie there."""
MOST_INTERVALS = 2_000_000


@dataclass(frozen=True, eq=False)
class ImportedPrices:
    """A price series: equal intervals in the order of time, without those that have no price.

    `start_minutes`: (intervals,) UTC minutes since 1970. `values`: (intervals,) USD/MWh.
    """

    zone: ZoneInfo
    start_minutes: Minutes
    values: Prices
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
    format: str = AUTO,
    timezone: str,
    location: str | None = None,
    column: str | None = None,
    decimal: DecimalSign | None = None,
    unit: str | None = None,
    stamps: Stamps | None = None,
) -> ImportedPrices:
    """Read a price file.

    `format`: one of FORMATS; `auto` takes a publisher's where the header is unmistakable, else `csv`.
    `timezone`: IANA zone of the facility: of the times written, and of times read that have no offset
    (a market's own files are in that market's time whatever is given). `location`: which one, where the file has
    several. `column`: which column has the prices, where that is not plain. `decimal`: the sign before the decimals,
    where the file leaves it open. `unit`: of the prices, such as `USD/kWh`, where the file does not name it. `stamps`:
    whether times tell the beginning or the end of their interval, where the file does not say.

    Raises PriceFileError where the file is at fault, leaves one of these open, or says another than is given.
    """
    file = Path(path)
    if format != AUTO and format not in FORMATS:
        raise PriceFileError(file.name, f"format {format!r}", f"one of {', '.join([*FORMATS, AUTO])}")
    zone = zone_named(timezone, file.name)
    given = None if unit is None else unit_in(unit)
    if unit is not None and (given is None or given.per_mwh is None):
        raise PriceFileError(file.name, f"unit {unit!r}", f"money and energy, such as {UNITS_ALLOWED}")
    sheets = read_sheets(file)
    form = recognised(sheets) if format == AUTO else format
    readings = FORMATS[form].read(sheets.table(FORMATS[form].header), zone, Asked(location, column, stamps))
    if stamps is not None and readings.stamps not in {None, stamps}:
        raise PriceFileError(
            file.name,
            f"its times tell the {readings.stamps} of their interval, and stamps {stamps} was asked for",
            "the file as it is: without stamps",
            column=readings.time_column,
        )
    return _series(*_priced(readings, decimal, given), zone, form, location)


def _priced(readings: Readings, decimal: DecimalSign | None, unit: PriceUnit | None) -> tuple[Readings, Prices]:
    """The rows that stand for an instant, and their prices per MWh, NaN where a row has none."""
    table, column = readings.table, readings.price_column
    sign, note = (decimal, None) if decimal else table.decimal_sign(column)
    prices = table.numbers(column, sign)
    factor, said = _per_mwh(readings, prices, unit)
    notes = (*readings.notes, *filter(None, [note]), *said)
    real = readings.starts != NO_INSTANT
    kept = replace(readings, table=table.where(real), starts=readings.starts[real], notes=notes)
    # Ten places hide that 0.0407 * 1000 is 40.699999999999996.
    return kept, prices[real] if factor == 1 else np.round(prices[real] * factor, 10)


def _per_mwh(readings: Readings, prices: Prices, asked: PriceUnit | None) -> tuple[float, list[str]]:
    """What the prices are multiplied with to be per MWh, and what is to be said about their unit."""
    file, column = readings.table.file, readings.price_column
    named = [unit for text in (column, *readings.table.titles) if (unit := unit_in(text)) is not None]
    found = readings.unit or next((unit for unit in named if unit.per_mwh is not None), None)
    if found is not None and asked is not None and asked.per_mwh != found.per_mwh:
        raise PriceFileError(
            file, f"the file says {found.text!r}, and unit {asked.text} was asked for", "one of them", column=column
        )
    unit = asked or found
    known = prices[np.isfinite(prices)]
    mean = float(np.abs(known).mean()) if len(known) else 0.0
    if unit is None and 0 < mean < SMALLEST_MEAN:
        raise PriceFileError(
            file,
            f"the mean absolute price is {mean:.4g}, and nothing names its unit",
            f"say it: unit (--unit {UNITS_ALLOWED})",
            column=column,
        )
    factor = 1.0 if unit is None or unit.per_mwh is None else unit.per_mwh
    notes = []
    if unit is not None and factor != 1:
        notes.append(f"prices are in {unit.text} and are multiplied by {factor:g} to be per MWh")
    elif unit is not None and 0 < mean < SMALLEST_MEAN:
        notes.append(f"the mean absolute price is {mean:.4g} per MWh; the unit is taken as {unit.text!r} says")
    currency = next((u.currency for u in (asked, found, *named) if u is not None and u.currency), None)
    if currency not in {None, OWN_CURRENCY}:
        notes.append(
            f"prices are in {currency} and are not converted: a scenario's money is of one currency, {OWN_CURRENCY} "
            "if it does not name another"
        )
    return factor, notes


def _series(readings: Readings, read: Prices, zone: ZoneInfo, format: str, location: str | None) -> ImportedPrices:
    _refuse_prices(readings, read)
    order = np.argsort(readings.starts, kind="stable")
    starts, prices = readings.starts[order], read[order]
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


def _refuse_prices(readings: Readings, prices: Prices) -> None:
    bad = np.flatnonzero(np.isinf(prices) | (np.abs(np.nan_to_num(prices)) > LARGEST_PRICE))
    if len(bad):
        at = int(bad[0])
        raise readings.table.error(
            at, readings.price_column, f"{prices[at]:g} USD/MWh", f"at most {LARGEST_PRICE:g} either way"
        )


def _refuse_second_prices(
    readings: Readings,
    starts: Minutes,
    prices: Prices,
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
