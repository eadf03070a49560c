"""The command line. Its commands (`optimizer.cli.commands`) are imported when they are needed: Ctrl-C ends their
import, too, without a word of where it was."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import Any

INTERRUPTED = 130
ENDING = (("SIGINT", signal.default_int_handler), ("SIGTERM", signal.SIG_DFL), ("SIGHUP", signal.SIG_DFL))
"""What wishes that a command ends, and how it is handled where nobody has said otherwise: what is ignored (SIGHUP under
nohup, SIGINT in the background) stays so, each by itself."""


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module 'optimizer.cli' has no attribute {name!r}")
    from optimizer.cli.commands import app

    return app


def main() -> None:
    """Entry point of the `wattshift` command."""
    for name, before in ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is before:
            signal.signal(number, _leave)
    from optimizer.cli.commands import app

    for stream in (sys.stdout, sys.stderr):
        # Names may be of any script: what a terminal has no letters for is escaped, and no error.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


def begin() -> None:
    """A command begins: from here on Ctrl-C is an exception, and so is the wish that the process ends."""
    for name, _ in ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is _leave:
            signal.signal(number, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    """End while nothing has been done yet: in the midst of an import an exception would not always get through."""
    with suppress(OSError):  # the terminal may be gone
        os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
