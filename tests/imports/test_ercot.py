"""ERCOT's published files: hour-ending, flags, thousands, both clock changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from optimizer.imports import PriceFileError, import_prices

DAM = '"Delivery Date","Hour Ending","Repeated Hour Flag","Settlement Point","Settlement Point Price"'
RTM = (
    "Delivery Date,Delivery Hour,Delivery Interval,Repeated Hour Flag,Settlement Point Name,"
    "Settlement Point Type,Settlement Point Price"
)
CENTRAL = "America/Chicago"


def write(folder: Path, *lines: str, name: str = "spp.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def day(date: str, hours: list[tuple[str, str]]) -> list[str]:
    return [f"{date},{hour},{flag},HB_WEST,{10 + i}" for i, (hour, flag) in enumerate(hours)]


def utc_hours(starts: tuple[datetime, ...]) -> list[str]:
    return [f"{start.astimezone(UTC):%dT%H}" for start in starts]


def test_hour_ending_24_and_thousands(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        DAM,
        '08/12/2024,23:00,N,HB_WEST,"1,234.56"',
        "08/12/2024,24:00,N,HB_WEST,-3.20",
        "08/13/2024,01:00,N,HB_WEST,25",
    )
    prices = import_prices(file, format="ercot", timezone=CENTRAL)
    assert [s.isoformat() for s in prices.starts] == [
        "2024-08-12T22:00:00-05:00",
        "2024-08-12T23:00:00-05:00",
        "2024-08-13T00:00:00-05:00",
    ]
    assert prices.values.tolist() == [1234.56, -3.2, 25.0]
    report = prices.report
    assert (report.interval_minutes, report.intervals, report.gap_count, report.duplicates) == (60, 3, 0, 0)
    assert (report.negative_hours, report.highest_usd_per_mwh, report.lowest_usd_per_mwh) == (
        1,
        1234.56,
        -3.2,
    )
    assert report.highest_at.isoformat() == "2024-08-12T22:00:00-05:00"
    assert report.end.isoformat() == "2024-08-13T01:00:00-05:00"
    assert "1234.56 USD/MWh at 2024-08-12T22:00:00-05:00" in "\n".join(report.lines())


def test_the_day_of_25_hours_by_its_flag(tmp_path: Path) -> None:
    hours = [("01:00", "N"), ("02:00", "Y"), ("02:00", "N")] + [(f"{h:02d}:00", "N") for h in range(3, 25)]
    prices = import_prices(write(tmp_path, DAM, *day("11/03/2024", hours)), format="ercot", timezone=CENTRAL)
    assert len(prices.values) == 25
    assert utc_hours(prices.starts)[:4] == ["03T05", "03T06", "03T07", "03T08"]
    # The flagged row stands first in this file and is the second hour all the same.
    assert prices.values[:4].tolist() == [10, 12, 11, 13]
    assert prices.report.clock_change_days == ("2024-11-03 (25 h)",)
    assert "flag" in prices.report.notes[0]


@pytest.mark.parametrize("mark", ["X", "*"])
def test_the_day_of_25_hours_by_a_marked_hour(tmp_path: Path, mark: str) -> None:
    hours = [("01:00", "N"), ("02:00" + mark, "N"), ("02:00", "N")] + [(f"{h:02d}:00", "N") for h in range(3, 25)]
    prices = import_prices(write(tmp_path, DAM, *day("11/03/2024", hours)), format="ercot", timezone=CENTRAL)
    assert utc_hours(prices.starts)[:4] == ["03T05", "03T06", "03T07", "03T08"]
    assert prices.values[:4].tolist() == [10, 12, 11, 13]


def test_the_day_of_23_hours(tmp_path: Path) -> None:
    hours = [(f"{h:02d}:00", "N") for h in range(1, 25) if h != 3]
    prices = import_prices(write(tmp_path, DAM, *day("03/10/2024", hours)), format="ercot", timezone=CENTRAL)
    assert len(prices.values) == 23
    assert prices.report.gap_count == 0
    assert [s.isoformat() for s in prices.starts[1:3]] == [
        "2024-03-10T01:00:00-06:00",
        "2024-03-10T03:00:00-05:00",
    ]
    assert prices.report.clock_change_days == ("2024-03-10 (23 h)",)


def test_a_skipped_hour_in_the_file_is_named(tmp_path: Path) -> None:
    hours = [(f"{h:02d}:00", "N") for h in range(1, 25)]
    with pytest.raises(PriceFileError, match=r"row 4, column 'Hour Ending'.*2024-03-10 02:00.*skip") as caught:
        import_prices(write(tmp_path, DAM, *day("03/10/2024", hours)), format="ercot", timezone=CENTRAL)
    assert (caught.value.row, caught.value.column) == (4, "Hour Ending")


def test_the_daily_file_with_padded_prices_and_a_flag_out_of_season(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag",
        "02/10/2021,01:00,LZ_WEST, 9000.00,Y",
        "02/10/2021,02:00,LZ_WEST, 8999.50,Y",
        "02/10/2021,01:00,HB_WEST, 7.50,Y",
    )
    prices = import_prices(file, format="ercot", timezone=CENTRAL, location="lz_west")
    assert prices.values.tolist() == [9000.0, 8999.5]
    assert prices.starts[0].isoformat() == "2021-02-10T00:00:00-06:00"
    with pytest.raises(PriceFileError, match="2 locations: HB_WEST, LZ_WEST; choose one: location"):
        import_prices(file, format="ercot", timezone=CENTRAL)
    with pytest.raises(PriceFileError, match="no location 'LZ_NORTH'; one of HB_WEST, LZ_WEST"):
        import_prices(file, format="ercot", timezone=CENTRAL, location="LZ_NORTH")


def test_the_api_s_spelling(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "deliveryDate,hourEnding,settlementPoint,settlementPointPrice,DSTFlag",
        "2024-11-03,02:00,HB_WEST,1,false",
        "2024-11-03,02:00,HB_WEST,2,true",
        "2024-11-03,03:00,HB_WEST,3,false",
    )
    prices = import_prices(file, format="ercot", timezone=CENTRAL)
    assert utc_hours(prices.starts) == ["03T06", "03T07", "03T08"]


def test_real_time_quarters(tmp_path: Path) -> None:
    rows = [f"11/03/2024,2,{q},N,HB_WEST,HU,{q}" for q in (1, 2, 3, 4)]
    rows += [f"11/03/2024,2,{q},Y,HB_WEST,HU,{q + 4}" for q in (1, 2, 3, 4)]
    prices = import_prices(write(tmp_path, RTM, *rows), format="ercot", timezone=CENTRAL)
    assert prices.report.interval_minutes == 15
    assert prices.report.gap_count == 0
    assert prices.values.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert prices.starts[4].isoformat() == "2024-11-03T01:00:00-06:00"
    with pytest.raises(PriceFileError, match=r"row 2, column 'Delivery Interval': '5'; 1 to 4"):
        import_prices(write(tmp_path, RTM, "11/03/2024,2,5,N,HB_WEST,HU,1"), format="ercot", timezone=CENTRAL)


def test_load_zones_stand_twice_in_real_time_files(tmp_path: Path) -> None:
    rows = []
    for q in (1, 2):
        rows += [f"07/01/2024,1,{q},N,LZ_WEST,LZ,{q}", f"07/01/2024,1,{q},N,LZ_WEST,LZEW,{q + 10}"]
        rows += [f"07/01/2024,1,{q},N,HB_WEST,HU,{q + 20}"]
    file = write(tmp_path, RTM, *rows)
    with pytest.raises(PriceFileError, match=r"no location 'LZ_WEST'; one of LZ_WEST:LZ, LZ_WEST:LZEW$"):
        import_prices(file, format="ercot", timezone=CENTRAL, location="LZ_WEST")
    prices = import_prices(file, format="ercot", timezone=CENTRAL, location="LZ_WEST:LZEW")
    assert prices.values.tolist() == [11, 12]
    assert import_prices(file, format="ercot", timezone=CENTRAL, location="HB_WEST").values.tolist() == [
        21,
        22,
    ]


def test_the_market_s_clock_is_central_whatever_zone_is_written(tmp_path: Path) -> None:
    file = write(tmp_path, DAM, "07/01/2024,01:00,N,HB_WEST,1", "07/01/2024,02:00,N,HB_WEST,2")
    prices = import_prices(file, format="ercot", timezone="UTC")
    assert prices.starts[0].isoformat() == "2024-07-01T05:00:00+00:00"


def test_titles_above_the_header(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "Historical DAM prices",
        "",
        DAM,
        "07/01/2024,01:00,N,HB_WEST,x",
        "07/01/2024,02:00,N,HB_WEST,2",
    )
    with pytest.raises(PriceFileError, match=r"row 4, column 'Settlement Point Price': 'x' is no number"):
        import_prices(file, format="ercot", timezone=CENTRAL)


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "Date,Price", "2024-07-01,1")
    with pytest.raises(PriceFileError, match=r"no header with the columns deliverydate/operday.*Date, Price"):
        import_prices(file, format="ercot", timezone=CENTRAL)


def test_workbook_with_a_sheet_a_month(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is optional")
    book = openpyxl.Workbook()
    head = [
        "Delivery Date",
        "Hour Ending",
        "Repeated Hour Flag",
        "Settlement Point",
        "Settlement Point Price",
    ]
    for month, sheet in ((1, book.active), (2, book.create_sheet("Feb"))):
        sheet.append(["a title"])
        sheet.append([])
        sheet.append(head)
        last = 31 if month == 1 else 1
        sheet.append([f"{month:02d}/{last:02d}/2024", "24:00" if month == 1 else "01:00", "N", "HB_WEST", month + 0.5])
    book.save(tmp_path / "spp.xlsx")
    prices = import_prices(tmp_path / "spp.xlsx", format="ercot", timezone=CENTRAL)
    assert prices.values.tolist() == [1.5, 2.5]
    assert prices.report.gap_count == 0


def test_workbook_without_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (tmp_path / "spp.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(PriceFileError, match=r"openpyxl is not installed; pip install openpyxl, or save it as CSV"):
        import_prices(tmp_path / "spp.xlsx", format="ercot", timezone=CENTRAL)
