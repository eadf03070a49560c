"""AEMO's regional prices (`PRICE_AND_DEMAND_YYYYMM_REGION.csv`).

`REGION`, `SETTLEMENTDATE` YYYY/MM/DD HH:MM:SS, `TOTALDEMAND`, `RRP` in AUD/MWh, `PERIODTYPE`. Stamps end their interval
(five minutes from October 2021, thirty before); the market's clock is Australian Eastern Standard Time all year.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import clock_times, to_minutes, usual_step
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table, at_location
from optimizer.imports.units import PriceUnit

MARKET_ZONE = "Etc/GMT-10"
"""Ten hours ahead of Greenwich: the names of these zones have their sign reversed."""
UNIT = PriceUnit("AUD/MWh", "AUD", 1.0)
HEADER = (("settlementdate",), ("rrp",))


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one region. The file's clock is AEMO's, whatever zone is asked for."""
    import pandas as pd

    time, price = table.column("settlementdate"), table.asked_or(asked.column, "rrp")
    table = at_location(table, table.find("region", "regionid"), asked.location)
    ends = clock_times(table, time)
    step = usual_step(table, np.asarray(ends.to_numpy().astype("datetime64[m]").astype(np.int64)))
    begins = ends - pd.Timedelta(minutes=step)
    starts, notes = to_minutes(table, time, begins, ZoneInfo(MARKET_ZONE), table.is_empty(price))
    return Readings(table, time, price, starts, step, tuple(notes), UNIT, "ending")
