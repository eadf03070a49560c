"""Ctrl-C, cancelling, progress, and several solves at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import solvers
from solvers import Options, Progress, Status, solve
from solvers.interrupt import run_stoppable

from .conftest import usable
from .problems import dense, knapsacks, market_split

ROOT = Path(solvers.__file__).parents[1]
posix = pytest.mark.skipif(os.name != "posix", reason="signals to a child work differently")

CHILD = """
import json, sys, threading, time
from solvers import Options, solve
from tests.solvers import problems
problem = getattr(problems, sys.argv[2])()
solve(problems.dense([1.0], [[1.0]], [0.0], [1.0]), sys.argv[1])  # the solver is imported
print("ready", flush=True)
result = solve(problem, sys.argv[1], Options(gap=1e-7, time_limit_s=60.0))
print(json.dumps([result.status, result.limit, result.objective, result.bound]), flush=True)
"""


@posix
@pytest.mark.parametrize(
    ("name", "problem", "statuses"),
    [
        ("highs", "knapsacks", ["feasible"]),
        ("highs", "market_split", ["no_solution"]),
        ("highs", "long_linear", ["no_solution", "feasible"]),
        ("scip", "knapsacks", ["feasible"]),
        ("cbc", "knapsacks", ["feasible"]),
        ("cbc", "market_split", ["no_solution"]),
        ("glop", "long_linear", ["no_solution", "feasible"]),
    ],
)
def test_ctrl_c(name: str, problem: str, statuses: list[str], tmp_path: Path) -> None:
    usable(name)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, name, problem],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(1.0)
        pressed = time.perf_counter()
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=15)
        took = time.perf_counter() - pressed
    finally:
        child.kill()
    status, limit, objective, bound = json.loads(said.splitlines()[-1])
    assert child.returncode == 0
    assert status in statuses
    assert limit == "interrupt"
    assert (objective is not None) == (status == "feasible")
    if problem == "knapsacks":
        assert bound > objective
    assert took < 3.0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["highs", "cbc"])
def test_cancel_from_another_thread(name: str) -> None:
    cancel = threading.Event()
    threading.Timer(0.7, cancel.set).start()
    began = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:  # where no signal arrives
        options = Options(gap=1e-7, time_limit_s=60.0, cancel=cancel)
        result = pool.submit(solve, knapsacks(), usable(name), options).result()
    assert (result.status, result.limit) == (Status.FEASIBLE, "interrupt")
    assert time.perf_counter() - began < 4.0


def test_cancelled_before_it_began() -> None:
    cancel = threading.Event()
    cancel.set()
    result = solve(market_split(), "highs", Options(time_limit_s=60.0, cancel=cancel))
    assert (result.status, result.limit) == (Status.NO_SOLUTION, "interrupt")


def test_what_does_not_stop_is_left_behind() -> None:
    release = threading.Event()
    stops: list[str] = []
    began = time.perf_counter()
    cancel = threading.Event()
    cancel.set()
    ran = run_stoppable(lambda: release.wait(20), lambda: stops.append("stop"), Options(cancel=cancel), leave=True)
    release.set()
    assert (ran.value, ran.limit) == (None, "interrupt")
    assert stops
    assert time.perf_counter() - began < 4.0


def test_what_does_not_mind_the_clock_is_left_behind() -> None:
    release = threading.Event()
    ran = run_stoppable(lambda: release.wait(20), release.set, Options(time_limit_s=0.01), leave=True)
    assert (ran.value, ran.limit) == (None, "time")
    assert release.is_set()


def test_exception_of_the_work_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_stoppable(lambda: 1 // 0, lambda: None, Options())


@pytest.mark.parametrize("name", ["highs", "scip", "cbc"])
def test_four_at_once(name: str) -> None:
    usable(name)
    problems = [dense([5, 4 + k], [[6, 4], [1, 2]], [-99] * 2, [24, 6], integer=True) for k in range(4)]
    # Over the whole points of 6x + 4y ≤ 24, x + 2y ≤ 6: (4, 0) 20, (2, 2) 10 + 2 (4 + k).
    expected = [20.0, 20.0, 22.0, 24.0]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda p: solve(p, name), problems * 5))
    assert [r.objective for r in results] == expected * 5
    assert all(r.status is Status.PROVEN for r in results)


def test_progress() -> None:
    seen: list[Progress] = []
    result = solve(knapsacks(), "highs", Options(gap=1e-7, time_limit_s=1.5, progress=seen.append))
    assert len(seen) >= 2
    assert [p.seconds for p in seen] == sorted(p.seconds for p in seen)
    last = seen[-1]
    assert last.objective is not None
    assert last.bound is not None
    assert last.gap is not None
    assert result.objective is not None
    assert result.bound is not None
    assert last.objective <= result.objective + 1e-6
    assert last.bound >= result.bound - 1e-6


def test_no_files_are_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("cbc", "pulp:PULP_CBC_CMD"):
        solve(dense([1], [[2]], [-9], [5], integer=True), usable(name))
    assert not list(tmp_path.iterdir())
