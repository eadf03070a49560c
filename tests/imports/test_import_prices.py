"""The written series, and the import against real prices."""

from __future__ import annotations

import csv
import os
import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.imports import PriceFileError, import_prices

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


def test_what_the_intervals_leave_open_is_told(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("time,price\n07/01/2024 00:00,1\n07/01/2024 02:00,2\n")
    notes = import_prices(source, timezone=CENTRAL).report.notes
    assert "'07/01/2024 00:00' is read as month/day" in notes[0]
    assert notes[1].startswith("the intervals are 120 minutes long")
    source.write_text("time,price\n07/13/2024 00:00,1\n07/13/2024 01:00,2\n")
    assert import_prices(source, timezone=CENTRAL).report.notes == ()
    source.write_text("date,hour ending,price\n07/01/2024,1,1\n07/01/2024,2,2\n")
    assert "is read as month/day" in import_prices(source, timezone=CENTRAL).report.notes[0]
    source.write_text("time,price\n2024-07-13 00:00,1\n2024-07-13 07:00,2\n")
    with pytest.raises(PriceFileError, match="intervals of 420 minutes; a length that divides a day"):
        import_prices(source, timezone=CENTRAL)


def test_the_file_read_is_not_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(text := "time,price\n2024-07-13 00:00,1\n2024-07-13 01:00,2\n")
    (tmp_path / "link.csv").hardlink_to(source)
    call = ["import", "prices", str(source), "--timezone", CENTRAL, "-o"]
    for output in (source, tmp_path / "link.csv"):
        result = CliRunner().invoke(app, [*call, str(output)])
        assert result.exit_code == 2 and "not overwritten" in result.output
    assert source.read_text() == text
    result = CliRunner().invoke(app, [*call, str(tmp_path / "none" / "out.csv")])
    assert result.exit_code == 2 and result.output.startswith(f"{tmp_path / 'none' / 'out.csv'}: ")
    assert ".part" not in result.output
