"""The process in which `solvers.isolated` solves: `python -m solvers.worker FOLDER MEMORY_MB`.

It reads pickled requests from what was its stdin and writes pickled messages to what was its stdout; whatever solvers
print goes to stderr. A request is a `Request`, or None: end the solve under way. Messages, in this order:

    ("version", text)                the solver is loaded
    ("incumbent", x)                 any number of times
    ("progress", Progress)           likewise; its bound is known even if the solver is ended
    ("result", Result)  or  ("raised", SolverError or ProblemError)  or  ("failed", words)  or  ("interrupted", None)

It ends when its stdin does, so that it never outlives the process that started it.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import queue
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import Any, BinaryIO

from solvers import cbc
from solvers.outcome import Options
from solvers.problem import Floats, Problem, ProblemError
from solvers.registry import LEAST_TIME_S, route, solve
from solvers.route import SolverError

HUNG_S = 10.0
"""So long after its limit a solve ends its process by itself: for one that holds the interpreter's lock while whoever
watches is gone."""

Request = tuple[Problem, str, float, float, float, Floats | None]
"""Problem, solver, gap, deadline by `time.monotonic` (one clock for all processes), patience [s], start."""


class Worker:
    """Solves what it is asked to, one after the other."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO, folder: str) -> None:
        self._requests, self._replies, self._folder = requests, replies, folder
        self._asked: queue.Queue[Request] = queue.Queue()
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._deaf = False
        """Whether the solver under way does not look at `cancel`."""

    def serve(self) -> None:
        """Answer requests until there are no more."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            try:
                self._answer(self._asked.get())
            except KeyboardInterrupt:
                self._tell("interrupted", None)

    def _listen(self) -> None:
        try:
            while True:
                request = pickle.load(self._requests)
                if request is None:
                    self._stop()
                else:
                    self._asked.put(request)
        except EOFError:
            self._end(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201
            self._end(1)

    def _stop(self) -> None:
        self._cancel.set()
        if self._deaf and sys.platform != "win32":
            os.kill(os.getpid(), signal.SIGINT)

    def _end(self, code: int) -> None:
        """End at once, with all that was started and written."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        if sys.platform != "win32" and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(code)

    def _answer(self, request: Request) -> None:
        problem, solver, gap, deadline, patience_s, start = request
        self._cancel.clear()
        try:
            chosen = route(solver)
            self._tell("version", chosen.version)
            left = max(deadline - time.monotonic(), LEAST_TIME_S)
            options = Options(
                gap=gap,
                time_limit_s=left,
                patience_s=patience_s,
                start=start,
                cancel=self._cancel,
                incumbent=lambda x: self._tell("incumbent", x),
                progress=lambda progress: self._tell("progress", progress),
            )
            self._deaf = not chosen.abilities.cancel
            if left + HUNG_S < threading.TIMEOUT_MAX:
                faulthandler.dump_traceback_later(left + HUNG_S, exit=True)
            result = solve(problem, solver, options)
        except (SolverError, ProblemError) as error:
            self._tell("raised", error)
        except Exception as error:
            self._tell("failed", f"{type(error).__name__}: {error}".removesuffix(": "))
        else:
            self._tell("result", result)
        finally:
            self._deaf = False
            faulthandler.cancel_dump_traceback_later()

    def _tell(self, kind: str, content: Any) -> None:
        with self._lock:
            pickle.dump((kind, content), self._replies, protocol=5)
            self._replies.flush()


def main(arguments: Sequence[str]) -> None:
    """Take over stdin and stdout, and serve."""
    folder, memory_mb = arguments
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    if folder:
        tempfile.tempdir = os.environ["TMPDIR"] = folder
    cbc.own_session = False
    limit_memory(int(memory_mb))
    Worker(requests, replies, folder).serve()


def limit_memory(megabytes: int) -> None:
    """Allocate no more than this in all (0: no limit), where the system can hold a process to it."""
    if megabytes and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
