"""What is wrong with the folder of a roll."""

from __future__ import annotations

from optimizer.errors import WattshiftError


class JournalError(WattshiftError, ValueError):
    """The folder holds something else, or what it holds cannot be read."""
