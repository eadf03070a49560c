"""Progress on stderr while a solve lasts; silent where stderr is no terminal."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from solvers import Progress, SolverError
from solvers.registry import route

if TYPE_CHECKING:
    from optimizer.operating.roll import DayRecord

PATIENCE_S = 1.0
"""A solve shorter than this shows nothing."""


class _Line(ABC):
    """One line of stderr on a terminal, from the second second on, read anew at each refresh."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status: Status | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._begun = time.perf_counter()

    def __enter__(self) -> Self:
        self._begun = time.perf_counter()
        if self._console.is_terminal:
            self._timer = threading.Timer(PATIENCE_S, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._status is not None:
                with suppress(OSError):  # the terminal may be gone, and the plan is still to be written
                    self._status.stop()
                self._status = None
            self._timer = None

    def __rich__(self) -> Text:
        return Text(self.line())

    @abstractmethod
    def line(self) -> str:
        """What is to be read now."""

    def _show(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._status = self._console.status(self)
                self._status.start()


class SolveProgress(_Line):
    """Shows incumbent, bound and gap; of a solver that tells nothing, how long it has been at it."""

    def __init__(self, solver: str, currency: str) -> None:
        super().__init__()
        self._solver, self._currency = solver, currency
        self._speaks = _tells(solver)
        self._latest: Progress | None = None

    @property
    def listener(self) -> SolveProgress | None:
        """What a solver may tell; None where nobody would see it, so that the fast path stays fast."""
        return self if self._console.is_terminal else None

    def __call__(self, progress: Progress) -> None:
        self._latest = progress

    def line(self) -> str:
        latest = self._latest
        if latest is None or latest.objective is None:
            bound = "" if latest is None or latest.bound is None else f", bound {latest.bound:,.2f} {self._currency}"
            if not self._speaks:
                return f"{self._solver} reports no progress, {time.perf_counter() - self._begun:.0f} s"
            return f"{self._solver}: no plan yet{bound}"
        line = f"{self._solver}: profit {latest.objective:,.2f} {self._currency}"
        if latest.bound is not None:
            line += f", bound {latest.bound:,.2f}"
        if latest.gap is not None:
            line += f", gap {latest.gap:.4%}"
        return line


class CountProgress(_Line):
    """Shows how many of several solves are done."""

    def __init__(self, what: str, items: str) -> None:
        super().__init__()
        self._what, self._items = what, items
        self._done, self._total = 0, 0

    def __call__(self, done: int, total: int) -> None:
        self._done, self._total = done, total

    def line(self) -> str:
        return f"{self._what}: {self._done} of {self._total} {self._items}"


class RollProgress(_Line):
    """Shows the days done, what they earned, and the widest gap."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self._currency = currency
        self._days: Sequence[DayRecord] = ()
        self._total = 0

    def __call__(self, days: Sequence[DayRecord], total: int) -> None:
        self._days, self._total = days, total

    def line(self) -> str:
        if not self._days:
            return "roll: planning the first day"
        profit = sum(day.settled_profit_usd for day in self._days)
        line = f"roll: {len(self._days)} of {self._total} days, profit {profit:,.2f} {self._currency}"
        gaps = [day.gap for day in self._days if day.gap is not None]
        return f"{line}, worst gap {max(gaps):.4%}" if gaps else line


def _tells(solver: str) -> bool:
    """Whether a solver reports progress; one that cannot be used is refused elsewhere."""
    try:
        return route(solver).abilities.progress
    except SolverError:
        return True
