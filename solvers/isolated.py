"""Solves in a worker process that is ended when it does not come to its end by itself.

A worker (`solvers.worker`) is started when there is none idle, and used again: a start costs the solver's import. A
watchdog ends it, with all that it started, when the time limit and a short grace have passed; the last incumbent that
it told of is then the answer. A worker that crashes or runs out of memory is an outcome "error" with what it said.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from solvers import reaper
from solvers.finish import Context, finish
from solvers.interrupt import pressed
from solvers.isolation import VARIABLE
from solvers.outcome import Options, Result, Status
from solvers.problem import Floats, Problem
from solvers.route import Answer, Ended, SolverUnavailable

GRACE_S = 0.8
"""How long after its time limit, or after it was told to stop, a worker is waited for."""
TERMINATE_S = 0.2
ENDED = "it did not stop in time and was ended"
POLL_S = 0.1
MOST_IDLE = 4
LAST_WORDS = 5
"""Lines of stderr that are kept."""

command: Callable[[], list[str]] = lambda: [sys.executable, "-P", "-m", "solvers.worker"]  # noqa: E731
"""What starts a worker; its folder and memory limit are added."""


class NoWorker(SolverUnavailable):
    """No worker could be started."""


def solve(
    problem: Problem,
    solver: str = "highs",
    options: Options | None = None,
    *,
    memory_mb: int | None = None,
    grace_s: float = GRACE_S,
) -> Result:
    """As `solvers.solve`, in a worker; an outcome "error" where none can be started. `memory_mb`: what the worker may
    allocate in all (not held to on Windows). `grace_s`: how long after its time limit it is waited for."""
    begun = time.monotonic()
    try:
        return run(problem, solver, options or Options(), memory_mb=memory_mb, grace_s=grace_s)
    except NoWorker as error:
        return Context(solver, "", lambda: time.monotonic() - begun).result(Status.ERROR, message=str(error))


def run(problem: Problem, solver: str, options: Options, *, memory_mb: int | None, grace_s: float) -> Result:
    """As `solve`, and raises NoWorker where none can be started."""
    begun = time.monotonic()
    watch = _Watch(options, begun, grace_s)
    context = Context(solver, "", lambda: time.monotonic() - begun)
    try:
        worker = _take(memory_mb)
    except OSError as error:
        raise NoWorker(f"no worker could be started: {error}") from error
    try:
        bare = replace(problem, labels=None)  # no route needs them
        worker.send((bare, solver, options.gap, begun + options.time_limit_s, options.patience_s, options.start))
        kind, content = watch.wait(worker)
    except BaseException:
        worker.end()
        raise
    context = Context(solver, watch.version, context.seconds)
    if kind == "dead" and worker.used and not watch.version:
        worker.end()  # it had died while it waited
        return run(problem, solver, options, memory_mb=memory_mb, grace_s=grace_s)
    if kind == "dead":
        kind, content = "failed", worker.last_words()
        worker.end()
    elif kind == "ended":
        worker.end()
    else:
        _give_back(worker)
    if kind == "result":
        result: Result = content
        return result
    if kind == "raised":
        raise content
    if kind == "ended":
        answer = Answer(Ended.STOPPED, watch.x, watch.bound, watch.limit, ENDED)
        return finish(problem, options, answer, context, lambda _: Answer(Ended.STOPPED))
    if kind == "interrupted":
        return context.result(Status.NO_SOLUTION, limit=watch.limit or "interrupt")
    return context.result(Status.ERROR, message=content, limit=watch.limit)


class _Watch:
    """What is known of the solve under way, and when its worker is to be ended."""

    def __init__(self, options: Options, begun: float, grace_s: float) -> None:
        self._options, self._begun = options, begun
        self._last = begun + options.time_limit_s + grace_s
        self.limit: str | None = None
        self.version = ""
        self.x: Floats | None = None
        self.bound: float | None = None

    def wait(self, worker: _Worker) -> tuple[str, Any]:
        """The worker's last message, or "ended" where it is to be ended."""
        while True:
            asked = pressed() or (self._options.cancel is not None and self._options.cancel.is_set())
            try:
                kind, content = worker.told.get(timeout=max(0.0, min(POLL_S, self._last - time.monotonic())))
                if not self._hear(kind, content):
                    return kind, content
            except queue.Empty:
                pass
            except KeyboardInterrupt:
                if self.limit:
                    raise
                asked = True
            if asked and self.limit is None:
                self.limit = "interrupt"
                self._last = min(self._last, time.monotonic() + GRACE_S)
                worker.send(None)
            if self._late() and worker.told.empty():
                self.limit = self.limit or "time"
                return "ended", None

    def _late(self) -> bool:
        now = time.monotonic()
        return now >= self._last or (self.x is None and now > self._begun + self._options.patience_s + GRACE_S)

    def _hear(self, kind: str, content: Any) -> bool:
        """Note what is told on the way; whether it was that."""
        if kind == "version":
            self.version = content
        elif kind == "incumbent":
            self.x = content
            if self._options.incumbent is not None:
                self._options.incumbent(content)
        elif kind == "progress":
            self.bound = content.bound
            if self._options.progress is not None:
                self._options.progress(content)
        else:
            return False
        return True


