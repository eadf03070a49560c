"""One model, whatever it is read from; frozen; to JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

import optimizer
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.load import load, parse
from optimizer.scenario.notes import notes_of
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import TimedSeries, align
from tests import toys
from tests.scenario.yard import YARD, as_json, edited, write

EXAMPLES = sorted(path.parent for path in (Path(__file__).resolve().parents[2] / "scenarios").glob("*/scenario.toml"))


def test_folder_toml_and_json_are_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "scenario.json").write_text(as_json(), encoding="utf-8")
    from_folder = load(folder)
    assert from_folder == load(folder / "scenario.toml") == load(str(folder)) == load(folder / "scenario.json")
    price = from_folder.supply.energy.price_usd_per_mwh
    assert isinstance(price, TimedSeries)
    assert align(price, from_folder.horizon).tolist() == [40.0, 41.0, 42.0, 43.0]


def test_a_json_document_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    write(tmp_path)
    assert parse(b"\xef\xbb\xbf" + as_json().encode(), form="json", folder=tmp_path).name == "yard"


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_every_example_goes_to_json_and_back(folder: Path) -> None:
    given = load(folder)
    again = Scenario.model_validate_json(given.model_dump_json())
    assert again == given
    assert again.horizon.stamps == given.horizon.stamps
    # The same document is a scenario file of its own: its series are inside it.
    assert parse(given.model_dump_json().encode(), form="json", folder=Path("nowhere")) == given


def test_a_scenario_is_frozen_all_the_way_down() -> None:
    given = toys.scenario([50.0], fleets=[toys.group_fleet()])
    with pytest.raises(ValidationError):
        given.name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        given.site.halls[0].pue = 1.2  # type: ignore[misc]
    assert isinstance(given.fleets, tuple) and isinstance(given.supply.energy.price_usd_per_mwh, tuple)


def test_a_variation_has_a_horizon_of_its_own() -> None:
    given = toys.scenario(toys_price := [50.0, 60.0])
    assert given.horizon.periods == len(toys_price)
    time = given.time.model_copy(update={"committed_periods": 1, "look_ahead_periods": 1})
    varied = given.model_copy(update={"time": time})
    assert (varied.horizon.committed, varied.horizon.periods) == (1, 2)
    assert (given.horizon.committed, given.horizon.periods) == (2, 2)
    assert Scenario.model_validate(varied.model_dump()) == varied


def test_the_models_check_themselves_too() -> None:
    with pytest.raises(ValidationError, match="hall is named"):
        toys.scenario([50.0], fleets=[toys.group_fleet(hall="barn")])


def test_an_error_says_where_and_what() -> None:
    with pytest.raises(optimizer.ScenarioError) as caught:
        parse(b'{"schema_version": 1}', form="json", folder=Path(), source="here")
    error = caught.value
    assert isinstance(error, ScenarioError) and isinstance(error, ValueError)
    assert error.source == "here"
    assert [fault.place for fault in error.faults] == ["name", "time", "site", "supply"]
    assert str(error).splitlines()[0] == "here: 4 faults"
    assert str(Fault("a", "b", "c")) == "a: b; c" and str(Fault("a", "b", "")) == "a: b"


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no path"):
        load("nul\x00.toml")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("nodir", "there is no file or folder nodir"),
        ("nothing.txt", "there is no file or folder nothing.txt"),
        ("https://example.com/scenario.toml", "an address"),
        (Path("https://example.com/scenario.toml"), "an address"),
    ],
)
def test_what_is_not_there_is_told(path: str | Path, found: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert [fault.found for fault in caught.value.faults] == [found]


def test_json_that_is_none_is_placed() -> None:
    for text, said in (
        ('{"name": "NaN \\" Infinity",\n  "x": -Infinity}', "-Infinity is no finite number: line 2 column 8"),
        ('{"name": 1, "name": 2}', "the key 'name' stands twice"),
    ):
        with pytest.raises(ScenarioError, match=said):
            parse(text.encode(), form="json", folder=Path())


def test_a_length_at_fault_is_not_missing_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, edited(("committed_periods = 4", "committed_periods = 0"))))
    assert [fault.place for fault in caught.value.faults] == ["time.committed_periods"]


def test_series_without_files_need_no_folder(tmp_path: Path) -> None:
    text = edited(
        ('{ file = "weather.csv", column = "ambient_c" }', "10.0"),
        ('{ file = "prices.csv", column = "price" }', "[1.0, 2.0, 3.0, 4.0]"),
    )
    assert parse(text.encode(), form="toml", folder=tmp_path / "none").name == "yard"


# Notes ------------------------------------------------------------------------------------------------------


def test_nothing_is_said_of_what_is_taken_literally(tmp_path: Path) -> None:
    assert notes_of(load(write(tmp_path))) == []


def test_durations_rounded_up_are_told(tmp_path: Path) -> None:
    text = edited(
        ("groups = 10", "groups = 10\nmin_up_hours = 1.5\nmin_down_hours = 2.0\nwarm_up_hours = 0.25"),
        ("nodes = 4", "nodes = 4\nmin_down_hours = 0.1"),
    )
    assert notes_of(load(write(tmp_path, text))) == [
        "fleet miners: min_up_hours 1.5 is rounded up to 2 (whole 60-minute periods)",
        "fleet miners: warm_up_hours 0.25 is rounded up to 1 (whole 60-minute periods)",
        "pool pool: min_down_hours 0.1 is rounded up to 1 (whole 60-minute periods)",
    ]


def test_times_inside_a_period_are_told(tmp_path: Path) -> None:
    text = edited(("deadline = 2026-01-05T03:00:00", "deadline = 2026-01-05T02:30:00"))
    assert notes_of(load(write(tmp_path, text))) == [
        "contract train: deadline 2026-01-05T02:30:00 lies inside a 60-minute period, which the job does not use"
    ]
    quarters = YARD.replace("committed_periods = 4", "committed_periods = 16\nresolution_minutes = 15")
    quarters = quarters.replace("[8.0, 8.0, 16.0, 8.0]", "8.0").replace("T03:00:00\nprice", "T02:30:00\nprice")
    assert notes_of(load(write(tmp_path / "quarters", quarters))) == [
        "weather.csv, column ambient_c: 60-minute data, held over 15-minute periods",
        "prices.csv, column price: 60-minute data, held over 15-minute periods",
    ]


def test_every_second_hour_missing_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path)
    lines = (folder / "prices.csv").read_text(encoding="utf-8").splitlines()
    (folder / "prices.csv").write_text("\n".join([lines[0], *lines[1::2], ""]), encoding="utf-8")
    assert notes_of(load(folder)) == ["prices.csv, column price: 120-minute data, held over 60-minute periods"]


def test_json_text_of_a_document_is_unicode(tmp_path: Path) -> None:
    text = edited(('name = "yard"', 'name = "Gärten 北"\ndescription = "÷"'))
    given = load(write(tmp_path, text))
    assert given.name == "Gärten 北"
    assert json.loads(given.model_dump_json())["name"] == "Gärten 北"
