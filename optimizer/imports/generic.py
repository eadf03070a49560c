"""Any CSV with a column of times and a column of prices.

The times are, in this order: a column named like the start of an interval; a date with an hour or an
hour-ending column; a column named like the end of an interval; the first column. Times without offset are
clock times of the timezone given. They begin their interval, if neither the column's name nor the caller says that
they end it; where the times speak against it (whole days from the end of the first interval to midnight) the caller
is asked.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import (
    NO_INSTANT,
    Minutes,
    clock_times,
    exact_minutes,
    has_offsets,
    month_first_notes,
    to_minutes,
    usual_step,
)
from optimizer.imports.errors import PriceFileError
from optimizer.imports.gridstatus import instants
from optimizer.imports.hour_ending import flags_of, hours_of, interval_starts
from optimizer.imports.numbers import shows_number
from optimizer.imports.readings import Asked, Readings, Stamps
from optimizer.imports.table import Flags, Table, at_location, key_of

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
_BEGINS = re.compile(r"start|begin")
"""In the name of a column whose times begin their interval."""
PRICE_WORDS = ("price", "lmp", "lbmp", "spp", "mwh", "mcp")


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of the column asked for, or of the one that looks like prices."""
    place = table.find(*LOCATION)
    price = _price_column(table, asked.column, place)
    table = at_location(table, place, asked.location)
    time_column, starts, notes, stamps = _starts(table, zone, table.is_empty(price), asked.stamps)
    if time_column == price:
        raise PriceFileError(table.file, f"{price!r} is the column of times", "another column", column=price)
    return Readings(table, time_column, price, starts, None, notes, stamps=stamps)


def _starts(
    table: Table, zone: ZoneInfo, empty: Flags, asked: Stamps | None
) -> tuple[str, Minutes, tuple[str, ...], Stamps | None]:
    """Column of times, starts of the intervals, notes, and what the times tell where the file says it."""
    start = table.find(*START)
    if start is not None:
        says: Stamps | None = "beginning" if _BEGINS.search(key_of(start)) else None
        return start, *_from_times(table, start, zone, empty, says or asked), says
    date = table.find(*DATE)
    hour = table.find(*ENDING_HOUR) or table.find(*HOUR)
    if date is not None and hour is not None:
        flags = flags_of(table, table.find(*FLAG))
        told = _hours_tell(table, hour)
        ending = _ending(table, hour, told or asked)
        starts, said = interval_starts(table, date, hour, zone, empty, ending=ending, second=flags)
        return hour, starts, (*month_first_notes(table, date), *said), told
    end = table.find(*END)
    if end is not None:
        starts, notes = _from_ends(table, end, zone, empty)
        return end, starts, (f"column {end!r} is taken as the end of each interval", *notes), "ending"
    first = table.columns[0]
    return first, *_from_times(table, first, zone, empty, asked), None


def _from_times(
    table: Table, column: str, zone: ZoneInfo, empty: Flags, stamps: Stamps | None
) -> tuple[Minutes, tuple[str, ...]]:
    """Starts of intervals whose times begin them, or end them where it is said."""
    if stamps == "ending":
        return _from_ends(table, column, zone, empty)
    starts, notes = instants(table, column, zone, empty)
    if stamps is None:
        _ask_if_ends(table, column, starts, zone)
    return starts, notes


def _ask_if_ends(table: Table, column: str, starts: Minutes, zone: ZoneInfo) -> None:
    """An error where the times run from the end of a day's first interval to midnight: so they do where they end."""
    known = starts[starts != NO_INSTANT]
    if len(known) < 2:
        return
    first, last = (datetime.fromtimestamp(int(minute) * 60, zone) for minute in (known.min(), known.max()))
    step = usual_step(table, known)
    if step < 1440 and first.hour * 60 + first.minute == step and last.hour == last.minute == 0:
        raise PriceFileError(
            table.file,
            f"the times go from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, as those of whole days do that tell "
            "the end of their interval",
            "say what they tell: stamps (--stamps ending or --stamps beginning)",
            column=column,
        )


def _hours_tell(table: Table, hour: str) -> Stamps | None:
    """What hours tell: by the column's name, else the end because 24 stands there and 0 does not; None: either."""
    if key_of(hour) in ENDING_HOUR:
        return "ending"
    hours = set(hours_of(table, hour)[0].tolist())
    if 0 in hours and hours <= set(range(24)):
        return "beginning"
    return "ending" if 0 not in hours and 24 in hours else None


def _ending(table: Table, hour: str, stamps: Stamps | None) -> bool:
    if stamps is None:
        hours = hours_of(table, hour)[0].tolist()
        raise PriceFileError(
            table.file,
            f"hours {min(hours)} to {max(hours)} may begin or end their interval",
            "stamps (--stamps ending or --stamps beginning), the name hour_ending, or a column of times",
            column=hour,
        )
    return stamps == "ending"


def _from_ends(table: Table, column: str, zone: ZoneInfo, empty: Flags) -> tuple[Minutes, tuple[str, ...]]:
    """Starts of intervals that are told by their end. Hours are labels of the clock, and begin an hour before by the
    clock: `03:00` is missing where 02:00 is skipped. Shorter intervals are told by the instant of their end."""
    if has_offsets(table, column):
        ends = exact_minutes(table, column)
        return ends - usual_step(table, ends), ()
    import pandas as pd

    clock = clock_times(table, column)
    step = usual_step(table, np.asarray(clock.to_numpy().astype("datetime64[m]").astype(np.int64)))
    labels = step >= 60
    told = ZoneInfo("UTC") if key_of(column).endswith("utc") else zone
    when = clock - pd.Timedelta(minutes=step) if labels else clock
    starts, notes = to_minutes(table, column, when, told, empty, flags_of(table, table.find(*FLAG)))
    if not labels:
        starts[starts != NO_INSTANT] -= step
    return starts, (*month_first_notes(table, column), *notes)


def _price_column(table: Table, asked: str | None, place: str | None) -> str:
    """The column asked for, else the one that looks like prices."""
    if asked is not None:
        found = asked if asked in table.cells else table.find(key_of(asked))
        if found is None:
            raise PriceFileError(table.file, f"no column {asked!r}", f"one of {', '.join(table.columns)}")
        return found
    named = table.find(*PRICE)
    if named is not None:
        return named
    others = [c for c in table.columns if c != place and key_of(c) not in {*START, *END, *DATE, *FLAG}]
    likely = [c for c in others if any(word in key_of(c) for word in PRICE_WORDS)]
    if not likely:
        rest = [c for c in others if key_of(c) not in {*ENDING_HOUR, *HOUR} and c != table.columns[0]]
        likely = [c for c in rest if shows_number(str(table.cells[c][0]))]
    if len(likely) != 1:
        found_text = f"{len(likely)} columns look like prices" if likely else "no column looks like prices"
        raise PriceFileError(table.file, found_text, f"choose one: column (--column), of {', '.join(likely or others)}")
    return likely[0]
