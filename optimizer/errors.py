"""The one base of this package's errors, and the exit code that each of them ends the process with.

`solvers` stands alone and imports nothing from here: its errors (`SolverError`, `ProblemError`) have an `exit_code`
of the same meaning, and no base in common with these.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process says when it ends."""

    PROVEN = 0
    INTERNAL_ERROR = 1
    INVALID = 2
    INFEASIBLE = 3
    FEASIBLE = 4
    REJECTED = 5
    NO_SOLUTION = 6
    UNBOUNDED = 7
    INTERRUPTED = 130


class WattshiftError(Exception):
    """Something that is told to whoever asked, in words: what was found, where, and what to do.

    Each kind has a built-in error as its second base (ValueError, RuntimeError), so that it is caught as one, too.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INVALID


class AskedError(WattshiftError, ValueError):
    """What was asked for cannot be done: an option, an argument or a name that does not fit."""
