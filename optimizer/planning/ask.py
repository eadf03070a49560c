"""Which solver answers: one after the other until one does, under one time limit; at last the rules of thumb.

    HiGHS → HiGHS with presolve → SCIP → CBC → rules        a solver that was named goes first

The next one is asked where one fails, finds nothing within its share, returns what the audit rejects, or claims what is
not so: "infeasible" is believed once the elastic re-solve needs slack, "unbounded" once two solvers say it and the
columns' bounds allow it. Nor is a proof taken at its word: where a plan that is known earns more than its bound (its
own, another solver's, or, unless the default one proved it, that by rules of thumb), it is none, and the next one is
asked and begins with that plan. The first one has most of the time: while it has found nothing 60 %, and with
something in hand 90 %. The others share what is left. Plans that are known
without a search (`optimizer.planning.known`) are what they begin with, where jobs are many, and what an answer is held
against that is not proven: the best one is the plan, with the solver's bound.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from optimizer.auditor.findings import Findings
from optimizer.model.formulation import Formulation
from optimizer.planning.how import DEFAULT, ORDER, RULES, HowToSolve
from optimizer.planning.known import known_plans, plan_to_begin_with
from optimizer.planning.rules.repair import rule_plan
from optimizer.schedule import Attempt, Schedule
from solvers import (
    Abilities,
    Options,
    Result,
    SolverError,
    SolverUnavailable,
    Status,
    UnknownSolver,
    abilities,
    solve,
)
from solvers.gap import denominator
from solvers.infeasible import is_infeasible
from solvers.isolated import ENDED
from solvers.problem import Floats, ProblemError

PATIENCE_SHARE = 0.6
"""Of the limit, for a first solver that has found nothing."""
FIRST_SHARE = 0.9
BLIND_SHARE = 0.8
"""Of the limit, for a first solver that does not tell what it has found."""
CONFIRM_SHARE = 0.5
"""Of what is left, for the elastic re-solve."""
CHECK_S, CHECK_SHARE = 2.0, 0.2
"""Most time, and share of what is left, for the plan by rules that a proof is held against."""
LEAST_S = 0.05
"""With less time than this no further solver is asked."""
RULES_LEAST_S = 0.5
BEGIN = "a plan for the next one to begin with"

Read = Callable[[Result], tuple[Schedule, Findings]]
"""The schedule of a result, and the audit's word on it."""


@dataclass(frozen=True, eq=False)
class Answered:
    """What came of asking: the schedule with its attempts, the findings, and how long the solvers took."""

    schedule: Schedule
    findings: Findings
    solve_s: float


@dataclass(frozen=True, eq=False)
class _Accepted:
    """A result that can be the answer: its schedule, the audit's word on it, and the solution where there is one."""

    schedule: Schedule
    findings: Findings
    x: Floats | None = None


@dataclass(frozen=True)
class _Refused:
    """A result that is not the answer, and why."""

    reason: str


def ask(formulation: Formulation, how: HowToSolve, options: Options, read: Read) -> Answered:
    """Ask for the plan; `options` say gap and time. Without fallbacks the named solver's word is the last.

    Raises ProblemError; SolverError where a solver that somebody named cannot be used.
    """
    if not how.fallbacks and not how.by_rules:
        result = solve(formulation.problem, how.solver, options)
        return _answered([_attempt(result)], *read(result))
    return _Chain(formulation, how, options, read).answer()


