"""How a command ends: its exit code, and the one place (`failed`) that every failure of every command goes through."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand

from optimizer.cli import begin
from optimizer.errors import AskedError, ExitCode
from optimizer.report.plain import plain, said

if TYPE_CHECKING:
    from optimizer.schedule import Outcome

_UsageError: Any = typer.BadParameter.__base__
"""click's, which some releases of typer bring along and others import."""
DEBUG = "WATTSHIFT_DEBUG"
"""The environment variable with which internal errors show where they come from."""
_told: ContextVar[list[str] | None] = ContextVar("told", default=None)
"""What the command that runs has printed as its object."""
Command = TypeVar("Command", bound=Callable[..., Any])


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
    """The command, which ends the process with the code that it returns (None: 0), or with that of its failure."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        _told.set([])
        import_module("optimizer.schedule")  # numpy, pydantic: an exception would not always get through their imports
        try:
            begin()
            code = command(*args, **kwargs)
        except typer.Exit:
            raise
        except (Exception, KeyboardInterrupt) as error:
            code = failed(error, json=kwargs.get("json") is True)
            if code is ExitCode.INTERNAL_ERROR and os.environ.get(DEBUG) and not isinstance(error, BrokenPipeError):
                raise
        finally:
            _told.set(None)
        raise typer.Exit(code or ExitCode.PROVEN)

    return run  # type: ignore[return-value]


def failed(error: BaseException, *, json: bool) -> ExitCode:
    """Tell of a failure, and how the process is to end: to people on stderr; with `json` as one object on stdout, too.

    Errors with an `exit_code` (`optimizer.errors`) speak for themselves; what has none, and is neither an interruption
    nor a file's trouble, is a fault of this program.
    """
    if isinstance(error, BrokenPipeError):
        # The reader of stdout has gone; give the interpreter a place to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERNAL_ERROR
    if isinstance(error, OSError) and error.errno == errno.EIO and error.filename is None:
        # No file's trouble: the terminal has gone, and nobody is left to be told.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return ExitCode.INTERRUPTED
    if json and not _told.get():  # where the answer was printed already, there is one object on stdout
        _tell_machine(error)
    code = getattr(error, "exit_code", None)
    if code is not None:
        complain(str(error))
        return ExitCode(code)
    if isinstance(error, KeyboardInterrupt):
        complain(said(error))
        return ExitCode.INTERRUPTED
    if isinstance(error, OSError):
        complain(said(error))
        return ExitCode.INVALID
    if not os.environ.get(DEBUG):
        complain(f"{said(error)} ({DEBUG}=1 shows where)")
    return ExitCode.INTERNAL_ERROR


class ToldCommand(TyperCommand):
    """A command whose options, where they are wrong, are told as one object on stdout, too, if it was asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does, which tells people."""
        json = "--json" in args
        try:
            return super().parse_args(ctx, args)
        except _UsageError as error:
            if json:
                _tell_machine(AskedError(error.format_message()))
            raise


def tell(answer: dict[str, Any]) -> None:
    """Print the one object of a command with --json (`optimizer.report.machine`)."""
    from optimizer.report.machine import as_text

    text, told = as_text(answer), _told.get()
    typer.echo(text)
    if told is not None:
        told.append(text)


def _tell_machine(error: BaseException) -> None:
    """A failure as the one object that a command with --json prints."""
    from optimizer.report.machine import failed_object

    tell(failed_object(error))
