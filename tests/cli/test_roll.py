"""`wattshift roll`: what it prints, writes and answers, and how it goes on after Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer.auditor.findings import Findings, Violation
from optimizer.schedule import Schedule
from tests.cli.run import COMMAND, only_object, wattshift
from tests.operating.roll.small import small

INTERRUPTS = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(small(40).model_dump_json())
    return path


def test_files_and_summary(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "roll"
    result = wattshift("roll", file, "--days", 3, "-o", folder)
    assert result.exit_code == 0, result.output
    assert "small: 3 days from 2026-03-28" in result.stdout and "3 daily plans, each proven" in result.stdout
    assert "audit: accepted" in result.stdout and "written:" in result.stdout and result.stderr == ""
    names = {path.name for path in folder.iterdir()}
    tables = {f"{name}.{form}" for name in ("dispatch", "ledger") for form in ("csv", "parquet")}
    assert names == {"days", "days.csv", "roll.json", "scenario.json", "schedule.json", *tables}
    audited = wattshift("audit", folder / "scenario.json", folder / "schedule.json")
    assert audited.exit_code == 0, audited.output
    again = wattshift("roll", file, "--days", 3, "-o", folder, "--json")
    answer = only_object(again.stdout)
    schedule = Schedule.from_json((folder / "schedule.json").read_bytes())
    assert answer["profit_usd"] == schedule.profit_usd and answer["audit"]["ok"] is True
    assert [day["day"] for day in answer["days"]] == ["2026-03-28", "2026-03-29", "2026-03-30"]


def test_look_ahead_and_state_are_options(file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    start = {"at": "2026-03-28T00:00:00+01:00", "batteries": {"store": {"energy_mwh": 3.0}}}
    state.write_text(json.dumps(start))

    def profit(*more: object) -> float:
        answer: float = only_object(wattshift("roll", file, "--days", 1, "--json", *more).stdout)["profit_usd"]
        return answer

    assert len({round(profit(*more), 3) for more in ([], ["--look-ahead", 0], ["--state", state])}) == 3


def test_another_folder_and_short_series_are_refused(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "roll"
    assert wattshift("roll", file, "--days", 1, "-o", folder).exit_code == 0
    result = wattshift("roll", file, "--days", 2, "-o", folder)
    assert result.exit_code == 2 and "holds another roll (days 1, now 2)" in result.stderr
    result = wattshift("roll", file, "--days", 41, "--json")
    assert result.exit_code == 2 and "no value at 2026-05-07" in only_object(result.stdout)["faults"][0]["found"]


def test_a_day_without_a_plan_is_explained(tmp_path: Path) -> None:
    order = {"name": "storm", "start": "2026-03-29T10:00", "end": "2026-03-29T12:00", "import_limit_mw": 0.2}
    hall = {"name": "hall", "it_limit_mw": 10.0, "overhead_mw": 0.5}
    site = {"import_limit_mw": 6.0, "halls": [hall], "curtailment": [order]}
    path = tmp_path / "small.json"
    path.write_text(small(site=site, supply={"energy": {"price_usd_per_mwh": 50.0}}).model_dump_json())
    arguments = ("roll", path, "--days", 3, "--look-ahead", 0)
    result = wattshift(*arguments)
    assert result.exit_code == 3, result.output
    assert "the roll stops at 2026-03-29" in result.stdout and "curtailment order storm" in result.stdout
    answer = only_object(wattshift(*arguments, "--json").stdout)
    assert answer["day"] == "2026-03-29" and answer["outcome"]["status"] == "infeasible" and answer["why"]


def test_a_joined_schedule_that_the_audit_rejects_is_withheld(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Violation("ledger", "grid", None, 5.0, "USD", "energy is 5 USD off")
    monkeypatch.setattr("optimizer.operating.roll.joined.audit", lambda *_: Findings((wrong,), 1.0, 1.0))
    result = wattshift("roll", file, "--days", 1, "-o", tmp_path / "roll")
    assert result.exit_code == 5 and "energy is 5 USD off" in result.stdout
    assert not (tmp_path / "roll" / "schedule.json").exists()
    answer = only_object(wattshift("roll", file, "--days", 1, "--json").stdout)
    assert answer["audit"]["ok"] is False and answer["dispatch"] == []


def test_days_that_are_not_proven_are_no_success(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.operating.roll import loop

    real = loop.do_day

    def do_day(*given):  # type: ignore[no-untyped-def]
        record, settled = real(*given)
        return type(record)(**{**record.__dict__, "status": "feasible"}), settled

    monkeypatch.setattr(loop, "do_day", do_day)
    result = wattshift("roll", file, "--days", 1)
    assert result.exit_code == 4 and "1 are not proven" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.skipif(not INTERRUPTS, reason="SIGINT is ignored here, as in background jobs")
def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "roll"
    arguments = ["roll", str(file), "--days", "30", "-o", str(folder)]
    ours, theirs = os.openpty()
    child = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    last = time.perf_counter() + 30
    while len(list(folder.glob("days/2*.json"))) < 4 and time.perf_counter() < last:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    try:
        out, _ = child.communicate(timeout=20)
    finally:
        child.kill()
    os.set_blocking(ours, False)
    shown = os.read(ours, 65536).decode("utf-8", "replace")
    os.close(ours)
    done = len(list(folder.glob("days/2*.json")))
    assert child.returncode == 130 and 4 <= done < 30, (shown, out)
    assert f"interrupted: {done} of 30 days are done; the same command goes on behind them" in shown
    assert "Traceback" not in shown and not list(folder.glob("days/.*"))
    assert not (folder / "schedule.json").exists()
    assert wattshift(*arguments).exit_code == 0
    assert len(list(folder.glob("days/2*.json"))) == 30
