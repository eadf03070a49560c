"""Files: what is imported reads back as it was, loads and histories are read or refused with the place."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from optimizer.files.toml_text import toml_text
from optimizer.scenario.faults import ScenarioError
from optimizer.tariff import TariffError, bill, import_urdb, read_load
from optimizer.tariff.files import read_tariff, tariff_text
from optimizer.tariff.history import read_history
from tests.shared_data import FOLDER, needs
from tests.tariff.by_hand import demand, energy, kwh, load, tariff

URDB_FILES = sorted(path.stem for path in (FOLDER / "tariffs").glob("*.json") if path.stem != "ratchet_reference_cases")


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@needs("tariffs")
@pytest.mark.parametrize("form", ["toml", "json"])
@pytest.mark.parametrize("name", URDB_FILES)
def test_an_imported_rate_reads_back_as_it_was(tmp_path: Path, name: str, form: str) -> None:
    imported, _ = import_urdb(json.loads((FOLDER / "tariffs" / f"{name}.json").read_text(encoding="utf-8")))
    path = tmp_path / f"tariff.{form}"
    path.write_text(tariff_text(imported, form), encoding="utf-8")
    again = read_tariff(path)
    assert (again.tariff, again.is_urdb, again.zone) == (imported, False, None)


@pytest.mark.parametrize("form", ["toml", "json"])
def test_every_kind_of_charge_reads_back_as_it_was(tmp_path: Path, form: str) -> None:
    full = tariff(
        source='with "quotes", \\ and \n lines',
        holidays="US-TX",
        energy=[energy(kwh(0.1, up_to_kwh_per_kw=3.0), kwh(-0.2, sell_usd_per_kwh=0.0))],
        demand=[demand(1.0, metering_minutes=30, ratchet={"share": 0.8, "windows": [{"start": "18:00:00"}]})],
        coincident=[
            {"name": "4CP", "rate_usd_per_kw": 13.75, "peaks": [{"start": "2024-08-20T16:45:00-05:00", "minutes": 15}]},
            {"name": "zone", "rate_usd_per_kw": 1.0, "windows": [{"months": [7], "days": ["weekday"]}]},
        ],
        fixed={"usd_per_day": 2.0},
        minimum={"usd_per_year": 5.0},
        taxes=[{"name": "city", "percent": 6.5, "lines": ["energy", "demand"]}],
        not_honoured=["dgrules: é"],
    )
    path = tmp_path / f"tariff.{form}"
    path.write_text(tariff_text(full, form), encoding="utf-8")
    assert read_tariff(path).tariff == full


def test_toml_of_odd_values() -> None:
    document = {
        "a b": {"x": {"y": [{"z": [1, 2.5, -1e-9, True, "é\x7f\t"], "w": {"v": None, "u": []}}]}},
        "n": 1e300,
    }
    read = tomllib.loads(toml_text(document))
    assert read == {
        "a b": {"x": {"y": [{"z": [1, 2.5, -1e-9, True, "é\x7f\t"], "w": {"u": []}}]}},
        "n": 1e300,
    }


def test_a_bare_tariff_and_a_scenario(tmp_path: Path) -> None:
    bare = write(tmp_path, "bare.toml", 'name = "a"', "[fixed]", "usd_per_month = 3.0")
    assert read_tariff(bare).tariff.fixed.usd_per_month == 3.0
    write(
        tmp_path,
        "scenario.toml",
        "schema_version = 1",
        "[time]",
        'zone = "America/Denver"',
        "[supply.tariff]",
        'name = "a"',
    )
    read = read_tariff(tmp_path)
    assert (read.tariff.name, read.zone) == ("a", "America/Denver")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "x", "a URDB rate"),
        ("a.json", "{", "no valid JSON"),
        ("a.json", '{"energyratestructure": NaN}', "no finite number"),
        ("a.json", "[1]", "a list"),
        ("a.toml", "a = ", "no valid TOML"),
        ("a.json", '{"schema_version": 1}', "supply.tariff: missing"),
        ("a.json", '{"energyratestructure": [[{"rate": "1"}]]}', 'a.json, energyratestructure[0][0].rate: "1"'),
    ],
)
def test_files_that_hold_no_tariff(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(TariffError) as caught:
        read_tariff(write(tmp_path, name, text))
    assert words in str(caught.value)


def test_the_faults_of_a_tariff_stand_at_their_places(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", json.dumps({"supply": {"tariff": {"name": "a", "fixed": {"usd_per_week": 3}}}}))
    with pytest.raises(ScenarioError) as caught:
        read_tariff(path)
    assert [fault.place for fault in caught.value.faults] == ["supply.tariff.fixed.usd_per_week"]


def test_a_load_keeps_the_clock_it_is_written_by(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "load.csv",
        "load_kw,interval_start",
        "1,2024-11-03T00:00:00-05:00",
        "2,2024-11-03T01:00:00-05:00",
        "4,2024-11-03T01:00:00-06:00",
        "8,2024-11-03T02:00:00-06:00",
    )
    metered = read_load(path)
    assert metered.offset_minutes.tolist() == [-300, -300, -360, -360]
    periods = [energy(kwh(1.0), windows=[{"start": "01:00:00", "end": "02:00:00"}]), energy(kwh(0.0), name="rest")]
    of = tariff(energy=periods)
    assert bill(of, metered).total_usd == bill(of, metered, timezone="America/Chicago").total_usd == 6.0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("interval_start,load_kw", "2024-01-01T00:00:00,1"), "has no offset"),
        (("interval_start,kw", "2024-01-01T00:00:00Z,1"), "no column 'load_kw'"),
        (
            ("interval_start,load_kw", "2024-01-01T00:00:00Z,1", "2024-01-01T01:00:00Z,1", "2024-01-01T03:00:00Z,1"),
            "no value at 2024-01-01T02:00:00",
        ),
        (("interval_start,load_kw", "2024-01-01T00:00:00Z,", "2024-01-01T01:00:00Z,1"), "no value at 2024-01-01T00:00"),
        (("interval_start,load_kw", "2024-01-01T00:00:00Z,1", "2024-01-01T00:00:00Z,1"), "stands twice"),
        (("interval_start,load_kw", "2024-01-01T00:00:00Z,much"), "no number"),
        (("interval_start,load_kw",), "no rows"),
        (("interval_start,load_kw", "2024-01-01T00:00:00Z,1", "2024-01-02T00:00:00Z,1"), "1440 minutes"),
    ],
)
def test_loads_that_are_refused(tmp_path: Path, lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(TariffError) as caught:
        read_load(write(tmp_path, "load.csv", *lines))
    assert words in str(caught.value)
    assert "load.csv" in str(caught.value)


def test_histories(tmp_path: Path) -> None:
    plain = write(tmp_path, "peaks.csv", "month,peak_kw", "2023-11,50", "2023-12,70.5")
    by_charge = write(tmp_path, "by.csv", "charge,month,peak_kw", "flat,2023-12,70.5", ",2023-12,90")
    as_json = write(tmp_path, "peaks.json", '{"2023-12": 90, "flat": {"2023-12": 70.5}}')
    assert read_history(plain) == {"2023-11": 50.0, "2023-12": 70.5}
    assert read_history(by_charge) == read_history(as_json) == {"flat": {"2023-12": 70.5}, "2023-12": 90.0}
    of = tariff(demand=[demand(1.0, name="flat", ratchet={"share": 1.0})])
    assert bill(of, load([1.0]), history=read_history(by_charge)).total_usd == 70.5


@pytest.mark.parametrize(
    ("name", "lines", "words"),
    [
        ("peaks.csv", ("month,kw", "2023-12,1"), "the columns kw, month"),
        ("peaks.csv", ("month,peak_kw", "2023-12,lots"), "line 2: 'lots' is no number"),
        ("peaks.csv", ("month,peak_kw", "Dec 2023,1"), "'Dec 2023' is no month"),
        ("peaks.csv", ("month,peak_kw", "2023-12,1", "2023-12,2"), "2023-12 stands twice"),
        ("peaks.csv", ("month,peak_kw", "2023-12,1,200"), "line 2: more cells than the header has"),
        ("peaks.csv", ("month,peak_kw", "2023-12,-1"), "no peak"),
        ("peaks.json", ("[1]",), "a list"),
        ("peaks.json", ("{",), "no valid JSON"),
        ("peaks.json", ('{"2023-12": true}',), "no peak"),
    ],
)
def test_histories_that_are_refused(tmp_path: Path, name: str, lines: tuple[str, ...], words: str) -> None:
    with pytest.raises(TariffError) as caught:
        read_history(write(tmp_path, name, *lines))
    assert words in str(caught.value)
