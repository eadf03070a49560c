"""How long it takes to bill a year of quarter hours."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.tariff import MeteredLoad, bill
from optimizer.tariff.files import read_tariff
from tests.shared_data import FOLDER

QUARTERS = 366 * 96
ZONE = "America/Chicago"


def slowest_bill_s() -> float:
    """Seconds of the slowest of the shared URDB rates, the first bill of the process aside."""
    load_kw = 20_000.0 + 8_000.0 * np.sin(np.arange(QUARTERS) * 2 * np.pi / 96)
    load = MeteredLoad(datetime(2024, 1, 1, tzinfo=ZoneInfo(ZONE)), 15, load_kw)
    paths = sorted((FOLDER / "tariffs").glob("*.json"))
    tariffs = [read_tariff(path).tariff for path in paths if "cases" not in path.name]
    bill(tariffs[0], load, timezone=ZONE)
    taken = []
    for tariff in tariffs:
        begun = time.perf_counter()
        bill(tariff, load, timezone=ZONE)
        taken.append(time.perf_counter() - begun)
    return max(taken)
