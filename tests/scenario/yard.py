"""A small valid scenario in files, for tests that change one thing about it."""

from __future__ import annotations

import json
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

YARD = """\
schema_version = 1
name = "yard"

[time]
zone = "America/Chicago"
start = 2026-01-05T00:00:00
committed_periods = 4

[site]
import_limit_mw = 10.0
ambient_c = { file = "weather.csv", column = "ambient_c" }
curtailment = [{ name = "call", start = 2026-01-05T02:00:00, end = 2026-01-05T03:00:00, import_limit_mw = 8.0 }]

[[site.halls]]
name = "hall"
it_limit_mw = 9.0
pue = { ambient_c = [0.0, 30.0], pue = [1.05, 1.2] }

[supply.energy]
price_usd_per_mwh = { file = "prices.csv", column = "price" }
adders = [{ name = "delivery", usd_per_mwh = 2.0 }]

[bitcoin]
hashprice_usd_per_ph_day = 45.0

[[fleets]]
name = "miners"
hall = "hall"
units = 100
groups = 10
availability = 0.98
modes = [
    { name = "normal", power_w = 3500.0, hashrate_th_per_s = 200.0 },
    { name = "low", power_w = 2500.0, hashrate_th_per_s = 150.0 },
]

[[pools]]
name = "pool"
hall = "hall"
nodes = 4
gpus_per_node = 8
idle_power_w = 2000.0
peak_power_w = 10000.0

[[contracts]]
kind = "reserved"
name = "infer"
pools = ["pool"]
committed_gpus = [8.0, 8.0, 16.0, 8.0]
price_usd_per_gpu_hour = 2.0
tiers = [{ below = 0.99, credit_share = 0.1 }, { below = 0.95, credit_share = 0.3 }]

[[contracts]]
kind = "spot"
name = "market"
pools = ["pool"]
demand_gpus = 4.0
price_usd_per_gpu_hour = 1.1

[[contracts]]
kind = "batch"
name = "train"
pools = ["pool"]
gpu_hours = 20.0
max_gpus = 16.0
release = 2026-01-05T00:00:00
deadline = 2026-01-05T03:00:00
price_usd_per_gpu_hour = 1.9
"""


def series(column: str, values: list[Any], first_hour: int = 0) -> str:
    """The text of a CSV with hourly values from an hour of 5 January 2026 on, in Chicago."""
    rows = [f"2026-01-05T{first_hour + i:02d}:00:00-06:00,{value}" for i, value in enumerate(values)]
    return "\n".join([f"interval_start,{column}", *rows, ""])


PRICES = series("price", [40, 41, 42, 43])
WEATHER = series("ambient_c", [10, 11, 12, 13])


def edited(*edits: tuple[str, str]) -> str:
    """The yard's TOML with each text, which must stand there once, replaced."""
    text = YARD
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def write(folder: Path, text: str = YARD, prices: str | bytes | None = PRICES, weather: str = WEATHER) -> Path:
    """The yard in a folder of its own; without a price file for None."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    (folder / "weather.csv").write_text(weather, encoding="utf-8")
    if prices is not None:
        data = prices.encode() if isinstance(prices, str) else prices
        (folder / "prices.csv").write_bytes(data)
    return folder


def as_json(text: str = YARD) -> str:
    """The same document as JSON."""

    def iso(value: Any) -> str:
        assert isinstance(value, date | time)
        return value.isoformat()

    return json.dumps(tomllib.loads(text), default=iso)
