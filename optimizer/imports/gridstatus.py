"""Exports of gridstatus (the open-source library) and gridstatus.io.

The library writes `Interval Start`, `Interval End`, `Location`, `SPP` or `LMP` with offsets; the site's
exports write `interval_start_utc`, `interval_start_local` and so on. UTC is taken where it is there.
"""

from __future__ import annotations

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
)
from optimizer.imports.errors import PriceFileError
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Flags, Table, at_location, key_of

START = ("intervalstartutc", "intervalstart", "intervalstartlocal", "timeutc", "time", "timelocal")
END = ("intervalendutc", "intervalend", "intervalendlocal")
PRICE = ("spp", "lmp", "price", "lbmp", "mcp")
HEADER = (START, PRICE)


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one location."""
    start, end = table.find(*START), table.find(*END)
    price = asked.column or table.find(*PRICE)
    if start is None or price is None or price not in table.cells:
        raise PriceFileError(table.file, f"columns {', '.join(table.columns)}", "a gridstatus price export")
    table = at_location(table, table.find("location", "node", "zone"), asked.location)
    empty = table.is_empty(price)
    starts, notes = instants(table, start, zone, empty)
    length = None
    if end is not None and has_offsets(table, start) == has_offsets(table, end):
        ends = instants(table, end, zone, empty)[0]
        lengths = (ends - starts)[(starts != NO_INSTANT) & (ends != NO_INSTANT)]
        odd = np.flatnonzero((lengths != lengths[0]) | (lengths <= 0))
        if len(odd) and has_offsets(table, end):  # no row is left out of these
            at = int(odd[0])
            raise table.error(
                at,
                end,
                f"an interval of {lengths[at]} minutes, the first has {lengths[0]}",
                "equal intervals",
            )
        length = None if len(odd) or not len(lengths) else int(lengths[0])
    return Readings(table, start, price, starts, length, notes, stamps="beginning")


def instants(table: Table, column: str, zone: ZoneInfo, empty: Flags) -> tuple[Minutes, tuple[str, ...]]:
    """Times with offsets; or without, then in UTC where the column's name says so, else in the zone."""
    if has_offsets(table, column):
        return exact_minutes(table, column), ()
    told = ZoneInfo("UTC") if key_of(column).endswith("utc") else zone
    starts, notes = to_minutes(table, column, clock_times(table, column), told, empty)
    return starts, (*month_first_notes(table, column), *notes)
