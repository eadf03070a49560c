"""CBC: the executable that PuLP brings along, driven here rather than through PuLP.

PuLP would lose what has to be known: whether a limit struck, CBC's bound, and all but eight digits of the
solution. So the problem goes over as MPS with every digit, the solution comes back in CBC's binary format,
and how it ended is read from what CBC writes.
"""

from __future__ import annotations

import math
import re
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from solvers import mps, reaper
from solvers.gap import LEAST_DENOMINATOR
from solvers.interrupt import run_stoppable
from solvers.outcome import Options
from solvers.problem import Floats, Problem
from solvers.route import SHADE, Abilities, Answer, Ended, SolverUnavailable, infeasible_as_told
from solvers.start import said

PRINTED = 5e-4
"""CBC prints its bound with three decimals."""
INFINITE = 1e20
CUTOFF_INCREMENT = 1e-5
"""CBC looks for solutions that are better by at least this, so a finished search proves no more."""
GRACE_S = 2.0
GRACE_SHARE = 0.25
"""CBC looks neither at the clock nor for Ctrl-C while it works on its first relaxation and cuts. So long
after its limit (the larger of the two; a share of the limit) it is ended, and what it had is lost."""
INTERRUPT_GRACE_S = 1.0
"""The same after Ctrl-C."""

own_session = True
"""Whether CBC gets a session of its own: the terminal's Ctrl-C then reaches it through `interrupt` only, once. A worker
is out of the terminal's reach itself, and its CBC ends with it."""

_BOUND = re.compile(r"^Lower bound:\s+(\S+)$", re.MULTILINE)
_VERSION = re.compile(r"^Version:\s+(\S+)", re.MULTILINE)