class _Worker:
    """A worker process, and the threads that write to it and read from it, so that nothing here ever waits for it."""

    def __init__(self, memory_mb: int | None) -> None:
        self.memory_mb, self.used = memory_mb, False
        self.told: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._folder = _folder()
        self._lock = threading.Lock()
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        try:
            self._process = subprocess.Popen(
                [*command(), self._folder, str(memory_mb or 0)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                # Out of reach of the terminal's Ctrl-C, and a group that is ended as one.
                start_new_session=True,
            )
        except OSError:
            self._clear()
            raise
        reaper.watch(self._process.pid, group=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: object) -> None:
        """Write a message, however long the worker takes to read it."""
        threading.Thread(target=self._write, args=(message,), daemon=True).start()

    def _write(self, message: object) -> None:
        assert self._process.stdin is not None
        with self._lock:
            try:
                pickle.dump(message, self._process.stdin, protocol=5)
                self._process.stdin.flush()
            except (OSError, ValueError):
                pass  # it has ended: the reader tells

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            with self._process.stdout as stream:
                while True:
                    self.told.put(pickle.load(stream))
        except Exception:  # an end, or half a message before it
            self.told.put(("dead", None))

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._words.append(line.decode("utf-8", "replace").strip())

    def last_words(self) -> str:
        """How the worker ended, and what it said last."""
        try:
            code = self._process.wait(TERMINATE_S)
            how = f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
        except subprocess.TimeoutExpired:
            how = "fell silent"
        self._listener.join(TERMINATE_S)
        said = " ".join(word for word in self._words if word)
        return f"the solver's process {how}" + (f"; it said: {said[-300:]}" if said else "")

    def end(self) -> None:
        """End the process and all that it started; nothing of it is left."""
        for name in ("SIGTERM", "SIGKILL"):
            self._signal(name)
            try:
                self._process.wait(TERMINATE_S if name == "SIGTERM" else None)
            except subprocess.TimeoutExpired:
                continue
        reaper.forget(self._process.pid)
        self._hang_up()
        self._clear()

    def _hang_up(self) -> None:
        """Close what it read from; what it wrote to is closed where it is read, at its end."""
        assert self._process.stdin is not None
        for thread in (self._reader, self._listener):
            thread.join(TERMINATE_S)
        if self._lock.acquire(timeout=TERMINATE_S):
            try:
                self._process.stdin.close()
            except OSError:
                pass  # half a message was left
            finally:
                self._lock.release()

    def _signal(self, name: str) -> None:
        try:
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, getattr(signal, name))
        except (ProcessLookupError, PermissionError):
            pass  # all of the group have ended

    def _clear(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _folder() -> str:
    """A folder for a worker's files; none where none can be made: few solvers need one."""
    try:
        return tempfile.mkdtemp(prefix="wattshift-worker-")
    except OSError:
        return ""


def _environment() -> dict[str, str]:
    """The worker imports what this process would, solves in itself, and on one thread."""
    # As imports do, it passes over what is no text.
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path if isinstance(entry, str))  # noqa: PTH109
    return os.environ | {VARIABLE: "0", "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


_idle: list[_Worker] = []
_guard = threading.Lock()


def _take(memory_mb: int | None) -> _Worker:
    """An idle worker with this memory limit, or a new one."""
    while True:
        with _guard:
            mine = next((w for w in _idle if w.memory_mb == memory_mb), None)
            if mine is not None:
                _idle.remove(mine)
        if mine is None:
            return _Worker(memory_mb)
        if mine.alive:
            return mine
        mine.end()


def _give_back(worker: _Worker) -> None:
    worker.used = True
    with _guard:
        if len(_idle) < MOST_IDLE:
            _idle.append(worker)
            return
    worker.end()


@atexit.register
def end_idle() -> None:
    """End the workers that wait for more."""
    with _guard:
        workers, _idle[:] = _idle[:], []
    for worker in workers:
        worker.end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)
