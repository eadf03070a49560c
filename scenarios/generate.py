"""Makes the series of the example scenarios: prices, weather and AI demand that look like the real thing.

    python scenarios/generate.py            writes all series files
    python scenarios/generate.py --check    tells whether the files are what it would write

Nothing here is copied from a market: each series is a daily shape plus noise of a seeded generator, and the
seeds stand in EXAMPLES. Only `Generator.random` is used and every number is rounded, so that CSV files come
out byte for byte alike on any machine; Parquet files carry their writer's version and are compared by
content.

The shapes are those of a West Texas summer: about 25 USD/MWh at base, a dip below zero at noon when the sun
has the wires full, a ramp in the evening when it sets, and on some days a spike when wind fails too.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

FOLDER = Path(__file__).resolve().parent

Columns = dict[str, list[float]]
"""Column name → one value an interval."""


class Grid:
    """Equal intervals from a local midnight: their local starts, with offsets."""

    def __init__(self, zone: str, start: str, hours: int, minutes: int = 60) -> None:
        self.minutes = minutes
        self.zone = ZoneInfo(zone)
        first = datetime.fromisoformat(start).replace(tzinfo=self.zone).astimezone(UTC)
        steps = range(hours * 60 // minutes)
        self.starts = [(first + timedelta(minutes=minutes * i)).astimezone(self.zone) for i in steps]

    def clock(self) -> Iterator[float]:
        """Local clock hours of each start, e.g. 13.25."""
        return (start.hour + start.minute / 60 for start in self.starts)


class Noise:
    """Smooth noise: each value keeps a share of the one before it."""

    def __init__(self, rng: np.random.Generator, spread: float, memory: float = 0.6) -> None:
        self.rng, self.spread, self.memory = rng, spread, memory
        self.last = 0.0

    def __call__(self) -> float:
        # The sum of twelve uniform numbers less six is nearly normal, with variance 1.
        fresh = float(self.rng.random(12).sum()) - 6.0
        self.last = self.memory * self.last + math.sqrt(1 - self.memory**2) * fresh
        return self.spread * self.last


def bell(hour: float, centre: float, width: float) -> float:
    """A hump of the day, 1 at its centre; it goes round midnight."""
    distance = (hour - centre + 12) % 24 - 12
    return math.exp(-((distance / width) ** 2))


def prices(
    grid: Grid,
    rng: np.random.Generator,
    *,
    base: float = 25.0,
    noon_dip: float = 32.0,
    night_dip: float = 12.0,
    evening: float = 70.0,
    spike: float = 0.0,
    spike_at: float = 20.0,
    noise: float = 2.5,
) -> list[float]:
    """Energy prices [USD/MWh] by the local clock. The spike is on the first day only."""
    wobble = Noise(rng, noise)
    first_day = grid.starts[0].date()
    result = []
    for start, hour in zip(grid.starts, grid.clock(), strict=True):
        price = base - noon_dip * bell(hour, 12.5, 3.0) - night_dip * bell(hour, 3.0, 2.5)
        price += evening * bell(hour, 19.5, 2.2) + 12.0 * bell(hour, 7.0, 1.5)
        if start.date() == first_day:
            price += spike * bell(hour, spike_at, 0.9)
        result.append(round(price + wobble(), 2))
    return result


def ambient(grid: Grid, rng: np.random.Generator, *, low: float, high: float) -> list[float]:
    """Dry-bulb temperature [°C]: coolest about 06:00, warmest about 16:00."""
    wobble = Noise(rng, 0.4, memory=0.8)
    result = []
    for hour in grid.clock():
        warmth = 0.5 - 0.5 * math.cos(math.pi * (hour - 6) / 10) if 6 <= hour <= 16 else None
        if warmth is None:
            since = hour - 16 if hour > 16 else hour + 8
            warmth = 0.5 + 0.5 * math.cos(math.pi * since / 14)
        result.append(round(low + (high - low) * warmth + wobble(), 1))
    return result


def daytime(
    grid: Grid, rng: np.random.Generator, *, night: float, day: float, step: float, noise: float = 0.0
) -> list[float]:
    """A demand that is `night` at night and `day` in working hours, in whole steps."""
    wobble = Noise(rng, noise)
    result = []
    for hour in grid.clock():
        level = night + (day - night) * min(1.0, 1.3 * bell(hour, 14.0, 5.5))
        result.append(float(max(0.0, round((level + wobble()) / step) * step)))
    return result


def window(grid: Grid, outside: float, inside: float, opens: float, closes: float) -> list[float]:
    """`inside` on the first day between two clock hours, else `outside`."""
    day = grid.starts[0].date()
    return [
        float(inside if start.date() == day and opens <= hour < closes else outside)
        for start, hour in zip(grid.starts, grid.clock(), strict=True)
    ]


# The examples: file → (grid, columns). ---------------------------------------------------------------------

Files = dict[str, tuple[Grid, Columns]]


def west_texas_hybrid_day(rng: np.random.Generator) -> Files:
    """A Wednesday in August with a spike of over 1,000 USD/MWh, and six hours behind it."""
    grid = Grid("America/Chicago", "2026-08-12", 30)
    return {
        "prices.csv": (grid, {"price_usd_per_mwh": prices(grid, rng, night_dip=31.0, spike=1150.0)}),
        "weather.csv": (grid, {"ambient_c": ambient(grid, rng, low=24.0, high=38.5)}),
        "ai.csv": (
            grid,
            {
                "acme_committed_gpus": daytime(grid, rng, night=320, day=576, step=32),
                "spot_demand_gpus": daytime(grid, rng, night=160, day=400, step=8, noise=30),
                "spot_usd_per_gpu_hour": [
                    round(v / 100, 2) for v in daytime(grid, rng, night=95, day=165, step=1, noise=8)
                ],
                "h100_nodes_available": window(grid, 160, 148, 9, 13),
            },
        ),
    }


def halving(start: str) -> Callable[[np.random.Generator], Files]:
    """A spring day. The seed is the same for all three, so that only the calendar differs."""

    def files(rng: np.random.Generator) -> Files:
        grid = Grid("America/Chicago", start, 24)
        return {"prices.csv": (grid, {"price_usd_per_mwh": prices(grid, rng, base=34.0, evening=62.0)})}

    return files


def small_miner(rng: np.random.Generator) -> Files:
    """A Friday and a Saturday in July: a tariff needs no prices, the machines need the weather."""
    grid = Grid("America/Denver", "2026-07-17", 48, 30)
    return {"weather.csv": (grid, {"ambient_c": ambient(grid, rng, low=17.0, high=36.5)})}


def ai_heavy(rng: np.random.Generator) -> Files:
    """A winter weekday in Ohio with a cold morning's peak; Parquet beside CSV."""
    grid = Grid("America/New_York", "2026-01-22", 36)
    return {
        "market.parquet": (
            grid,
            {
                "price_usd_per_mwh": prices(
                    grid, rng, base=52.0, noon_dip=8.0, evening=75.0, spike=360.0, spike_at=7.5, noise=4.0
                ),
                "ambient_c": ambient(grid, rng, low=-9.0, high=2.0),
            },
        ),
        "demand.csv": (
            grid,
            {
                "chat_committed_gpus": daytime(grid, rng, night=512, day=960, step=16),
                "search_committed_gpus": daytime(grid, rng, night=384, day=448, step=16),
                "spot_demand_gpus": daytime(grid, rng, night=240, day=480, step=8, noise=40),
                "spot_usd_per_gpu_hour": [
                    round(v / 100, 2) for v in daytime(grid, rng, night=110, day=190, step=1, noise=9)
                ],
                "h200_nodes_available": window(grid, 160, 47, 10, 14),
            },
        ),
    }


