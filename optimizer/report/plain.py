"""Text that people are shown, free of what would steer their terminal.

Descriptions, tariffs' names, headers of files and paths may hold any character. Control codes (but for the end of a
line) and marks that turn the direction of writing are shown as their escapes, e.g. `\\x1b`.
"""

from __future__ import annotations

import re

_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text with every character that steers a terminal escaped."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def said(error: BaseException) -> str:
    """An error in words, as people are told it."""
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "interrupted"
    if hasattr(error, "exit_code"):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'file'}: {error.strerror or error}"
    return f"internal error: {type(error).__name__}: {error}"
