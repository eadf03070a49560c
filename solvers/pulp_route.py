"""Any solver that PuLP can reach, as "pulp:NAME".

PuLP tells no bound. Where such a solver says "optimal" and was given the gap, the bound is the one that its
stopping test implies; everywhere else there is none, and a solution is FEASIBLE, not PROVEN. Ctrl-C is left
to PuLP: it is raised as KeyboardInterrupt once the solver lets go, and what was found is lost.
"""

from __future__ import annotations

import inspect
import math
import time
from importlib.metadata import version as installed
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pulp

from solvers.outcome import Options
from solvers.problem import Floats, Problem
from solvers.route import SHADE, Abilities, Answer, Ended, SolverUnavailable, infeasible_as_told

ABSOLUTE = 1e-6
"""The absolute gap at which solvers stop even if asked for none (HiGHS' and Gurobi's default or above)."""


class PulpRoute:
    """One of PuLP's solvers, by the name that PuLP gives it (`GUROBI`, `COPT`, `HiGHS`, …)."""

    abilities = Abilities(integers=True, duals=False, bound=False, progress=False, interrupt=False, cancel=False)

    def __init__(self, name: str) -> None:
        """Raises SolverUnavailable, naming what there is, unless this solver can be used here."""
        self.name = f"pulp:{name}"
        self._solver = name
        if name not in pulp.listSolvers() or not pulp.getSolver(name, msg=False).available():
            there = ", ".join(reachable()) or "none"
            raise SolverUnavailable(f"PuLP cannot reach a solver {name!r} here; it reaches {there}")

    @property
    def version(self) -> str:
        return f"{self._solver} through PuLP {installed('pulp')}"

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`."""
        model, variables = _model(problem)
        solver, gap_given = _configured(self._solver, options)
        began = time.perf_counter()
        with TemporaryDirectory(prefix="wattshift-pulp-") as folder:
            if hasattr(solver, "tmpDir"):
                solver.tmpDir = folder  # whatever ends the solve, its files go
            try:
                model.solve(solver)
            except pulp.PulpSolverError as error:
                return Answer(Ended.FAILED, message=str(error))
        seconds = time.perf_counter() - began
        # What ended sooner than its limit without saying how has failed.
        in_time = seconds < SHADE * options.time_limit_s
        return _answer(problem, options.gap if gap_given else None, model, variables, in_time)


def reachable() -> tuple[str, ...]:
    """The solvers that PuLP can use here, by PuLP's names."""
    return tuple(pulp.listSolvers(onlyAvailable=True))


def _configured(name: str, options: Options) -> tuple[Any, bool]:
    """PuLP's solver with what it takes of the options, and whether it took the gap."""
    takes = inspect.signature(pulp.getSolver(name, msg=False).__init__).parameters
    wanted: dict[str, Any] = {"gapRel": SHADE * options.gap / (1.0 + options.gap)}
    if math.isfinite(options.time_limit_s):
        wanted["timeLimit"] = options.time_limit_s
    if name.startswith("HiGHS"):
        # HiGHS refuses to change the number of threads once a process has used it.
        wanted["threads"] = 1
    given = {key: value for key, value in wanted.items() if key in takes}
    return pulp.getSolver(name, msg=False, **given), "gapRel" in given


def _model(problem: Problem) -> tuple[Any, list[Any]]:
    """PuLP's problem and its variable of each column; rows with two limits become two constraints."""
    model = pulp.LpProblem("problem", pulp.LpMaximize)
    integer = problem.integer.tolist()
    lower, upper = problem.lower.tolist(), problem.upper.tolist()
    variables = [
        model.add_variable(
            f"C{j}",
            None if low == -math.inf else low,
            None if high == math.inf else high,
            pulp.LpInteger if integer[j] else pulp.LpContinuous,
        )
        for j, (low, high) in enumerate(zip(lower, upper, strict=True))
    ]
    cost = problem.cost.tolist()
    objective = list(zip(variables, cost, strict=True))
    if problem.offset:
        # As a fixed column, because constants are dropped on the way to most solvers.
        objective.append((model.add_variable("constant", 1, 1), problem.offset))
    model.setObjective(pulp.LpAffineExpression(objective))
    _add_rows(model, problem, variables)
    return model, variables


def _add_rows(model: Any, problem: Problem, variables: list[Any]) -> None:
    start, column = problem.row_start.tolist(), problem.column.tolist()
    value = problem.value.tolist()
    lower, upper = problem.row_lower.tolist(), problem.row_upper.tolist()
    for i in np.flatnonzero(np.diff(problem.row_start)).tolist():  # empty rows were checked before
        part = slice(start[i], start[i + 1])
        terms = [(variables[j], v) for j, v in zip(column[part], value[part], strict=True)]
        if lower[i] == upper[i]:
            sides = [(pulp.LpConstraintEQ, lower[i], "E")]
        else:
            sides = [(pulp.LpConstraintGE, lower[i], "G"), (pulp.LpConstraintLE, upper[i], "L")]
        for sense, limit, letter in sides:
            if math.isfinite(limit):
                row = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, f"R{i}{letter}", limit)
                model.addConstraint(row)


def _answer(problem: Problem, gap: float | None, model: Any, variables: list[Any], in_time: bool) -> Answer:
    """The answer; `gap` is what the solver was given, None where it takes none."""
    # `status` calls a solution found at a time limit optimal; only `sol_status` tells.
    outcome = model.sol_status
    if outcome == pulp.LpSolutionInfeasible or model.status == pulp.LpStatusInfeasible:
        # CBC says so, too, where its time ends before its cuts.
        return Answer(infeasible_as_told(problem)) if in_time else Answer(Ended.STOPPED, limit="time")
    if outcome == pulp.LpSolutionUnbounded or model.status == pulp.LpStatusUnbounded:
        return Answer(Ended.UNBOUNDED)
    x = _values(variables)
    if outcome == pulp.LpSolutionOptimal:
        bound = None
        if gap is not None and x is not None:
            objective = problem.objective(x)
            bound = objective + max(SHADE * gap * abs(objective), ABSOLUTE)
        return Answer(Ended.OPTIMAL, x=x, bound=bound)
    if in_time:
        text = pulp.LpStatus.get(model.status, model.status)
        return Answer(Ended.FAILED, message=f"PuLP says {text!r}, before the time limit")
    found = outcome == pulp.LpSolutionIntegerFeasible
    return Answer(Ended.STOPPED, x=x if found else None, limit="time")


def _values(variables: list[Any]) -> Floats | None:
    values = [variable.varValue for variable in variables]
    if any(value is None for value in values):
        return None
    return np.array(values, dtype=np.float64)