def clock_change(start: str, hours: int, minutes: int) -> Callable[[np.random.Generator], Files]:
    """A day of 25 or 23 hours (and what is looked ahead)."""

    def files(rng: np.random.Generator) -> Files:
        grid = Grid("America/Chicago", start, hours, minutes)
        return {
            "prices.csv": (
                grid,
                {"price_usd_per_mwh": prices(grid, rng, base=30.0, night_dip=62.0, evening=110.0, noise=4.0)},
            ),
            "weather.csv": (grid, {"ambient_c": ambient(grid, rng, low=8.0, high=22.0)}),
        }

    return files


def last_day_of_july(rng: np.random.Generator) -> Files:
    """A hot Friday on which the grid may see July's peak in the late afternoon, and six hours of August."""
    grid = Grid("America/Chicago", "2026-07-31", 30)
    price = prices(grid, rng, base=27.0, noon_dip=20.0, night_dip=10.0, evening=58.0)
    peak_day = grid.starts[0].date()
    chance = [
        round(0.16 * bell(hour, 17.0, 1.2), 4) if start.date() == peak_day and 14 <= hour < 20 else 0.0
        for start, hour in zip(grid.starts, grid.clock(), strict=True)
    ]
    wind = Noise(rng, 0.08, memory=0.8)
    sun = [max(0.0, round(5.0 * bell(hour, 13.5, 4.5) - 0.4, 2)) for hour in grid.clock()]
    return {
        "prices.csv": (
            grid,
            {
                "price_usd_per_mwh": price,
                "export_usd_per_mwh": [round(usd - 3.0, 2) for usd in price],
                "ecrs_usd_per_mw_h": [round(4.0 + 16.0 * bell(hour, 18.5, 2.5), 2) for hour in grid.clock()],
            },
        ),
        "weather.csv": (
            grid,
            {
                "ambient_c": ambient(grid, rng, low=22.5, high=39.0),
                "wind": [
                    round(min(0.9, max(0.0, 0.42 - 0.25 * bell(hour, 15.0, 5.0) + wind())), 3) for hour in grid.clock()
                ],
                "solar_swap_mw": sun,
            },
        ),
        "peaks.csv": (grid, {"probability": chance}),
    }


