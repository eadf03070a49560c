"""Names of solvers, and the one `solve` that goes to any of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

from solvers.finish import Context, finish, without_solver
from solvers.isolation import current
from solvers.outcome import Options, Result
from solvers.problem import Problem
from solvers.route import Abilities, Answer, Route, Runs, SolverUnavailable, SolverUnsuitable, UnknownSolver
from solvers.start import check

LEAST_TIME_S = 0.1
"""Time for a second, small solve (telling infeasible from unbounded) when the limit is used up."""


def _highs() -> Route:
    from solvers.highs import HighsRoute

    return HighsRoute()


def _highs_presolve() -> Route:
    from solvers.highs import PresolvedRoute

    return PresolvedRoute()


def _scip() -> Route:
    from solvers.ortools_route import ScipRoute

    return ScipRoute()


def _glop() -> Route:
    from solvers.ortools_route import GlopRoute

    return GlopRoute()


def _cbc() -> Route:
    from solvers.cbc import CbcRoute

    return CbcRoute()


def _pulp(name: str) -> Route:
    from solvers.pulp_route import PulpRoute

    return PulpRoute(name)


_ROUTES: dict[str, tuple[str, Callable[[], Route]]] = {
    "highs": ("highspy", _highs),
    "scip": ("ortools", _scip),
    "glop": ("ortools", _glop),
    "cbc": ("pulp", _cbc),
    "highs-presolve": ("highspy", _highs_presolve),
}
"""Name -> the package it needs, and what makes the route; nothing is imported before it is asked for."""


PULP = "pulp:"
"""Before the name of a solver of PuLP's."""


def names() -> tuple[str, ...]:
    """The names of all routes; "pulp:NAME" stands for any solver that PuLP can reach."""
    return (*_ROUTES, f"{PULP}NAME")


def available() -> tuple[str, ...]:
    """The names that can be solved with here. Asks PuLP for what it reaches, which takes a second."""
    there: list[str] = []
    for name in _ROUTES:
        try:
            route(name)
        except SolverUnavailable:
            continue
        there.append(name)
    if find_spec("pulp"):
        from solvers.pulp_route import reachable

        there += [PULP + name for name in reachable()]
    return tuple(there)


def route(name: str) -> Route:
    """The route of this name.

    Raises UnknownSolver for a name that is none, SolverUnavailable where what it needs is not here.
    """
    make: Callable[[], Route]
    if name.startswith(PULP):
        package, make = "pulp", partial(_pulp, name.removeprefix(PULP))
    elif name in _ROUTES:
        package, make = _ROUTES[name]
    else:
        raise UnknownSolver(f"no solver is called {name!r}; there are {', '.join(names())}")
    try:
        return make()
    except ImportError as error:
        raise SolverUnavailable(f"solver {name!r} needs the package {package}: {error}") from error


def abilities(name: str) -> Abilities:
    """What the route of this name can do. Raises as `route` does."""
    return route(name).abilities


def solve(problem: Problem, solver: str = "highs", options: Options | None = None, *, on: Runs | None = None) -> Result:
    """Solve the problem with the named solver.

    A solution that is within the asked gap is PROVEN even if a limit ended the solve; `limit` still says so.
    Raises ProblemError for arrays that no solver may see, SolverError (see `route`, and integers on a
    linear-only route) for a solver that cannot be used. Everything else is a `Status`.
    Where isolation is on (`solvers.isolation`) it runs in a worker, and so does a solver that cannot be told to stop,
    unless isolation was said to be off. `on`: what the route keeps warm of a solve before
    (`solvers.session`), to run on.
    """
    options = options or Options()
    isolation = current()
    if isolation.on and on is None:
        from solvers import isolated

        return isolated.solve(problem, solver, options, memory_mb=isolation.memory_mb)
    chosen = route(solver)
    if isolation.on is None and not chosen.abilities.cancel:
        from solvers import isolated
        from solvers.interrupt import grace_s

        with suppress(isolated.NoWorker):  # then here, where it may not hear that it is to stop
            given = grace_s(options)
            return isolated.run(problem, solver, options, memory_mb=isolation.memory_mb, grace_s=given)
    problem.check()
    check(problem, options.start)
    if problem.integers and not chosen.abilities.integers:
        raise SolverUnsuitable(f"solver {solver!r} takes no integer columns; relax the problem first")
    began = time.perf_counter()

    def seconds() -> float:
        return time.perf_counter() - began

    def resolve(other: Problem) -> Answer:
        left = max(options.time_limit_s - seconds(), LEAST_TIME_S)
        return chosen.run(other, replace(options, time_limit_s=left, progress=None, incumbent=None, start=None))

    context = Context(solver, chosen.version, seconds)
    early = without_solver(problem, context)
    if early is not None:
        return early
    return finish(problem, options, (on or chosen).run(problem, options), context, resolve)
