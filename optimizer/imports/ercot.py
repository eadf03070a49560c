"""ERCOT's published settlement point prices.

Day-ahead (NP4-190-CD, report 12331; yearly workbooks report 13060): `Delivery Date` MM/DD/YYYY, `Hour Ending`
01:00 to 24:00, `Repeated Hour Flag`, `Settlement Point`, `Settlement Point Price`; the daily files write
`DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag`.
Real-time (NP6-905-CD, report 12301; yearly workbooks report 13061): `Delivery Hour` 1 to 24,
`Delivery Interval` 1 to 4, `Settlement Point Name`, `Settlement Point Type`.

Hours are hour-ending, Central Prevailing Time. Either flag is Y in the second of two equal hours and means
nothing elsewhere; the skipped hour (03:00) is missing. In the real-time files a load zone stands twice: type
LZ and LZEW (energy-weighted), named here `LZ_WEST:LZ` and `LZ_WEST:LZEW`.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.errors import PriceFileError
from optimizer.imports.hour_ending import flags_of, interval_starts
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table, at_location
from optimizer.imports.units import USD_PER_MWH

MARKET_ZONE = "America/Chicago"
DATE = ("deliverydate", "operday")
HOUR = ("hourending", "deliveryhour")
PRICE = ("settlementpointprice", "spp", "lmp")
POINT = ("settlementpoint", "settlementpointname", "busname")
HEADER = (DATE, HOUR, PRICE)


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one settlement point. The file's clock is ERCOT's, whatever zone is asked for."""
    date, hour = table.find(*DATE), table.find(*HOUR)
    price = asked.column or table.find(*PRICE)
    if date is None or hour is None or price is None or price not in table.cells:
        raise PriceFileError(table.file, f"columns {', '.join(table.columns)}", "an ERCOT settlement point price file")
    table = at_location(table, table.find(*POINT), asked.location, table.find("settlementpointtype"))
    interval = table.find("deliveryinterval")
    within = None
    if interval is not None:
        quarter = table.numbers(interval)
        bad = np.flatnonzero(~np.isin(quarter, (1, 2, 3, 4)))
        if len(bad):
            at = int(bad[0])
            raise table.error(at, interval, f"{table.cells[interval][at]!r}", "1 to 4")
        within = (quarter.astype(np.int64) - 1) * 15
    starts, notes = interval_starts(
        table,
        date,
        hour,
        ZoneInfo(MARKET_ZONE),
        table.is_empty(price),
        ending=True,
        second=flags_of(table, table.find("repeatedhourflag", "dstflag")),
        minutes_in=within,
    )
    length = 60 if interval is None else 15
    return Readings(table, hour, price, starts, length, tuple(notes), USD_PER_MWH, "ending")
