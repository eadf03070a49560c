"""ISO New England's hourly prices (`WW_DALMP_ISO_DATE.csv`, `lmp_rt_final_DATE.csv`).

The first cell tells what a row is: C a comment, H a header (names, then types), D data, T the end. `Date` MM/DD/YYYY,
`Hour Ending` 01 to 24 in Eastern Prevailing Time, `02X` the repeated hour, `Location Name`, `Locational Marginal
Price`.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from optimizer.imports.hour_ending import interval_starts
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table, at_location
from optimizer.imports.units import USD_PER_MWH

MARKET_ZONE = "America/New_York"
HEADER = (("h",), ("date",), ("hourending",), ("locationalmarginalprice",))


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one location. The file's clock is ISO New England's, whatever zone is asked for."""
    kind, date, hour = (table.column(key) for key in ("h", "date", "hourending"))
    price = table.asked_or(asked.column, "locationalmarginalprice")
    table = at_location(table.where(table.cells[kind] == "D"), table.find("locationname"), asked.location)
    starts, notes = interval_starts(table, date, hour, ZoneInfo(MARKET_ZONE), table.is_empty(price), ending=True)
    return Readings(table, hour, price, starts, 60, tuple(notes), USD_PER_MWH, "ending")
