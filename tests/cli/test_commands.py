"""The other commands, and wrong uses of each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.planning import first
from solvers import Options, Problem, Result, solve
from tests.cli.run import infeasible, only_object, process, wattshift

ROOT = Path(__file__).resolve().parents[2]
FIRST_STEPS = ROOT / "scenarios" / "first-steps"
WEST_TEXAS = ROOT / "scenarios" / "west-texas-hybrid-day"


# validate, schema -------------------------------------------------------------------------------------------


def test_validate_says_what_a_scenario_is(rich: Path) -> None:
    result = wattshift("validate", rich)
    assert result.exit_code == 0 and result.stderr == ""
    assert result.stdout.splitlines() == [
        "rich: valid",
        "  time: 8 periods of 60 minutes from 2026-01-05T00:00:00-06:00 to 2026-01-05T08:00:00-06:00, "
        "look-ahead of 2 more",
        "  energy: 20.00 to 220.00 USD/MWh, mean 71.00",
        "  hashprice: 46.00 to 46.00 USD/PH/day",
        "  fleet old: 1000 machines in 5 groups, 3 MW (sleep, low, normal)",
        "  fleet new: 1000 machines in 10 groups, 3.5 MW (off, normal)",
        "  pool h100: 20 nodes of 8 GPUs, 0.2 MW",
        "  reserved acme: at 2 per GPU-hour, 2 SLA tiers, on h100",
        "  batch fold: 200 GPU-hours by 2026-01-05T08:00:00, on h100",
        "  batch offer: 100 GPU-hours by 2026-01-05T08:00:00, on h100, optional",
        "  spot market: up to its demand, on h100",
    ]


def test_validate_tells_what_is_rounded() -> None:
    result = wattshift("validate", WEST_TEXAS)
    assert "note: fleet m66s-tanks: warm_up_hours 0.5 is rounded up to 1" in result.stdout


def test_validate_reads_stdin(rich: Path) -> None:
    from optimizer import load

    assert wattshift("validate", "-", input=load(rich).model_dump_json()).exit_code == 0


def test_schema_is_a_schema() -> None:
    result = wattshift("schema")
    assert result.exit_code == 0
    assert only_object(result.stdout)["title"] == "Scenario"


# audit ------------------------------------------------------------------------------------------------------


def test_audit_as_json(rich: Path) -> None:
    result = wattshift("audit", rich, rich / "plan" / "schedule.json", "--json")
    assert result.exit_code == 0 and result.stderr == ""
    answer = only_object(result.stdout)
    written = json.loads((rich / "plan" / "schedule.json").read_text())
    assert answer["ok"] is True and answer["violations"] == []
    assert answer["profit_usd"] == pytest.approx(written["profit_usd"], rel=1e-6)
    assert answer["horizon_profit_usd"] == pytest.approx(written["horizon_profit_usd"], rel=1e-6)


def test_audit_of_a_rejected_plan(rich: Path, tmp_path: Path) -> None:
    spoilt = json.loads((rich / "plan" / "schedule.json").read_text())
    spoilt["profit_usd"] += 100.0
    (tmp_path / "schedule.json").write_text(json.dumps(spoilt))
    result = wattshift("audit", rich, tmp_path / "schedule.json", "--json")
    assert result.exit_code == 5
    violations = only_object(result.stdout)["violations"]
    assert all(v.keys() == {"rule", "item", "start", "amount", "unit", "message"} for v in violations)
    assert any(v["amount"] == pytest.approx(100.0) and "profit" in v["message"] for v in violations)
    plain = wattshift("audit", rich, tmp_path / "schedule.json")
    assert plain.exit_code == 5 and "rejected" in plain.stdout and "profit" in plain.stdout


def test_audit_of_the_plan_of_another_scenario(rich: Path) -> None:
    result = wattshift("audit", FIRST_STEPS, rich / "plan" / "schedule.json")
    assert result.exit_code == 5 and "rich" in result.stdout


def test_audit_of_a_refused_scenario(rich: Path, tmp_path: Path) -> None:
    result = wattshift("audit", tmp_path / "none.toml", rich / "plan" / "schedule.json")
    assert result.exit_code == 2 and "none.toml" in result.stderr


def test_audit_of_no_plan(tmp_path: Path) -> None:
    from optimizer import load, plan

    file = infeasible(tmp_path)
    (tmp_path / "schedule.json").write_text(plan(load(file)).to_json())
    result = wattshift("audit", file, tmp_path / "schedule.json")
    assert result.exit_code == 0 and "no plan" in result.stdout


# value ------------------------------------------------------------------------------------------------------


def test_value_of_one_more() -> None:
    result = wattshift("value", FIRST_STEPS, "--at", "2026-07-01T17:30", "--json")
    assert result.exit_code == 0, result.output
    values = {(v["item"], v["step"]): v for v in only_object(result.stdout)["values"]}
    # At 60 USD/MWh a group of 0.35 MW earns 0.35 × (119.05 − 60): the one more that has room, the one less that runs.
    assert values["s21-row", -1.0]["usd"] == pytest.approx(-20.67, abs=0.01)
    assert values["site", 1.0]["usd"] == pytest.approx(0.0, abs=1e-6)
    for value in values.values():
        assert value["least_usd"] - 1e-6 <= value["usd"] <= value["most_usd"] + 1e-6


def test_value_of_one_item_for_people() -> None:
    result = wattshift("value", FIRST_STEPS, "--at", "2026-07-01T17:00:00-05:00", "--item", "barn")
    assert result.exit_code == 0
    assert "barn" in result.stdout and "s21-row" not in result.stdout


def test_value_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(problem: Problem, solver: str, options: Options) -> Result:
        return replace(solve(problem, solver, options), limit="interrupt")

    monkeypatch.setattr(first, "solve", interrupted)
    result = wattshift("value", FIRST_STEPS, "--at", "2026-07-01T17:30", "--json")
    assert result.exit_code == 130
    assert only_object(result.stdout)["error"] == "interrupted"
    assert "interrupted" in result.stderr


def test_value_says_why_there_is_none() -> None:
    arguments = ("value", FIRST_STEPS, "--at", "2026-07-01T17:30", "--item", "site", "--step", "1000")
    (up, down) = only_object(wattshift(*arguments, "--json").stdout)["values"]
    assert (up["step"], up["status"], up["note"]) == (1000.0, "proven", "")
    assert (down["usd"], down["status"], down["note"]) == (None, "not_solved", "the limit would fall below 0")
    assert "below 0" in wattshift(*arguments).stdout
    assert wattshift(*arguments[:-1], "0").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--at", "yesterday"],
            "--at 'yesterday' is no time; a local time, e.g. 2026-07-01T16:00, or a time",
        ),
        (["--at", "25:00"], "--at '25:00' is no time"),
        (["--at", "9999-12-31T23:00:00-23:00"], "is no time"),
        (["--at", "2026-07-02T17:00"], "outside the horizon"),
        (["--at", "2026-07-01T22:00"], "outside the horizon"),
        (["--at", "2026-03-08T02:30"], "does not exist"),
        (["--at", "2026-07-01T17:00", "--item", "nothing"], "nothing"),
        (["--at", "2026-07-01T17:00", "--solver", "nope"], "nope"),
        ([], "--at"),
    ],
)
def test_value_of_nothing(arguments: list[str], words: str) -> None:
    result = wattshift("value", FIRST_STEPS, *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr and "Traceback" not in result.output


# init, import -----------------------------------------------------------------------------------------------


def test_init_makes_what_solve_plans(tmp_path: Path) -> None:
    assert wattshift("init", tmp_path / "mine", "--example", "first-steps").exit_code == 0
    assert wattshift("solve", tmp_path / "mine", "--json").exit_code == 0


def test_init_lists_the_examples() -> None:
    result = wattshift("init", "--list")
    assert result.exit_code == 0
    names = [line.split(":")[0] for line in result.stdout.splitlines()]
    assert "first-steps" in names and any("west-texas" in name for name in names)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["init"], "name the folder"),
        (["init", "FOLDER", "--example", "nowhere"], "nowhere"),
        (["init", "FOLDER", "--prices", "p.csv"], "--fleets"),
        (["init", "FOLDER", "--prices", "p.csv", "--fleets", "f.csv"], "--timezone"),
        (["init", "FOLDER", "--prices", "p.csv", "--fleets", "f.csv", "--example", "x"], "exclude"),
        (["init", "FOLDER", "--prices", "p.csv", "--fleets", "f.csv", "--timezone", "UTC"], "p.csv"),
        (["import", "prices", "p.csv", "--timezone", "UTC", "-o", "out.csv"], "p.csv"),
        (["import", "prices", "p.csv", "--format", "xml", "--timezone", "UTC", "-o", "o.csv"], "xml"),
        (["import", "prices", "p.csv"], "--timezone"),
        (["solve"], "SCENARIO"),
        (["solve", "SCENARIO", "--gap", "2"], "--gap"),
        (["solve", "SCENARIO", "--gap", "nan"], "gap"),
        (["solve", "SCENARIO", "--gap", "-1"], "--gap"),
        (["solve", "SCENARIO", "--time-limit", "0"], "--time-limit"),
        (["solve", "SCENARIO", "--time-limit", "nan"], "time"),
        (["solve", "SCENARIO", "--time-limit", "inf"], "--time-limit"),
        (["solve", "SCENARIO", "--speed", "9"], "--speed"),
        (["solve", "SCENARIO", "extra"], "extra"),
        (["audit", "SCENARIO"], "SCHEDULE"),
        (["dance"], "dance"),
        (["validate"], "SCENARIO"),
    ],
)
def test_wrong_use_is_invalid_input(tmp_path: Path, arguments: list[str], words: str) -> None:
    places = {"FOLDER": str(tmp_path / "new"), "SCENARIO": str(FIRST_STEPS)}
    given = [places.get(a, str(tmp_path / a) if a.endswith(".csv") else a) for a in arguments]
    result = wattshift(*given)
    assert result.exit_code == 2, result.output
    assert (
        words.lower() in result.output.lower() and "Traceback" not in result.output and "internal" not in result.output
    )


def test_help_names_every_command() -> None:
    result = wattshift("--help")
    assert result.exit_code == 0
    for command in ("solve", "validate", "audit", "value", "init", "schema", "import"):
        assert command in result.stdout
    assert "--json" in wattshift("solve", "--help").stdout


def test_the_command_starts_quickly_and_alone() -> None:
    """No solver, no frames: what only prints text does not load them."""
    code = "import sys, optimizer.cli; print(sorted({'highspy', 'ortools', 'pandas'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert process("validate", FIRST_STEPS).stdout.startswith("first-steps: valid")
