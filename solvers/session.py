"""A problem that is solved again and again with other costs and limits.

    with session(problem) as s:
        s.solve()
        s.solve(cost=..., row_upper=...)       the same problem but for these

Each solve stands for itself: what it does not name is as the problem has it, whatever the solves before named, and the
result is that of solving the changed problem alone. A route with the ability `session` solves from where it stands (a
linear problem from the basis of the solve before; one with integers begins with its solution); every other one solves
anew, beginning with that solution where it takes a start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from solvers.isolation import current
from solvers.outcome import Options, Result
from solvers.problem import Floats, Problem, ProblemError
from solvers.registry import route, solve
from solvers.route import WarmRoute

Solve = Callable[[Problem, Options], Result]


class Session:
    """Solves one problem with other numbers; see the module. Not for several threads at once."""

    def __init__(self, problem: Problem, options: Options, solve: Solve) -> None:
        self._problem, self._options, self._solve = problem, options, solve
        self._last: Floats | None = None

    def solve(
        self,
        *,
        cost: Floats | None = None,
        lower: Floats | None = None,
        upper: Floats | None = None,
        row_lower: Floats | None = None,
        row_upper: Floats | None = None,
        options: Options | None = None,
    ) -> Result:
        """Solve with these costs (n,), bounds (n,) and limits of rows (m,) in the place of the problem's; None: as the
        problem has them. `options`: for this solve; a start of theirs goes before the solution of the solve before.

        Raises ProblemError for arrays that no solver may see, and as `solvers.solve` otherwise.
        """
        given = {"cost": cost, "lower": lower, "upper": upper, "row_lower": row_lower, "row_upper": row_upper}
        named = {name: array for name, array in given.items() if array is not None}
        for name, array in named.items():
            expected = getattr(self._problem, name).shape
            if array.shape != expected:
                raise ProblemError(f"{name} has the shape {array.shape}, expected {expected}")
        changed = replace(self._problem, **named)  # type: ignore[arg-type]
        asked = options or self._options
        if asked.start is None and changed.integers:
            asked = replace(asked, start=self._last)
        result = self._solve(changed, asked)
        if result.x is not None:
            self._last = result.x
        return result


@contextmanager
def session(problem: Problem, solver: str = "highs", options: Options | None = None) -> Iterator[Session]:
    """A session of the named solver on this problem. `options`: for solves that name none of their own.

    Raises ProblemError and SolverError as `solvers.solve` does. Where solves are isolated (`solvers.isolation`) each is
    one of its own.
    """
    problem.check()
    chosen = route(solver)
    if current().on or not isinstance(chosen, WarmRoute):
        yield Session(problem, options or Options(), lambda changed, asked: solve(changed, solver, asked))
        return
    warm = chosen.warm()
    yield Session(problem, options or Options(), lambda changed, asked: solve(changed, solver, asked, on=warm))
