"""Faults of solvers and of memory."""

from __future__ import annotations

import resource
import time
from typing import Any

from optimizer.schedule import Schedule
from tests.proof import _injected as injected
from tests.proof._fault_cases.ground import (
    CODES,
    DAY,
    FEW,
    Check,
    Ended,
    Ground,
    broken,
    expect,
    first,
    hard_file,
)


def answered_by(ended: Ended, ground: Ground, solver: str, word: str, codes: set[int]) -> str | None:
    """What is wrong where another solver should have answered and it should be said why."""
    problem = expect(ended, codes)
    if problem:
        return problem
    schedule = Schedule.from_json((ground.out / "schedule.json").read_bytes())
    reasons = [attempt.reason for attempt in schedule.outcome.attempts]
    if schedule.solver.name != solver or not any(word in reason for reason in reasons):
        return f"{schedule.solver.name} answered; {reasons}"
    return first(broken(ground.out), ground.untidy())


def solver_missing(ground: Ground) -> str | None:
    ended = ground.solve(inject=injected.NO_SOLVERS.format(names=("highspy",)))
    return answered_by(ended, ground, "scip", "not available", {0, 4})


def all_solvers_missing(ground: Ground) -> str | None:
    ended = ground.solve(inject=injected.NO_SOLVERS.format(names=("highspy", "ortools", "pulp")))
    if "Traceback" in ended.err or ended.code not in {1, 2, 6} or "No module" not in ended.out + ended.err:
        return f"exit code {ended.code}: {ended.out[-200:]} {ended.err[-300:]}"
    return "a plan was written" if (ground.out / "schedule.json").exists() else None


def named_solver_missing(ground: Ground) -> str | None:
    ended = ground.solve(FEW, "--solver", "scip", inject=injected.NO_SOLVERS.format(names=("ortools",)))
    return expect(ended, {2}, "ortools")


def worker(fault: str, word: str, **more: Any) -> Check:
    def check(ground: Ground) -> str | None:
        code = injected.FAULTY_WORKER.format(fault=fault)
        begun = time.monotonic()
        ended = ground.solve(
            FEW, "--isolated", "--time-limit", 10, inject=injected.WITH_WORKER.format(code=code), **more
        )
        late = time.monotonic() - begun > 10.0 + 8.0  # imports and the shell's share of a busy machine
        # HiGHS with presolve is another route; what breaks is "highs" alone.
        problem = expect(ended, {0, 4})
        if problem:
            return problem
        schedule = Schedule.from_json((ground.out / "schedule.json").read_bytes())
        reason = schedule.outcome.attempts[0].reason
        odd = None if word in reason and schedule.outcome.attempts[0].solver == "highs" else f"it says: {reason!r}"
        return first(odd, "it took too long" if late else None, broken(ground.out), ground.untidy())

    check.__name__ = f"solver_{fault}"
    return check


def no_memory_for_any(ground: Ground) -> str | None:
    ended = ground.solve(FEW, "--isolated", "--time-limit", 20, env={"WATTSHIFT_MEMORY_MB": "40"})
    if "Traceback (most" in ended.err.replace("it said: Traceback", "") or ended.code not in {1, 6}:
        return f"exit code {ended.code}: {ended.out[-300:]} {ended.err[-300:]}"
    return "a plan was written" if (ground.out / "schedule.json").exists() else ground.untidy()


def little_memory(ground: Ground) -> str | None:
    """The whole command in 3 steps of memory: it works or says that there is none; what is written is whole."""
    for megabytes in (300, 600, 1200):
        ended = ground.solve(DAY, limits={resource.RLIMIT_AS: megabytes << 20}, env={"OPENBLAS_NUM_THREADS": "1"})
        told = ended.code in CODES | {1, -6, -11} and (ended.code in {0, 4} or ended.err.strip() or ended.out.strip())
        if not told:
            return f"{megabytes} MB: exit code {ended.code}, nothing said"
        problem = broken(ground.out)
        if problem:
            return problem
    return None


def clock_set_back(ground: Ground) -> str | None:
    ended = ground.solve(hard_file(ground), "--time-limit", 2, inject=injected.CLOCK_BACK)
    problem = first(expect(ended, {0, 4}), broken(ground.out))
    if problem:
        return problem
    seconds = Schedule.from_json((ground.out / "schedule.json").read_bytes()).seconds
    took = {name: value for name, value in seconds.model_dump().items() if value is not None}
    if min(took.values()) < 0.0 or not 0.1 < took["solve"] < 8.0:
        return f"seconds: {took}"
    return ground.untidy()
