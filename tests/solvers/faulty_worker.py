"""A worker (`solvers.worker`) that also knows solvers that fail, each in its own way."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

import numpy as np

from solvers import registry, worker
from solvers.outcome import Options, Progress
from solvers.problem import Problem
from solvers.route import Abilities, Answer, Ended, Route


class Faulty:
    """Does what its name says; the problem's lower bounds are its solution."""

    version = "Faulty 1"
    abilities = Abilities(integers=True, duals=False, bound=True, progress=True, interrupt=True, cancel=True)

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, problem: Problem, options: Options) -> Answer:
        answer = getattr(self, f"_{self.name}")(problem, options)
        assert isinstance(answer, Answer)
        return answer

    def _hangs(self, problem: Problem, options: Options) -> Answer:
        time.sleep(60.0)
        return Answer(Ended.FAILED)

    def _hangs_with_the_lock(self, problem: Problem, options: Options) -> Answer:
        ctypes.PyDLL(None).sleep(60)  # the interpreter's lock is kept
        return Answer(Ended.FAILED)

    def _finds_and_hangs(self, problem: Problem, options: Options) -> Answer:
        assert options.incumbent is not None
        assert options.progress is not None
        options.incumbent(problem.lower)
        options.progress(Progress(0.0, problem.objective(problem.lower), 1000.0, None))
        return self._hangs(problem, options)

    def _tells_nonsense_and_hangs(self, problem: Problem, options: Options) -> Answer:
        assert options.incumbent is not None
        options.incumbent(np.full(problem.columns, 1e6))
        return self._hangs(problem, options)

    def _crashes(self, problem: Problem, options: Options) -> Answer:
        os.write(2, b"terminate called after throwing an instance of 'std::logic_error'\n")
        os.kill(os.getpid(), signal.SIGSEGV)
        return self._hangs(problem, options)

    def _leaves(self, problem: Problem, options: Options) -> Answer:
        os._exit(7)

    def _hoards(self, problem: Problem, options: Options) -> Answer:
        return Answer(Ended.OPTIMAL, x=np.ones(10**9))

    def _raises(self, problem: Problem, options: Options) -> Answer:
        raise RuntimeError("out of patience")

    def _prints(self, problem: Problem, options: Options) -> Answer:
        os.write(1, b"chatter on stdout\n")
        return Answer(Ended.OPTIMAL, x=problem.lower, bound=problem.objective(problem.lower))

    def _writes_and_hangs(self, problem: Problem, options: Options) -> Answer:
        import tempfile

        tempfile.mkstemp()
        return self._hangs(problem, options)


def _maker(name: str) -> Route:
    return Faulty(name)


def known() -> tuple[str, ...]:
    """The names of the solvers that fail."""
    return tuple(name[1:] for name in vars(Faulty) if name.startswith("_") and not name.startswith("__"))


if __name__ == "__main__":
    for name in known():
        registry._ROUTES[name] = ("nothing", lambda name=name: _maker(name))
    worker.main(sys.argv[1:])
