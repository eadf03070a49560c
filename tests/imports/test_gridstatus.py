"""Exports of gridstatus and gridstatus.io."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.imports import PriceFileError, import_prices

CENTRAL = "America/Chicago"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_library_s_columns_across_the_clock_change(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "Time,Interval Start,Interval End,Location,Location Type,Market,SPP",
        "2024-11-03 01:00:00-05:00,2024-11-03 01:00:00-05:00,2024-11-03 01:00:00-06:00,HB_WEST,Hub,DAM,20.5",
        "2024-11-03 01:00:00-06:00,2024-11-03 01:00:00-06:00,2024-11-03 02:00:00-06:00,HB_WEST,Hub,DAM,19.5",
    )
    prices = import_prices(file, format="gridstatus", timezone=CENTRAL)
    assert [s.isoformat() for s in prices.starts] == [
        "2024-11-03T01:00:00-05:00",
        "2024-11-03T01:00:00-06:00",
    ]
    assert prices.report.interval_minutes == 60


def test_the_site_s_columns_prefer_utc(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "interval_start_local,interval_start_utc,interval_end_local,interval_end_utc,location,market,lmp",
        "2024-03-10T01:00:00,2024-03-10T07:00:00,2024-03-10T03:00:00,2024-03-10T08:00:00,HB_WEST,DAM,1",
        "2024-03-10T03:00:00,2024-03-10T08:00:00,2024-03-10T04:00:00,2024-03-10T09:00:00,HB_WEST,DAM,2",
        "2024-03-10T03:00:00,2024-03-10T08:00:00,2024-03-10T04:00:00,2024-03-10T09:00:00,HB_EAST,DAM,3",
    )
    prices = import_prices(file, format="gridstatus", timezone=CENTRAL, location="HB_WEST")
    assert [s.isoformat() for s in prices.starts] == [
        "2024-03-10T01:00:00-06:00",
        "2024-03-10T03:00:00-05:00",
    ]
    assert prices.values.tolist() == [1, 2]


def test_a_single_interval_has_its_length_from_its_end(tmp_path: Path) -> None:
    file = write(tmp_path, "interval_start_utc,interval_end_utc,lmp", "2024-03-10T07:00Z,2024-03-10T07:05Z,1")
    prices = import_prices(file, format="gridstatus", timezone=CENTRAL)
    assert prices.report.interval_minutes == 5
    assert prices.report.end.isoformat() == "2024-03-10T01:05:00-06:00"


def test_unequal_intervals_are_refused(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "interval_start_utc,interval_end_utc,lmp",
        "2024-03-10T07:00Z,2024-03-10T08:00Z,1",
        "2024-03-10T08:00Z,2024-03-10T08:15Z,1",
    )
    with pytest.raises(PriceFileError, match=r"row 3, column 'interval_end_utc': an interval of 15 minutes"):
        import_prices(file, format="gridstatus", timezone=CENTRAL)
