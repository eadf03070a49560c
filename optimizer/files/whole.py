"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

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
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:  # of the file that was asked for
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _part(path: Path) -> Path:
    """A new file beside it, with the rights that any new file of this process has."""
    part = path.with_name(f".{path.name[:100]}.{uuid4().hex[:8]}{PART}")
    part.touch(exist_ok=False)
    return part


def write_text(path: Path, text: str) -> None:
    """Write a text file whole."""
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
