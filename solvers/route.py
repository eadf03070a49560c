"""What every backend is to the rest: a name, a version, what it can do, and one `run` on the same arrays.

A backend reports how its solver ended (`Ended`) and what it found; whether that is proven, feasible or wrong
is decided in one place, `solvers.finish`, by the same rules for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, runtime_checkable

from solvers.outcome import Options
from solvers.problem import Floats, Problem

SHADE = 0.999
"""Solvers are asked for this share of the judged gap, so that rounding cannot turn proof into none."""


class SolverError(ValueError):
    """The asked solver cannot be used."""

    exit_code = 2
    """What a command ends with that is told so."""


class UnknownSolver(SolverError):
    """No route has this name."""


class SolverUnavailable(SolverError):
    """The route exists, but its solver is not installed or not licensed here."""


class SolverUnsuitable(SolverError):
    """The route cannot take this problem (integers on a linear-only solver)."""


class Ended(Enum):
    """How the solver itself ended, before anything is judged."""

    OPTIMAL = auto()
    """It says that its solution is optimal within the tolerances it was given."""
    STOPPED = auto()
    """A limit or an interruption ended it, with or without a solution."""
    INFEASIBLE = auto()
    UNBOUNDED = auto()
    UNBOUNDED_OR_INFEASIBLE = auto()
    """It did not tell the two apart."""
    FAILED = auto()


@dataclass(frozen=True)
class Abilities:
    """What a route can do.

    `integers`: takes them; `duals`: returns them for linear problems; `bound`: proves one before it is done;
    `progress`: calls `Options.progress`; `interrupt`: Ctrl-C in the main thread ends the solve with what was found by
    then; `cancel`: `Options.cancel` does so from any thread (one that cannot runs in a worker, which is ended);
    `start`: begins with `Options.start`; `session`: solves again from where it stands (`solvers.session`); `proof`: its
    proof counts; `incumbents`: tells each better solution as it finds it (`Options.incumbent`), so that it is
    there even where the solver has to be ended; `keeps_incumbent`: hands over the best one where a limit ends it.
    """

    integers: bool
    duals: bool
    bound: bool
    progress: bool
    interrupt: bool
    cancel: bool
    start: bool = False
    session: bool = False
    proof: bool = True
    incumbents: bool = False
    keeps_incumbent: bool = True


@dataclass(frozen=True, eq=False)
class Answer:
    """What a backend hands to `solvers.finish`.

    `x` (n,), `row_duals` (m,) and `reduced_costs` (n,) as the solver printed them; `bound` on the objective
    with its constant; `limit` "time" or "interrupt" when that ended it.
    """

    ended: Ended
    x: Floats | None = None
    bound: float | None = None
    limit: str | None = None
    message: str = ""
    row_duals: Floats | None = None
    reduced_costs: Floats | None = None
    refuted: bool = False
    """Whether a solution that is known refuted what the solver said (`solvers.finish`)."""


class Runs(Protocol):
    """What solves: a route, or what a route keeps warm."""

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve a checked problem that has columns and no crossed bounds."""
        ...


class Route(Runs, Protocol):
    """One backend."""

    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    @property
    def version(self) -> str:
        """The solver's own name and version."""
        ...


@runtime_checkable
class WarmRoute(Protocol):
    """A route with the ability `session`."""

    def warm(self) -> Runs:
        """What solves problems of one matrix, each from where the one before left it."""
        ...


def infeasible_as_told(problem: Problem) -> Ended:
    """What "infeasible" means from a solver that also says it of unbounded problems."""
    return Ended.INFEASIBLE if problem.limited else Ended.UNBOUNDED_OR_INFEASIBLE
