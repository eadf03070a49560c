"""NYISO's published prices of zones or generators (mis.nyiso.com: `damlbmp`, `rtlbmp`, `realtime`).

`Time Stamp` MM/DD/YYYY HH:MM in Eastern Prevailing Time, `Name`, `PTID`, `LBMP ($/MWHr)` and its parts. Hourly stamps
begin their hour, those of five minutes end their interval; the repeated hour stands twice, in order.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import NO_INSTANT, clock_times, to_minutes, usual_step
from optimizer.imports.errors import PriceFileError
from optimizer.imports.readings import Asked, Readings, Stamps
from optimizer.imports.table import Table, at_location
from optimizer.imports.units import USD_PER_MWH

MARKET_ZONE = "America/New_York"
HEADER = (("timestamp",), ("name",), ("ptid",), ("lbmpmwhr",))


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one zone or generator. The file's clock is NYISO's, whatever zone is asked for."""
    time, price = table.columns[0], table.asked_or(asked.column, "lbmpmwhr")
    table = at_location(table, table.find("name"), asked.location)
    clock = clock_times(table, time)
    step = usual_step(table, np.asarray(clock.to_numpy().astype("datetime64[m]").astype(np.int64)))
    says: dict[int, Stamps] = {60: "beginning", 5: "ending"}
    stamps = says.get(step)
    if stamps is None and asked.stamps is None:
        raise PriceFileError(
            table.file,
            f"intervals of {step} minutes, which NYISO does not publish",
            "say what their times tell: stamps (--stamps ending or --stamps beginning)",
            column=time,
        )
    starts, notes = to_minutes(table, time, clock, ZoneInfo(MARKET_ZONE), table.is_empty(price))
    if (stamps or asked.stamps) == "ending":
        starts[starts != NO_INSTANT] -= step
    return Readings(table, time, price, starts, step, tuple(notes), USD_PER_MWH, stamps)