class _Chain:
    def __init__(self, formulation: Formulation, how: HowToSolve, options: Options, read: Read) -> None:
        self._formulation, self._problem = formulation, formulation.problem
        self._how, self._options, self._read = how, options, read
        self._names = () if how.by_rules else how.solvers
        self._last = time.monotonic() + options.time_limit_s
        self._attempts: list[Attempt] = []
        self._rejected: _Accepted | None = None
        """The first plan that the audit rejects."""
        self._shunned: list[str] = []
        """Solvers that broke, or had to be ended: not to be asked again."""
        self._known: _Accepted | None = None
        """The last plan that the audit accepts and that is no answer, because it refutes a proof."""
        self._without: list[Result] = []
        """Results that are no plan, in the order of asking."""
        self._begun: Result | None = None
        """What solvers begin with."""

    @property
    def _left(self) -> float:
        return self._last - time.monotonic()

    def answer(self) -> Answered:
        """Ask in order, then follow the rules."""
        begun = self._begin()
        if begun is not None:
            return begun
        for place, name in enumerate(self._names):
            if place and self._left < LEAST_S:
                break
            if place and not self._worth_asking(name):
                continue
            result = self._bounded(self._solve(place, name))
            verdict = self._judged(result)
            if isinstance(verdict, _Accepted):
                return self._held_against_known(result, verdict)
            self._attempts.append(_attempt(result, verdict.reason))
        if self._known is not None:
            return _answered(self._attempts, self._known.schedule, self._known.findings)
        return self._by_rule()

    def _worth_asking(self, name: str) -> bool:
        """A solver whose proofs do not count is there for solutions of problems with integers."""
        return bool(self._problem.integers) or _abilities(name).proof

    def _begin(self) -> Answered | None:
        """Look for a plan that solvers begin with. It is the answer where its bound proves it, and nobody was named."""
        if not self._names or self._options.start is not None:
            return None
        since = time.monotonic()
        found = plan_to_begin_with(self._formulation, self._options.time_limit_s)
        if found is None:
            return None
        self._begun = found = replace(found, seconds=time.monotonic() - since)
        plan = _Accepted(*self._read(found))
        if plan.findings.ok and plan.schedule.outcome.status == "proven" and not self._how.named:
            self._attempts.append(_attempt(replace(found, status=Status.PROVEN)))
            return _answered(self._attempts, plan.schedule, plan.findings)
        left = max(self._options.time_limit_s - found.seconds, LEAST_S)
        self._options = replace(self._options, start=found.x, time_limit_s=left)
        self._attempts.append(_attempt(found, BEGIN))
        return None

    def _bounded(self, result: Result) -> Result:
        """The result with the lower of its bound and that of what it began with."""
        known = None if self._begun is None else self._begun.bound
        if result.x is None or known is None or (result.bound is not None and result.bound <= known):
            return result
        return replace(result, bound=known)

    def _held_against_known(self, result: Result, answer: _Accepted) -> Answered:
        """The answer, or a plan that is known and better, where it is not proven; with the solver's bound."""
        best, by, reason = answer, result, ""
        open_ = result.x is not None and answer.findings.ok and answer.schedule.outcome.status != "proven"
        if open_ and result.limit != "interrupt" and self._left >= RULES_LEAST_S:
            for known in known_plans(self._formulation, self._left, self._shunned):
                refuted = result.bound is not None and self._refutes(known, result.bound)
                told = replace(known, bound=None if refuted else result.bound, limit=result.limit)
                other = _Accepted(*self._read(told))
                if other.findings.ok and _worth(other.schedule) > _worth(best.schedule):
                    best, by, reason = other, told, f"{known.solver} know a better plan"
                    reason += f", which its bound {result.bound:.2f} denies" if refuted else ""
        self._attempts.append(_attempt(result, reason))
        if by is not result:
            self._attempts.append(_attempt(by))
        return _answered(self._attempts, best.schedule, best.findings)

    def _solve(self, place: int, name: str) -> Result:
        begun = time.monotonic()
        try:
            return solve(self._problem, name, self._share(place, name))
        except (UnknownSolver, ProblemError):
            raise
        except SolverError as error:
            if place == 0 and (self._how.named or not isinstance(error, SolverUnavailable)):
                raise
            message = f"not available: {error}"
        except Exception as error:
            message = f"{type(error).__name__}: {error}".removesuffix(": ")
        return Result(Status.ERROR, name, "", time.monotonic() - begun, message=message)

    def _share(self, place: int, name: str) -> Options:
        """The time that a solver has."""
        limit = self._options.time_limit_s
        if place:
            start = self._options.start if self._known is None else self._known.x
            return replace(self._options, start=start, time_limit_s=self._left / (len(self._names) - place + 1))
        if _abilities(name).incumbents:
            return replace(self._options, time_limit_s=FIRST_SHARE * limit, patience_s=PATIENCE_SHARE * limit)
        return replace(self._options, time_limit_s=BLIND_SHARE * limit)

    def _judged(self, result: Result) -> _Accepted | _Refused:
        """Whether a result is the answer."""
        if result.x is not None:
            plan = _Accepted(*self._read(result), result.x)
            if result.limit == "interrupt":
                return plan
            if plan.findings.ok:
                reason = self._doubt_proof(result, plan)
                return _Refused(reason) if reason else plan
            self._rejected = self._rejected or plan
            return _Refused(f"the audit rejects its plan: {plan.findings.violations[0]}")
        reason = "" if result.limit == "interrupt" else self._doubt(result)
        if not reason:
            return _Accepted(*self._read(result))
        self._without.append(result)
        if result.status is Status.ERROR or result.message == ENDED:
            self._shunned.append(result.solver)
        return _Refused(reason)

    def _doubt_proof(self, result: Result, plan: _Accepted) -> str:
        """Why what a solver says of its plan is not so, with the plan that refutes it kept; empty where it may be."""
        if result.refuted:
            self._known = plan
            return f"its proof is refuted: {result.message}"
        if result.bound is None or result.status is not Status.PROVEN or not self._problem.integers:
            return ""
        if result.solver == DEFAULT:  # another one's word is held against a plan that this one finds
            return ""
        return self._refuted_by_rules(result.bound, min(CHECK_S, CHECK_SHARE * self._left))

    def _refuted_by_rules(self, bound: float, time_limit_s: float) -> str:
        others = [*self._shunned, *(name for name in ORDER if name != DEFAULT)]
        plain = rule_plan(self._formulation, max(time_limit_s, LEAST_S), others, isolated=None)
        if not self._refutes(plain, bound):
            return ""
        plan = _Accepted(*self._read(plain), plain.x)
        if not plan.findings.ok:
            return ""
        self._known = plan
        return f"its bound {bound:.2f} is below the plan by rules of thumb, which earns {plain.objective:.2f}"

    def _refutes(self, known: Result, bound: float) -> bool:
        """Whether a plan that is known earns more than a bound allows, by more than the gap."""
        if known.x is None or known.objective is None:
            return False
        return known.objective > bound + self._options.gap * denominator(self._problem, known.x)

    def _doubt(self, result: Result) -> str:
        """Why a result without a plan is not believed; empty where it is."""
        if result.status is Status.INFEASIBLE:
            return self._doubt_infeasible(result)
        if result.status is Status.UNBOUNDED:
            if self._problem.limited:
                return "it says unbounded, where every column that earns is bounded"
            alone = not any(other.status is Status.UNBOUNDED for other in self._without)
            return "it says unbounded, alone so far" if alone else ""
        if result.status is Status.ERROR:
            return result.message or "it failed"
        return "it found nothing in its time" + (f": {result.message}" if result.message else "")

    def _doubt_infeasible(self, result: Result) -> str:
        asked = [result.solver, *(name for name in self._names if name != result.solver)]
        confirmed = is_infeasible(self._problem, asked, max(CONFIRM_SHARE * self._left, RULES_LEAST_S))
        if confirmed is None:
            return "it says infeasible, which the elastic re-solve did not confirm in time"
        return "" if confirmed else "it says infeasible, but the elastic re-solve breaks no rule"

    def _by_rule(self) -> Answered:
        result = self._begun or rule_plan(self._formulation, max(self._left, RULES_LEAST_S), self._shunned)
        verdict = self._judged(result)
        if isinstance(verdict, _Accepted) and result.x is not None:
            self._attempts.append(_attempt(result))
            return _answered(self._attempts, verdict.schedule, verdict.findings)
        reason = "interrupted" if isinstance(verdict, _Accepted) else verdict.reason
        self._attempts.append(_attempt(result, reason))
        last = self._rejected or _Accepted(*self._read(self._without_plan()))
        return _answered(self._attempts, last.schedule, last.findings)

    def _without_plan(self) -> Result:
        """What is said where nobody found a plan: what the first one said that did not fail; but never "infeasible"."""
        spoke = [result for result in self._without if result.status is not Status.ERROR and result.solver != RULES]
        result = (spoke or self._without)[0]
        if result.status is not Status.INFEASIBLE:
            return result
        message = f"{result.solver} says infeasible, which is not confirmed"
        return replace(result, status=Status.NO_SOLUTION, message=message)


def _abilities(name: str) -> Abilities:
    """What a solver can do; of one that cannot be used nothing is known, which shows when it is asked."""
    try:
        return abilities(name)
    except Exception:
        return Abilities(integers=True, duals=False, bound=False, progress=False, interrupt=False, cancel=False)


def _worth(schedule: Schedule) -> float:
    """What is optimised: profit of the whole horizon, less what leaving set-points is charged."""
    profit = schedule.horizon_profit_usd
    return -math.inf if profit is None else profit - schedule.outcome.leaving_usd


def _attempt(result: Result, reason: str = "") -> Attempt:
    return Attempt(
        solver=result.solver,
        version=result.version,
        status=result.status.value,
        seconds=result.seconds,
        reason=reason,
    )


def _answered(attempts: list[Attempt], schedule: Schedule, findings: Findings) -> Answered:
    outcome = schedule.outcome.model_copy(update={"attempts": tuple(attempts)})
    return Answered(replace(schedule, outcome=outcome), findings, sum(attempt.seconds for attempt in attempts))
