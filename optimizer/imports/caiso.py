"""CAISO's locational prices from OASIS (`PRC_LMP`, `PRC_INTVL_LMP`, `PRC_HASP_LMP`, `PRC_RTPD_LMP`).

`INTERVALSTARTTIME_GMT`, `INTERVALENDTIME_GMT`, `NODE`, `LMP_TYPE` and the price as `MW` (day-ahead), `PRC` or `VALUE`.
A row is the price (LMP) or a part of it: energy (MCE), congestion (MCC), losses (MCL), greenhouse gas (MGHG).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import exact_minutes
from optimizer.imports.errors import PriceFileError
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table, at_location
from optimizer.imports.units import USD_PER_MWH

PRICE = ("mw", "prc", "value")
HEADER = (("intervalstarttimegmt",), ("intervalendtimegmt",), ("lmptype",), PRICE)
WHOLE = "LMP"


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one node; `column` may name a part, such as MCC, in place of the whole LMP."""
    start, end, kind = (table.column(key) for key in ("intervalstarttimegmt", "intervalendtimegmt", "lmptype"))
    price = table.column(*PRICE)
    types = table.cells[kind]
    there = sorted({str(of) for of in types.tolist()})
    wanted = (asked.column or WHOLE).upper()
    if wanted not in there:
        raise PriceFileError(table.file, f"no rows of type {wanted}", f"one of {', '.join(there)}", column=kind)
    table = at_location(table.where(types == wanted), table.find("node", "nodeid"), asked.location)
    others = ", ".join(of for of in there if of != wanted)
    notes = (f"the rows of type {wanted} are taken, those of {others} are left out",) if others else ()
    starts = exact_minutes(table, start)
    lengths = exact_minutes(table, end) - starts
    odd = np.flatnonzero((lengths != lengths[0]) | (lengths <= 0))
    if len(odd):
        at = int(odd[0])
        raise table.error(
            at, end, f"an interval of {lengths[at]} minutes, the first has {lengths[0]}", "equal intervals"
        )
    return Readings(table, start, price, starts, int(lengths[0]), notes, USD_PER_MWH, "beginning")
