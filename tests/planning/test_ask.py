"""Who answers where a solver fails, and what is said of those who did not."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimizer import RejectedByAudit, Schedule, plan
from optimizer.auditor.findings import Findings, Violation
from optimizer.model.formulation import formulate
from optimizer.planning import ask as chain_module
from optimizer.planning import plan as planner
from optimizer.planning.start import start_of
from optimizer.report.table import attempt_lines
from optimizer.scenario.scenario import Scenario
from solvers import Options, Problem, Result, SolverUnavailable, Status, UnknownSolver, registry
from solvers.highs import HighsRoute
from solvers.infeasible import is_infeasible
from solvers.route import Abilities, Answer, Ended
from tests.solvers.problems import dense
from tests.toys import group_fleet, scenario

NAMES = ("highs", "highs-presolve", "scip", "cbc")
Say = Callable[[Problem, Options], Answer]


class Fake:
    """A solver that says what it is told to, and remembers what it was given."""

    version = "Fake 1"

    def __init__(self, name: str, say: Say) -> None:
        self.name, self._say, self.given = name, say, list[Options]()
        self.abilities = Abilities(
            integers=True,
            duals=False,
            bound=True,
            progress=False,
            interrupt=True,
            cancel=True,
            incumbents=name.startswith("highs"),
            proof=name != "highs-presolve",
        )

    def run(self, problem: Problem, options: Options) -> Answer:
        self.given.append(options)
        return self._say(problem, options)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Fake]]:
    """Put fakes in the place of solvers."""

    def put(say: Say, *names: str) -> list[Fake]:
        fakes = [Fake(name, say) for name in names]
        for route in fakes:
            monkeypatch.setitem(registry._ROUTES, route.name, ("nothing", lambda route=route: route))
        return fakes

    return put


def raises(problem: Problem, options: Options) -> Answer:
    raise RuntimeError("out of patience")


def fails(problem: Problem, options: Options) -> Answer:
    return Answer(Ended.FAILED, message="it broke")


def finds_nothing(problem: Problem, options: Options) -> Answer:
    return Answer(Ended.STOPPED, limit="time")


def says_infeasible(problem: Problem, options: Options) -> Answer:
    return Answer(Ended.INFEASIBLE)


def says_unbounded(problem: Problem, options: Options) -> Answer:
    # "Unbounded" of integers is checked by asking for any solution at all.
    return HighsRoute().run(problem, options) if not problem.cost.any() else Answer(Ended.UNBOUNDED)


def toy(price: float = 50.0) -> Scenario:
    """One group that earns 100 USD an hour: 2 × (100 − price)."""
    return scenario([price, price], fleets=[group_fleet()])


def asked(schedule: Schedule) -> list[tuple[str, str]]:
    return [(attempt.solver, attempt.status) for attempt in schedule.outcome.attempts]


def reasons(schedule: Schedule) -> list[str]:
    return [attempt.reason for attempt in schedule.outcome.attempts]


def test_a_plan_proven_at_once_asks_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "rule_plan", None)
    schedule = plan(toy())
    assert asked(schedule) == [("highs", "proven")]
    assert reasons(schedule) == [""]
    assert attempt_lines(schedule) == []
    assert Schedule.from_json(schedule.to_json()).outcome == schedule.outcome


@pytest.mark.parametrize(
    ("say", "status", "reason"),
    [
        (raises, "error", "RuntimeError: out of patience"),
        (fails, "error", "it broke"),
        (finds_nothing, "no_solution", "it found nothing in its time"),
        (says_infeasible, "infeasible", "it says infeasible, but the elastic re-solve breaks no rule"),
        (says_unbounded, "unbounded", "it says unbounded, where every column that earns is bounded"),
    ],
)
def test_the_next_is_asked(fake: Callable[..., list[Fake]], say: Say, status: str, reason: str) -> None:
    fake(say, "highs", "highs-presolve")
    schedule = plan(toy())
    assert asked(schedule) == [("highs", status), ("highs-presolve", status), ("scip", "proven")]
    assert schedule.outcome.status == "proven"
    assert schedule.solver.name == "scip"
    assert schedule.profit_usd == pytest.approx(100.0)
    assert reasons(schedule)[0].startswith(reason)
    assert reasons(schedule)[2] == ""
    assert attempt_lines(schedule)[0].startswith("asked: highs (")
    assert reason in attempt_lines(schedule)[0]


def test_the_named_one_goes_first(fake: Callable[..., list[Fake]]) -> None:
    fake(fails, "cbc", "highs")
    schedule = plan(toy(), solver="cbc")
    # HiGHS with presolve gives a plan, and no proof.
    assert asked(schedule) == [("cbc", "error"), ("highs", "error"), ("highs-presolve", "feasible")]
    assert (schedule.outcome.bound_usd, schedule.profit_usd) == (None, pytest.approx(100.0))


def test_without_fallbacks_the_first_word_is_the_last(fake: Callable[..., list[Fake]]) -> None:
    fake(says_infeasible, "highs")
    assert plan(toy(), fallbacks=False).outcome.status == "infeasible"
    fake(raises, "highs")
    with pytest.raises(RuntimeError, match="out of patience"):
        plan(toy(), fallbacks=False)


def test_what_the_audit_rejects_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Violation("ledger", "grid", None, 1.0, "USD", "a dollar is missing")
    audit = planner.audit

    def strict(given: object, schedule: Schedule) -> Findings:
        findings = audit(given, schedule)  # type: ignore[arg-type]
        return replace(findings, violations=(wrong,)) if schedule.solver.name in rejected else findings

    monkeypatch.setattr(planner, "audit", strict)
    rejected = {"highs", "highs-presolve"}
    schedule = plan(toy())
    assert asked(schedule) == [("highs", "proven"), ("highs-presolve", "feasible"), ("scip", "proven")]
    assert reasons(schedule)[0] == "the audit rejects its plan: grid: a dollar is missing [ledger]"
    rejected = {*NAMES, "rules"}
    with pytest.raises(RejectedByAudit) as raised:
        plan(toy())
    assert raised.value.schedule.solver.name == "highs"
    assert asked(raised.value.schedule)[-1] == ("rules", "feasible")


def test_the_rules_at_last(fake: Callable[..., list[Fake]]) -> None:
    fake(says_infeasible, *NAMES)
    schedule = plan(toy(), time_limit_s=4.0)
    assert asked(schedule)[-1] == ("rules", "feasible")
    assert (schedule.outcome.status, schedule.outcome.bound_usd, schedule.outcome.gap) == ("feasible", None, None)
    assert (schedule.solver.name, schedule.profit_usd) == ("rules", pytest.approx(100.0))
    # All four say so of the elastic problem, too, which always has a solution.
    assert reasons(schedule)[0] == "it says infeasible, which the elastic re-solve did not confirm in time"


def idle_and_proven(problem: Problem, options: Options) -> Answer:
    """The plan that earns least, called the best."""
    least = HighsRoute().run(replace(problem, cost=-problem.cost), options)
    assert least.x is not None
    return Answer(Ended.OPTIMAL, x=least.x, bound=problem.objective(least.x))


def test_a_proof_below_the_plan_by_rules_is_none(fake: Callable[..., list[Fake]]) -> None:
    fake(idle_and_proven, "cbc")
    schedule = plan(toy(), solver="cbc", break_ties=False)
    assert asked(schedule) == [("cbc", "proven"), ("highs", "proven")]
    assert reasons(schedule)[0] == "its bound 0.00 is below the plan by rules of thumb, which earns 100.00"
    assert (schedule.outcome.status, schedule.profit_usd) == ("proven", pytest.approx(100.0))


def test_a_bound_below_a_known_plan_does_not_go_with_it(fake: Callable[..., list[Fake]]) -> None:
    def idle_at_its_limit(problem: Problem, options: Options) -> Answer:
        if problem.columns > columns:  # the plan by rules is repaired
            return HighsRoute().run(problem, options)
        return replace(idle_and_proven(problem, options), ended=Ended.STOPPED, bound=50.0, limit="time")

    columns = formulate(toy()).problem.columns
    fake(idle_at_its_limit, "highs")
    schedule = plan(toy())
    assert asked(schedule) == [("highs", "feasible"), ("rules", "feasible")]
    assert reasons(schedule)[0] == "rules know a better plan, which its bound 50.00 denies"
    assert (schedule.outcome.bound_usd, schedule.profit_usd) == (None, pytest.approx(100.0))


def test_where_all_are_refuted_the_plan_stands_without_a_proof(fake: Callable[..., list[Fake]]) -> None:
    def bounds_nothing(problem: Problem, options: Options) -> Answer:
        return replace(HighsRoute().run(problem, options), bound=problem.objective(problem.lower) - 1e6)

    fakes = fake(bounds_nothing, *NAMES)
    schedule = plan(toy())
    assert asked(schedule) == [(name, "feasible") for name in NAMES]
    assert reasons(schedule)[0].startswith("its proof is refuted: the solver's bound")
    assert (schedule.outcome.status, schedule.outcome.bound_usd) == ("feasible", None)
    assert schedule.profit_usd == pytest.approx(100.0)
    assert fakes[0].given[0].start is None and fakes[1].given[0].start is not None


def test_the_next_begins_with_the_plan_that_refuted(fake: Callable[..., list[Fake]]) -> None:
    """And cannot call it infeasible."""

    def infeasible_if_told(problem: Problem, options: Options) -> Answer:
        return Answer(Ended.INFEASIBLE) if options.start is not None else HighsRoute().run(problem, options)

    fake(idle_and_proven, "cbc")
    fake(infeasible_if_told, "highs")
    fake(finds_nothing, "highs-presolve")
    schedule = plan(toy(), solver="cbc", break_ties=False)
    # HiGHS repairs the plan by rules, where it is told no start; what finds nothing still has the plan.
    assert asked(schedule) == [("cbc", "proven"), ("highs", "feasible"), ("highs-presolve", "feasible")]
    assert reasons(schedule)[1].startswith("its proof is refuted: it says infeasible, where a solution of 100")
    assert (schedule.outcome.status, schedule.profit_usd) == ("feasible", pytest.approx(100.0))


def test_infeasible_is_said_where_slack_is_needed() -> None:
    given = scenario([50.0], site={"import_limit_mw": 1.0}, hall={"overhead_mw": 2.0}, fleets=[group_fleet()])
    schedule = plan(given)
    assert asked(schedule) == [("highs", "infeasible")]
    assert schedule.outcome.status == "infeasible"


def test_infeasible_is_never_said_unconfirmed(fake: Callable[..., list[Fake]], monkeypatch: pytest.MonkeyPatch) -> None:
    fake(says_infeasible, *NAMES)
    nothing = Result(Status.NO_SOLUTION, "rules", "", 0.0, message="nobody can")
    monkeypatch.setattr(chain_module, "rule_plan", lambda *_: nothing)
    schedule = plan(toy())
    assert schedule.outcome.status == "no_solution"
    assert schedule.outcome.message == "highs says infeasible, which is not confirmed"
    assert reasons(schedule)[-1] == "it found nothing in its time: nobody can"


def test_two_that_say_unbounded_are_believed(fake: Callable[..., list[Fake]], monkeypatch: pytest.MonkeyPatch) -> None:
    fake(says_unbounded, *NAMES)
    # Every column of a facility has a bound: the problem is taken for one with a column that earns and has none.
    monkeypatch.setattr(Problem, "limited", False)
    schedule = plan(toy())
    assert asked(schedule) == [("highs", "unbounded"), ("highs-presolve", "unbounded")]
    assert reasons(schedule) == ["it says unbounded, alone so far", ""]
    assert schedule.outcome.status == "unbounded"


def test_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "solvers.ortools_route", None)
    with pytest.raises(SolverUnavailable, match="ortools"):
        plan(toy(), solver="scip")
    monkeypatch.setitem(sys.modules, "solvers.highs", None)
    schedule = plan(toy())
    assert asked(schedule) == [(name, "error") for name in NAMES[:3]] + [("cbc", "proven")]
    assert reasons(schedule)[0].startswith("not available: solver 'highs' needs the package highspy")
    with pytest.raises(UnknownSolver):
        plan(toy(), solver="nope")


def test_ctrl_c_asks_nobody_else(fake: Callable[..., list[Fake]]) -> None:
    fake(lambda problem, options: Answer(Ended.STOPPED, limit="interrupt"), "highs")
    schedule = plan(toy())
    assert asked(schedule) == [("highs", "no_solution")]
    assert schedule.outcome.limit == "interrupt"


def test_shares_of_the_limit(fake: Callable[..., list[Fake]]) -> None:
    fakes = fake(finds_nothing, *NAMES)
    plan(toy(), time_limit_s=10.0)
    given = [route.given[0] for route in fakes]
    assert (given[0].time_limit_s, given[0].patience_s) == (9.0, 6.0)
    assert [options.time_limit_s for options in given[1:]] == pytest.approx([10 / 4, 10 / 3, 10 / 2], abs=0.2)
    plan(toy(), solver="scip", time_limit_s=10.0)
    assert fakes[2].given[1].time_limit_s == 8.0


def test_everybody_who_is_asked_begins_with_the_start(fake: Callable[..., list[Fake]]) -> None:
    published = plan(toy())
    fakes = fake(finds_nothing, *NAMES)
    plan(toy(), start=published, time_limit_s=4.0)
    expected = start_of(formulate(toy()), published)
    for route in fakes:
        start = route.given[0].start
        assert start is not None and np.array_equal(start, expected, equal_nan=True), route.name


def test_one_limit_covers_all(fake: Callable[..., list[Fake]]) -> None:
    def waits(problem: Problem, options: Options) -> Answer:
        time.sleep(min(options.time_limit_s, options.patience_s))
        return Answer(Ended.STOPPED, limit="time")

    fake(waits, *NAMES)
    begun = time.perf_counter()
    schedule = plan(toy(), time_limit_s=1.0)
    assert time.perf_counter() - begun < 3.0
    assert [name for name, _ in asked(schedule)] == [*NAMES, "rules"]
    assert schedule.outcome.attempts[0].seconds == pytest.approx(0.6, abs=0.2)
    assert schedule.outcome.status == "feasible"


# x + z = 4.5 with whole z ≤ 2 and x ≤ 2: half a unit is missing; relaxed, z = 2 and x = 2 as well.
SHORT = dense([1, 1], [[1, 1]], [4.5], [4.5], upper=2, integer=[False, True])
# 2 z = 1: only whole numbers stand in the way.
ODD = dense([1], [[2]], [1], [1], upper=5, integer=True)
FINE = dense([1, 1], [[1, 1]], [3.5], [3.5], upper=2, integer=[False, True])


@pytest.mark.parametrize(("problem", "answer"), [(SHORT, True), (ODD, True), (FINE, False)])
@pytest.mark.parametrize("solver", ["highs", "highs-presolve", "scip", "cbc"])
def test_infeasible_or_not(problem: Problem, answer: bool, solver: str) -> None:
    assert is_infeasible(problem, [solver, "scip"], 10.0) is answer


def breaks(problem: Problem, options: Options) -> Answer:
    raise OSError(28, "No space left on device")


def test_one_that_breaks_leaves_the_word_to_the_next(fake: Callable[..., list[Fake]]) -> None:
    fake(breaks, "cbc")
    assert is_infeasible(SHORT, ["cbc", "scip"], 10.0) is True


def test_crossed_bounds_are_infeasible_whatever_is_said(fake: Callable[..., list[Fake]]) -> None:
    fake(fails, "highs")
    assert is_infeasible(dense([1], lower=3, upper=2), ["highs"], 1.0) is True
    assert is_infeasible(SHORT, ["highs"], 1.0) is None
