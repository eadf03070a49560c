"""Python that is put into the command's process before it starts (as `sitecustomize`), each a fault of its own."""

from __future__ import annotations

NO_SOLVERS = """
import sys
class Missing:
    names = {names!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
"""
"""Packages of solvers that cannot be imported; `names`."""

CLOCK_BACK = """
import time
_real, _calls = time.time, [0]
def back():
    _calls[0] += 1
    return _real() - 3600.0 * _calls[0]
time.time = back
"""
"""The wall clock goes back an hour each time it is looked at."""

FAULTY_WORKER = """
import os, signal, sys, threading
from solvers import registry, worker
from tests.solvers.faulty_worker import Faulty
class Broken(Faulty):
    def _killed(self, problem, options):
        os.kill(os.getpid(), signal.SIGKILL)
registry._ROUTES["highs"] = ("nothing", lambda: Broken({fault!r}))
worker.main(sys.argv[1:])
"""
"""A worker whose HiGHS does what is said."""

WITH_WORKER = """
import sys
import solvers.isolated
solvers.isolated.command = lambda: [sys.executable, "-c", {code!r}]
"""
"""Isolated solves start this worker in place of their own."""

SLOW_WRITES = """
import os, time
_real = os.fsync
def slow(handle):
    time.sleep(0.15)
    _real(handle)
os.fsync = slow
"""
"""Every file takes a while to come to the disk."""
