"""Files in the layouts that markets publish: each is known by its header, and read in the market's clock and money.

The layouts are those that the modules of `optimizer.imports` cite; the prices are the row's number.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.imports import ImportedPrices, PriceFileError, import_prices


def read(folder: Path, lines: Iterable[str], **how: str) -> ImportedPrices:
    path = folder / "published.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return import_prices(path, **{"timezone": "UTC", **how})


def starts(prices: ImportedPrices) -> list[str]:
    return [start.isoformat() for start in prices.starts]


NYISO = '"Time Stamp","Name","PTID","LBMP ($/MWHr)","Marginal Cost Losses ($/MWHr)","Marginal Cost Congestion ($/MWHr)"'


def test_nyiso_has_several_zones(tmp_path: Path) -> None:
    rows = [
        f'"03/06/2026 {h:02d}:00","{zone}",61752,{h + more},0.1,0'
        for h in range(24)
        for zone, more in [("WEST", 0.5), ("N.Y.C.", 100.5)]
    ]
    prices = read(tmp_path, [NYISO, *rows], location="n.y.c.")
    assert prices.values.tolist() == [100.5 + hour for hour in range(24)]
    assert starts(prices)[0] == "2026-03-06T05:00:00+00:00"  # midnight in New York, whatever zone is given
    assert (prices.report.format, prices.report.interval_minutes, prices.report.notes) == ("nyiso", 60, ())
    with pytest.raises(PriceFileError, match=r"2 locations: N.Y.C., WEST; choose one: location \(--location\)"):
        read(tmp_path, [NYISO, *rows])
    with pytest.raises(PriceFileError, match=r"no location 'NYC'; one of N.Y.C., WEST"):
        read(tmp_path, [NYISO, *rows], location="NYC")


def test_nyiso_repeats_an_hour_in_order(tmp_path: Path) -> None:
    hours = ["00", "01", "01", "02"]
    rows = [f'"11/01/2026 {h}:00","{zone}",1,{i},0,0' for i, h in enumerate(hours) for zone in ("WEST", "NORTH")]
    prices = read(tmp_path, [NYISO, *rows], location="NORTH")
    assert starts(prices) == [f"2026-11-01T0{hour}:00:00+00:00" for hour in (4, 5, 6, 7)]


def test_nyiso_stamps_of_five_minutes_end_their_interval(tmp_path: Path) -> None:
    times = ["01:50", "01:55", "03:00", "03:05"]  # the clocks skip 02:00 to 03:00
    rows = [f'"03/08/2026 {time}:00","WEST",61752,{i},0,0' for i, time in enumerate(times, 1)]
    prices = read(tmp_path, [NYISO, *rows])
    assert starts(prices) == [f"2026-03-08T{time}:00+00:00" for time in ("06:45", "06:50", "06:55", "07:00")]
    with pytest.raises(PriceFileError, match="tell the ending of their interval, and stamps beginning"):
        read(tmp_path, [NYISO, *rows], stamps="beginning")


CAISO = (
    "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,OPR_DT,OPR_HR,OPR_INTERVAL,NODE_ID_XML,NODE_ID,NODE,MARKET_RUN_ID,"
    "LMP_TYPE,XML_DATA_ITEM,PNODE_RESMRID,GRP_TYPE,POS,MW,GROUP"
)


def caiso(node: str, kind: str, hour: int, price: float) -> str:
    times = f"2026-07-14T{hour:02d}:00:00-00:00,2026-07-14T{hour + 1:02d}:00:00-00:00,2026-07-14,{hour - 6},0"
    return f"{times},{node},{node},{node},DAM,{kind},X,{node},ALL_APNODES,0,{price},1"


def test_caiso_rows_of_a_price_and_its_parts(tmp_path: Path) -> None:
    parts = {"MCC": -1.0, "LMP": 55.0, "MCE": 54.0, "MCL": 2.0}
    rows = [caiso("TH_SP15_GEN-APND", kind, hour, p + hour) for kind, p in parts.items() for hour in (7, 8, 9)]
    prices = read(tmp_path, [CAISO, *rows], timezone="America/Los_Angeles")
    assert prices.values.tolist() == [62, 63, 64]
    assert starts(prices)[0] == "2026-07-14T00:00:00-07:00"
    assert prices.report.notes == ("the rows of type LMP are taken, those of MCC, MCE, MCL are left out",)
    assert read(tmp_path, [CAISO, *rows], column="MCC").values.tolist() == [6, 7, 8]
    with pytest.raises(PriceFileError, match="no rows of type MGHG; one of LMP, MCC, MCE, MCL"):
        read(tmp_path, [CAISO, *rows], column="MGHG")
    rows += [caiso("TH_NP15_GEN-APND", "LMP", hour, 1) for hour in (7, 8, 9)]
    with pytest.raises(PriceFileError, match="2 locations: TH_NP15_GEN-APND, TH_SP15_GEN-APND"):
        read(tmp_path, [CAISO, *rows])


def test_caiso_in_real_time_names_its_price_value(tmp_path: Path) -> None:
    head = CAISO.replace(",MW,", ",VALUE,")
    assert read(tmp_path, [head, caiso("A", "LMP", 7, 1), caiso("A", "LMP", 8, 2)]).values.tolist() == [1, 2]


def test_iso_new_england_with_its_row_tags(tmp_path: Path) -> None:
    lines = [
        '"C","Day-Ahead Energy Market Hourly LMP Report"',
        '"C","Filename: WW_DALMP_ISO_20261101.csv"',
        '"C","Report for: 11/01/2026 - 11/01/2026"',
        '"C","Report generated: 10/31/2026 13:07:54 EDT"',
        '"H","Date","Hour Ending","Location ID","Location Name","Location Type","Locational Marginal Price",'
        '"Energy Component","Congestion Component","Marginal Loss Component"',
        '"H","Date","HE","String","String","String","Number","Number","Number","Number"',
    ]
    hours = ["01", "02", "02X", *(f"{hour:02d}" for hour in range(3, 25))]
    for i, hour in enumerate(hours):
        for place, more in [(".H.INTERNAL_HUB", 0), (".Z.MAINE", 500)]:
            lines.append(f'"D","11/01/2026","{hour}","4000","{place}","HUB",{i + more},1,0,0')
    lines.append('"T","50 lines"')
    prices = read(tmp_path, lines, location=".H.INTERNAL_HUB", timezone="America/New_York")
    assert prices.values.tolist() == [*range(25)]
    assert starts(prices)[1:3] == ["2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"]
    assert (prices.report.format, prices.report.gap_count) == ("isone", 0)


def test_aeso_below_its_titles(tmp_path: Path) -> None:
    lines = ["Pool Price", "", '""', "", "Date (HE),Price ($),30Ravg ($),AIL Demand (MW)"]
    hours = ["01", "02", "02*", *(f"{hour:02d}" for hour in range(3, 25))]
    lines += [f'"11/01/2026 {hour}","{10 * i}.00","50","9000"' for i, hour in enumerate(hours)]
    prices = read(tmp_path, lines, timezone="America/Edmonton")
    assert prices.values.tolist() == [10.0 * i for i in range(25)]
    assert starts(prices)[1:3] == ["2026-11-01T01:00:00-06:00", "2026-11-01T01:00:00-07:00"]
    assert any("CAD and are not converted" in note for note in prices.report.notes)
    with pytest.raises(PriceFileError, match="no column of locations, so no 'CALGARY'"):
        read(tmp_path, lines, location="CALGARY")


def test_ieso_keeps_standard_time_all_year(tmp_path: Path) -> None:
    lines = [
        r"\\Hourly Ontario Energy Price (HOEP)\,,,,",
        r"\\CREATED AT March 10, 2024 at 02:00:00\,,,,",
        r"\\For 2024\,,,,",
        "Date,Hour,HOEP,Hour 1 Predispatch,Hour 2 Predispatch",
        *(f"2024-03-10,{hour},{hour}.5,0,0" for hour in range(1, 25)),
    ]
    prices = read(tmp_path, lines)
    assert prices.values.tolist() == [hour + 0.5 for hour in range(1, 25)]
    assert (starts(prices)[0], starts(prices)[-1]) == ("2024-03-10T05:00:00+00:00", "2024-03-11T04:00:00+00:00")


@pytest.mark.parametrize(("step", "first"), [(5, "2024-01-31T14:00"), (30, "2024-01-31T14:00")])
def test_aemo_stamps_end_their_interval(tmp_path: Path, step: int, first: str) -> None:
    rows = [f"NSW1,2024/02/01 {m // 60:02d}:{m % 60:02d}:00,6771.5,{m}.25,TRADE" for m in range(step, 241, step)]
    prices = read(tmp_path, ["REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE", *rows])
    assert starts(prices)[0] == f"{first}:00+00:00"  # midnight, ten hours ahead of Greenwich in summer too
    assert (prices.report.interval_minutes, prices.values[0]) == (step, step + 0.25)
    assert any("AUD" in note for note in prices.report.notes)


@pytest.mark.parametrize("pattern", ["%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S"])
def test_entsoe_ranges_of_time_with_the_day_first(tmp_path: Path, pattern: str) -> None:
    from datetime import datetime, timedelta

    begins = [datetime(2024, 2, 1) + timedelta(hours=hour) for hour in range(24)]
    rows = [
        f'"{begin.strftime(pattern)} - {(begin + timedelta(hours=1)).strftime(pattern)}","{i}.5","EUR",""'
        for i, begin in enumerate(begins)
    ]
    prices = read(tmp_path, ['"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"', *rows])
    assert starts(prices)[0] == "2024-01-31T23:00:00+00:00"
    assert prices.values.tolist() == [hour + 0.5 for hour in range(24)]
    assert any("prices are in EUR" in note for note in prices.report.notes)


def test_entsoe_clock_changes(tmp_path: Path) -> None:
    head = '"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)"'

    def row(begin: str, end: str, price: object) -> str:
        return f'"{begin} - {end}","BZN|FR","Without Sequence","{price}"'

    day = "27/10/2024"
    autumn = [
        row(f"{day} 01:00:00", f"{day} 02:00:00 (CEST)", 1),
        row(f"{day} 02:00:00 (CEST)", f"{day} 02:00:00 (CET)", 2),
        row(f"{day} 02:00:00 (CET)", f"{day} 03:00:00", 3),
        row(f"{day} 03:00:00", f"{day} 04:00:00", 4),
    ]
    prices = read(tmp_path, [head, *autumn])
    assert starts(prices) == [
        f"{'2024-10-26T23' if hour < 0 else f'2024-10-27T0{hour}'}:00:00+00:00" for hour in (-1, 0, 1, 2)
    ]
    day = "31/03/2024"
    spring = [
        row(f"{day} 01:00:00", f"{day} 02:00:00", 1),
        row(f"{day} 02:00:00", f"{day} 03:00:00", "n/e"),
        row(f"{day} 03:00:00", f"{day} 04:00:00", 3),
    ]
    found = read(tmp_path, [head, *spring])
    assert (found.values.tolist(), found.report.gap_count) == ([1, 3], 0)
    assert "the hour that the clocks skip" in found.report.notes[0]
    utc = read(tmp_path, [head.replace("CET/CEST", "UTC"), *spring])
    assert (len(utc.values), utc.report.gap_count) == (2, 1)


def test_the_commands_know_a_publisher_by_its_header(tmp_path: Path) -> None:
    file = tmp_path / "zones.csv"
    rows = [f'"03/06/2026 {h:02d}:00","{zone}",1,30,0,0' for h in range(24) for zone in ("WEST", "NORTH")]
    file.write_text("\n".join([NYISO, *rows]) + "\n")
    call = ["import", "prices", str(file), "--timezone", "America/New_York", "-o", str(tmp_path / "out.csv")]
    asked = CliRunner().invoke(app, call)
    assert asked.exit_code == 2 and "--location" in asked.output
    taken = CliRunner().invoke(app, [*call, "--location", "WEST"])
    assert taken.exit_code == 0 and "(nyiso, WEST)" in taken.output
    assert CliRunner().invoke(app, [*call, "--location", "WEST", "--format", "aeso"]).exit_code == 2
