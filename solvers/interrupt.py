"""Ctrl-C, cancelling and time limits that hold while native code runs.

Python delivers Ctrl-C to the main thread only, and not before native code returns. So native code runs in a
thread of its own while the calling thread waits where it can be interrupted.
"""

from __future__ import annotations

import atexit
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Generic, TypeVar

from solvers.outcome import Options

T = TypeVar("T")

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that wish a command to end: Ctrl-C, a service manager, a terminal that is gone."""
POLL_S = 0.1
"""How often the waiting thread looks up: Windows delivers Ctrl-C only between waits."""
INTERRUPT_GRACE_S = 1.0
"""How long a solver that was told to stop is waited for."""
LIMIT_GRACE_S = 2.0
LIMIT_GRACE_SHARE = 0.1
"""How long after its time limit a solver is waited for: the larger of the two, a share of the limit."""
EXIT_GRACE_S = 10.0

_left_behind: list[threading.Thread] = []


@dataclass
class Presses:
    """Whether Ctrl-C was pressed while it was held back."""

    asked: bool = False


_held: list[Presses] = []


@contextmanager
def held_back() -> Iterator[Presses]:
    """Within, a first Ctrl-C raises nothing: solves end with what they have, and whatever follows comes to its end. A
    second one raises KeyboardInterrupt. So for every signal that would raise it; nothing is done where none would."""
    presses = Presses()

    def press(number: int, frame: FrameType | None) -> None:
        if presses.asked:
            signal.default_int_handler(number, frame)
        presses.asked = True

    mine: list[signal.Signals] = []
    if threading.current_thread() is threading.main_thread():
        mine = [number for number in ENDING if signal.getsignal(number) is signal.default_int_handler]
    _held.append(presses)
    try:
        for number in mine:
            signal.signal(number, press)
        yield presses
    finally:
        _held.remove(presses)
        for number in mine:
            signal.signal(number, signal.default_int_handler)


def pressed() -> bool:
    """Whether Ctrl-C is held back that has been pressed."""
    return any(presses.asked for presses in _held)


def grace_s(options: Options) -> float:
    """How long after its time limit a solver is waited for [s]."""
    return max(LIMIT_GRACE_S, LIMIT_GRACE_SHARE * options.time_limit_s)


@dataclass(frozen=True)
class Ran(Generic[T]):
    """How a stoppable run ended.

    `value`: what `work` returned, None where it was left behind; `limit`: "interrupt" where it was stopped by
    Ctrl-C or cancelling, "time" where it was stopped for want of a solution or left behind at the time limit, else
    None.
    """

    value: T | None
    limit: str | None


def run_stoppable(
    work: Callable[[], T],
    stop: Callable[[], object],
    options: Options,
    *,
    leave: bool = False,
    found: Callable[[], bool] | None = None,
) -> Ran[T]:
    """Run `work`; on Ctrl-C or `options.cancel`, call `stop` and wait for `work` to come to its end.

    With `leave`, it is left behind when it does not end soon after that, or soon after the time limit. An
    exception of `work` is raised here. A second Ctrl-C is not held back: it raises KeyboardInterrupt.
    `found` says whether there is a solution: where there is none after `options.patience_s`, it is stopped as at the
    time limit.
    """
    returned: list[T] = []
    raised: list[BaseException] = []
    done = threading.Event()

    def body() -> None:
        try:
            returned.append(work())
        except BaseException as error:
            raised.append(error)
        finally:
            done.set()

    worker = threading.Thread(target=body, name="solver", daemon=True)
    begun = time.perf_counter()
    last = begun + options.time_limit_s + grace_s(options)
    limit: str | None = None
    worker.start()
    try:
        while not done.is_set():
            try:
                done.wait(POLL_S)
                asked = pressed() or (options.cancel is not None and options.cancel.is_set())
            except KeyboardInterrupt:
                if limit:
                    raise
                asked = True
            if asked and limit is None:
                limit = "interrupt"
                last = time.perf_counter() + INTERRUPT_GRACE_S
                stop()
            elif limit is None and found and time.perf_counter() - begun > options.patience_s and not found():
                limit = "time"
                last = time.perf_counter() + INTERRUPT_GRACE_S
                stop()
            if leave and time.perf_counter() > last and not done.is_set():
                limit = limit or "time"
                stop()
                return Ran(None, limit)
    finally:
        if worker.is_alive() and not done.is_set():
            _left_behind.append(worker)
    if raised:
        raise raised[0]
    return Ran(returned[0], limit)


@atexit.register
def _join_left_behind() -> None:
    # A thread that calls back into an interpreter that is gone takes the process down with an abort.
    last = time.perf_counter() + EXIT_GRACE_S
    for thread in _left_behind:
        thread.join(max(0.0, last - time.perf_counter()))