class CbcRoute:
    """CBC in a process of its own, one thread."""

    name = "cbc"
    abilities = Abilities(
        integers=True, duals=True, bound=True, progress=False, interrupt=True, cancel=True, start=True
    )

    def __init__(self) -> None:
        self._path = executable()

    @property
    def version(self) -> str:
        return _version(self._path)

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`."""
        with TemporaryDirectory(prefix="wattshift-cbc-") as folder:
            files = Path(folder)
            mps.write(problem, files / "problem.mps")
            start = said(problem, options.start) if problem.integers else None
            if start is not None:
                _write_start(problem, start, files / "start")
            process = _Process(self._command(files, options, started=start is not None), files, options)
            ran = run_stoppable(process.wait, process.interrupt, options)
            return _read(problem, options, files, process, ran.limit or "time")

    def _command(self, files: Path, options: Options, *, started: bool) -> list[str]:
        # CBC divides by the larger of |objective| and |bound|; of |objective|, this is the gap asked for.
        ratio = SHADE * options.gap / (1.0 + options.gap)
        limit = []
        if math.isfinite(options.time_limit_s):
            limit = ["-timeMode", "elapsed", "-seconds", repr(options.time_limit_s)]
        return [
            self._path,
            str(files / "problem.mps"),
            *limit,
            "-ratioGap",
            repr(ratio),
            "-allowableGap",
            repr(ratio * LEAST_DENOMINATOR),
            *(("-mipstart", str(files / "start")) if started else ()),
            "-solve",
            "-saveSolution",
            str(files / "values"),
            "-solution",
            str(files / "status"),
        ]


def executable() -> str:
    """The path of PuLP's CBC; raises SolverUnavailable where this platform's PuLP has none that runs."""
    from pulp.apis import PULP_CBC_CMD

    path = Path(PULP_CBC_CMD.pulp_cbc_path)
    try:
        _version(str(path))
    except OSError as error:
        raise SolverUnavailable(f"PuLP's CBC does not run here: {error}") from error
    return str(path)


@cache
def _version(path: str) -> str:
    said = subprocess.run([path, "-stop"], capture_output=True, text=True, check=False, timeout=60).stdout
    found = _VERSION.search(said)
    return f"CBC {found[1]}" if found else "CBC"


def _write_start(problem: Problem, start: Floats, path: Path) -> None:
    """The start in the form of CBC's own solutions. CBC takes the integers and finds the rest by a linear problem."""
    given = np.flatnonzero(np.isfinite(start) & problem.integer).tolist()
    values = start.tolist()
    lines = ["start", *(f"{j} C{j} {values[j]!r}" for j in given)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


class _Process:
    """A running CBC: it is waited for, asked to stop, and in the end made to."""

    def __init__(self, command: list[str], files: Path, options: Options) -> None:
        self.killed = False
        self.cut_short = False
        """Whether it may have been stopped, by its limit or from here, before it was done."""
        self._log = files / "log"
        self._due = time.perf_counter() + options.time_limit_s
        self._last = math.inf
        if math.isfinite(options.time_limit_s):
            grace = max(GRACE_S, GRACE_SHARE * options.time_limit_s)
            self._last = time.perf_counter() + options.time_limit_s + grace
        self._lock = threading.Lock()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=own_session,
            )
        if own_session:
            reaper.watch(self._process.pid)

    @property
    def said(self) -> str:
        """All that CBC wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Wait for the end; whatever happens, no process is left behind."""
        try:
            while True:
                try:
                    self._process.wait(timeout=0.05)
                    return
                except subprocess.TimeoutExpired:
                    with self._lock:
                        late = time.perf_counter() > self._last
                    if late:
                        self.killed = True
                        return
        finally:
            if time.perf_counter() >= self._due:
                self.cut_short = True
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            reaper.forget(self._process.pid)

    def interrupt(self) -> None:
        """Ask CBC to stop and give it a moment to write down what it has."""
        self.cut_short = True
        with self._lock:
            self._last = min(self._last, time.perf_counter() + INTERRUPT_GRACE_S)
        if sys.platform == "win32":
            return  # no signal there that CBC would answer by writing down what it has
        self._process.send_signal(signal.SIGINT)


def _read(problem: Problem, options: Options, files: Path, process: _Process, limit: str) -> Answer:
    if process.killed:
        return Answer(Ended.STOPPED, limit=limit, message="CBC did not stop in time and was ended")
    first = _ending(files / "status")
    if first is None:
        return Answer(Ended.FAILED, message=f"CBC gave no answer; it last said: {process.said[-300:].strip()}")
    if first in ("Infeasible", "Integer infeasible"):
        # Its preprocessing says so of "infeasible or unbounded" too, and where its time ends before its cuts.
        return Answer(Ended.STOPPED, limit=limit) if process.cut_short else Answer(infeasible_as_told(problem))
    if first.startswith("Optimal"):
        return _optimal(problem, options, files, process, within_gap="gap" in first)
    if first.startswith("Stopped"):
        return _stopped(problem, files, process, first, limit)
    return Answer(Ended.UNBOUNDED if first == "Unbounded" else Ended.FAILED, message=f"CBC ended: {first}")


def _ending(path: Path) -> str | None:
    """How CBC ended, from the first line of its text solution: "Optimal - objective value 3.0"."""
    if not path.exists():
        return None
    with path.open(encoding="ascii", errors="replace") as file:
        return file.readline().partition(" - ")[0]


def _stopped(problem: Problem, files: Path, process: _Process, first: str, limit: str) -> Answer:
    if not problem.integers:
        return Answer(Ended.STOPPED, limit=limit)  # an unfinished simplex has neither solution nor bound
    x = None if "no integer solution" in first else _values(problem, files / "values")[0]
    return Answer(Ended.STOPPED, x=x, bound=_printed_bound(process.said), limit=limit)


def _optimal(problem: Problem, options: Options, files: Path, process: _Process, within_gap: bool) -> Answer:
    x, row_duals, reduced_costs = _values(problem, files / "values")
    objective = problem.objective(x)
    allowed = CUTOFF_INCREMENT
    printed = None
    if within_gap:
        # Ended by the gap asked for: its stopping test implies a bound, and it prints one.
        allowed = max(allowed, SHADE * options.gap * max(abs(objective), LEAST_DENOMINATOR))
        printed = _printed_bound(process.said)
    bound = objective + allowed if printed is None else min(objective + allowed, printed)
    return Answer(Ended.OPTIMAL, x=x, bound=bound, row_duals=row_duals, reduced_costs=reduced_costs)


def _printed_bound(said: str) -> float | None:
    """The bound that CBC printed at its end, for a maximisation, moved outward by what printing may hide."""
    found = _BOUND.findall(said)
    if not found:
        return None
    bound = -float(found[-1]) + PRINTED
    return bound if abs(bound) < INFINITE else None


def _values(problem: Problem, path: Path) -> tuple[Floats, Floats, Floats]:
    """x (n,), row duals (m,) and reduced costs (n,) from CBC's binary solution, for the maximisation."""
    written = np.flatnonzero(mps.kept_rows(problem))
    m, n = len(written), problem.columns
    raw = path.read_bytes()
    sizes = np.frombuffer(raw, dtype=np.int32, count=2)
    if sizes.tolist() != [m, n]:
        raise RuntimeError(f"CBC's solution has {sizes.tolist()} rows and columns, expected {[m, n]}")
    numbers = np.frombuffer(raw, dtype=np.float64, offset=16)  # sizes, then the objective
    x = numbers[2 * m : 2 * m + n].copy()
    row_duals = np.zeros(problem.rows)
    row_duals[written] = -numbers[m : 2 * m]
    return x, row_duals, -numbers[2 * m + n : 2 * m + 2 * n]
