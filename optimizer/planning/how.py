"""How to solve: one frozen value for `plan`, `replan`, `roll`, `settle`, `marginal_values` and every command.

how = HowToSolve(solver="scip", gap=1e-3, time_limit_s=120)
plan(scenario, how=how)
plan(scenario, solver="scip", gap=1e-3, time_limit_s=120)      # the same
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from numbers import Real
from typing import TypedDict, Unpack

from optimizer.errors import AskedError
from solvers import UnknownSolver
from solvers.registry import PULP, names

ORDER = ("highs", "highs-presolve", "scip", "cbc")
"""Who is asked, one after the other; a solver that was named goes first."""
DEFAULT = ORDER[0]
"""Where it is not there the next one is asked."""
RULES = "rules"
"""In the place of a solver's name: the plan by rules of thumb."""


class Fields(TypedDict, total=False):
    """The fields of `HowToSolve` as arguments of a call."""

    solver: str
    gap: float
    time_limit_s: float
    fallbacks: bool
    isolated: bool | None
    break_ties: bool


@dataclass(frozen=True)
class HowToSolve:
    """How plans are found. Raises AskedError for a value that cannot be, UnknownSolver for a name that is none."""

    solver: str = DEFAULT
    """highs, highs-presolve, scip, cbc, pulp:NAME, or "rules" (`optimizer.planning.rules.of_thumb`)."""
    gap: float = 1e-4
    """Relative, as in `Outcome.gap`."""
    time_limit_s: float = 60.0
    """For one plan, whoever is asked for it."""
    fallbacks: bool = True
    """Other solvers, and at last the rules of thumb, where this one fails (`optimizer.planning.ask`)."""
    isolated: bool | None = None
    """Solvers run where they can be ended (`solvers.isolated`); None: as WATTSHIFT_ISOLATED says."""
    break_ties: bool = True
    """Of plans that earn the same, the one that `optimizer.planning.ties` prefers; False saves small problems a second
    solve."""

    def __post_init__(self) -> None:
        if not isinstance(self.solver, str):
            raise AskedError(f"solver is {self.solver!r}; it must be a name: {_known()}")
        if self.solver not in {*names(), RULES} and not self.solver.startswith(PULP):
            raise UnknownSolver(f"no solver is called {self.solver!r}; there are {_known()}")
        for field in ("gap", "time_limit_s"):
            value = getattr(self, field)
            if isinstance(value, bool) or not isinstance(value, Real):
                raise AskedError(f"{field} is {value!r}; it must be a number")
        if not 0.0 <= self.gap < math.inf:
            raise AskedError(f"gap is {self.gap}; it must be finite and not negative, e.g. 1e-4")
        if not self.time_limit_s > 0.0:
            raise AskedError(f"time_limit_s is {self.time_limit_s}; it must be above 0 seconds")

    @property
    def by_rules(self) -> bool:
        """Whether rules of thumb are asked for, and no solver."""
        return self.solver == RULES

    @property
    def named(self) -> bool:
        """Whether this solver was asked for by its name: then it is an error where it cannot be used."""
        return self.solver not in {DEFAULT, RULES}

    @property
    def solvers(self) -> tuple[str, ...]:
        """Names of solvers in the order of asking. With rules of thumb these are for what no rule tells: a settlement,
        the month ahead."""
        named = () if self.by_rules else (self.solver,)
        return (*named, *(name for name in ORDER if name not in named)) if self.fallbacks or self.by_rules else named


def how_to_solve(how: HowToSolve | None = None, **fields: Unpack[Fields]) -> HowToSolve:
    """The value of a call's arguments: `how`, or the default, with these fields in place of its own."""
    how = how or HowToSolve()
    return replace(how, **fields) if fields else how


def _known() -> str:
    return ", ".join((*names(), RULES))
