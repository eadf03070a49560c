"""Any CSV with a column of times and a column of prices.

The times are, in this order: a column named like the start of an interval; a date with an hour or an
hour-ending column; a column named like the end of an interval; the first column. Times without offset are
clock times of the timezone given, and start their interval unless the column's name says that they end it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import Minutes, clock_times, exact_minutes, has_offsets, month_first_notes, to_minutes
from optimizer.imports.errors import PriceFileError
from optimizer.imports.gridstatus import instants
from optimizer.imports.hour_ending import flags_of, hours_of, interval_starts
from optimizer.imports.readings import Readings
from optimizer.imports.table import Table, at_location, key_of, number_of

START = (
    *("intervalstartutc", "intervalstart", "intervalstartlocal"),
    *(
        "datetimebeginningutc",
        "datetimebeginning",
        "datetimebeginningept",
        "hourbeginningutc",
        "hourbeginning",
    ),
    *("tsutc", "timestamputc", "datetimeutc", "timeutc", "utc", "timestamp", "ts", "datetime", "time"),
    *("start", "starttime", "startutc", "startdate", "periodstart", "begin", "begintime", "deliverystart"),
)
DATE = (
    *("date", "deliverydate", "operday", "operatingday", "operatingdate", "tradedate", "marketday"),
    *("flowdate", "day", "localdate"),
)
ENDING_HOUR = ("hourending", "he", "hourend", "hrending", "deliveryhour", "oprhr", "operhour")
HOUR = ("hour", "hr", "hourofday")
END = (
    *("intervalendutc", "intervalend", "intervalendlocal", "intervalending", "datetimeendingutc"),
    *("datetimeending", "hourendingutc", "hourending", "he", "periodend", "periodending"),
    *("end", "endtime", "endutc", "timeending"),
)
LOCATION = (
    *("location", "settlementpoint", "settlementpointname", "pnodename", "pnode", "node", "zone", "hub"),
    *("bus", "busname"),
)
FLAG = ("repeatedhourflag", "repeatedhour", "dstflag")
PRICE = (
    *("priceusdpermwh", "price", "spp", "lmp", "lbmp", "settlementpointprice", "usdpermwh", "pricemwh"),
    *("priceusdmwh", "lbmpmwhr", "totallmpda", "totallmprt", "energyprice", "mcp"),
)
PRICE_WORDS = ("price", "lmp", "lbmp", "spp", "mwh", "mcp")


def read(table: Table, zone: ZoneInfo, location: str | None, column: str | None) -> Readings:
    """Prices of the column asked for, or of the one that looks like prices."""
    place = table.find(*LOCATION)
    price = _price_column(table, column, place)
    table = at_location(table, place, location)
    time_column, starts, notes = _starts(table, zone)
    if time_column == price:
        raise PriceFileError(table.file, f"{price!r} is the column of times", "another column", column=price)
    return Readings(table, time_column, price, starts, table.numbers(price), None, notes)


def _starts(table: Table, zone: ZoneInfo) -> tuple[str, Minutes, tuple[str, ...]]:
    """Column of times, starts of the intervals, notes."""
    start = table.find(*START)
    if start is not None:
        return start, *instants(table, start, zone)
    date = table.find(*DATE)
    hour = table.find(*ENDING_HOUR) or table.find(*HOUR)
    if date is not None and hour is not None:
        flags = flags_of(table, table.find(*FLAG))
        starts, said = interval_starts(table, date, hour, zone, ending=_is_ending(table, hour), second=flags)
        return hour, starts, (*month_first_notes(table, date), *said)
    end = table.find(*END)
    if end is not None:
        starts, notes = _from_ends(table, end, zone)
        return end, starts, (f"column {end!r} is taken as the end of each interval", *notes)
    first = table.columns[0]
    return first, *instants(table, first, zone)


def _is_ending(table: Table, hour: str) -> bool:
    """Whether hours are told by their end: by the name, else because 24 stands there and 0 does not."""
    if key_of(hour) in ENDING_HOUR:
        return True
    hours = set(hours_of(table, hour)[0].tolist())
    if 0 in hours and hours <= set(range(24)):
        return False
    if 0 not in hours and 24 in hours:
        return True
    raise PriceFileError(
        table.file,
        f"hours {min(hours)} to {max(hours)} may begin or end their interval",
        "the name hour_ending for hours told by their end, or a column of times",
        column=hour,
    )


def _from_ends(table: Table, column: str, zone: ZoneInfo) -> tuple[Minutes, tuple[str, ...]]:
    """Starts of intervals that are told by their end; by the clock, the label less the interval."""
    if has_offsets(table, column):
        ends = exact_minutes(table, column)
        return ends - _usual_step(table, ends), ()
    import pandas as pd

    clock = clock_times(table, column)
    minutes = np.asarray(clock.to_numpy().astype("datetime64[m]").astype(np.int64))
    begins = clock - pd.Timedelta(minutes=_usual_step(table, minutes))
    told = ZoneInfo("UTC") if key_of(column).endswith("utc") else zone
    starts, notes = to_minutes(table, column, begins, told, flags_of(table, table.find(*FLAG)))
    return starts, (*month_first_notes(table, column), *notes)


def _usual_step(table: Table, minutes: Minutes) -> int:
    steps = np.diff(np.unique(minutes))
    if not len(steps):
        raise PriceFileError(table.file, "one time only", "at least two intervals")
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[np.argmax(counts)])


def _price_column(table: Table, asked: str | None, place: str | None) -> str:
    """The column asked for, else the one that looks like prices."""
    if asked is not None:
        if asked in table.cells:
            return _per_mwh(table, asked)
        found = table.find(key_of(asked))
        if found is not None:
            return _per_mwh(table, found)
        raise PriceFileError(table.file, f"no column {asked!r}", f"one of {', '.join(table.columns)}")
    named = table.find(*PRICE)
    if named is not None:
        return _per_mwh(table, named)
    others = [c for c in table.columns if c != place and key_of(c) not in {*START, *END, *DATE, *FLAG}]
    likely = [c for c in others if any(word in key_of(c) for word in PRICE_WORDS)]
    if not likely:
        rest = [c for c in others if key_of(c) not in {*ENDING_HOUR, *HOUR} and c != table.columns[0]]
        likely = [c for c in rest if number_of(str(table.cells[c][0])) is not None]
    if len(likely) != 1:
        found_text = f"{len(likely)} columns look like prices" if likely else "no column looks like prices"
        raise PriceFileError(table.file, found_text, f"choose one: column (--column), of {', '.join(likely or others)}")
    return _per_mwh(table, likely[0])


def _per_mwh(table: Table, column: str) -> str:
    if "kwh" in key_of(column) or "cent" in key_of(column):
        raise PriceFileError(
            table.file,
            "by its name not in USD/MWh",
            "USD per MWh: 0.05 USD/kWh is 50",
            column=column,
        )
    return column
