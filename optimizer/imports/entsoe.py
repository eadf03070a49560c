"""Day-ahead prices from ENTSO-E's Transparency Platform.

`MTU (CET/CEST)` or `MTU (UTC)` as `01.01.2024 00:00 - 01.01.2024 01:00` (in newer files `01/01/2025 00:00:00 - ...`,
the day first, around the clock change with `(CET)` or `(CEST)`), `Day-ahead Price [EUR/MWh]`; `Area` and `Sequence` in
newer files. The skipped hour may have a row without a price, the repeated one stands twice.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.imports.clock import clock_times, to_minutes
from optimizer.imports.readings import Asked, Readings
from optimizer.imports.table import Table, at_location

ZONES = {
    "mtucetcest": "Europe/Brussels",
    "mtuutc": "UTC",
    "mtuwetwest": "Europe/Lisbon",
    "mtueeteest": "Europe/Athens",
}
"""Zone of the clock that a header names."""
PRICE = ("dayaheadpriceeurmwh", "dayaheadprice")
HEADER = (tuple(ZONES), PRICE)
_STANDARD = re.compile(r"\((?:CET|WET|EET)\)")


def read(table: Table, zone: ZoneInfo, asked: Asked) -> Readings:
    """Prices of one area. The file's clock is the one that its header names."""
    time, price = table.column(*ZONES), table.asked_or(asked.column, *PRICE)
    told = ZoneInfo(next(name for key, name in ZONES.items() if table.find(key) is not None))
    table = at_location(table, table.find("area"), asked.location, table.find("sequence"))
    begins = [str(cell).partition(" - ")[0] for cell in table.cells[time].tolist()]
    second = np.array([_STANDARD.search(text) is not None for text in begins], dtype=bool)
    start = f"{time}, start"
    plain = [re.sub(r"\s*\([A-Z]+\)", "", text).strip() for text in begins]
    table = table.with_columns({start: np.array(plain, dtype=object)})
    clock = clock_times(table, start, day_first=True)
    starts, notes = to_minutes(table, time, clock, told, table.is_empty(price), second)
    return Readings(table, time, price, starts, None, tuple(notes), stamps="beginning")
