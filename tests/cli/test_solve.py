"""`wattshift solve`: what it prints, writes and answers, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer.auditor.findings import Findings, Violation
from optimizer.cli.exits import ExitCode, exit_code
from optimizer.schedule import Outcome, Schedule
from tests.cli import hard
from tests.cli.run import COMMAND, infeasible, only_object, process, wattshift

ROOT = Path(__file__).resolve().parents[2]
FIRST_STEPS = ROOT / "scenarios" / "first-steps"
REQUIRED: dict[str, set[str] | None] = {
    "output_schema_version": None,
    "error": None,
    "scenario": None,
    "outcome": {"status", "gap", "bound_usd", "limit"},
    "profit_usd": None,
    "horizon_profit_usd": None,
    "ledger": None,
    "ledger_by_kind_usd": None,
    "why": None,
    "audit": {"ok", "profit_usd", "violations"},
    "solver": {"name", "version"},
    "seconds": {"load", "build", "solve", "audit", "total"},
    "size": {"columns", "rows", "nonzeros", "integers"},
    "dispatch": None,
    "contracts": None,
}


FAILURE = {"output_schema_version", "error", "source", "faults"}


def complete(answer: Any) -> Any:
    """The answer, with all keys that it has to have."""
    for key, inner in REQUIRED.items():
        assert key in answer, key
        if answer[key] is not None and inner is not None:
            assert inner <= set(answer[key]), key
    assert answer["outcome"]["status"] in {"proven", "feasible", "infeasible", "unbounded", "no_solution", "error"}
    assert isinstance(answer["outcome"], dict) and isinstance(answer["audit"], dict)
    return answer


@pytest.fixture(scope="module")
def hard_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hard.write(tmp_path_factory.mktemp("hard"))


# JSON -------------------------------------------------------------------------------------------------------


def test_json_of_a_proven_plan(rich: Path) -> None:
    result = wattshift("solve", rich, "--json")
    assert result.exit_code == 0 and result.stderr == ""
    answer = complete(only_object(result.stdout))
    written = Schedule.from_json((rich / "plan" / "schedule.json").read_bytes())
    assert answer["output_schema_version"] == 2 and answer["error"] is None and answer["scenario"] == "rich"
    assert answer["outcome"]["status"] == "proven" and answer["outcome"]["limit"] is None
    assert answer["outcome"]["gap"] <= 1e-4
    assert answer["outcome"]["bound_usd"] >= answer["horizon_profit_usd"] - 1e-6
    assert answer["profit_usd"] == pytest.approx(written.profit_usd)
    assert sum(answer["ledger_by_kind_usd"].values()) == pytest.approx(answer["profit_usd"], rel=1e-9)
    assert answer["audit"]["ok"] is True and answer["audit"]["violations"] == []
    assert answer["audit"]["profit_usd"] == pytest.approx(answer["profit_usd"], rel=1e-6)
    assert answer["solver"]["name"] == "highs" and answer["solver"]["version"]
    assert all(seconds >= 0 for seconds in answer["seconds"].values())
    parts = sum(answer["seconds"][part] for part in ("load", "build", "solve", "audit"))
    assert answer["seconds"]["total"] >= parts - 1e-6
    assert all(count > 0 for count in answer["size"].values())
    assert {c["name"] for c in answer["contracts"]} == {"acme", "fold", "offer", "market"}


def test_what_is_printed_is_what_is_written(tmp_path: Path) -> None:
    answer = only_object(wattshift("solve", FIRST_STEPS, "--json", "-o", tmp_path).stdout)
    file = json.loads((tmp_path / "schedule.json").read_text())
    assert {key: answer[key] for key in file} == file
    (tmp_path / "told.json").write_text(json.dumps(answer))
    assert wattshift("audit", FIRST_STEPS, tmp_path / "told.json").exit_code == 0


def test_json_of_an_infeasible_scenario(tmp_path: Path) -> None:
    result = wattshift("solve", infeasible(tmp_path), "--json", "-o", tmp_path / "plan")
    assert result.exit_code == 3 and result.stderr == ""
    answer = complete(only_object(result.stdout))
    assert answer["outcome"]["status"] == "infeasible"
    assert answer["profit_usd"] is answer["horizon_profit_usd"] is answer["state"] is None
    assert answer["ledger"] == answer["dispatch"] == answer["contracts"] == [] and answer["ledger_by_kind_usd"] == {}
    assert answer["error"].startswith("there is no plan: the requirements contradict one another: ")
    for key in ("gap", "bound_usd"):
        assert answer["outcome"][key] is None, key
    assert answer["audit"] == {"ok": None, "profit_usd": None, "violations": []}
    assert answer["why"] and answer["scenario"] == "too-little"
    assert list((tmp_path / "plan").iterdir()) == []


def test_an_infeasible_scenario_is_explained_in_words(tmp_path: Path) -> None:
    result = wattshift("solve", infeasible(tmp_path))
    assert result.exit_code == 3
    assert "infeasible: no plan keeps every rule" in result.stdout
    assert "clash" in result.stdout and "allows 1 MW" in result.stdout and "2 MW" in result.stdout


def test_json_of_no_plan_in_time(hard_file: Path) -> None:
    result = wattshift("solve", hard_file, "--solver", "cbc", "--time-limit", 0.01, "--no-fallbacks", "--json")
    answer = complete(only_object(result.stdout))
    assert result.exit_code == 6, answer["outcome"]
    assert answer["outcome"]["status"] == "no_solution" and answer["outcome"]["limit"] == "time"
    assert answer["profit_usd"] is None and answer["audit"]["profit_usd"] is None


def test_json_of_an_unproven_plan(hard_file: Path, tmp_path: Path) -> None:
    result = wattshift("solve", hard_file, "--gap", 0, "--time-limit", 1, "--json", "-o", tmp_path)
    answer = complete(only_object(result.stdout))
    assert result.exit_code == 4, answer["outcome"]
    assert answer["outcome"]["status"] == "feasible" and answer["outcome"]["limit"] == "time"
    assert answer["outcome"]["gap"] > 0 and answer["audit"]["ok"] is True
    assert answer["outcome"]["bound_usd"] > answer["horizon_profit_usd"]
    assert Schedule.from_json((tmp_path / "schedule.json").read_bytes()).outcome.status == "feasible"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--solver", "nope"], "no solver is called 'nope'"),
        (["--solver", "pulp:NOPE"], "NOPE"),
        (["--solver", "glop"], "glop"),
    ],
)
def test_json_of_a_solver_that_cannot(arguments: list[str], message: str) -> None:
    result = wattshift("solve", FIRST_STEPS, "--json", *arguments)
    assert result.exit_code == 2
    answer = only_object(result.stdout)
    assert answer.keys() == FAILURE and message in answer["error"]
    assert message in result.stderr
    assert wattshift("solve", FIRST_STEPS, *arguments).stdout == ""


def test_json_of_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the moon")

    monkeypatch.setattr("optimizer.planning.plan.plan_and_audit", broken)
    result = wattshift("solve", FIRST_STEPS, "--json")
    assert result.exit_code == 1
    answer = only_object(result.stdout)
    assert answer.keys() == FAILURE and answer["error"] == "internal error: RuntimeError: the moon"
    assert "internal error: RuntimeError: the moon" in result.stderr and "Traceback" not in result.output


def test_json_of_an_interrupt_before_the_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizer.planning.plan.plan_and_audit", interrupted)
    result = wattshift("solve", FIRST_STEPS, "--json")
    assert result.exit_code == 130
    answer = only_object(result.stdout)
    assert answer.keys() == FAILURE and answer["error"] == "interrupted"


def test_json_of_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One object, of the trouble: there is nothing behind it that a program could take for a plan."""

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device", "schedule.json")

    monkeypatch.setattr(Schedule, "write", full)
    result = wattshift("solve", FIRST_STEPS, "--json", "-o", tmp_path)
    assert result.exit_code == 2
    assert only_object(result.stdout)["error"] == "schedule.json: No space left on device"