def week_day_by_day(rng: np.random.Generator) -> Files:
    """Late August: day-ahead prices, real-time prices that wobble about them, and a forecast of every day alike."""
    grid = Grid("America/Chicago", "2026-08-20", 12 * 24)
    ahead = prices(grid, rng, base=27.0, noon_dip=24.0, night_dip=10.0, evening=64.0, noise=5.0)
    wobble = Noise(rng, 9.0, memory=0.7)
    hours = list(grid.clock())
    means = [round(sum(ahead[hour::24]) / len(ahead[hour::24]), 2) for hour in range(24)]
    drift = Noise(rng, 1.1, memory=0.9)
    hashprice = [round(45.0 + drift(), 2) for _ in range(12)]
    return {
        "prices.csv": (
            grid,
            {
                "day_ahead": ahead,
                "real_time": [round(usd + wobble(), 2) for usd in ahead],
                "forecast": [means[int(hour)] for hour in hours],
                "hashprice": [hashprice[at // 24] for at in range(len(hours))],
            },
        )
    }


EXAMPLES: dict[str, tuple[int, Callable[[np.random.Generator], Files]]] = {
    "west-texas-hybrid-day": (20260812, west_texas_hybrid_day),
    "halving-before": (840_000, halving("2024-04-17")),
    "halving-night": (840_000, halving("2024-04-19")),
    "halving-after": (840_000, halving("2024-04-24")),
    "small-miner-s21-m60s": (20260717, small_miner),
    "ai-heavy-tight-sla": (20260122, ai_heavy),
    "last-day-of-july": (20260731, last_day_of_july),
    "week-day-by-day": (20260820, week_day_by_day),
    "clock-change-day": (20261101, clock_change("2026-11-01", 31, 60)),
    "clock-change-day-spring": (20260308, clock_change("2026-03-08", 23, 15)),
}
"""Folder → (seed, what makes its files). `first-steps` has its numbers in the scenario itself."""


# Writing and checking. -------------------------------------------------------------------------------------


def csv_text(grid: Grid, columns: Columns) -> str:
    """The file's text: local times with offsets, numbers as short as they go."""
    lines = [",".join(["interval_start", *columns])]
    for i, start in enumerate(grid.starts):
        lines.append(",".join([start.isoformat(), *(f"{values[i]:.6g}" for values in columns.values())]))
    return "\n".join(lines) + "\n"


def write(path: Path, grid: Grid, columns: Columns) -> None:
    """Write one file."""
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".csv":
        path.write_text(csv_text(grid, columns), encoding="utf-8", newline="\n")
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    times = pa.array(grid.starts, type=pa.timestamp("ms", tz=grid.zone.key))
    pq.write_table(pa.table({"interval_start": times, **columns}), path, compression="zstd")


def is_current(path: Path, grid: Grid, columns: Columns) -> bool:
    """Whether the file is what `write` would make it."""
    if not path.is_file():
        return False
    if path.suffix == ".csv":
        return path.read_bytes() == csv_text(grid, columns).encode()
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    if table.column_names != ["interval_start", *columns]:
        return False
    starts = [start.timestamp() for start in table["interval_start"].to_pylist()]
    return starts == [start.timestamp() for start in grid.starts] and all(
        table[name].to_pylist() == values for name, values in columns.items()
    )


def stale_files(*, rewrite: bool = False) -> list[str]:
    """Series files that are not what this script makes; with `rewrite` they are made."""
    stale = []
    for folder, (seed, make) in EXAMPLES.items():
        for name, (grid, columns) in make(np.random.default_rng(seed)).items():
            if not is_current(FOLDER / folder / name, grid, columns):
                stale.append(f"{folder}/{name}")
                if rewrite:
                    write(FOLDER / folder / name, grid, columns)
    return stale


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the series of the example scenarios.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    check = parser.parse_args().check
    stale = stale_files(rewrite=not check)
    for name in stale:
        print(f"{name}: {'differs from what generate.py makes' if check else 'written'}")  # noqa: T201
    if not stale:
        print("all series are what generate.py makes")  # noqa: T201
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
