"""What a solver route answers: six outcomes that are never rounded up, and the numbers that exist."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event

from solvers.problem import Floats


class Status(StrEnum):
    """How a solve ended."""

    PROVEN = "proven"
    """A solution is here, and no better one by more than the gap asked for exists."""
    FEASIBLE = "feasible"
    """A solution is here; how much better another could be is not proven to the gap asked for."""
    INFEASIBLE = "infeasible"
    """No solution exists."""
    UNBOUNDED = "unbounded"
    """Solutions exist and the objective grows without limit."""
    NO_SOLUTION = "no_solution"
    """The solve ended (a limit, an interruption) before a solution was found."""
    ERROR = "error"
    """The solver failed; `message` says what it said."""


@dataclass(frozen=True)
class Progress:
    """A look at a running solve. What is not known yet is None."""

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True)
class Options:
    """What is asked of a solve.

    `gap` is relative as defined in `solvers.gap`; `time_limit_s` bounds the solver's own time;
    `progress` is called from time to time by routes that can (from any thread), and `incumbent` with each better
    solution x (n,) as the solver has it. `cancel`, once set, ends the solve as Ctrl-C in the main thread does: with
    `limit` "interrupt" and what was found by then. A route that tells incumbents ends a solve that has found none
    after `patience_s`, as at its time limit. `start` (n,): a solution to begin with, or a part of one with NaN
    elsewhere; one that is none does no harm, and one that is is never lost (`solvers.start`).
    """

    gap: float = 1e-4
    time_limit_s: float = 60.0
    progress: Callable[[Progress], None] | None = field(default=None, compare=False)
    cancel: Event | None = field(default=None, compare=False)
    incumbent: Callable[[Floats], None] | None = field(default=None, compare=False)
    patience_s: float = math.inf
    start: Floats | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not 0.0 <= self.gap < math.inf:
            raise ValueError(f"gap is {self.gap}; it must be finite and not negative")
        if not self.time_limit_s > 0.0:
            raise ValueError(f"time_limit_s is {self.time_limit_s}; it must be above 0")


@dataclass(frozen=True, eq=False)
class Result:
    """The answer of a route. What has no value is None; there are no stand-in numbers.

    `x`: (n,) with integer columns at whole numbers; `objective` is computed by us from x, constants
    included; `bound` is the solver's proven bound on the objective; `gap` see `solvers.gap`.
    `limit` names what ended the solve early: "time" or "interrupt". `refuted`: what the solver said of the best
    solution is refuted by one that is known, its own or `Options.start`; `message` says how, and there is no bound.
    `row_duals` (m,) and `reduced_costs` (n,): only from problems without integers, only where the route has
    them; sign: the change of the objective per unit of the row's (or column's) binding limit.
    """

    status: Status
    solver: str
    version: str
    seconds: float
    x: Floats | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    limit: str | None = None
    message: str = ""
    row_duals: Floats | None = None
    reduced_costs: Floats | None = None
    refuted: bool = False
