"""HiGHS through highspy: the default route."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import version as installed
from typing import Any

import highspy
import numpy as np
from highspy import HighsModelStatus as Native
from highspy import cb

from solvers.gap import LEAST_DENOMINATOR, denominator
from solvers.implied import with_ends
from solvers.interrupt import run_stoppable
from solvers.outcome import Options, Progress
from solvers.problem import Floats, Problem
from solvers.route import SHADE, Abilities, Answer, Ended
from solvers.start import said

PROGRESS_EVERY_S = 0.25

_CALLBACK = cb.HighsCallbackType
_OPTIMAL = {Native.kOptimal, Native.kModelEmpty}
_STOPPED = {Native.kTimeLimit, Native.kInterrupt, Native.kHighsInterrupt}


class HighsRoute:
    """HiGHS. One `Highs` object a solve and one thread, so solves in several Python threads don't meet."""

    name = "highs"
    abilities = Abilities(
        integers=True,
        duals=True,
        bound=True,
        progress=True,
        interrupt=True,
        cancel=True,
        start=True,
        session=True,
        incumbents=True,
    )
    _presolve = "off"
    """With integers; linear problems are presolved as HiGHS thinks fit."""

    @property
    def version(self) -> str:
        return _version()

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`."""
        return self.warm().run(problem, options)

    def warm(self) -> WarmHighs:
        """See `WarmRoute.warm`."""
        return WarmHighs(self._presolve, proof=self.abilities.proof)


@cache
def _version() -> str:
    return f"HiGHS {installed('highspy')}"


class WarmHighs:
    """A `Highs` object and the problem that it holds. The next one is told as the difference, and a linear problem is
    solved from the basis that the one before left."""

    def __init__(self, presolve: str, *, proof: bool) -> None:
        self._presolve, self._proof = presolve, proof
        self._solver: Any = None
        self._held: Problem | None = None

    def run(self, problem: Problem, options: Options) -> Answer:
        """Solve; see `Route.run`. Where a linear problem fails from where the one before left it, it is solved anew."""
        warm = self._held is not None
        answer = self._run(problem, options)
        if warm and answer.ended is Ended.FAILED:
            self._held = None
            answer = self._run(problem, options)
        return answer if self._proof or not problem.integers else _unproven(answer)

    def _run(self, problem: Problem, options: Options) -> Answer:
        if problem.integers:
            problem = with_ends(problem)
        if not self._hold(problem):
            return Answer(Ended.FAILED, message="HiGHS did not take the model")
        solver = self._solver
        solver.setOptionValue("mip_rel_gap", SHADE * options.gap)
        solver.setOptionValue("mip_abs_gap", SHADE * options.gap * LEAST_DENOMINATOR)
        # Its clock runs on from solve to solve.
        limit = solver.getRunTime() + options.time_limit_s if math.isfinite(options.time_limit_s) else math.inf
        solver.setOptionValue("time_limit", float(limit))
        _begin_with(solver, said(problem, options.start) if problem.integers else None)
        watch = _Watch(problem, options)
        watch.attach(solver)

        def work() -> bool:
            solver.run()
            if sys.platform == "win32":
                # A HiGHS scheduler left in an ending thread can deadlock there (highspy does the same).
                highspy.Highs.resetGlobalScheduler(False)
            return True

        ran = run_stoppable(work, watch.stop, options, leave=True, found=watch.found)
        if ran.value is None:
            self._held = None  # it is still at work on this one: the next begins anew
            return watch.answer(ran.limit)
        watch.detach(solver)
        return _answer(solver, problem, ran.limit)

    def _hold(self, problem: Problem) -> bool:
        """Have HiGHS hold this problem: as the difference to the one it holds where the matrix is the same."""
        held, self._held = self._held, problem
        if held is not None and _same_matrix(held, problem):
            _change(self._solver, held, problem)
            return True
        self._solver = solver = highspy.Highs()
        solver.disableCallbacks()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        if problem.integers:
            # HiGHS 1.11 to 1.13.1 presolve 2 of 4,000 seeded small plans (3357 and 3724 of tests/oracle) to a
            # worse "optimum"; 1.15.1, which cannot be loaded beside ortools, does not. Without presolve 2,400
            # agree with enumeration and 2,500 with SCIP, and days and weeks take as long.
            solver.setOptionValue("presolve", self._presolve)
        if _load(solver, problem) is highspy.HighsStatus.kError:
            self._held = None
            return False
        return True


class PresolvedRoute(HighsRoute):
    """HiGHS with presolve, which finds plans where HiGHS without it finds none. What it claims to have proven counts
    for nothing (see `HighsRoute.run`): no bound, and no "infeasible"."""

    name = "highs-presolve"
    abilities = replace(HighsRoute.abilities, duals=False, bound=False, proof=False)
    _presolve = "on"


def _unproven(answer: Answer) -> Answer:
    """What is left of an answer whose proof counts for nothing."""
    if answer.x is None and answer.ended is not Ended.STOPPED:
        said = answer.message or f"HiGHS with presolve says {answer.ended.name.lower()}, which proves nothing"
        return Answer(Ended.FAILED, message=said)
    return Answer(Ended.STOPPED, x=answer.x, limit=answer.limit)


def _load(solver: Any, problem: Problem) -> Any:
    sense = int(highspy.ObjSense.kMaximize)
    by_rows = int(highspy.MatrixFormat.kRowwise)
    start, column, value = problem.row_start, problem.column, problem.value
    return solver.passModel(
        problem.columns,
        problem.rows,
        problem.nonzeros,
        by_rows,
        sense,
        problem.offset,
        problem.cost,
        problem.lower,
        problem.upper,
        problem.row_lower,
        problem.row_upper,
        start,
        column,
        value,
        problem.integer.astype(np.int32),
    )


def _begin_with(solver: Any, start: Floats | None) -> None:
    """Hand over a start; of a part of one HiGHS looks for the rest, in a search of its own that it keeps short."""
    if start is not None:
        given = np.flatnonzero(np.isfinite(start)).astype(np.int32)
        solver.setSolution(len(given), given, start[given])


def _same_matrix(one: Problem, other: Problem) -> bool:
    return all(
        getattr(one, name) is getattr(other, name) or np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("row_start", "column", "value", "integer")
    )


def _change(solver: Any, held: Problem, problem: Problem) -> None:
    """Tell HiGHS what of costs, bounds and limits is other than before."""
    cost = np.flatnonzero(held.cost != problem.cost).astype(np.int32)
    if len(cost):
        solver.changeColsCost(len(cost), cost, problem.cost[cost])
    bound = np.flatnonzero((held.lower != problem.lower) | (held.upper != problem.upper)).astype(np.int32)
    if len(bound):
        solver.changeColsBounds(len(bound), bound, problem.lower[bound], problem.upper[bound])
    row = np.flatnonzero((held.row_lower != problem.row_lower) | (held.row_upper != problem.row_upper))
    if len(row):
        row = row.astype(np.int32)
        solver.changeRowsBounds(len(row), row, problem.row_lower[row], problem.row_upper[row])
    if held.offset != problem.offset:
        solver.changeObjectiveOffset(problem.offset)


class _Watch:
    """What looks at a running solve: interruption, progress, and the gap as we define it.

    HiGHS divides by |objective| alone; near a zero objective that is far stricter than what was asked, so the
    solve is ended as soon as our own gap is met. HiGHS may not look up for seconds (in its heuristics, in
    large relaxations); `answer` then tells what was known when it last did.
    """

    def __init__(self, problem: Problem, options: Options) -> None:
        self._problem = problem
        self._options = options
        self._stop = False
        self._began = time.perf_counter()
        self._told = -math.inf
        self._least = LEAST_DENOMINATOR
        self._x: Floats | None = None
        self._incumbent: float | None = None
        self._bound: float | None = None
        self._own_gap = bool(problem.integers) and (
            problem.reference_offset != 0.0 or (problem.reference is not None and problem.reference.any())
        )

    def stop(self) -> None:
        """End the solve at its next look."""
        self._stop = True

    def found(self) -> bool:
        """Whether there is an incumbent."""
        return self._x is not None

    def attach(self, solver: Any) -> None:
        """Ask for the callbacks that are needed, and no others: each look takes the interpreter's lock."""
        if self._problem.integers:
            kinds = [_CALLBACK.kCallbackMipInterrupt, _CALLBACK.kCallbackMipImprovingSolution]
        else:
            kinds = [_CALLBACK.kCallbackSimplexInterrupt, _CALLBACK.kCallbackIpmInterrupt]
        solver.setCallback(self._look, None)
        for kind in kinds:
            solver.startCallback(kind)

    def answer(self, limit: str | None) -> Answer:
        """What was known of a mixed-integer solve when HiGHS last looked up."""
        return Answer(Ended.STOPPED, x=self._x, bound=self._bound, limit=limit)

    def detach(self, solver: Any) -> None:
        """Drop the reference that HiGHS holds to this object."""
        solver.setCallback(None, None)

    def _look(self, kind: int, message: str, out: Any, into: Any, data: object) -> None:
        if kind == _CALLBACK.kCallbackMipImprovingSolution:
            self._improved(out)
            return
        if self._stop:
            into.user_interrupt = True
            return
        if kind != _CALLBACK.kCallbackMipInterrupt:
            return
        self._bound = out.mip_dual_bound if math.isfinite(out.mip_dual_bound) else None
        gap = None
        if self._bound is not None and self._incumbent is not None:
            gap = abs(self._bound - self._incumbent) / self._least
            into.user_interrupt = self._own_gap and gap <= SHADE * self._options.gap
        if self._options.progress is not None:
            self._tell(self._options.progress, gap)

    def _improved(self, out: Any) -> None:
        x = np.array(out.mip_solution)  # a copy: HiGHS owns what it shows
        self._least = denominator(self._problem, x)
        self._incumbent = self._problem.objective(x)
        self._x = x
        if self._options.incumbent is not None:
            self._options.incumbent(x)

    def _tell(self, progress: Callable[[Progress], None], gap: float | None) -> None:
        seconds = time.perf_counter() - self._began
        if seconds - self._told >= PROGRESS_EVERY_S:
            self._told = seconds
            progress(Progress(seconds, self._incumbent, self._bound, gap))


def _answer(solver: Any, problem: Problem, stopped: str | None) -> Answer:
    status = solver.getModelStatus()
    info = solver.getInfo()
    if status == Native.kInfeasible:
        return Answer(Ended.INFEASIBLE)
    if status == Native.kUnbounded:
        return Answer(Ended.UNBOUNDED)
    if status == Native.kUnboundedOrInfeasible:
        return Answer(Ended.UNBOUNDED_OR_INFEASIBLE)
    if status not in _OPTIMAL | _STOPPED:
        return Answer(Ended.FAILED, message=f"HiGHS ended with: {solver.modelStatusToString(status)}")
    solution = solver.getSolution()
    x = None
    if status in _OPTIMAL or info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible):
        x = np.array(solution.col_value)
    bound = info.mip_dual_bound if problem.integers and math.isfinite(info.mip_dual_bound) else None
    limit = None
    if status in _STOPPED:
        # An interruption that nobody asked for is the one at our own gap: no limit.
        limit = "time" if status == Native.kTimeLimit else stopped
    duals = status in _OPTIMAL and not problem.integers and solution.dual_valid
    return Answer(
        Ended.OPTIMAL if status in _OPTIMAL else Ended.STOPPED,
        x=x,
        bound=bound,
        limit=limit,
        row_duals=np.array(solution.row_dual) if duals else None,
        reduced_costs=np.array(solution.col_dual) if duals else None,
    )
