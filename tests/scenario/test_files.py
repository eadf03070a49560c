"""Series from CSV and Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from optimizer.files.columns import SeriesFileError
from optimizer.scenario import files as scenario_files
from optimizer.scenario.files import SeriesFiles

ROWS = ["2026-01-01T00:00:00+00:00,1.5", "2026-01-01T01:00:00+00:00,-2"]


def csv(folder: Path, *rows: str, header: str = "interval_start,mw", name: str = "s.csv") -> SeriesFiles:
    (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return SeriesFiles(folder)


def test_a_csv_column(tmp_path: Path) -> None:
    series = csv(tmp_path, *ROWS).read("s.csv", "mw")
    assert series["start"].isoformat() == "2026-01-01T00:00:00+00:00"
    assert series["interval_minutes"] == 60
    assert series["values"] == [1.5, -2.0]
    assert series["source"] == "s.csv, column mw"


def test_what_spreadsheets_do_to_a_csv(tmp_path: Path) -> None:
    text = '\ufeffinterval_start , "mw"\r\n"2026-01-01 00:00:00Z", 1.5\r\n\r\n2026-01-01 01:00Z,1e1\r\n'
    (tmp_path / "s.csv").write_text(text, encoding="utf-8", newline="")
    assert SeriesFiles(tmp_path).read("s.csv", "mw")["values"] == [1.5, 10.0]


def test_another_time_column_and_many_columns(tmp_path: Path) -> None:
    files = csv(tmp_path, "2026-01-01T00:00Z,7,8", header="hour,a,b")
    assert files.read("s.csv", "b", "hour")["values"] == [8.0]
    assert files.read("s.csv", "a", "hour")["values"] == [7.0]


def test_a_file_is_gone_through_once_for_all_that_is_expected_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = csv(tmp_path, "2026-01-01T00:00Z,7,8", header="interval_start,a,b")
    opened: list[object] = []
    whole = scenario_files.open_columns
    monkeypatch.setattr(scenario_files, "open_columns", lambda *given: opened.append(given) or whole(*given))
    for column in ("a", "b", "nothing"):
        files.expect("s.csv", column)
    files.expect("../s.csv", "a")  # whoever reads it is told
    assert [files.read("s.csv", column)["values"] for column in ("a", "b", "a")] == [[7.0], [8.0], [7.0]]
    with pytest.raises(SeriesFileError, match="no column 'nothing'"):
        files.read("s.csv", "nothing")
    assert len(opened) == 1


@pytest.mark.parametrize(("sign", "row"), [(";", "2026-01-01T00:00Z;1,5"), ("\t", "2026-01-01T00:00Z\t1.5")])
def test_other_separators_are_told(sign: str, row: str, tmp_path: Path) -> None:
    files = csv(tmp_path, row, header=f"interval_start{sign}mw")
    with pytest.raises(SeriesFileError) as raised:
        files.read("s.csv", "mw")
    assert raised.value.found == f"s.csv has {sign!r} between its cells"
    assert raised.value.allowed == "commas, and points in numbers"


def test_files_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    csv(tmp_path / "data", *ROWS)
    assert SeriesFiles(tmp_path).read("data/s.csv", "mw")["values"] == [1.5, -2.0]
    (tmp_path / "link.csv").symlink_to(tmp_path / "data" / "s.csv")
    assert SeriesFiles(tmp_path).read("link.csv", "mw")["values"] == [1.5, -2.0]  # a link that stays inside


def test_a_gap_is_kept_for_who_needs_the_hour(tmp_path: Path) -> None:
    rows = [f"2026-01-01T{hour:02d}:00Z,{hour}" for hour in (0, 1, 4, 5)]
    assert csv(tmp_path, *rows, "2026-01-01T06:00Z,").read("s.csv", "mw")["values"] == [0, 1, None, None, 4, 5, None]


def test_the_repeated_hour_is_told_by_its_offset(tmp_path: Path) -> None:
    rows = ["2026-11-01T01:00-05:00,1", "2026-11-01T01:00-06:00,2", "2026-11-01T02:00-06:00,3"]
    assert csv(tmp_path, *rows).read("s.csv", "mw")["values"] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        (["2026-03-07T00:00-06:00,1", "2026-03-08T00:00-06:00,2", "2026-03-09T00:00-05:00,3"], [24, 23, 24]),
        (["2026-10-31T00:00-05:00,1", "2026-11-01T00:00-05:00,2", "2026-11-02T00:00-06:00,"], [24, 25, 24]),
        (["2026-03-08T00:00-06:00,1", "2026-03-09T00:00-05:00,2"], [23, 24]),
    ],
)
def test_a_value_a_local_day_is_held_through_its_day(tmp_path: Path, rows: list[str], hours: list[int]) -> None:
    values = [float(cell) if (cell := row.split(",")[1]) else None for row in rows]
    series = csv(tmp_path, *rows).read("s.csv", "mw")
    assert series["interval_minutes"] == 60
    assert series["values"] == [value for value, n in zip(values, hours, strict=True) for _ in range(n)]


def test_one_row_is_an_hour(tmp_path: Path) -> None:
    assert csv(tmp_path, ROWS[0]).read("s.csv", "mw")["interval_minutes"] == 60


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_parquet_column(tmp_path: Path, unit: str) -> None:
    start = pd.date_range("2026-03-08", periods=3, freq="h", tz="America/Chicago", unit=unit)
    pd.DataFrame({"interval_start": start, "mw": [1, 2, 3]}).to_parquet(tmp_path / "s.parquet")
    series = SeriesFiles(tmp_path).read("s.parquet", "mw")
    assert series["start"].isoformat() == "2026-03-08T06:00:00+00:00"
    assert series["values"] == [1.0, 2.0, 3.0]


def test_parquet_with_text_times_and_missing_values(tmp_path: Path) -> None:
    frame = pd.DataFrame({"interval_start": [r.split(",")[0] for r in ROWS], "mw": [1.0, float("nan")]})
    frame.to_parquet(tmp_path / "s.parquet")
    assert SeriesFiles(tmp_path).read("s.parquet", "mw")["values"] == [1.0, None]


def test_each_file_is_read_once(tmp_path: Path) -> None:
    files = csv(tmp_path, *ROWS)
    files.read("s.csv", "mw")
    (tmp_path / "s.csv").write_text("interval_start,mw\n")
    assert files.read("s.csv", "mw")["values"] == [1.5, -2.0]


def test_what_may_be_outside_is_not_told(tmp_path: Path) -> None:
    """The message about a path outside the folder is the same whether there is a file or not."""
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "there.csv").write_text("x")
    said = []
    for file in ("../there.csv", "../none.csv"):
        with pytest.raises(SeriesFileError) as caught:
            SeriesFiles(folder).read(file, "mw")
        said.append(str(caught.value).replace(file, "FILE"))
    assert said[0] == said[1]
