"""Exit codes, and the guard that turns every failure of a command into one of them."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeVar

import typer

from optimizer.cli import begin
from optimizer.report.plain import plain
from optimizer.schedule import Outcome

Command = TypeVar("Command", bound=Callable[..., Any])


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


_OF_STATUS = {
    "proven": ExitCode.PROVEN,
    "feasible": ExitCode.FEASIBLE,
    "infeasible": ExitCode.INFEASIBLE,
    "unbounded": ExitCode.UNBOUNDED,
    "no_solution": ExitCode.NO_SOLUTION,
    "error": ExitCode.INTERNAL_ERROR,
}


def exit_code(outcome: Outcome, *, accepted: bool) -> ExitCode:
    """The code of a solve that ended so; `accepted`: by the audit."""
    if not accepted:
        return ExitCode.REJECTED
    if outcome.limit == "interrupt":
        return ExitCode.INTERRUPTED
    return _OF_STATUS[outcome.status]


def say(text: str, *, err: bool = False) -> None:
    """A line to people: what would steer their terminal is escaped."""
    typer.echo(plain(text), err=err)


def complain(text: str) -> None:
    """One message to stderr."""
    say(text, err=True)


def guarded(command: Command) -> Command:
    """The command with every failure as a message and an exit code; a traceback only with WATTSHIFT_DEBUG."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from optimizer.imports.errors import PriceFileError
        from optimizer.operating.roll.errors import JournalError
        from optimizer.scenario.faults import ScenarioError
        from optimizer.schedule import ScheduleError
        from optimizer.starter import StarterError
        from optimizer.tariff.errors import TariffError
        from solvers import ProblemError, SolverUnavailable, SolverUnsuitable, UnknownSolver

        invalid = (
            ScenarioError,
            ScheduleError,
            PriceFileError,
            JournalError,
            StarterError,
            TariffError,
            ProblemError,
            SolverUnavailable,
            SolverUnsuitable,
            UnknownSolver,
        )
        try:
            begin()
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except invalid as error:
            complain(str(error))
            raise typer.Exit(ExitCode.INVALID) from None
        except KeyboardInterrupt:
            complain("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of stdout has gone; give the interpreter a place to flush to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.INTERNAL_ERROR) from None
        except OSError as error:
            complain(f"{error.filename or 'file'}: {error.strerror or error}")
            raise typer.Exit(ExitCode.INVALID) from None
        except Exception as error:
            if os.environ.get("WATTSHIFT_DEBUG"):
                raise
            complain(f"internal error: {type(error).__name__}: {error} (WATTSHIFT_DEBUG=1 shows where)")
            raise typer.Exit(ExitCode.INTERNAL_ERROR) from None

    return run  # type: ignore[return-value]