def test_json_of_a_failure_behind_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was printed stays the one object; the failure is told on stderr and by the exit code."""
    from optimizer.cli import planned as shown

    def tripped(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the moon")

    monkeypatch.setattr(shown, "exit_code", tripped)
    result = wattshift("solve", FIRST_STEPS, "--json")
    assert result.exit_code == 1 and "the moon" in result.stderr
    assert complete(only_object(result.stdout))["error"] is None


def test_a_plan_that_the_audit_rejects_is_withheld(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = Violation("ledger", "grid", None, 5.0, "USD", "energy is 5 USD off")
    monkeypatch.setattr("optimizer.planning.plan.audit", lambda *_: Findings((wrong,), 1.0, 1.0))
    result = wattshift("solve", FIRST_STEPS, "--json", "-o", tmp_path / "plan")
    assert result.exit_code == 5
    answer = complete(only_object(result.stdout))
    assert answer["audit"]["ok"] is False and answer["audit"]["violations"][0]["message"] == "energy is 5 USD off"
    assert answer["profit_usd"] is answer["horizon_profit_usd"] is answer["state"] is None
    assert answer["ledger"] == answer["dispatch"] == answer["contracts"] == [] and answer["ledger_by_kind_usd"] == {}
    assert answer["error"].startswith("the audit rejects the plan (1 violations): ")
    assert list((tmp_path / "plan").iterdir()) == []
    plain = wattshift("solve", FIRST_STEPS)
    assert plain.exit_code == 5 and "REJECTED" in plain.stdout and "energy is 5 USD off" in plain.stdout
    assert "s21-row" not in plain.stdout


@pytest.mark.parametrize(
    ("status", "limit", "accepted", "code"),
    [
        ("proven", None, True, 0),
        ("error", None, True, 1),
        ("infeasible", None, True, 3),
        ("feasible", "time", True, 4),
        ("feasible", None, True, 4),
        ("proven", None, False, 5),
        ("feasible", "interrupt", False, 5),
        ("no_solution", "time", True, 6),
        ("unbounded", None, True, 7),
        ("feasible", "interrupt", True, 130),
        ("no_solution", "interrupt", True, 130),
    ],
)
def test_exit_codes(status: Any, limit: str | None, accepted: bool, code: int) -> None:
    assert exit_code(Outcome(status=status, gap_asked=1e-4, limit=limit), accepted=accepted) == code
    assert code in set(ExitCode)


# Where the scenario comes from ------------------------------------------------------------------------------


def test_folder_file_json_and_stdin_are_the_same(rich: Path, tmp_path: Path) -> None:
    from optimizer import load

    text = load(rich).model_dump_json()
    (tmp_path / "rich.json").write_text(text, encoding="utf-8")
    answers = [
        only_object(result.stdout)
        for result in (
            wattshift("solve", rich, "--json"),
            wattshift("solve", rich / "scenario.toml", "--json"),
            wattshift("solve", tmp_path / "rich.json", "--json"),
            wattshift("solve", "-", "--json", input=text),
        )
    ]
    assert {answer["profit_usd"] for answer in answers} == {answers[0]["profit_usd"]}
    assert all(answer["dispatch"] == answers[0]["dispatch"] for answer in answers)


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_every_route_by_its_name(solver: str) -> None:
    result = wattshift("solve", FIRST_STEPS, "--solver", solver, "--json")
    assert result.exit_code == 0, result.output
    answer = only_object(result.stdout)
    assert answer["profit_usd"] == pytest.approx(651.67, abs=0.01)
    assert answer["solver"]["name"] == solver and answer["solver"]["version"]


# Files ------------------------------------------------------------------------------------------------------


def test_files(rich: Path) -> None:
    folder = rich / "plan"
    names = ["dispatch.csv", "dispatch.parquet", "ledger.csv", "ledger.parquet", "schedule.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    schedule = Schedule.from_json((folder / "schedule.json").read_bytes())
    for name, frame in (("dispatch", schedule.dispatch), ("ledger", schedule.ledger)):
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), frame)
        assert len(pd.read_csv(folder / f"{name}.csv")) == len(frame)
    assert "written:" in wattshift("solve", FIRST_STEPS, "-o", folder.parent / "again").stdout


def test_a_folder_that_cannot_be_written_is_told_before_the_solve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("solved in vain")

    monkeypatch.setattr("optimizer.planning.plan.plan_and_audit", never)
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        result = wattshift("solve", FIRST_STEPS, "-o", folder)
        assert result.exit_code == 2, result.output
        assert str(tmp_path / "file") in result.stderr


# As a process -----------------------------------------------------------------------------------------------


def test_nothing_but_the_object_on_stdout_and_silence_on_stderr(hard_file: Path) -> None:
    """A solve of more than a second, whose stderr is no terminal, shows no progress; nor do the libraries."""
    run = process("solve", hard_file, "--gap", 0, "--time-limit", 1.5, "--json")
    assert run.returncode == 4, run.stderr
    assert run.stderr == ""
    assert run.stdout.count("\n") == 1
    complete(only_object(run.stdout))


def test_a_terminal_that_lacks_letters_gets_escapes(tmp_path: Path) -> None:
    text = (FIRST_STEPS / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace('"first-steps"', '"Gärten 北"').replace("s21-row", "Кит")
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    run = process("solve", tmp_path, env={"PYTHONIOENCODING": "ascii", "COLUMNS": "100"})
    assert run.returncode == 0, run.stderr
    assert "G\\xe4rten \\u5317" in run.stdout
    run = process("solve", tmp_path, "--json", env={"PYTHONIOENCODING": "ascii"})
    assert only_object(run.stdout)["scenario"] == "Gärten 北"


def test_a_reader_who_leaves_is_no_error_message(hard_file: Path) -> None:
    run = subprocess.run(
        f'"{sys.executable}" -c "from optimizer.cli import main; main()" schema | head -c 10',
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert len(run.stdout) == 10
    assert "Traceback" not in run.stderr and "Error" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize("json_wanted", [False, True])
def test_ctrl_c_shows_and_writes_the_incumbent(hard_file: Path, tmp_path: Path, json_wanted: bool) -> None:
    """On a terminal, progress is shown from the second second on; Ctrl-C then gives the best plan so far."""
    ours, theirs = os.openpty()
    arguments = ["solve", str(hard_file), "--gap", "0", "--time-limit", "50", "-o", str(tmp_path / "plan")]
    with (tmp_path / "stdout").open("wb") as stdout:
        child = subprocess.Popen(
            [*COMMAND, *arguments, *(["--json"] if json_wanted else [])],
            stdout=stdout,
            stderr=theirs,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "200"},
        )
    os.close(theirs)
    shown = _until(ours, "profit", 30.0)
    child.send_signal(signal.SIGINT)
    begun = time.perf_counter()
    try:
        shown += _until(ours, "interrupted", 20.0)
        child.wait(20)
    finally:
        child.kill()
        os.close(ours)
    out = (tmp_path / "stdout").read_text(encoding="utf-8")
    assert child.returncode == 130, out + shown
    assert time.perf_counter() - begun < 10.0
    assert "gap" in shown and "bound" in shown and "Traceback" not in shown
    schedule = Schedule.from_json((tmp_path / "plan" / "schedule.json").read_bytes())
    assert schedule.outcome.limit == "interrupt" and schedule.profit_usd is not None
    if json_wanted:
        answer = complete(only_object(out))
        assert answer["outcome"]["status"] == "feasible" and answer["outcome"]["limit"] == "interrupt"
        assert answer["profit_usd"] == schedule.profit_usd
    else:
        assert f"{schedule.profit_usd:,.2f}" in out and "stopped by interrupt" in out


def _until(terminal: int, words: str, seconds: float) -> str:
    """What a terminal shows until words stand there."""
    shown, last = "", time.perf_counter() + seconds
    os.set_blocking(terminal, False)
    while words not in shown and time.perf_counter() < last:
        try:
            shown += os.read(terminal, 65536).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.05)
        except OSError:  # the other side has closed it
            break
    assert words in shown, shown[-2000:]
    return shown


def test_the_object_is_stable_under_json_tools(rich: Path) -> None:
    """One line, ASCII, no NaN: it passes through pipes and parsers of any kind."""
    text = wattshift("solve", rich, "--json").stdout
    assert text.isascii() and text.count("\n") == 1
    assert json.loads(text) == only_object(text)
