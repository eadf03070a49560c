"""Solvers that hang, crash, are killed, take all memory or are late: each is an outcome, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import solvers
from solvers import Options, Progress, Result, SolverUnavailable, Status, UnknownSolver, isolated, isolation
from solvers.isolation import MEMORY_VARIABLE, VARIABLE
from solvers.problem import Floats, ProblemError

from .problems import dense, knapsacks, market_split

ROOT = Path(solvers.__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and memory limits work differently")

# max 3x + 2z, x + z ≤ 4.5, x ≤ 4: z = 0 with x = 4 or, better, z = 0.5 rounded down; 12.
SMALL = dense([3, 2], [[1, 1]], [-9], [4.5], upper=[4, 9], integer=[False, True])


@pytest.fixture(autouse=True)
def _nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    isolated.end_idle()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    isolated.end_idle()
    assert not list(tmp_path.iterdir())
    assert not _pids()


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "command", lambda: [sys.executable, "-P", "-m", "tests.solvers.faulty_worker"])


def _pids() -> list[int]:
    """The workers of this process."""
    asked = ["pgrep", "-P", str(os.getpid()), "-f", r"_worker|\.worker"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return [int(pid) for pid in said.stdout.split()]


def timed(solver: str, limit: float = 0.5, **options: object) -> tuple[Result, float]:
    begun = time.perf_counter()
    result = isolated.solve(SMALL, solver, Options(time_limit_s=limit, **options))  # type: ignore[arg-type]
    return result, time.perf_counter() - begun


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc", "highs-presolve"])
def test_as_in_this_process(solver: str) -> None:
    here, there = solvers.solve(SMALL, solver), isolated.solve(SMALL, solver)
    assert (there.status, there.objective, there.bound, there.version) == (
        here.status,
        here.objective,
        here.bound,
        here.version,
    )
    assert there.x is not None
    assert here.x is not None
    assert there.x.tolist() == here.x.tolist()


def test_what_is_no_solve_is_raised_as_in_this_process() -> None:
    with pytest.raises(UnknownSolver, match="gurobi"):
        isolated.solve(SMALL, "gurobi")
    with pytest.raises(SolverUnavailable, match="NoSuchSolver"):
        isolated.solve(SMALL, "pulp:NoSuchSolver")
    with pytest.raises(ProblemError, match="cost"):
        isolated.solve(dense([float("nan")]))
    assert len(_pids()) == 1


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("solver", ["hangs", "hangs_with_the_lock", "writes_and_hangs"])
def test_one_that_hangs_is_ended(solver: str) -> None:
    result, seconds = timed(solver)
    assert (result.status, result.limit, result.x) == (Status.NO_SOLUTION, "time", None)
    assert result.message == isolated.ENDED
    assert result.version == "Faulty 1"
    assert seconds < 2.0
    assert not _pids()


@pytest.mark.usefixtures("faulty")
def test_one_that_is_ended_leaves_its_last_incumbent_and_bound() -> None:
    found: list[Floats] = []
    told: list[Progress] = []
    result, seconds = timed("finds_and_hangs", incumbent=found.append, progress=told.append)
    assert (result.status, result.limit) == (Status.FEASIBLE, "time")
    assert (result.objective, result.bound) == (0.0, 1000.0)
    assert (len(found), len(told)) == (1, 1)
    assert seconds < 2.0


@pytest.mark.usefixtures("faulty")
def test_an_incumbent_that_is_no_solution_is_no_answer() -> None:
    result, _ = timed("tells_nonsense_and_hangs")
    assert result.status is Status.ERROR
    assert "violates" in result.message
    assert result.x is None


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize(
    ("solver", "words"),
    [
        ("crashes", "was ended by SIGSEGV; it said: terminate called after throwing an instance of 'std::logic_error'"),
        ("leaves", "ended with code 7"),
        ("raises", "RuntimeError: out of patience"),
    ],
)
def test_one_that_crashes_is_an_error_with_its_words(solver: str, words: str) -> None:
    result, _ = timed(solver, limit=20.0)
    assert result.status is Status.ERROR
    assert words in result.message
    again, _ = timed("prints")
    assert again.status is Status.PROVEN


@pytest.mark.usefixtures("faulty")
def test_memory() -> None:
    result = isolated.solve(SMALL, "hoards", memory_mb=2000)
    assert result.status is Status.ERROR
    assert "MemoryError" in result.message
    assert isolated.solve(SMALL, "highs", memory_mb=2000).status is Status.PROVEN


@pytest.mark.usefixtures("faulty")
def test_one_that_is_killed_from_outside() -> None:
    threading.Timer(0.7, lambda: [os.kill(pid, signal.SIGKILL) for pid in _pids()]).start()
    result, seconds = timed("hangs", limit=20.0)
    assert (result.status, result.message) == (Status.ERROR, "the solver's process was ended by SIGKILL")
    assert seconds < 2.0


def test_a_worker_is_used_again() -> None:
    isolated.solve(SMALL)
    first = _pids()
    isolated.solve(SMALL, "scip")
    assert _pids() == first
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    assert isolated.solve(SMALL).status is Status.PROVEN
    assert _pids() != first


def test_four_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: isolated.solve(SMALL), range(12)))
    assert {r.objective for r in results} == {12.5}
    assert 1 <= len(_pids()) <= 4


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_limits_hold_and_incumbents_stay(solver: str) -> None:
    begun = time.perf_counter()
    result = isolated.solve(knapsacks(), solver, Options(gap=1e-7, time_limit_s=0.6))
    assert time.perf_counter() - begun < 2.6
    assert (result.status, result.limit) == (Status.FEASIBLE, "time")
    assert result.bound is not None


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_cancel(solver: str) -> None:
    cancel = threading.Event()
    threading.Timer(0.8, cancel.set).start()
    begun = time.perf_counter()
    result = isolated.solve(knapsacks(), solver, Options(gap=1e-7, time_limit_s=60.0, cancel=cancel))
    assert time.perf_counter() - begun < 2.8
    assert (result.status, result.limit) == (Status.FEASIBLE, "interrupt")


def test_patience_ends_only_what_has_found_nothing() -> None:
    begun = time.perf_counter()
    nothing = isolated.solve(market_split(), "highs", Options(gap=1e-7, time_limit_s=8.0, patience_s=0.4))
    assert (nothing.status, nothing.limit) == (Status.NO_SOLUTION, "time")
    assert time.perf_counter() - begun < 4.0
    something = isolated.solve(knapsacks(), "highs", Options(gap=1e-7, time_limit_s=1.2, patience_s=0.4))
    assert something.status is Status.FEASIBLE
    assert something.seconds > 1.0


def test_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    solvers.solve(SMALL)
    assert not _pids()
    with isolation():
        solvers.solve(SMALL)
        with isolation(None):
            solvers.solve(SMALL)
    assert len(_pids()) == 1
    isolated.end_idle()
    monkeypatch.setenv(VARIABLE, "1")
    monkeypatch.setenv(MEMORY_VARIABLE, "3000")
    with isolation(False):
        solvers.solve(SMALL)
    assert not _pids()
    solvers.solve(SMALL)
    assert Path(f"/proc/{_pids()[0]}/cmdline").read_text().split("\0")[-2] == "3000"


def test_without_a_folder_for_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert isolated.solve(SMALL).status is Status.PROVEN


def test_a_worker_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "command", lambda: ["/no/such/program"])
    result = isolated.solve(SMALL)
    assert result.status is Status.ERROR
    assert "no worker could be started" in result.message


def test_imports_pass_over_paths_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """So does Python, and so does what a worker is given."""
    monkeypatch.setattr(sys, "path", [*sys.path, ROOT])
    assert isolated.solve(SMALL).status is Status.PROVEN


def test_pipes_to_a_worker_are_closed() -> None:
    """Left to the collector, each is a ResourceWarning of the program that plans."""
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", CLOSED]
    child = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert child.stderr == ""


CLOSED = """
from solvers import isolated
from tests.solvers.test_isolated import SMALL
isolated.solve(SMALL)
isolated.end_idle()
"""

CHILD = """
import sys
from solvers import Options, isolated
from tests.solvers import problems
isolated.solve(problems.dense([1.0], [[1.0]], [0.0], [1.0]), sys.argv[1])  # the worker is up
print("ready", flush=True)
result = isolated.solve(problems.knapsacks(), sys.argv[1], Options(gap=1e-7, time_limit_s=60.0))
print(result.status, result.limit, flush=True)
"""  # no `if __name__ == "__main__"`: a worker does not import what started it


def _child(solver: str, folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, solver],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(1.0)
    return child


def _family(pid: int) -> list[int]:
    """A process's children and theirs."""
    said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [p for child in map(int, said) for p in (child, *_family(child))]


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_ctrl_c_keeps_the_incumbent(solver: str, tmp_path: Path) -> None:
    child = _child(solver, tmp_path)
    pressed = time.perf_counter()
    child.send_signal(signal.SIGINT)
    said, _ = child.communicate(timeout=15)
    assert said.split() == ["feasible", "interrupt"]
    assert time.perf_counter() - pressed < 2.0


@pytest.mark.parametrize("solver", ["highs", "cbc"])
def test_a_worker_ends_with_its_parent(solver: str, tmp_path: Path) -> None:
    child = _child(solver, tmp_path)
    family = _family(child.pid)
    assert len(family) == (3 if solver == "cbc" else 2)  # with the one that would kill them
    child.kill()
    child.wait()
    last = time.perf_counter() + 2.0
    while any(map(_runs, family)) and time.perf_counter() < last:
        time.sleep(0.05)
    assert not any(map(_runs, family))


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except OSError:
        return False
