"""The written series, and the import against real prices."""

from __future__ import annotations

import csv
import os
import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from optimizer.imports import import_prices

CENTRAL = "America/Chicago"
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "prices"
needs_real_prices = pytest.mark.skipif(
    not REAL.is_dir() and "CI" not in os.environ, reason="../shared/data/prices is not here"
)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("time,price\n2024-11-03 01:00,0.1\n2024-11-03 01:00,-3\n2024-11-03 03:00,1234.56\n")
    prices = import_prices(source, timezone=CENTRAL)
    target = prices.write_csv(tmp_path / "prices.csv")
    assert target.read_text() == (
        "interval_start,price_usd_per_mwh\n"
        "2024-11-03T01:00:00-05:00,0.1\n"
        "2024-11-03T01:00:00-06:00,-3.0\n"
        "2024-11-03T02:00:00-06:00,\n"
        "2024-11-03T03:00:00-06:00,1234.56\n"
    )
    again = import_prices(target, timezone=CENTRAL)
    assert again.start_minutes.tolist() == prices.start_minutes.tolist()
    assert again.values.tolist() == prices.values.tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "prices.csv"]


def test_a_zip_with_one_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "spp.zip", "w") as archive:
        archive.writestr("spp.csv", "time,price\n2024-07-01 00:00,1\n2024-07-01 01:00,2\n")
    assert import_prices(tmp_path / "spp.zip", timezone=CENTRAL).values.tolist() == [1, 2]


@needs_real_prices
def test_a_real_year() -> None:
    file = REAL / "ercot_2024_hourly_HB_WEST.csv"
    report = import_prices(file, timezone=CENTRAL, column="da_price_usd_per_mwh").report
    assert (report.intervals, report.interval_minutes, report.gap_count) == (8784, 60, 0)
    assert (report.lowest_usd_per_mwh, round(report.highest_usd_per_mwh)) == (-13.3, 2236)
    assert report.clock_change_days == ("2024-03-10 (23 h)", "2024-11-03 (25 h)")


@needs_real_prices
@pytest.mark.parametrize("flagged", [True, False])
def test_a_real_year_in_ercot_s_clock(tmp_path: Path, flagged: bool) -> None:
    """The real prices, told as ERCOT tells them, come out at the instants they were read from."""
    zone = ZoneInfo(CENTRAL)
    with (REAL / "ercot_2024_hourly_HB_WEST.csv").open() as file:
        real = [(datetime.fromisoformat(r["ts_utc"]), r["da_price_usd_per_mwh"]) for r in csv.DictReader(file)]
    lines = ["Delivery Date,Hour Ending,Repeated Hour Flag,Settlement Point,Settlement Point Price"]
    for instant, price in real:
        local = instant.astimezone(zone)
        flag = "Y" if local.fold and flagged else "N"
        lines.append(f'{local:%m/%d/%Y},{local.hour + 1:02d}:00,{flag},HB_WEST,"{float(price):,.2f}"')
    source = tmp_path / "dam.csv"
    source.write_text("\n".join(lines) + "\n")
    prices = import_prices(source, format="ercot", timezone=CENTRAL)
    assert [start.timestamp() for start in prices.starts] == [instant.timestamp() for instant, _ in real]
    assert prices.values.tolist() == [float(price) for _, price in real]


@needs_real_prices
def test_the_winter_storm_in_quarters() -> None:
    file = REAL / "ercot_uri_2021_02_15min.csv"
    report = import_prices(file, timezone=CENTRAL, column="rt_price_hb_west_usd_per_mwh").report
    assert (report.interval_minutes, report.intervals) == (15, 2688)
    assert report.start.isoformat() == "2021-02-01T00:00:00-06:00"
    assert report.highest_usd_per_mwh > 9000
