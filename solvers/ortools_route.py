"""SCIP and GLOP through OR-Tools.

The arrays go straight to the helper beneath `model_builder`; the module above it would import pandas.
"""

from __future__ import annotations

import math
import threading
import time
from importlib.metadata import version as installed
from typing import Any

import numpy as np
from ortools.linear_solver.python import model_builder_helper as mbh

from solvers.gap import LEAST_DENOMINATOR
from solvers.interrupt import run_stoppable
from solvers.outcome import Options
from solvers.problem import Floats, Problem
from solvers.route import SHADE, Abilities, Answer, Ended, infeasible_as_told
from solvers.start import said

_Native = mbh.SolveStatus
INFINITE = 1e20
"""SCIP writes infinity so."""
PARAMETERS = "constraints/linear/dualpresolving = FALSE"
"""SCIP's dual presolving of linear constraints lost optima and called worse plans proven: of 500 scenarios with an
order to 0 MW or no nodes in a period 109 ended so (held by `tests/model/test_lost_by_scip.py`)."""


class ScipRoute:
    """SCIP, one thread, for problems with and without integers.

    Ctrl-C is SCIP's own to catch: OR-Tools' interruption does not reach it. It looks up between LPs, so on
    very large problems it may only stop at the time limit. Elsewhere than in the main thread it is not asked
    to catch it, because several solves would restore each other's signal handlers.
    """

    name = "scip"
    abilities = Abilities(
        integers=True, duals=False, bound=True, progress=False, interrupt=True, cancel=False, start=True
    )

    @property
    def version(self) -> str:
        return f"SCIP in OR-Tools {installed('ortools')}"

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`."""
        solver = mbh.ModelSolverHelper("scip")
        catch = threading.current_thread() is threading.main_thread()
        gap = SHADE * options.gap
        solver.set_solver_specific_parameters(
            f"limits/gap = {gap!r}\nlimits/absgap = {gap * LEAST_DENOMINATOR!r}\n"
            f"misc/catchctrlc = {'TRUE' if catch else 'FALSE'}\n{PARAMETERS}"
        )
        start = said(problem, options.start) if problem.integers else None
        seconds = _solve(solver, problem, options, start)
        status = solver.status()
        text = solver.status_string()
        if status == _Native.OPTIMAL:
            return Answer(Ended.OPTIMAL, x=_values(solver), bound=_bound(solver))
        if status == _Native.INFEASIBLE:
            # "Infeasible" is also what OR-Tools makes of SCIP's "infeasible or unbounded".
            return Answer(infeasible_as_told(problem))
        if status == _Native.UNBOUNDED:
            return Answer(Ended.UNBOUNDED)
        if status in (_Native.FEASIBLE, _Native.NOT_SOLVED):
            # No other limit is set: what ended before its time was interrupted.
            limit = "time" if seconds >= options.time_limit_s else "interrupt"
            if not solver.has_solution():
                return Answer(Ended.STOPPED, limit=limit)
            return Answer(Ended.STOPPED, x=_values(solver), bound=_bound(solver), limit=limit)
        return Answer(Ended.FAILED, message=f"SCIP ended with {status.name}: {text}")


class GlopRoute:
    """GLOP, for linear problems only. It tells no bound before it is done."""

    name = "glop"
    abilities = Abilities(integers=False, duals=True, bound=False, progress=False, interrupt=True, cancel=True)

    @property
    def version(self) -> str:
        return f"GLOP in OR-Tools {installed('ortools')}"

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`."""
        solver = mbh.ModelSolverHelper("glop")
        ran = run_stoppable(lambda: _solve(solver, problem, options), solver.interrupt_solve, options)
        status = solver.status()
        if status == _Native.OPTIMAL:
            return Answer(
                Ended.OPTIMAL,
                x=_values(solver),
                row_duals=np.array(solver.dual_values()),
                reduced_costs=np.array(solver.reduced_costs()),
            )
        if status == _Native.INFEASIBLE:
            # GLOP calls a problem without a dual solution infeasible, unbounded ones included.
            return Answer(infeasible_as_told(problem))
        if status == _Native.UNBOUNDED:
            return Answer(Ended.UNBOUNDED)
        if status in (_Native.FEASIBLE, _Native.NOT_SOLVED, _Native.CANCELLED_BY_USER):
            x = _values(solver) if status == _Native.FEASIBLE else None
            return Answer(Ended.STOPPED, x=x, limit=ran.limit or "time")
        return Answer(Ended.FAILED, message=f"GLOP ended with {status.name}: {solver.status_string()}")


def _solve(solver: Any, problem: Problem, options: Options, start: Floats | None = None) -> float:
    """Fill a model and solve it; returns the seconds the solver took."""
    model = _model(problem)
    if start is not None:
        for j in np.flatnonzero(np.isfinite(start)).tolist():
            model.add_hint(j, float(start[j]))
    solver.enable_output(False)
    if math.isfinite(options.time_limit_s):
        solver.set_time_limit_in_seconds(options.time_limit_s)
    began = time.perf_counter()
    solver.solve(model)
    return time.perf_counter() - began


def _model(problem: Problem) -> Any:
    """The problem as OR-Tools has it. Number by number: the one call that takes arrays takes scipy's matrix only, whose
    import costs a quarter of a second. A day is handed over so in a hundredth of one, a year in some three."""
    model: Any = mbh.ModelBuilderHelper()
    columns = zip(problem.lower.tolist(), problem.upper.tolist(), problem.cost.tolist(), strict=True)
    for j, (low, high, cost) in enumerate(columns):
        model.add_var()
        model.set_var_lower_bound(j, low)
        model.set_var_upper_bound(j, high)
        model.set_var_objective_coefficient(j, cost)
    for j in np.flatnonzero(problem.integer).tolist():
        model.set_var_integrality(j, True)
    for i, (low, high) in enumerate(zip(problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)):
        model.add_linear_constraint()
        model.set_constraint_lower_bound(i, low)
        model.set_constraint_upper_bound(i, high)
    add = model.add_term_to_constraint
    rows, values = problem.rows_of_values().tolist(), problem.value.tolist()
    for i, j, value in zip(rows, problem.column.tolist(), values, strict=True):
        add(i, j, value)
    model.set_maximize(True)
    model.set_objective_offset(problem.offset)
    return model


def _values(solver: Any) -> Floats:
    return np.array(solver.variable_values(), dtype=np.float64)


def _bound(solver: Any) -> float | None:
    bound = float(solver.best_objective_bound())
    return bound if abs(bound) < INFINITE else None
