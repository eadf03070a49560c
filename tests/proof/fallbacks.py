"""What stands behind the first solver: how often the rules of thumb find a plan, and how long a limit is overrun.

The rules are followed where HiGHS is out of order, so that another solver has to repair them; whether there is a plan
at all is asked of HiGHS.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from optimizer.auditor import audit
from optimizer.model.formulation import formulate
from optimizer.planning.plan import plan_and_audit
from optimizer.planning.read import read_schedule
from optimizer.planning.rules.repair import rule_plan
from optimizer.scenario.scenario import Scenario
from solvers import Options, isolated
from tests.cli.hard import hard
from tests.figure import Figure
from tests.oracle.generator import small_scenario
from tests.proof._scenarios import scenario_of
from tests.proof._variations import variation
from tests.solvers.problems import dense

FIRST_SEED = 300_000
RULES_LIMIT_S = 6.0
"""What is left for the rules of the default limit."""
FAULTS = ("hangs", "hangs_with_the_lock", "finds_and_hangs", "writes_and_hangs", "crashes")
LIMITS_S = (0.05, 0.5, 2.0)


def found(given: Scenario) -> bool | None:
    """Whether the rules give a plan that the audit accepts; None where HiGHS finds none either."""
    best, _ = plan_and_audit(given, gap=1e-2, time_limit_s=20.0, fallbacks=False)
    if best.profit_usd is None:
        return None
    formulation = formulate(given)
    result = rule_plan(formulation, RULES_LIMIT_S, ["highs"])
    schedule = read_schedule(formulation, result, 1e-4)
    return schedule.profit_usd is not None and audit(given, schedule).ok


def share(name: str, made: Callable[[int], Scenario | None], first: int, asked: int) -> Iterator[Figure]:
    """In how many of so many feasible scenarios the rules give a plan."""
    feasible = good = 0
    seed = first
    while feasible < asked:
        given = made(seed)
        seed += 1
        there = None if given is None or given.unchecked_faults() else found(given)
        if there is None:
            continue
        feasible += 1
        good += there
        if not there:
            print(f"fallbacks: {name}, seed {seed - 1}: no plan by rules", file=sys.stderr)
    yield Figure(f"rule-based plan found, {name} ({feasible})", 100.0 * good / feasible, "%", 95.0, at_least=True)


def overrun() -> float:
    """Longest time by which a limit is overrun in isolation, whatever the solver does [s]."""
    worst = 0.0
    problem = dense([3, 2], [[1, 1]], [-9], [4.5], upper=[4, 9], integer=[False, True])
    ordinary = isolated.command
    isolated.end_idle()
    isolated.command = lambda: [sys.executable, "-P", "-m", "tests.solvers.faulty_worker"]
    try:
        for fault in FAULTS:
            begun = time.perf_counter()
            isolated.solve(problem, fault, Options(time_limit_s=0.5))
            worst = max(worst, time.perf_counter() - begun - 0.5)
    finally:
        isolated.end_idle()
        isolated.command = ordinary
    given = Scenario.model_validate(hard())
    for solver in ("highs", "scip", "cbc"):
        for limit in LIMITS_S:
            begun = time.perf_counter()
            plan_and_audit(given, solver=solver, gap=0.0, time_limit_s=limit, isolated=True)
            worst = max(worst, time.perf_counter() - begun - limit)
    return worst


def figures(quick: bool) -> Iterator[Figure]:
    yield from share("small scenarios", small_scenario, FIRST_SEED, 30 if quick else 250)
    yield from share("scenarios over every component", scenario_of, FIRST_SEED, 20 if quick else 250)
    yield from share("variations of the examples", variation, 0, 14 if quick else 70)
    yield Figure("longest overrun of a time limit in isolation", overrun(), "s", 2.0)
