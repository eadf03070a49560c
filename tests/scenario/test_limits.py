"""Stated limits of size: what is larger is refused with the limit, at once, and takes little memory."""

from __future__ import annotations

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from optimizer.files import columns
from optimizer.files.columns import SeriesFileError
from optimizer.scenario import files
from optimizer.scenario import load as loading
from optimizer.scenario.faults import MOST_SHOWN, Fault, ScenarioError
from optimizer.scenario.files import SeriesFiles
from optimizer.scenario.load import load, parse


def refused(data: bytes, form: str = "json") -> ScenarioError:
    with pytest.raises(ScenarioError) as raised:
        parse(data, form=form, folder=Path())
    return raised.value


def test_a_file_that_is_too_large_says_how_large_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_SCENARIO_BYTES", 100)
    (tmp_path / "s.json").write_bytes(b"{" + b" " * 100 + b"}")
    with pytest.raises(ScenarioError, match="102 bytes; at most 100"):
        load(tmp_path / "s.json")


def test_toml_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_TOML_BYTES", 10)
    assert "11 bytes of TOML; at most 10" in str(refused(b"# 34567890\n", "toml"))
    assert "bytes of TOML" not in str(refused(b"# 3456789\n", "toml"))


@pytest.mark.parametrize(
    "document",
    [
        {"fleets": [{}] * 1},
        {"fleets": [0] * 11},
        {"pools": [["x"] * 4] * 3},
        {str(i): i for i in range(12)},
    ],
)
def test_fields_and_items_are_counted(document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_FIELDS", 10)
    assert "more than 10 fields and items of lists; at most 10" in str(refused(json.dumps(document).encode()))


def test_numbers_of_a_series_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_FIELDS", 30)
    document = {"site": {"import_limit_mw": [0.0, 1] * 50, "export_limit_mw": {"values": [None, 1.0] * 50}}}
    assert "fields and items" not in str(refused(json.dumps(document).encode()))


def test_dotted_keys_of_thousands_of_parts() -> None:
    for text in (b"a" + b".a" * 100_000 + b" = 1", b"[a" + b' . "a"' * 100_000 + b"]"):
        assert "nested too deeply" in str(refused(text, "toml"))


def test_many_faults_take_little_memory_and_few_lines() -> None:
    data = json.dumps({"contracts": [{"kind": "batch", "pools": []}] * 9_000}).encode()
    tracemalloc.start()
    error = refused(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    assert {fault.place for fault in error.faults} >= {"contracts[0].gpu_hours", "contracts[99].gpu_hours"}
    lines = str(error).splitlines()
    assert len(lines) == MOST_SHOWN + 2
    assert lines[-1] == f"  … and {len(error.faults) - MOST_SHOWN} more"


def test_faults_across_are_not_looked_for_among_thousands() -> None:
    """The first items have few faults, all together many: each would be mended in a copy of its list."""
    begun = time.process_time()
    error = refused(json.dumps({"pools": [1] * 20_000}).encode())
    assert time.process_time() - begun < 2.0
    assert {fault.place for fault in error.faults} >= {"name", "pools[0]", "pools[99]"}


def test_a_few_faults_are_all_spelt_out() -> None:
    error = ScenarioError([Fault(f"place {i}", "x", "y") for i in range(MOST_SHOWN)])
    assert len(str(error).splitlines()) == MOST_SHOWN + 1


def test_a_bad_series_is_told_of_once() -> None:
    error = refused(json.dumps({"site": {"import_limit_mw": ["x"] * 50_000}}).encode())
    assert [fault.place for fault in error.faults if "import" in fault.place] == ["site.import_limit_mw[0]"]


# --- series files

HEAD = "interval_start,a,b"
ROWS = [f"2026-01-01T{hour:02d}:00Z,{hour},1" for hour in range(5)]


def csv(folder: Path, *rows: str, header: str = HEAD) -> SeriesFiles:
    (folder / "s.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return SeriesFiles(folder)


@pytest.mark.parametrize(
    ("limit", "value", "found"),
    [
        ("MOST_BYTES", 50, "bytes"),
        ("MOST_ROWS", 4, "more than 4 rows"),
        ("MOST_LINES", 4, "more than 4 lines"),
        ("MOST_COLUMNS", 2, "3 columns"),
        ("MOST_LINE", 19, "a line of more than 19 characters"),
        ("MOST_VALUES", 4, "brings the values of all series to 5"),
    ],
)
def test_each_limit_of_a_series_file(
    limit: str, value: int, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert csv(tmp_path, *ROWS).read("s.csv", "a")["values"] == [0, 1, 2, 3, 4]
    monkeypatch.setattr(files if limit == "MOST_VALUES" else columns, limit, value)
    with pytest.raises(SeriesFileError, match=found):
        csv(tmp_path, *ROWS).read("s.csv", "a")


def test_values_of_all_series_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_VALUES", 12)
    series = csv(tmp_path, *ROWS)
    assert series.read("s.csv", "a")["values"] != series.read("s.csv", "b")["values"]
    with pytest.raises(SeriesFileError, match="to 15") as raised:
        series.read("s.csv", "a")
    assert raised.value.allowed == "at most 12 in one scenario"


def test_a_wide_parquet_file_gives_one_column_of_it(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 20_000
    minutes = pa.array(range(0, 60 * rows, 60), pa.timestamp("s", "UTC"))
    table = {"interval_start": minutes} | {f"a{i}": pa.array([0.5] * rows) for i in range(200)}
    pq.write_table(pa.table(table), tmp_path / "s.parquet")
    tracemalloc.start()
    assert SeriesFiles(tmp_path).read("s.parquet", "a7")["values"] == [0.5] * rows
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


@pytest.mark.parametrize("cells", [[[1.0] * 1_000] * 2, [{"x": 1.0}] * 2])
def test_cells_that_hold_more_than_a_value(cells: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    minutes = pa.array([0, 60], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"interval_start": minutes, "a": pa.array(cells)}), tmp_path / "s.parquet")
    with pytest.raises(SeriesFileError) as raised:
        SeriesFiles(tmp_path).read("s.parquet", "a")
    assert raised.value.allowed == "one value a row"


def test_columns_of_different_lengths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken Parquet files may give more rows of one column than of another."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    minutes = pa.array([0, 60], pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"interval_start": minutes, "a": pa.array([1.0, 2.0])}), tmp_path / "s.parquet")
    whole = columns._cells
    monkeypatch.setattr(columns, "_cells", lambda *given: whole(*given)[given[2] == "a" :])
    with pytest.raises(SeriesFileError, match="no valid Parquet \\(columns of 2 and 1 rows\\)"):
        SeriesFiles(tmp_path).read("s.parquet", "a")


def test_a_job_of_next_to_no_gpus() -> None:
    from tests.toys import batch, gpu_pool, scenario

    scenario([50], pools=[gpu_pool()], contracts=[batch(max_gpus=1e-6)])
    with pytest.raises(ValueError, match="max_gpus: 1e-09; at least 1e-06"):
        scenario([50], pools=[gpu_pool()], contracts=[batch(max_gpus=1e-9)])


def test_a_commitment_that_no_plan_can_tell_from_none() -> None:
    from tests.toys import gpu_pool, reserved, scenario

    for gpus in (0.0, 1e-6):
        scenario([50], pools=[gpu_pool()], contracts=[reserved(committed_gpus=gpus)])
    for gpus in (9e-7, 1e-308):
        with pytest.raises(ValueError, match=f"committed_gpus: {gpus:g}; 0, or at least 1e-06"):
            scenario([50], pools=[gpu_pool()], contracts=[reserved(committed_gpus=gpus)])


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view", "binary", "large_binary"])
def test_text_that_stands_for_gigabytes(kind: str, tmp_path: Path) -> None:
    """One long text in a dictionary, in 100 kB of file; as cells it would be 200 MB, and with more rows gigabytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 2_000
    cells = pa.array(["x" * 100_000] * rows).cast(kind)
    minutes = pa.array(range(0, 60 * rows, 60), pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"interval_start": minutes, "a": cells}), tmp_path / "s.parquet", compression="zstd")
    assert (tmp_path / "s.parquet").stat().st_size < 200_000
    with pytest.raises(SeriesFileError) as raised:
        SeriesFiles(tmp_path).read("s.parquet", "a")
    assert raised.value.allowed == "1000 bytes a row"


def test_a_parquet_column_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setattr(columns, "MOST_UNPACKED_BYTES", 1_000)
    minutes = pa.array(range(0, 60_000, 60), pa.timestamp("s", "UTC"))
    pq.write_table(pa.table({"interval_start": minutes, "a": pa.array([0.5] * 1_000)}), tmp_path / "s.parquet")
    with pytest.raises(SeriesFileError, match="column interval_start unpacks to"):
        SeriesFiles(tmp_path).read("s.parquet", "a")


def test_texts_of_a_parquet_file(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    times = ["2026-01-01T00:00Z", "2026-01-01T01:00Z", "2026-01-01T02:00Z"]
    pq.write_table(pa.table({"interval_start": times, "a": ["1.5", None, "1.5"]}), tmp_path / "s.parquet")
    assert SeriesFiles(tmp_path).read("s.parquet", "a")["values"] == [1.5, None, 1.5]
