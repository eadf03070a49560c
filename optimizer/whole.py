"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

PART = ".part"
"""Ends the name of what is not whole yet; it begins with a dot, in the folder of what it will be."""


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let a file be written beside where it belongs, and put it there once it is on the disk. Raises OSError."""
    try:
        part = _part(path)
        try:
            write(part)
            with part.open("rb+") as stream:
                os.fsync(stream.fileno())
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:  # of the file that was asked for
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _part(path: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=PART)
    os.close(handle)
    return Path(name)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
