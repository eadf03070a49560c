"""The restarts of a job that may stop and go on: a path from state to state (domain section 4).

A job has not begun, runs, pauses or is done. It moves along arcs, and what comes into a state stays or leaves it:

    r(t) + p(t) = r(t−1) + p(t−1) + b(t) − f(t−1);    Σ b ≤ z
    going on    r(t) − b(t) − ρ(t) ≥ 0                stopping    p(t) − p(t−1) + ρ(t) ≥ 0
    waiting     p(t−1) − ρ(t) ≥ 0

| symbol | meaning |
|---|---|
| r(t), p(t) | 1 where the job runs; where it pauses, for good or to go on |
| b(t), ρ(t) | 1 where it begins for the first time (no restart); where a restart begins |
| f(t) | 1 where its owed work is done with period t |

Without r these are the rows of a path in a network, which has whole corners; as r is whole, so is everything else
(the turn-on and turn-off rows of unit commitment, with two kinds of turning on: Rajan and Takriti, 2005).

Restart work e(t), R for each restart, comes before owed work k(t):

    R ≤ least × Δt    e(t) = R × ρ(t): it ends in the period in which it begins
    otherwise         B(t) = B(t−1) + R × ρ(t) − e(t);   B(t) ≤ M × o(t);   k(t) ≤ most × (1 − o(t)), o(t) whole

M is what was owed before and `MOST_OPEN` restarts, on any horizon: no plan leaves more of them unfinished. A job that
begins restart after restart without coming back to its work burns power for its own sake, which nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.window import Window
from optimizer.model.desk import PeriodSum
from solvers.builder import Index

MOST_OPEN = 4
"""Restarts whose work may be left undone at once, beside what was owed before."""
CLOSE = 1e-12
"""GPU-hours by which restart work may be more than the least that a period runs."""


@dataclass(frozen=True, eq=False)
class Restarts:
    """Restart work in the model. Columns are one a period of the job's window."""

    begun: Index
    """ρ(t)."""
    work: PeriodSum
    """e(t) [GPU-hours]."""
    backlog: PeriodSum | None = None
    """B(t) [GPU-hours], where it may outlast its period."""
    most_backlog: float = 0.0
    """M."""
    open: Index | None = None
    """o(t)."""


def restarts_matter(job: Job) -> bool:
    """Whether a restart costs anything."""
    return job.terms.restart_gpu_hours > 0 or job.before.restart_gpu_hours_owed > 0


def restarts(window: Window, running: Index, done: Index | None, gate: Index) -> Restarts:
    """Columns and rows of a job's restarts and their work.

    `running` (n,): r; `done` (n,): 1 from the period on with which the owed work is done, None where nobody has to
    know; `gate` (1,): the column that is 0 where the job does not run at all.
    """
    begun = _path(window, running, done, gate)
    terms, owed_before = window.job.terms, window.job.before.restart_gpu_hours_owed
    if not owed_before and terms.restart_gpu_hours <= terms.min_gpus * window.hours + CLOSE:
        work = window.sum()
        work.add(begun, terms.restart_gpu_hours, window.periods)
        return Restarts(begun, work)
    return _backlog(window, begun)


def _path(window: Window, running: Index, done: Index | None, gate: Index) -> Index:
    """The states and the arcs between them; returns ρ."""
    before = window.job.before
    ran = float(before.running and window.periods[0] == 0)
    began = before.started or before.running
    paused, begun = window.columns("p"), window.columns("ρ")
    begins_with = (1.0 if began else 0.0) * window.first
    states = window.rows("state", begins_with, begins_with)
    for state in (running, paused):
        window.add(states, state, 1.0)
        window.add(states[1:], state[:-1], -1.0)
    if done is not None:
        window.add(states[1:], done[:-1], 1.0)
        window.add(states[2:], done[:-2], -1.0)
    goes_on = window.rows("goes on", 0.0, np.inf)
    window.add(goes_on, running, 1.0)
    window.add(goes_on, begun, -1.0)
    if not began:
        first = window.columns("b")
        window.add(states, first, -1.0)
        window.add(goes_on, first, -1.0)
        once = window.one_row("begins once", -np.inf, 0.0)
        window.add(once, first, 1.0)
        window.add(once, gate, -1.0)
    waited = begins_with - ran * window.first
    stops = window.rows("stops", waited, np.inf)
    window.add(stops, paused, 1.0)
    window.add(stops[1:], paused[:-1], -1.0)
    window.add(stops, begun, 1.0)
    waits = window.rows("waits", -waited, np.inf)
    window.add(waits[1:], paused[:-1], 1.0)
    window.add(waits, begun, -1.0)
    return begun


def _backlog(window: Window, begun: Index) -> Restarts:
    """Restart work that may last longer than the period in which it begins."""
    terms, owed_before = window.job.terms, window.job.before.restart_gpu_hours_owed
    most_work = terms.max_gpus * window.hours
    most = owed_before + terms.restart_gpu_hours * min(len(window) // 2 + 1, MOST_OPEN)
    done, left = window.columns("e", most_work), window.columns("B", most)
    first = owed_before * window.first
    rows = window.rows("backlog", first, first)
    window.add(rows, left, 1.0)
    window.add(rows[1:], left[:-1], -1.0)
    window.add(rows, begun, -terms.restart_gpu_hours)
    window.add(rows, done, 1.0)
    open_ = window.columns("o", integer=True)
    rows = window.rows("backlog open", -np.inf, 0.0)
    window.add(rows, left, 1.0)
    window.add(rows, open_, -most)
    if terms.restart_gpu_hours > most_work:  # it does not end in its first period
        rows = window.rows("lasts longer", 0.0, np.inf)
        window.add(rows, open_, 1.0)
        window.add(rows, begun, -1.0)
    work, backlog = window.sum(), window.sum()
    work.add(done, 1.0, window.periods)
    backlog.add(left, 1.0, window.periods)
    backlog.add_constant(np.where(np.arange(len(backlog.constant)) < window.periods[0], owed_before, 0.0))
    backlog.add(left[-1:], 1.0, window.behind)
    return Restarts(begun, work, backlog, most, open_)
