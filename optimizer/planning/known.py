"""Plans that are known without a search: what a solver begins with where jobs are many, and what its answer is held
against where it has not proven it.

    eased      the relaxation of the scenario with jobs that stop, go on and run in fractions as they like: a small
               problem, whose nodes (rounded up) say when work is cheap. The jobs are placed on them one beside the
               other, and the rest is solved around them
    rules      the plan by rules of thumb (`optimizer.planning.rules`)
    idle       no job runs that may stop and go on
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.preemptible import STATES
from optimizer.model.formulation import Formulation, formulate
from optimizer.planning.how import RULES
from optimizer.planning.rules.held_jobs import with_jobs_held
from optimizer.planning.rules.many_jobs import Places, are_many, jobs_to_place, place_jobs
from optimizer.planning.rules.repair import rule_plan
from optimizer.scenario.contracts import Batch
from optimizer.scenario.scenario import Scenario
from solvers import Options, Result, SolverError, Status, solve
from solvers.problem import Floats, Problem

START_SHARE = 0.3
"""Most of the time limit that looking for a plan to begin with takes."""
GAP = 1e-3
FINDERS = ("highs-presolve", "highs", "scip", "cbc")
"""Finding is all that is asked of them."""
RELAXER = "highs"
LOOSE = "bounded by the relaxation in which jobs stop, go on and round up as they like"
LEAST_S = 0.1


def plan_to_begin_with(formulation: Formulation, time_limit_s: float) -> Result | None:
    """The better of two plans: jobs placed on the nodes of the eased problem, and as the rules place them; None where
    jobs are few, where set-points are to be kept, and where none is found. With the bound of `loose_bound`."""
    if formulation.held is not None or not are_many(formulation):
        return None
    last = time.monotonic() + START_SHARE * time_limit_s
    found = [eased_plan(formulation, START_SHARE * time_limit_s)]
    if last - time.monotonic() > LEAST_S:
        room = {name: block.gpus_most for name, block in formulation.pools.items()}
        found.append(_around(formulation, place_jobs(formulation, room), last - time.monotonic(), ()))
    best = max((plan for plan in found if plan is not None), key=_worth, default=None)
    if best is None:
        return None
    return replace(best, bound=loose_bound(formulation, max(last - time.monotonic(), LEAST_S)), message=LOOSE)


def _worth(plan: Result) -> float:
    return -np.inf if plan.objective is None else plan.objective


def loose_bound(formulation: Formulation, time_limit_s: float) -> float | None:
    """What no plan earns more than: the linear relaxation in which jobs stop, go on and round up as they like
    (`model.contracts.preemptible.STATES`). It takes a tenth of the time of the whole one, which solvers need for
    their first bound. None where it is not found in time."""
    problem = formulation.problem
    if problem.labels is None:
        return None
    rows = problem.labels.rows
    states = [rows.of(terms.name, symbol) for terms, _ in jobs_to_place(formulation) for symbol in STATES]
    loose = problem.without_rows(np.concatenate([*states, np.zeros(0, dtype=np.int64)]))
    x = _relaxed(loose, time_limit_s)
    return None if x is None else problem.objective(x)


def _relaxed(problem: Problem, time_limit_s: float) -> Floats | None:
    """The best solution (n,) of the linear relaxation; None where it is not found in time."""
    if time_limit_s < LEAST_S:
        return None
    try:
        result = solve(problem.relaxed(), RELAXER, Options(gap=1e-6, time_limit_s=time_limit_s))
    except (SolverError, RuntimeError, MemoryError):
        return None
    return result.x if result.status is Status.PROVEN else None


def known_plans(formulation: Formulation, time_limit_s: float, shunned: Sequence[str] = ()) -> Iterator[Result]:
    """The plan by rules and that of idle jobs, as far as there is time. `shunned`: solvers that are not to be asked."""
    last = time.monotonic() + time_limit_s
    by_rules = rule_plan(formulation, time_limit_s / 2.0, shunned)
    if by_rules.x is not None:
        yield by_rules
    jobs = jobs_to_place(formulation)
    if jobs and last - time.monotonic() > LEAST_S:
        idle = _around(formulation, {terms.name: {} for terms, _ in jobs}, last - time.monotonic(), shunned)
        if idle is not None:
            yield idle


def eased_plan(formulation: Formulation, time_limit_s: float, shunned: Sequence[str] = ()) -> Result | None:
    """Jobs placed on the nodes of the eased problem, and the rest solved around them; None where that finds nothing."""
    last = time.monotonic() + time_limit_s
    jobs = jobs_to_place(formulation)
    eased = formulate(_eased(formulation.model.scenario, {terms.name: job for terms, job in jobs}))
    x = _relaxed(eased.problem, time_limit_s)
    if x is None:
        return None
    room, ready = {}, {}
    placed = {terms.name for terms, _ in jobs}
    for name, block in eased.pools.items():
        others = [p.amount for p in eased.model.set_points if p.quantity == f"gpus[{name}]" and p.item not in placed]
        used = np.sum([amount.value(x) for amount in others], axis=0) if others else 0.0
        room[name], ready[name] = block.gpus_most - used, np.ceil(block.nodes_on.value(x) - 1e-6)
    return _around(formulation, place_jobs(formulation, room, ready), last - time.monotonic(), shunned)


def _eased(scenario: Scenario, jobs: dict[str, Job]) -> Scenario:
    """Jobs that run in fractions, without a least, a restart or a date; work is rounded up to what whole units and half
    a restart will take, at the same money in all."""
    return scenario.model_copy(
        update={
            "contracts": tuple(
                _eased_job(scenario, terms, jobs[terms.name])
                if isinstance(terms, Batch) and terms.name in jobs
                else terms
                for terms in scenario.contracts
            )
        }
    )


def _eased_job(scenario: Scenario, terms: Batch, job: Job) -> Batch:
    size = max(pool.gpus_per_node for pool in scenario.pools if pool.name in terms.pools)
    step = {"fraction": 0.0, "gpu": 1.0, "node": float(size)}[terms.gpu_unit] * scenario.horizon.hours
    work = job.owed + terms.restart_gpu_hours / 2.0
    more = (np.ceil(work / step) * step if step else work) - job.owed
    share = job.owed / (job.owed + more)
    paid = terms.price_usd_per_gpu_hour + terms.completion_usd / terms.gpu_hours
    eased: dict[str, object] = {
        "gpu_hours": terms.gpu_hours + float(more),
        "price_usd_per_gpu_hour": float(paid * share),
        "penalty_usd_per_gpu_hour": float(terms.penalty_usd_per_gpu_hour * share),
        "completion_usd": 0.0,
        "lateness_usd_per_hour": 0.0,
        "restart_gpu_hours": 0.0,
        "min_gpus": 0.0,
        "gpu_unit": "fraction",
        "all_or_nothing": False,
    }
    return terms.model_copy(update=eased)


def _around(formulation: Formulation, places: Places, time_limit_s: float, shunned: Sequence[str]) -> Result | None:
    """The best plan in which the jobs run so."""
    begun = time.monotonic()
    found = _found(with_jobs_held(formulation, places), time_limit_s, shunned)
    if found is None or found.x is None:
        return None
    version = f"jobs placed, the rest by {found.version}"
    worth = formulation.problem.objective(found.x)
    return Result(Status.FEASIBLE, RULES, version, time.monotonic() - begun, x=found.x, objective=worth)


def _found(problem: Problem, time_limit_s: float, shunned: Sequence[str]) -> Result | None:
    """The first solver's answer that has a solution."""
    last = time.monotonic() + time_limit_s
    names = [name for name in FINDERS if name not in shunned]
    for k, name in enumerate(names):
        left = last - time.monotonic()
        if left < LEAST_S:
            break
        try:
            result = solve(problem, name, Options(gap=GAP, time_limit_s=left if not k else left / (len(names) - k)))
        except (SolverError, RuntimeError, MemoryError):
            continue
        if result.x is not None:
            return replace(result, x=result.x)
        if result.limit == "interrupt" or result.status is Status.INFEASIBLE:
            break
    return None
