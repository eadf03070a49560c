"""One roll a folder at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimizer.operating.roll.errors import JournalError


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder, which is made where there is none, until the end; a process that is killed lets go of it. Raises
    JournalError where another one holds it. Not held on Windows, nor where the file system knows no locks."""
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalError(
                f"{folder} is being rolled by another process: wait for it, or give another folder"
            ) from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
