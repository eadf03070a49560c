"""Batch work that runs once, on one pool, without a break (domain section 4).

x(p,i) = 1 where the run starts on pool p in period i; it takes n = ⌈K / (GPUs × Δt)⌉ periods:

    Σ x ≤ z;   x(p,i) only where release ≤ i and i + n ≤ hard end
    GPUs(p,t) = GPUs × Σ x(p,i), t − n < i ≤ t
    owed work of its j-th period: GPUs × Δt, in the last the remainder
"""

from __future__ import annotations

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.service import Service
from optimizer.model.contracts.work import Amount, Finish, GivenUp, Work
from optimizer.model.desk import Model, windows


def one_run(model: Model, job: Job, service: Service) -> Work:
    """Columns and rows of a job that is not preemptible."""
    terms, horizon, builder = job.terms, model.horizon, model.builder
    per_period = terms.max_gpus * horizon.hours
    length = int(np.ceil(job.owed / per_period - 1e-9))
    share = np.full(min(length, model.periods), per_period)
    if length <= model.periods:
        share[-1] = job.owed - per_period * (length - 1)
    hours_left = job.hours_after + horizon.hours * (model.periods - np.arange(model.periods))
    under_way = job.before.started
    if job.ends_inside:
        in_time = np.array([job.allowed[i : i + length].sum() == length for i in range(model.periods)])
    else:
        in_time = job.allowed & (hours_left >= length * horizon.hours - 1e-9)
    may_start = np.tile(in_time, (len(service.pools), 1))
    if under_way:
        may_start[:] = False
        may_start[[p.pool.name == job.before.pool for p in service.pools], 0] = True
    start = builder.columns(
        may_start.shape,
        0.0,
        may_start.astype(float),
        integer=True,
        owner=terms.name,
        symbol="x",
        part=[p.pool.name for p in service.pools],
        period=model.every_period,
    )
    once = builder.rows(1, -np.inf, 0.0, owner=terms.name, symbol="once")
    builder.add(once, start, 1.0)
    builder.add(once, service.accepted, -1.0)
    if under_way:
        goes_on = builder.rows(1, 1.0, np.inf, owner=terms.name, symbol="run under way")
        builder.add(goes_on, start, 1.0)
        words = "its run under way would have to stop {when}"
        model.require(terms.name, "run under way", "runs", goes_on, words, size=1.0)
    t, i = windows(model.periods, length)
    owed_work, finishing, nothing = model.sum(), model.sum(), model.sum()
    for pool in range(len(service.pools)):
        service.run(pool, start[pool, i], terms.max_gpus, t)
    owed_work.add(start[:, i], share[t - i], t)
    inside = np.arange(max(0, model.periods - length + 1))
    finishing.add(start[:, inside], 1.0, inside + length - 1)
    finished_by = None
    if job.late:
        finished_by = model.sum()
        at, first = windows(model.periods, model.periods)
        ended = first >= length - 1
        finished_by.add(start[:, first[ended] - length + 1], 1.0, at[ended])
    columns = np.concatenate([service.accepted, start.ravel()])
    values = np.concatenate([[job.owed], np.full(start.size, -job.owed)])
    if not job.ends_inside and job.hours_after >= length * horizon.hours - 1e-9:
        columns, values = np.zeros(0, dtype=np.int64), np.zeros(0)  # it could still start afterwards
    gives_up = Amount(columns, values / job.owed)
    return Work(
        owed_work,
        nothing,
        missing=Amount(columns, values),
        given_up=GivenUp(gives_up if terms.all_or_nothing else None, any_work=gives_up),
        finish=Finish(finishing, finished_by),
    )
