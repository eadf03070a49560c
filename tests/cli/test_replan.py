"""`wattshift replan`: what it prints and writes, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.cli.run import only_object, wattshift
from tests.schedule.row_form import as_first_version
from tests.toys import clock, group_fleet, scenario


def miner(price: list[float], **changes: Any) -> Scenario:
    return scenario(price, fleets=[group_fleet()], **changes)


def write(path: Path, given: Scenario) -> Path:
    path.write_text(given.model_dump_json())
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A plan of four hours: on, on, off, on."""
    file = write(tmp_path / "day.json", miner([50, 50, 120, 50]))
    assert wattshift("solve", file, "-o", tmp_path / "plan").exit_code == 0
    return tmp_path / "plan" / "schedule.json"


def test_the_rest_is_planned_and_can_be_audited(published: Path, tmp_path: Path) -> None:
    now = write(tmp_path / "now.json", miner([50, 50, 90, 150]))
    arguments = ("replan", now, "--published", published, "--from", clock(2))
    answer = only_object(wattshift(*arguments, "--json", "-o", tmp_path / "again").stdout)
    assert answer["outcome"]["status"] == "proven" and answer["profit_usd"] == pytest.approx(10)
    assert answer["starts"][0] == "2026-01-05T02:00:00+00:00"
    folder = tmp_path / "again"
    assert wattshift("audit", folder / "scenario.json", folder / "schedule.json").exit_code == 0
    assert wattshift("solve", folder / "scenario.json", "--json").exit_code == 0
    shown = wattshift(*arguments)
    assert shown.exit_code == 0 and "audit: accepted" in shown.stdout


def test_leaving_what_was_published_has_its_amount(published: Path, tmp_path: Path) -> None:
    now = write(tmp_path / "now.json", miner([50, 50, 90, 50]))
    arguments = ("replan", now, "--published", published, "--from", clock(2), "--leave-usd")
    left = wattshift(*arguments, 9, "-o", tmp_path / "left")
    assert left.exit_code == 0
    assert "9.00 USD are held against published set-points that are left" in " ".join(left.stdout.split())
    schedule = Schedule.from_json((tmp_path / "left" / "schedule.json").read_bytes())
    assert schedule.outcome.leaving_usd == 9.0 and schedule.profit_usd == pytest.approx(60)
    assert wattshift("audit", tmp_path / "left" / "scenario.json", tmp_path / "left" / "schedule.json").exit_code == 0
    kept = only_object(wattshift(*arguments, 11, "--json").stdout)
    assert kept["profit_usd"] == pytest.approx(50) and kept["outcome"]["leaving_usd"] == 0


def test_a_state_takes_the_place_of_the_past(published: Path, tmp_path: Path) -> None:
    now = write(tmp_path / "now.json", miner([50, 50, 50, 50]))
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"at": "2026-01-05T02:00:00+00:00"}))
    arguments = ("replan", now, "--published", published, "--from", clock(2), "--json", "--state", state)
    assert only_object(wattshift(*arguments).stdout)["profit_usd"] == pytest.approx(100)
    state.write_text(json.dumps({"at": "2026-01-05T03:00:00+00:00"}))
    assert wattshift(*arguments).exit_code == 2


def test_what_is_infeasible_is_explained(published: Path, tmp_path: Path) -> None:
    order = {"name": "storm", "start": clock(2), "end": clock(3), "import_limit_mw": 0.1}
    hall = {"overhead_mw": 0.5}
    now = write(tmp_path / "now.json", miner([50] * 4, hall=hall, site={"curtailment": [order]}))
    result = wattshift("replan", now, "--published", published, "--from", clock(2))
    assert result.exit_code == 3 and "curtailment order storm" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "soon"], "--from 'soon' is no time; a local time, e.g. 2026-01-05T00:00"),
        (["--from", clock(2.5)], "the start of a period from 2026-01-05T00:00:00+00:00 on"),
        (["--from", clock(9)], "before 2026-01-05T04:00:00+00:00"),
    ],
)
def test_a_moment_that_is_none_is_refused(published: Path, tmp_path: Path, arguments: list[str], told: str) -> None:
    result = wattshift("replan", tmp_path / "day.json", "--published", published, *arguments)
    assert result.exit_code == 2 and told in result.stderr, result.output
    result = wattshift("replan", tmp_path / "day.json", "--published", published, *arguments, "--json")
    answer = only_object(result.stdout)
    assert told in answer["error"] + "".join(fault["allowed"] for fault in answer["faults"])


def test_a_published_file_of_the_first_version_is_read(published: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(as_first_version(published.read_text()))
    arguments = ("--from", clock(2), "--json")
    again, other = (
        only_object(wattshift("replan", tmp_path / "day.json", "--published", file, *arguments).stdout)
        for file in (published, first)
    )
    assert (
        again["error"] is None and again["profit_usd"] == other["profit_usd"] and again["dispatch"] == other["dispatch"]
    )


def test_a_published_file_that_is_none_is_refused(published: Path, tmp_path: Path) -> None:
    result = wattshift("replan", tmp_path / "day.json", "--published", tmp_path / "day.json", "--from", clock(2))
    assert result.exit_code == 2 and "no schedule" in result.stderr
    other = scenario([50] * 4, fleets=[group_fleet(name="others")])
    file = write(tmp_path / "others.json", other)
    result = wattshift("replan", file, "--published", published, "--from", clock(2))
    assert result.exit_code == 2 and "does not say groups[off] of others" in result.stderr


def test_the_plan_is_shown_where_its_scenario_cannot_be_written(published: Path, tmp_path: Path) -> None:
    now = write(tmp_path / "now.json", miner([50, 50, 90, 150]))
    (tmp_path / "again" / "scenario.json").mkdir(parents=True)
    result = wattshift("replan", now, "--published", published, "--from", clock(2), "-o", tmp_path / "again")
    assert result.exit_code == 2 and "scenario.json" in result.stderr
    assert "audit: accepted" in result.stdout and (tmp_path / "again" / "schedule.json").is_file()
    arguments = ("replan", now, "--published", published, "--from", clock(2), "-o", tmp_path / "again", "--json")
    assert "scenario.json" in only_object(wattshift(*arguments).stdout)["error"]  # one object, of the trouble


def test_solvers_may_begin_with_what_was_published(published: Path, tmp_path: Path) -> None:
    """On at 50 in the third hour, which was off at 120; the start says off, and binds nobody."""
    now = write(tmp_path / "now.json", miner([50, 50, 50, 50]))
    arguments = ("replan", now, "--published", published, "--from", clock(2), "--json", "--begin-with-published")
    answer = only_object(wattshift(*arguments).stdout)
    assert (answer["outcome"]["status"], answer["profit_usd"]) == ("proven", pytest.approx(100))
