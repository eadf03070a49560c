"""Ctrl-C and cancelling while native code runs.

Python delivers Ctrl-C to the main thread only, and not before native code returns. So a solve that is called
from the main thread runs in a thread of its own while the main thread waits where it can be interrupted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from solvers.outcome import Options

T = TypeVar("T")

POLL_S = 0.1
"""How often the waiting thread looks up: Windows delivers Ctrl-C only between waits."""


def may_stop(options: Options) -> bool:
    """Whether Ctrl-C or `options.cancel` can reach a solve that is started in this thread."""
    return options.cancel is not None or threading.current_thread() is threading.main_thread()


def run_stoppable(work: Callable[[], T], stop: Callable[[], object], options: Options) -> tuple[T, bool]:
    """Run `work`; on Ctrl-C or `options.cancel`, call `stop` and wait for `work` to come to its end.

    Returns what `work` returned and whether it was stopped. An exception of `work` is raised here. A second
    Ctrl-C is not held back: it raises KeyboardInterrupt and leaves the solver's thread behind.
    """
    if not may_stop(options):
        return work(), False
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

    stopped = False
    worker = threading.Thread(target=body, name="solver", daemon=True)
    worker.start()
    while True:
        try:
            while not done.wait(POLL_S):
                if options.cancel is not None and options.cancel.is_set() and not stopped:
                    stopped = True
                    stop()
            break
        except KeyboardInterrupt:
            if stopped:
                raise
            stopped = True
            stop()
    worker.join()
    if raised:
        raise raised[0]
    return returned[0], stopped
