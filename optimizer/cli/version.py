"""`wattshift --version`."""

from __future__ import annotations

import platform
from typing import Annotated

import typer

DISTRIBUTION = "wattshift"
SOLVERS = ("highspy", "ortools", "pulp")
"""The distributions that bring the solvers: HiGHS, SCIP (and GLOP), CBC."""


def version_text() -> str:
    """This program, its Python and its solvers with their versions, a line each. Nothing of them is imported."""
    names = (DISTRIBUTION, "Python", *SOLVERS)
    return "\n".join(f"{name} {platform.python_version() if name == 'Python' else _version(name)}" for name in names)


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return "is not installed"


def _show(asked: bool) -> None:
    if asked:
        typer.echo(version_text())
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", is_eager=True, callback=_show, help="Print the versions of it, Python and solvers."),
]


def version_option(version: VersionOption = False) -> None:
    """What `wattshift` itself takes, before any command."""
