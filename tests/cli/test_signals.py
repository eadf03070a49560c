"""What wishes a command to end gives the best plan so far, whichever way the command was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer import Schedule
from tests.cli import hard
from tests.cli.run import COMMAND
from tests.cli.test_solve import _until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and pseudo-terminals are POSIX")
PLANNING = "import signal\nfor name in {ignored}: signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
PLANNING += COMMAND[2]


def planning(folder: Path, output: int, *ignored: str) -> subprocess.Popen[bytes]:
    """The command, planning what no solver proves soon; it shows its progress on a terminal."""
    arguments = ["solve", str(hard.write(folder)), "--gap", "0", "--time-limit", "50", "-o", str(folder / "plan")]
    code = PLANNING.format(ignored=ignored)
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdout=output, stderr=output, env=environment)


def written(folder: Path) -> Schedule:
    return Schedule.from_json((folder / "plan" / "schedule.json").read_bytes())


@pytest.mark.parametrize("ignored", [(), ("SIGINT", "SIGHUP")], ids=["plainly", "as nohup does in the background"])
def test_sigterm_writes_the_plan(tmp_path: Path, ignored: tuple[str, ...]) -> None:
    ours, theirs = os.openpty()
    child = planning(tmp_path, theirs, *ignored)
    os.close(theirs)
    try:
        _until(ours, "profit", 40.0)
        if ignored:
            child.send_signal(signal.SIGHUP)
            time.sleep(0.5)
            assert child.poll() is None
        child.send_signal(signal.SIGTERM)
        begun = time.perf_counter()
        _until(ours, "interrupted", 20.0)
        assert child.wait(20) == 130
    finally:
        child.kill()
        os.close(ours)
    assert time.perf_counter() - begun < 10.0
    schedule = written(tmp_path)
    assert schedule.outcome.limit == "interrupt" and schedule.profit_usd is not None


def test_a_terminal_that_is_gone_writes_the_plan(tmp_path: Path) -> None:
    """It cannot be shown any more."""
    ours, theirs = os.openpty()
    child = planning(tmp_path, theirs)
    os.close(theirs)
    try:
        _until(ours, "profit", 40.0)
        os.close(ours)
        child.send_signal(signal.SIGHUP)
        assert child.wait(20) == 130
    finally:
        child.kill()
    assert written(tmp_path).outcome.limit == "interrupt"
