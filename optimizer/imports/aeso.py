"""AESO's pool price (ets.aeso.ca, Pool Price Report, `HistoricalPoolPriceReportServlet`).

Title lines, then `Date (HE)` as `MM/DD/YYYY HH` hour-ending in Alberta's time, the repeated hour with `*`; `Price ($)`
in CAD/MWh, `30Ravg ($)`, `AIL Demand (MW)`.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.hour_ending import interval_starts
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table
from optimizer.imports.units import PriceUnit

MARKET_ZONE = "America/Edmonton"
UNIT = PriceUnit("CAD/MWh", "CAD", 1.0)
HEADER = (("datehe",), ("price",))


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Alberta's one price. The file's clock is AESO's, whatever zone is asked for."""
    time, price = table.column("datehe"), table.asked_or(asked.column, "price")
    table.refuse_location(asked.location)
    parts = [str(cell).partition(" ") for cell in table.cells[time].tolist()]
    date, hour = f"{time}, date", f"{time}, hour"
    table = table.with_columns(
        {
            date: np.array([day for day, _, _ in parts], dtype=object),
            hour: np.array([of_day.strip() for _, _, of_day in parts], dtype=object),
        }
    )
    starts, notes = interval_starts(table, date, hour, ZoneInfo(MARKET_ZONE), table.is_empty(price), ending=True)
    return Readings(table, time, price, starts, 60, tuple(notes), UNIT, "ending")
