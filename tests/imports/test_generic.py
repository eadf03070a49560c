"""Any CSV: how columns are found, clock times, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.imports import PriceFileError, import_prices

CENTRAL = "America/Chicago"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "prices.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, *lines: str, **how: str) -> list[tuple[str, float]]:
    prices = import_prices(write(folder, *lines), **{"timezone": CENTRAL, **how})
    return [(start.isoformat(), value) for start, value in zip(prices.starts, prices.values, strict=True)]


def test_naive_times_repeated_hour_by_order(tmp_path: Path) -> None:
    rows = [f"2024-11-03 {h},{i}" for i, h in enumerate(["00:00", "01:00", "01:00", "02:00"])]
    expected = [
        ("2024-11-03T00:00:00-05:00", 0),
        ("2024-11-03T01:00:00-05:00", 1),
        ("2024-11-03T01:00:00-06:00", 2),
        ("2024-11-03T02:00:00-06:00", 3),
    ]
    assert read(tmp_path, "time,price", *rows) == expected
    assert read(tmp_path, "time,price", *rows[::-1]) == expected  # newest first


@pytest.mark.parametrize("ending", ["Z", "z", " UTC", "UTC", "+00:00"])
def test_times_of_greenwich(tmp_path: Path, ending: str) -> None:
    rows = [f"2024-01-01T{hour:02d}:00:00{ending},{hour}" for hour in (6, 7)]
    assert read(tmp_path, "time,price", *rows) == [("2024-01-01T00:00:00-06:00", 6), ("2024-01-01T01:00:00-06:00", 7)]


@pytest.mark.parametrize("quarters", [["00", "00", "30", "30"], ["00", "30", "00", "30"]])
def test_naive_half_hours_in_either_order(tmp_path: Path, quarters: list[str]) -> None:
    rows = [f"11/03/2024 1:{q} AM,{i}" for i, q in enumerate(quarters)]
    found = read(tmp_path, "timestamp,lmp", *rows)
    assert [start[11:] for start, _ in found] == [
        "01:00:00-05:00",
        "01:30:00-05:00",
        "01:00:00-06:00",
        "01:30:00-06:00",
    ]


def test_the_repeated_hour_once_is_the_first_and_the_second_a_gap(tmp_path: Path) -> None:
    file = write(tmp_path, "time,price", *(f"2024-11-03 {h:02d}:00,{h}" for h in range(24)))
    prices = import_prices(file, timezone=CENTRAL)
    assert len(prices.values) == 24
    gap = prices.report.gaps[0]
    assert (gap.start.isoformat(), gap.intervals) == ("2024-11-03T01:00:00-06:00", 1)
    assert "stands there once" in prices.report.notes[0]


def test_a_skipped_hour_is_named(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match=r"prices.csv, row 3, column 'time': '2024-03-10 02:00'.*clocks skip"):
        read(tmp_path, "time,price", "2024-03-10 01:00,1", "2024-03-10 02:00,2", "2024-03-10 03:00,3")


@pytest.mark.parametrize(
    ("zone", "day", "skipped"),
    [
        ("Europe/Berlin", "2022-03-27", 2),
        (CENTRAL, "2024-03-10", 2),
        ("America/Santiago", "2024-09-08", 0),
        ("Australia/Sydney", "2024-10-06", 2),
    ],
)
def test_a_row_without_a_price_in_the_skipped_hour_is_passed_over(
    tmp_path: Path, zone: str, day: str, skipped: int
) -> None:
    def rows(at_skipped: str) -> list[str]:
        return [f"{day} {hour:02d}:00,{at_skipped if hour == skipped else 100 + hour}" for hour in range(24)]

    prices = import_prices(write(tmp_path, "time,price", *rows("")), timezone=zone)
    assert prices.values.tolist() == [100 + hour for hour in range(24) if hour != skipped]
    assert len(set(prices.start_minutes[1:] - prices.start_minutes[:-1])) == 1
    assert prices.report.gap_count == 0
    assert prices.report.notes == (
        f"{day}: the hour that the clocks skip has a row without a price, which is passed over",
    )
    with pytest.raises(PriceFileError, match=rf"row {skipped + 2}, .*does not exist in {zone}, .*there is a price"):
        import_prices(write(tmp_path, "time,price", *rows("0")), timezone=zone)


def test_fixed_layouts_of_24_and_25_hours(tmp_path: Path) -> None:
    spring = [f"2024-03-10,{hour},{'' if hour == 3 else hour}" for hour in range(1, 25)]
    assert len(read(tmp_path, "date,he,price", *spring)) == 23
    always_25 = [f"2024-07-0{day},{hour},{'' if hour == 25 else hour}" for day in (1, 2) for hour in range(1, 26)]
    file = write(tmp_path, "date,he,price", *always_25)
    prices = import_prices(file, timezone=CENTRAL)
    assert (len(prices.values), prices.report.gap_count) == (48, 0)
    assert prices.report.notes[0] == "2024-07-01: a row without a price for an hour that the day has not is passed over"


def test_the_repeated_hour_without_its_second_price_is_a_gap(tmp_path: Path) -> None:
    rows = [f"2024-11-03 {h},{p}" for h, p in [("00:00", "1"), ("01:00", "2"), ("01:00", ""), ("02:00", "4")]]
    prices = import_prices(write(tmp_path, "time,price", *rows), timezone=CENTRAL)
    assert prices.values.tolist() == [1, 2, 4]
    assert prices.report.gaps[0].start.isoformat() == "2024-11-03T01:00:00-06:00"


def test_times_that_end_their_interval_are_asked_about(tmp_path: Path) -> None:
    hours = [f"2024-07-01 {hour:02d}:00,{hour}" for hour in range(1, 24)] + ["2024-07-02 00:00,24"]
    with pytest.raises(PriceFileError, match=r"from 2024-07-01 01:00 to 2024-07-02 00:00, .*--stamps ending"):
        read(tmp_path, "time,price", *hours)
    assert read(tmp_path, "time,price", *hours, stamps="ending")[0] == ("2024-07-01T00:00:00-05:00", 1)
    assert read(tmp_path, "time,price", *hours, stamps="beginning")[0] == ("2024-07-01T01:00:00-05:00", 1)
    with pytest.raises(PriceFileError, match="tell the ending of their interval, and stamps beginning"):
        read(tmp_path, "hour ending,price", *hours, stamps="beginning")
    with pytest.raises(PriceFileError, match="tell the beginning of their interval, and stamps ending"):
        read(tmp_path, "interval_start,price", *hours, stamps="ending")
    found = read(tmp_path, "date,hour,price", "2024-07-01,1,1", "2024-07-01,2,2", stamps="ending")
    assert found[0][0] == "2024-07-01T00:00:00-05:00"


@pytest.mark.parametrize(
    "titles", [["Pool Price", "", '""'], ["Report of,2024-07-02"], ["A", "B,C", "made 2024-07-02,by,hand,,,x"]]
)
def test_the_header_below_titles(tmp_path: Path, titles: list[str]) -> None:
    rows = [f"2024-07-01 {hour:02d}:00,{hour}" for hour in range(24)]
    assert [value for _, value in read(tmp_path, *titles, "time,price", *rows)] == [*range(24)]


def test_offsets_need_no_zone_and_are_written_in_it(tmp_path: Path) -> None:
    found = read(tmp_path, "ts_utc,price", "2024-03-10T07:00:00Z,1", "2024-03-10T08:00:00Z,2")
    assert [start for start, _ in found] == ["2024-03-10T01:00:00-06:00", "2024-03-10T03:00:00-05:00"]


def test_a_column_named_utc_is_utc(tmp_path: Path) -> None:
    found = read(tmp_path, "datetime_beginning_utc,total_lmp_da", "3/10/2024 7:00,1", "3/10/2024 8:00,2")
    assert found[0] == ("2024-03-10T01:00:00-06:00", 1)


@pytest.mark.parametrize(
    ("header", "hours"),
    [
        ("Date,HE,Price", ["1", "2", "24"]),
        ("Date,Hour Ending,Price", ["01:00", "02:00", "24:00"]),
        ("OPR_DATE,date,hour_ending,price", ["HE01", "HE02", "HE24"]),
        ("date,hour,price", ["0", "1", "23"]),
        ("date,hour,price", ["1", "2", "24"]),
    ],
)
def test_a_date_and_an_hour(tmp_path: Path, header: str, hours: list[str]) -> None:
    first = "x," if header.startswith("OPR") else ""
    found = read(tmp_path, header, *(f"{first}2024-07-01,{hour},{i}" for i, hour in enumerate(hours)))
    assert [start[11:16] for start, _ in found] == ["00:00", "01:00", "23:00"]


@pytest.mark.parametrize(
    "hours",
    [
        [*range(1, 26)],
        [1, 2, "2X", *range(3, 25)],
        [1, 2, "02*", *range(3, 25)],
        [1, 2, 2, *range(3, 25)],
    ],
)
def test_ways_to_tell_25_hours(tmp_path: Path, hours: list[object]) -> None:
    found = read(tmp_path, "date,he,price", *(f"2024-11-03,{hour},{i}" for i, hour in enumerate(hours)))
    assert [value for _, value in found] == [*range(25)]
    assert found[2][0] == "2024-11-03T01:00:00-06:00"
    assert found[24][0] == "2024-11-03T23:00:00-06:00"


@pytest.mark.parametrize("hours", [[*range(1, 24)], [1, 2, *range(4, 25)]])
def test_ways_to_tell_23_hours(tmp_path: Path, hours: list[int]) -> None:
    found = read(tmp_path, "date,he,price", *(f"2024-03-10,{hour},{i}" for i, hour in enumerate(hours)))
    assert [value for _, value in found] == [*range(23)]
    assert found[2][0] == "2024-03-10T03:00:00-05:00"


def test_hours_that_may_begin_or_end(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="hours 1 to 2 may begin or end their interval"):
        read(tmp_path, "date,hour,price", "2024-07-01,1,1", "2024-07-01,2,2")


def test_an_end_column_is_shifted(tmp_path: Path) -> None:
    found = read(tmp_path, "Hour Ending,price", "2024-07-01 01:00,1", "2024-07-01 02:00,2", "2024-07-02 00:00,3")
    assert found[0] == ("2024-07-01T00:00:00-05:00", 1)
    assert found[2] == ("2024-07-01T23:00:00-05:00", 3)


def test_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("time;price\n2024-07-01 00:00;1,234.5\n2024-07-01 01:00;(2)\n", "utf-8-sig")
    assert import_prices(tmp_path / "prices.csv", timezone=CENTRAL).values.tolist() == [1234.5, -2]


def test_rows_without_a_price_are_gaps(tmp_path: Path) -> None:
    rows = ["0,", "1,1", "2,NaN", "3,", "4,4", "6,6"]
    file = write(tmp_path, "time,price", *(f"2024-07-01 0{row[0]}:00{row[1:]}" for row in rows))
    report = import_prices(file, timezone=CENTRAL).report
    assert (report.intervals, report.gap_count, report.gap_intervals) == (3, 3, 4)
    assert [(gap.start.hour, gap.end.hour) for gap in report.gaps] == [(0, 1), (2, 4), (5, 6)]
    assert report.start.hour == 0
    assert "3 (4 intervals): 2024-07-01T00:00:00-05:00" in "\n".join(report.lines())
    assert report.as_dict()["gaps"][0] == {
        "start": "2024-07-01T00:00:00-05:00",
        "end": "2024-07-01T01:00:00-05:00",
        "intervals": 1,
    }


def test_the_same_interval_twice(tmp_path: Path) -> None:
    head = ["time,price", "2024-07-01 00:00,1", "2024-07-01 01:00,2"]
    file = write(tmp_path, *head, "2024-07-01 01:00,2")
    report = import_prices(file, timezone=CENTRAL).report
    assert (report.intervals, report.duplicates) == (2, 1)
    with pytest.raises(PriceFileError, match=r"row 4, column 'price': a second price .* 3, row 3 says 2"):
        read(tmp_path, *head, "2024-07-01 01:00,3")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["time,price"], "no rows"),
        ([""], "no rows"),
        (["time,price", "2024-07-01 00:00,abc"], "row 2, column 'price': 'abc' is no number"),
        (["time,price", "2024-07-01 00:00,inf"], "'inf' is no number"),
        (["time,price", "2024-07-01 00:00,12,34"], "row 2: 3 cells under 2 column names"),
        (["time,price", '2024-07-01 00:00,"12,34"'], "'12,34' is no number"),
        (["time,price", "2024-07-01 00:00,1e9", "2024-07-01 01:00,1"], "1e\\+09 USD/MWh; at most 1e\\+06"),
        (["time,price", "2024-13-01 00:00,1"], "'2024-13-01 00:00' is no time; e.g."),
        (["time,price", "2024-07-01 00:00,1"], "one interval only"),
        (["time,price", "2024-07-01 00:00,1", "2024-07-01 01-00,1"], "row 3.*'2024-07-01 01-00' is no time"),
        (["time,price", "2024-07-01 00:00,", "2024-07-01 01:00,"], "no price at all"),
        (
            ["time,price", "2024-07-01 00:00Z,1", "2024-07-01 01:00,1"],
            "row 3, column 'time': .* has no offset",
        ),
        (["time,price", "2024-07-01 00:00:30,1", "2024-07-01 01:00,1"], "within a minute"),
        (["time,price", "2024-07-01 00:00,1", "2024-07-01 01:00,1", "2024-07-01 02:10,1"], "grid"),
        (["time,a_price,b_price", "2024-07-01 00:00,1,1"], "2 columns look like prices.*a_price, b_price"),
        (["time,note", "2024-07-01 00:00,x"], "no column looks like prices"),
        (["date,he,price", "2024-07-01,25,1", "2024-07-01,1,1"], "'25' on a day of 24 hours"),
        (["date,he,price", "2024-07-01,0,1", "2024-07-01,1,1"], "'0'; 01:00 to 24:00"),
        (["date,he,price", "2024-07-01,26,1", "2024-07-01,1,1"], "'26' is no hour"),
        (["time,price", "1900-01-01,1", "1900-01-01 00:01,1", "2024-01-01,1"], "at most 2000000 intervals"),
    ],
)
def test_what_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(PriceFileError, match=message):
        read(tmp_path, *lines)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(PriceFileError, match="cannot be read: No such file"):
        import_prices(tmp_path / "none.csv", timezone=CENTRAL)
    with pytest.raises(PriceFileError, match="cannot be read"):
        import_prices(tmp_path, timezone=CENTRAL)
    (tmp_path / "b.csv").write_bytes(b"time,price\n\xff\x81,1\n")
    with pytest.raises(PriceFileError, match="row 2: not UTF-8 text"):
        import_prices(tmp_path / "b.csv", timezone=CENTRAL)
    (tmp_path / "b.zip").write_bytes(b"PK no zip")
    with pytest.raises(PriceFileError, match="not a readable zip"):
        import_prices(tmp_path / "b.zip", timezone=CENTRAL)
    file = write(tmp_path, "time,price", "2024-07-01 00:00,1", "2024-07-01 01:00,1")
    with pytest.raises(PriceFileError, match="'Mars/Base' is no IANA time zone"):
        import_prices(file, timezone="Mars/Base")
    with pytest.raises(PriceFileError, match="format 'xml'; one of csv, ercot, gridstatus"):
        import_prices(file, timezone=CENTRAL, format="xml")
    with pytest.raises(PriceFileError, match="no column 'spp'; one of time, price"):
        import_prices(file, timezone=CENTRAL, column="spp")
    with pytest.raises(PriceFileError, match="no column of locations, so no 'HB_WEST'"):
        import_prices(file, timezone=CENTRAL, location="HB_WEST")
