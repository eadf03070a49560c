"""Batch work that runs once, on one pool, without a break (domain section 4).

x(p,i) = 1 where the run starts on pool p in period i; it takes n = ⌈K / (GPUs × Δt)⌉ periods:

    Σ x ≤ z;   x(p,i) only where release ≤ i and i + n ≤ hard end
    GPUs(p,t) = GPUs × g(p,t);   g(p,t) = Σ x(p,i), t − n < i ≤ t
    owed work of its j-th period: GPUs × Δt, in the last the remainder

A run of more than `LONG` periods has columns for g, of two entries more a period, in place of sums of n:

    g(p,t) = g(p,t−1) + x(p,t) − x(p,t−n)
"""

from __future__ import annotations

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.service import Service
from optimizer.model.contracts.work import Amount, Finish, GivenUp, Work
from optimizer.model.desk import Model, windows
from solvers.builder import Index

LONG = 48
"""Periods of a run from which on its sums have columns of their own."""


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
        so_far = np.append(0, np.cumsum(job.allowed))
        ends = np.minimum(np.arange(model.periods) + length, model.periods)
        in_time = so_far[ends] - so_far[:-1] == length
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
    owed_work, finishing, nothing = model.sum(), model.sum(), model.sum()
    inside = np.arange(max(0, model.periods - length + 1))
    if length <= LONG:
        t, i = windows(model.periods, length)
        for pool in range(len(service.pools)):
            service.run(pool, start[pool, i], terms.max_gpus, t)
        owed_work.add(start[:, i], share[t - i], t)
    else:
        runs = _runs(model, terms.name, service, start, length)
        for pool in range(len(service.pools)):
            service.run(pool, runs[pool], terms.max_gpus)
        owed_work.add(runs, per_period)
        owed_work.add(start[:, inside], share[-1] - per_period, inside + length - 1)
    finishing.add(start[:, inside], 1.0, inside + length - 1)
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
        finish=Finish(finishing),
    )


def _runs(model: Model, name: str, service: Service, start: Index, length: int) -> Index:
    """g, (pools, periods)."""
    builder, names = model.builder, [pool.pool.name for pool in service.pools]
    every = model.every_period
    runs = builder.columns(start.shape, 0.0, 1.0, owner=name, symbol="g", part=names, period=every)
    rows = builder.rows(start.shape, 0.0, 0.0, owner=name, symbol="runs", part=names, period=every)
    builder.add(rows, runs, 1.0)
    builder.add(rows[:, 1:], runs[:, :-1], -1.0)
    builder.add(rows, start, -1.0)
    builder.add(rows[:, length:], start[:, :-length], 1.0)
    return runs
