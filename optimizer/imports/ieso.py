"""IESO's hourly Ontario energy price, to April 2025 (reports.ieso.ca, `PUB_PriceHOEPPredispOR_YEAR.csv`).

Title lines that begin with a backslash, then `Date` YYYY-MM-DD, `Hour` 1 to 24 hour-ending, `HOEP` in CAD/MWh and what
was foreseen. The market's clock is Eastern Standard Time all year.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from optimizer.imports.hour_ending import interval_starts
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table
from optimizer.imports.units import PriceUnit

MARKET_ZONE = "Etc/GMT+5"
"""Five hours behind Greenwich: the names of these zones have their sign reversed."""
UNIT = PriceUnit("CAD/MWh", "CAD", 1.0)
HEADER = (("date",), ("hour",), ("hoep",))


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Ontario's one price. The file's clock is IESO's, whatever zone is asked for."""
    date, hour, price = table.column("date"), table.column("hour"), table.asked_or(asked.column, "hoep")
    table.refuse_location(asked.location)
    starts, notes = interval_starts(table, date, hour, ZoneInfo(MARKET_ZONE), table.is_empty(price), ending=True)
    return Readings(table, hour, price, starts, 60, tuple(notes), UNIT, "ending")
