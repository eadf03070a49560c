"""What is wrong with the folder of a roll."""

from __future__ import annotations


class JournalError(ValueError):
    """The folder holds something else, or what it holds cannot be read."""
