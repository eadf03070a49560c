"""--state: a plan begins where another ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer import Scenario, ScenarioError, plan, read_state, with_state
from tests.cli.run import infeasible, only_object, wattshift
from tests.schedule.row_form import as_first_version
from tests.toys import clock, group_fleet, scenario


def day(price: list[float], start: float = 0.0, **changes: Any) -> Scenario:
    """One group, down for three hours at least once it is."""
    return scenario(price, fleets=[group_fleet(min_down_hours=3.0)], time={"start": clock(start)}, **changes)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A first day that ends down since an hour, and the next, cheap all along."""
    (tmp_path / "first.json").write_text(day([50, 200]).model_dump_json())
    (tmp_path / "next.json").write_text(day([50, 50, 50], 2).model_dump_json())
    document = json.loads(day([50, 200]).model_dump_json())
    document["state"] = {"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 1}]}}}
    (tmp_path / "first.json").write_text(json.dumps(document))
    assert wattshift("solve", tmp_path / "first.json", "-o", tmp_path / "plan").exit_code == 0
    return tmp_path


def profit(*arguments: object) -> float:
    result = wattshift("solve", *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: float = only_object(result.stdout)["profit_usd"]
    return answer


def test_the_next_plan_goes_on_from_the_last(files: Path) -> None:
    """Down in the second hour, the group comes up again after three: one hour of 50 is left of 150."""
    assert profit(files / "next.json") == pytest.approx(150)
    assert profit(files / "next.json", "--state", files / "plan" / "schedule.json") == pytest.approx(50)
    schedule = json.loads((files / "plan" / "schedule.json").read_text())
    (files / "state.json").write_text(json.dumps(schedule["state"]))
    assert profit(files / "next.json", "--state", files / "state.json") == pytest.approx(50)


def test_a_file_of_the_first_version_hands_over_the_same(files: Path) -> None:
    text = (files / "plan" / "schedule.json").read_text()
    (files / "first.json").write_text(as_first_version(text))
    assert read_state(files / "first.json") == read_state(files / "plan" / "schedule.json")
    assert profit(files / "next.json", "--state", files / "first.json") == pytest.approx(50)


def test_all_commands_that_read_a_scenario_take_it(files: Path) -> None:
    state = files / "plan" / "schedule.json"
    assert wattshift("validate", files / "next.json", "--state", state).exit_code == 0
    assert wattshift("solve", files / "next.json", "--state", state, "-o", files / "next").exit_code == 0
    audited = ("audit", files / "next.json", files / "next" / "schedule.json")
    assert wattshift(*audited, "--state", state).exit_code == 0
    assert wattshift("solve", files / "next.json", "-o", files / "next").exit_code == 0
    assert wattshift(*audited).exit_code == 0
    rejected = wattshift(*audited, "--state", state)
    assert rejected.exit_code == 5 and "min_down" in rejected.stdout
    value = wattshift("value", files / "next.json", "--at", clock(3), "--item", "site", "--state", state, "--json")
    assert value.exit_code == 0, value.output


def test_python_does_the_same() -> None:
    first = plan(day([50, 200]))
    assert first.state is not None
    assert with_state(day([50, 50, 50], 2), first.state).state == first.state
    with pytest.raises(ScenarioError, match=r"state\.at"):
        with_state(day([50], 5), first.state)


def changed(files: Path, name: str, value: Any) -> Path:
    state = json.loads((files / "plan" / "schedule.json").read_text())["state"]
    place = state
    *way, last = name.split("/")
    for key in way:
        place = place[key]
    place[last] = value
    path = files / "changed.json"
    path.write_text(json.dumps(state))
    return path


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("at", "2026-01-05T07:00:00+00:00", ("state.at", "2026-01-05T07:00:00", "2026-01-05T02:00:00")),
        ("fleets/others", {}, ("state.fleets.others", "no fleet is named 'others'", "miners")),
        ("fleets/miners/groups", [], ()),
        ("fleets/miners/starts_today", -1, ("state.fleets.miners.starts_today", "-1", "greater than or equal to 0")),
        ("generators/engine", {}, ("state.generators.engine", "none there")),
        ("moon", 1, ("state.moon", "1", "not a field here")),
        ("block_height", "high", ("state.block_height", "'high'", "number")),
        ("contracts/acme", {"kind": "spot"}, ("state.contracts.acme", "no contract is named 'acme'")),
    ],
)
def test_what_does_not_fit_is_told(files: Path, name: str, value: Any, told: tuple[str, ...]) -> None:
    path = changed(files, name, value)
    result = wattshift("solve", files / "next.json", "--state", path)
    if not told:
        assert result.exit_code == 0  # everything at its default
        return
    assert result.exit_code == 2 and str(path) in result.stderr, result.output
    for words in told:
        assert words in result.stderr, result.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no valid JSON"),
        ("[]", "a list; a state as JSON, or a schedule.json"),
        ('{"carbon_tonnes": NaN}', "NaN is no finite number"),
        ("\xff", "is not UTF-8"),
        ("[" * 200000, "no valid JSON"),
    ],
)
def test_a_file_that_is_no_state(files: Path, text: str, told: str) -> None:
    path = files / "odd.json"
    path.write_bytes(text.encode("latin-1"))
    result = wattshift("solve", files / "next.json", "--state", path)
    assert result.exit_code == 2 and told in result.stderr and str(path) in result.stderr, result.output


def test_a_file_that_is_not_there(files: Path) -> None:
    result = wattshift("solve", files / "next.json", "--state", files / "nothing.json", "--json")
    assert result.exit_code == 2
    assert "cannot be read (No such file" in only_object(result.stdout)["faults"][0]["found"]


def test_a_schedule_without_a_plan_hands_nothing_over(files: Path) -> None:
    schedule = plan(Scenario.model_validate_json(infeasible(files).read_text()))
    path = files / "none.json"
    path.write_text(schedule.to_json())
    result = wattshift("solve", files / "next.json", "--state", path)
    assert result.exit_code == 2 and "the schedule has no plan" in result.stderr
    assert read_state(files / "plan" / "schedule.json").at is not None


def test_a_schedule_of_another_version_hands_nothing_over(tmp_path: Path) -> None:
    file = tmp_path / "schedule.json"
    file.write_text(
        '{"schema_version": 99, "dispatch": [], "outcome": {}, "state": {"at": "2026-01-05T00:00:00+00:00"}}'
    )
    with pytest.raises(ScenarioError, match="schema_version: 99"):
        read_state(file)
