"""A schedule goes to JSON, frames and files and back without loss."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import Schedule, load, plan
from optimizer.schedule import ScheduleError
from optimizer.schedule.as_json import record_of
from tests import toys
from tests.cli import rich
from tests.schedule.row_form import as_first_version

FILES = ["dispatch.csv", "dispatch.parquet", "ledger.csv", "ledger.parquet", "schedule.json"]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    """A day with every kind of item, a look-ahead and a state."""
    return plan(load(rich.write(tmp_path_factory.mktemp("rich"))))


@pytest.fixture(scope="module")
def clock_change() -> Schedule:
    """A local day of 25 hours."""
    time = {"zone": "America/Chicago", "start": "2026-11-01T00:00:00", "committed_periods": None, "committed_days": 1}
    return plan(toys.scenario([10.0 + t for t in range(25)], fleets=[toys.group_fleet(2)], time=time))


@pytest.fixture(scope="module")
def no_plan() -> Schedule:
    """The overhead alone exceeds the limit."""
    given = toys.scenario([50.0], site={"import_limit_mw": 1.0}, hall={"overhead_mw": 2.0}, fleets=[toys.group_fleet()])
    schedule = plan(given)
    assert schedule.outcome.status == "infeasible"
    return schedule


@pytest.mark.parametrize("which", ["day", "clock_change", "no_plan"])
@pytest.mark.parametrize("indent", [None, 2])
def test_to_json_and_back(request: pytest.FixtureRequest, which: str, indent: int | None) -> None:
    schedule: Schedule = request.getfixturevalue(which)
    again = Schedule.from_json(schedule.to_json(indent))
    for part in fields(Schedule):
        assert getattr(again, part.name) == getattr(schedule, part.name), part.name
    assert [r.start.isoformat() for r in again.dispatch_rows] == [r.start.isoformat() for r in schedule.dispatch_rows]
    assert again.to_json() == schedule.to_json()
    pd.testing.assert_frame_equal(again.dispatch, schedule.dispatch)
    assert Schedule.from_json(schedule.to_json().encode()).scenario == schedule.scenario


def test_the_day_is_rich_enough(day: Schedule) -> None:
    assert day.look_ahead_dispatch_rows and day.look_ahead_ledger_rows and day.state is not None
    assert {c.kind for c in day.contracts} == {"reserved", "batch", "spot"}
    assert {c.accepted for c in day.contracts} == {True, False}
    assert any(c.credit_tier is not None for c in day.contracts)


def test_json_holds_no_nan_and_is_strict(day: Schedule) -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    record = json.loads(day.to_json(), parse_constant=refuse)
    assert record["output_schema_version"] == 2
    assert record["starts"][0] == "2026-01-05T00:00:00-06:00"


COLUMN = {"item": "a", "quantity": "b", "values": [1.0, 2.0]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output_schema_version": 3}, "output_schema_version: 3; 2; files of schema_version 1 are read, too"),
        ({"output_schema_version": "2"}, "output_schema_version: '2'"),
        ({"output_schema_version": None}, "output_schema_version: missing"),
        ({"output_schema_version": None, "schema_version": 2}, "schema_version: 2"),
        ({"output_schema_version": None, "schema_version": True}, "schema_version: True"),
        ({"more": 1}, "more: 1; not a field here"),
        ({"profit_usd": [1]}, r"profit_usd: \[1\]"),
        ({"starts": ["2026-01-05T00:00:00"]}, r"starts\[0\]: '2026-01-05T00:00:00'"),
        ({"dispatch": [COLUMN | {"values": [1.0, "x"]}]}, r"dispatch\[0\].values\[1\]: 'x'"),
        ({"dispatch": [COLUMN | {"first": 9}]}, "a b has values beyond the 10 starts"),
        ({"dispatch": [COLUMN | {"at": [0, -1]}]}, "a b has values beyond the 10 starts"),
        ({"dispatch": [COLUMN | {"at": [0, 10]}]}, "a b has values beyond the 10 starts"),
        ({"dispatch": [COLUMN | {"at": [0]}]}, "2 values at 1 moments"),
        ({"outcome": {"status": "perfect", "gap_asked": 1e-4}}, "outcome.status: 'perfect'"),
        ({"state": {"fleets": {"a": {"groups": "x"}}}}, "state.fleets.a.groups: 'x'"),
    ],
)
def test_what_is_no_schedule_is_told_by_its_place(day: Schedule, change: dict[str, Any], words: str) -> None:
    text = json.dumps(json.loads(day.to_json()) | change)
    with pytest.raises(ScheduleError, match=words):
        Schedule.from_json(text)
    with pytest.raises(ScheduleError, match=words):
        record_of(json.loads(text))


def test_an_object_that_tells_of_a_failure_is_no_schedule() -> None:
    with pytest.raises(ScheduleError, match="no schedule: error: interrupted"):
        Schedule.from_json('{"output_schema_version": 2, "error": "interrupted", "faults": []}')


def test_a_file_says_an_item_and_a_moment_once(day: Schedule) -> None:
    record = json.loads(day.to_json())
    assert len(record["starts"]) == len(set(record["starts"])) == 10
    columns = {(c["item"], c["quantity"]): c for c in record["dispatch"]}
    assert len(columns) == len(record["dispatch"])
    assert columns["site", "import_mw"].keys() == {"item", "quantity", "values"}  # all periods, from the first on
    (behind,) = (c for c in record["look_ahead_dispatch"] if (c["item"], c["quantity"]) == ("site", "import_mw"))
    assert behind["first"] == 8 and "at" not in behind


def test_rows_of_any_moments_stay_what_they_are(day: Schedule) -> None:
    """Some missing, one twice, one between the periods, one of another offset."""
    rows = [row for i, row in enumerate(day.dispatch_rows) if i % 3]
    odd = [rows[0], rows[0]._replace(start=rows[0].start + timedelta(minutes=7))]
    odd += [rows[1]._replace(start=rows[1].start.astimezone(UTC), item="elsewhere")]
    spoilt = replace(day, dispatch_rows=(*odd, *rows), ledger_rows=day.ledger_rows[::-1])
    again = Schedule.from_json(spoilt.to_json())
    told = sorted((row.start.isoformat(), *row[1:]) for row in spoilt.dispatch_rows)
    assert sorted((row.start.isoformat(), *row[1:]) for row in again.dispatch_rows) == told
    assert sorted(again.ledger_rows) == sorted(spoilt.ledger_rows)


def test_a_file_of_the_first_version_is_read(day: Schedule) -> None:
    """One object a row, as it was written before there were columns."""
    first = as_first_version(day.to_json())
    assert '"output_schema_version"' not in first
    again = Schedule.from_json(first)
    for part in fields(Schedule):
        assert getattr(again, part.name) == getattr(day, part.name), part.name
    spoilt = json.loads(first)
    spoilt["dispatch"][0]["value"] = "x"
    with pytest.raises(ScheduleError, match=r"dispatch\[0\].value: 'x'"):
        Schedule.from_json(json.dumps(spoilt))


def test_frames(day: Schedule) -> None:
    dispatch, ledger = day.dispatch, day.ledger
    assert list(dispatch.columns) == ["start", "item", "quantity", "value"]
    assert list(ledger.columns) == ["start", "item", "kind", "usd"]
    for frame, number in ((dispatch, "value"), (ledger, "usd")):
        assert str(frame["start"].dt.tz) == "America/Chicago"
        assert frame[number].dtype == float
    assert len(dispatch) == len(day.dispatch_rows) and len(ledger) == len(day.ledger_rows)
    assert not dispatch.duplicated(["start", "item", "quantity"]).any()
    assert not ledger.duplicated(["start", "item", "kind"]).any()
    assert ledger["usd"].sum() == pytest.approx(day.profit_usd, rel=1e-9)
    assert ledger.groupby("kind")["usd"].sum().to_dict() == pytest.approx(day.ledger_by_kind)
    assert (ledger["usd"] != 0.0).all()
    # Only the committed part is published.
    assert dispatch["start"].dt.hour.max() == 7
    imported = dispatch.query("item == 'site' and quantity == 'import_mw'")
    assert imported["value"].tolist() == [r.value for r in day.dispatch_rows if r[1:3] == ("site", "import_mw")]


def test_frames_of_a_day_of_25_hours(clock_change: Schedule) -> None:
    one = clock_change.dispatch.query("item == 'site' and quantity == 'import_mw'")
    assert len(one) == one["start"].nunique() == 25
    assert [s.isoformat() for s in one["start"][1:3]] == ["2026-11-01T01:00:00-05:00", "2026-11-01T01:00:00-06:00"]
    assert (one["start"].diff().dropna() == pd.Timedelta(hours=1)).all()


def test_frames_without_a_plan(no_plan: Schedule) -> None:
    assert no_plan.dispatch.empty and no_plan.ledger.empty
    assert list(no_plan.dispatch.columns) == ["start", "item", "quantity", "value"]
    assert no_plan.profit_usd is None and no_plan.state is None and no_plan.ledger_by_kind == {}


@pytest.mark.parametrize("which", ["day", "clock_change", "no_plan"])
def test_files(request: pytest.FixtureRequest, which: str, tmp_path: Path) -> None:
    schedule: Schedule = request.getfixturevalue(which)
    folder = tmp_path / "a" / "plan"
    written = schedule.write(folder)
    assert sorted(p.name for p in written) == sorted(p.name for p in folder.iterdir()) == FILES
    assert Schedule.from_json((folder / "schedule.json").read_bytes()).to_json() == schedule.to_json()
    for name, frame in (("dispatch", schedule.dispatch), ("ledger", schedule.ledger)):
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), frame, check_dtype=len(frame) > 0)
        text = pd.read_csv(folder / f"{name}.csv", dtype=str)
        assert list(text.columns) == list(frame.columns)
        assert text["start"].tolist() == [s.isoformat() for s in frame["start"]]
        assert text.iloc[:, 3].map(float).tolist() == frame.iloc[:, 3].tolist()
        assert text.iloc[:, 1].tolist() == frame.iloc[:, 1].tolist()


def test_files_are_replaced_whole_or_not_at_all(
    day: Schedule, no_plan: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_plan.write(tmp_path)
    before = (tmp_path / "schedule.json").read_bytes()

    def half(self: Schedule) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Schedule, "to_json", half)
        with pytest.raises(OSError, match="No space left"):
            day.write(tmp_path)
    assert (tmp_path / "schedule.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == FILES  # nothing half written is left behind
    day.write(tmp_path)
    assert Schedule.from_json((tmp_path / "schedule.json").read_bytes()).profit_usd == day.profit_usd


def test_a_folder_that_cannot_be_is_an_os_error(day: Schedule, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        day.write(tmp_path / "file")


def test_names_of_any_script_survive(tmp_path: Path) -> None:
    schedule = plan(toys.scenario([50.0], name="Gärten 北", fleets=[toys.group_fleet(name="Кит-1")]))
    schedule.write(tmp_path)
    assert Schedule.from_json((tmp_path / "schedule.json").read_bytes()).scenario == "Gärten 北"
    assert "Кит-1" in (tmp_path / "dispatch.csv").read_text(encoding="utf-8")
