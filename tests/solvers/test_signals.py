"""Whatever wishes a process to end, or ends it: solves end with what they have, and no child outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import solvers

from .conftest import usable

ROOT = Path(solvers.__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals to a child work differently")

CHILD = """
import signal, sys
from solvers import Options, isolated, solve
from solvers.interrupt import ENDING, held_back
from tests.solvers import problems
if sys.argv[2]:
    isolated.command = lambda: [sys.executable, "-P", "-m", sys.argv[2]]
for number in ENDING:
    signal.signal(number, signal.default_int_handler)  # as the command does
solve(problems.dense([1.0], [[1.0]], [0.0], [1.0]), sys.argv[3])  # the solver is imported, the worker is up
print("ready", flush=True)
with held_back():
    run = isolated.solve if sys.argv[2] else solve
    result = run(problems.knapsacks(), sys.argv[1], Options(gap=1e-7, time_limit_s=60.0))
print(result.status, result.limit, flush=True)
"""


def started(solver: str, worker: str = "", warm: str = "") -> subprocess.Popen[str]:
    """A process that solves since a moment."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, solver, worker, warm or solver], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(1.5)
    return child


def family(pid: int) -> list[int]:
    """A process's children and theirs."""
    said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [p for child in map(int, said) for p in (child, *family(child))]


def runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except OSError:
        return False


def all_end(pids: list[int], seconds: float = 3.0) -> bool:
    last = time.perf_counter() + seconds
    while any(map(runs, pids)) and time.perf_counter() < last:
        time.sleep(0.05)
    return not any(map(runs, pids))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("solver", ["highs", "scip", "cbc", "pulp:HiGHS"])
def test_the_wish_to_end_is_heard(solver: str, number: signal.Signals) -> None:
    child = started(usable(solver))
    children = family(child.pid)
    wished = time.perf_counter()
    child.send_signal(number)
    said, _ = child.communicate(timeout=20)
    assert said.split()[1] == "interrupt"
    assert said.split()[0] in {"feasible", "no_solution"}  # of what has to be ended nothing may be left
    assert time.perf_counter() - wished < 3.0
    assert all_end(children)


@pytest.mark.parametrize("solver", ["cbc", "scip", "pulp:PULP_CBC_CMD"])
def test_no_child_outlives_a_process_that_is_killed(solver: str) -> None:
    child = started(usable(solver))
    children = family(child.pid)
    # The one that kills, and CBC; or a worker, with PuLP's CBC below it.
    assert len(children) >= 2
    child.kill()
    child.wait()
    assert all_end(children)


def test_nor_does_a_worker_that_holds_the_lock_of_its_interpreter() -> None:
    child = started("hangs_with_the_lock", "tests.solvers.faulty_worker", "highs")
    children = family(child.pid)
    child.kill()
    child.wait()
    assert len(children) == 2
    assert all_end(children)


def test_a_new_one_kills_where_the_first_was_killed() -> None:
    code = """
import os, signal, subprocess, sys, time
from solvers import reaper
one = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
reaper.watch(one.pid)
os.kill(reaper._told._process.pid, signal.SIGKILL)
time.sleep(0.3)
two = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
three = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
reaper.watch(two.pid)
reaper.watch(three.pid)
reaper.forget(three.pid)
print(one.pid, two.pid, three.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    said = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False).stdout
    one, two, three = map(int, said.split())
    try:
        assert all_end([one, two])
        assert runs(three)
    finally:
        os.kill(three, signal.SIGKILL)
