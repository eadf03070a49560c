"""Whether solves run in this process, or in a worker that can be ended (`solvers.isolated`).

    with isolation():
        solve(problem)          # in a worker, whoever calls it from here on

Unattended programs set the environment variable WATTSHIFT_ISOLATED to 1, and WATTSHIFT_MEMORY_MB to what a worker may
take. Where nobody said anything, a solver that cannot be told to stop (`Abilities.cancel`) runs in a worker, and every
other one in this process; with 0 all run here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

VARIABLE = "WATTSHIFT_ISOLATED"
MEMORY_VARIABLE = "WATTSHIFT_MEMORY_MB"


@dataclass(frozen=True)
class Isolation:
    """How solves run: in a worker or not (None: as the solver needs it), and how much memory it may take [MB]; None: no
    limit."""

    on: bool | None
    memory_mb: int | None = None


_asked: ContextVar[Isolation | None] = ContextVar("isolation", default=None)


def current() -> Isolation:
    """What was asked for last here; else what the environment says."""
    asked = _asked.get()
    if asked is not None:
        return asked
    said = os.environ.get(VARIABLE, "").strip().lower()
    if said in {"0", "false", "no", "off"}:
        return Isolation(False)
    return Isolation(True if said else None, _memory_mb())


def _memory_mb() -> int | None:
    memory = os.environ.get(MEMORY_VARIABLE, "")
    return int(memory) if memory.isdecimal() and int(memory) else None


@contextmanager
def isolation(on: bool | None = True, memory_mb: int | None = None) -> Iterator[None]:
    """Solves of this thread run in a worker, or do not; None: as before. `memory_mb`: None: as the environment says."""
    if on is None:
        yield
        return
    if memory_mb is None:
        known = current()
        memory_mb = _memory_mb() if known.on is False else known.memory_mb
    token = _asked.set(Isolation(on, memory_mb))
    try:
        yield
    finally:
        _asked.reset(token)
