"""Progress on stderr while a solve lasts; silent where stderr is no terminal."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from solvers import Progress

PATIENCE_S = 1.0
"""A solve shorter than this shows nothing."""


class SolveProgress:
    """Shows incumbent, bound and gap in one line of stderr from the second second on."""

    def __init__(self, solver: str, currency: str) -> None:
        self._console = Console(stderr=True)
        self._solver, self._currency = solver, currency
        self._status: Status | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._latest: Progress | None = None

    def __enter__(self) -> Self:
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
                self._status.stop()
                self._status = None
            self._timer = None

    @property
    def listener(self) -> SolveProgress | None:
        """What a solver may tell; None where nobody would see it, so that the fast path stays fast."""
        return self if self._console.is_terminal else None

    def __call__(self, progress: Progress) -> None:
        self._latest = progress
        with self._lock:
            if self._status is not None:
                self._status.update(self._line())

    def _show(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._status = self._console.status(self._line())
                self._status.start()

    def _line(self) -> str:
        latest = self._latest
        if latest is None or latest.objective is None:
            bound = "" if latest is None or latest.bound is None else f", bound {latest.bound:,.2f} {self._currency}"
            return f"{self._solver}: no plan yet{bound}"
        line = f"{self._solver}: profit {latest.objective:,.2f} {self._currency}"
        if latest.bound is not None:
            line += f", bound {latest.bound:,.2f}"
        if latest.gap is not None:
            line += f", gap {latest.gap:.4%}"
        return line
