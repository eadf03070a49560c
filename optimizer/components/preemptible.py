"""Batch work that may stop and go on (domain section 4).

| symbol | meaning |
|---|---|
| y(p,t), r(t) | GPUs on each pool; 1 where the job runs (where `min_gpus` or restarts make it matter) |
| k(t), e(t) | GPU-hours of owed and of restart work |
| ρ(t), B(t) | 1 where a restart begins; restart work still owed after t |
| a | all-or-nothing: 1 where the job is done |

    Δt × Σ_p y(p,t) = k(t) + e(t) + rounding(t)
    min × r(t) ≤ Σ_p y(p,t) ≤ max × r(t)
    restart     ρ(t) = max(0, r(t) − r(t−1)), less the job's first beginning
    backlog     B(t) = B(t−1) + R × ρ(t) − e(t);   B(t) > 0 ⇒ k(t) = 0
                (where R ≤ min × Δt a restart ends in its own period: e(t) = R × ρ(t), and no B)
    rounding    only in one period, at whose end all owed work is done: either the least GPUs run
                (rounding ≤ min × Δt), or whole GPUs or nodes round it up (rounding < one unit × Δt)
    done        G(t) binary, rising: Σ_{i ≤ t} k(i) ≥ K × G(t)
"""

from __future__ import annotations

import numpy as np

from optimizer.components.batch import Job, Work
from optimizer.components.contract import Service
from optimizer.components.model import Model, PeriodSum
from solvers.builder import Index
from solvers.problem import Floats

ALMOST = 1.0 - 1e-4
"""Rounding up to a whole unit adds less than the unit."""


def preemptible(model: Model, job: Job, service: Service) -> Work:
    """Columns and rows of a job that may stop and go on."""
    return _Preemptible(model, job, service).work()


class _Preemptible:
    def __init__(self, model: Model, job: Job, service: Service) -> None:
        self.model, self.job, self.service, self.terms = model, job, service, job.terms
        self.builder, self.hours, self.periods = model.builder, model.horizon.hours, model.periods
        most = np.where(job.allowed, self.terms.max_gpus, 0.0)
        service.gpus(most)
        self.k = self.builder.columns(self.periods, 0.0, np.minimum(most * self.hours, job.owed))
        self.done_so_far = self._cumulative()
        self.whole = self._all_or_nothing()
        needs_running = self.terms.min_gpus > 0 or self._restarts_matter()
        self.r = self._running(most) if needs_running else None
        if self.r is None:
            self._at_most(service.total, most)
        self.e: Index | None = None
        self.restarts: Index | None = None
        self.backlog: Index | None = None
        self.done: Index | None = None
        if self._restarts_matter():
            self._restart_work()
        self._balance()

    def _restarts_matter(self) -> bool:
        return self.terms.restart_gpu_hours > 0 or self.job.before.restart_gpu_hours_owed > 0

    def _at_most(self, amount: PeriodSum, most: Floats) -> None:
        self.model.limit(amount, -np.inf, most)

    def _cumulative(self) -> Index:
        """Columns of Σ_{i ≤ t} k(i), at most K × z."""
        total = self.builder.columns(self.periods, 0.0, self.job.owed)
        rows = self.builder.rows(self.periods, 0.0, 0.0)
        self.builder.add(rows, total, 1.0)
        self.builder.add(rows[1:], total[:-1], -1.0)
        self.builder.add(rows, self.k, -1.0)
        owed = self.builder.rows(1, -np.inf, 0.0)
        self.builder.add(owed, total[-1:], 1.0)
        self.builder.add(owed, self.service.accepted, -self.job.owed)
        return total

    def _all_or_nothing(self) -> Index | None:
        """The column a, with its rows; None where the job may be done in part."""
        if not self.terms.all_or_nothing:
            return None
        whole = self.builder.columns(1, 0.0, 1.0, integer=True)
        rows = self.builder.rows(2, -np.inf, 0.0)
        self.builder.add(rows[:1], whole, 1.0)
        self.builder.add(rows[:1], self.service.accepted, -1.0)
        self.builder.add(rows[1:], self.done_so_far[-1:], 1.0)
        self.builder.add(rows[1:], whole, -self.job.owed)
        return whole

    def _running(self, most: Floats) -> Index:
        terms, builder = self.terms, self.builder
        r = builder.columns(self.periods, 0.0, self.job.allowed.astype(float), integer=True)
        least = self.model.sum()
        least.add_sum(self.service.total)
        least.add(r, -terms.min_gpus)
        self.model.limit(least, 0.0, np.inf)
        top = self.model.sum()
        top.add_sum(self.service.total)
        top.add(r, -most)
        self.model.limit(top, -np.inf, 0.0)
        gate = self.whole if self.whole is not None else self.service.accepted if self.service.open else None
        if gate is not None:
            rows = builder.rows(self.periods, -np.inf, 0.0)
            builder.add(rows, r, 1.0)
            builder.add(rows, np.broadcast_to(gate, r.shape), -1.0)
        return r

    def _restart_work(self) -> None:
        builder, terms, before = self.builder, self.terms, self.job.before
        assert self.r is not None
        r, periods = self.r, self.periods
        # ρ' = beginnings of running: exact for binary r.
        begins = builder.columns(periods, 0.0, 1.0)
        rows = builder.rows((3, periods), np.array([[-np.inf], [-np.inf], [-np.inf]]), 0.0)
        was = float(before.running)
        upper = np.zeros((3, periods))
        upper[2] = 1.0
        upper[0, 0], upper[2, 0] = was, 1.0 - was
        rows = builder.rows((3, periods), -np.inf, upper)
        builder.add(rows[0], r, 1.0)  # r(t) − r(t−1) ≤ ρ'(t)
        builder.add(rows[0, 1:], r[:-1], -1.0)
        builder.add(rows[0], begins, -1.0)
        builder.add(rows[1], begins, 1.0)  # ρ'(t) ≤ r(t)
        builder.add(rows[1], r, -1.0)
        builder.add(rows[2], begins, 1.0)  # ρ'(t) ≤ 1 − r(t−1)
        builder.add(rows[2, 1:], r[:-1], 1.0)
        self.restarts = restarts = builder.columns(periods, 0.0, 1.0)
        link = builder.rows(periods, 0.0, 0.0)
        builder.add(link, restarts, 1.0)
        builder.add(link, begins, -1.0)
        if not before.started:
            # h(t): has run by t; its rise is the job's first beginning, which is no restart.
            has_run = builder.columns(periods, 0.0, 1.0)
            builder.add(link, has_run, 1.0)
            builder.add(link[1:], has_run[:-1], -1.0)
            order = builder.rows((3, periods), -np.inf, 0.0)
            builder.add(order[0], r, 1.0)
            builder.add(order[0], has_run, -1.0)
            builder.add(order[1, 1:], has_run[:-1], 1.0)
            builder.add(order[1, 1:], has_run[1:], -1.0)
            builder.add(order[2], has_run, 1.0)
            builder.add(order[2, 1:], has_run[:-1], -1.0)
            builder.add(order[2], r, -1.0)
        self.e = builder.columns(periods, 0.0, np.where(self.job.allowed, terms.max_gpus * self.hours, 0.0))
        owed_before = before.restart_gpu_hours_owed
        if not owed_before and terms.restart_gpu_hours <= terms.min_gpus * self.hours + 1e-12:
            rows = builder.rows(periods, 0.0, 0.0)
            builder.add(rows, self.e, 1.0)
            builder.add(rows, restarts, -terms.restart_gpu_hours)
        else:
            self._backlog(owed_before)

    def _backlog(self, owed_before: float) -> None:
        builder, terms, periods = self.builder, self.terms, self.periods
        assert self.e is not None and self.restarts is not None
        most = owed_before + terms.restart_gpu_hours * (periods // 2 + 1)
        self.backlog = backlog = builder.columns(periods, 0.0, most)
        first = np.zeros(periods)
        first[0] = owed_before
        rows = builder.rows(periods, first, first)
        builder.add(rows, backlog, 1.0)
        builder.add(rows[1:], backlog[:-1], -1.0)
        builder.add(rows, self.restarts, -terms.restart_gpu_hours)
        builder.add(rows, self.e, 1.0)
        open_ = builder.columns(periods, 0.0, 1.0, integer=True)
        rows = builder.rows(periods, -np.inf, 0.0)
        builder.add(rows, backlog, 1.0)
        builder.add(rows, open_, -most)
        most_work = np.minimum(np.where(self.job.allowed, terms.max_gpus * self.hours, 0.0), self.job.owed)
        rows = builder.rows(periods, -np.inf, most_work)
        builder.add(rows, self.k, 1.0)
        builder.add(rows, open_, most_work)

    def _balance(self) -> None:
        """GPU-hours run are owed work, restart work, or the rounding of the finishing period."""
        terms, builder = self.terms, self.builder
        spent = self.model.sum()
        spent.add_sum(self.service.total, self.hours)
        spent.add(self.k, -1.0)
        if self.e is not None:
            spent.add(self.e, -1.0)
        unit = float(max(self.service.units)) if terms.gpu_unit != "fraction" else 0.0
        if terms.min_gpus > unit:
            least = self._finishing()
            rounding = builder.columns(self.periods, 0.0, terms.min_gpus * self.hours)
            spent.add(rounding, -1.0)
            self._only_where(rounding, least, terms.min_gpus * self.hours)
            top = self.model.sum()
            top.add_sum(self.service.total)
            top.add(least, terms.max_gpus - terms.min_gpus)
            self._at_most(top, np.full(self.periods, terms.max_gpus))
            # A finishing period does some work: 1e-4 of what the least GPUs could.
            rows = builder.rows(self.periods, 0.0, np.inf)
            builder.add(rows, self.k, 1.0)
            builder.add(rows, least, -min(self.job.owed, terms.min_gpus * self.hours) * 1e-4)
        if unit:
            last = self._finishing()
            rounding = builder.columns(self.periods, 0.0, unit * self.hours * ALMOST)
            spent.add(rounding, -1.0)
            self._only_where(rounding, last, unit * self.hours * ALMOST)
        self.model.limit(spent, 0.0, 0.0)

    def _finishing(self) -> Index:
        """Binary columns: 1 in at most one period, at whose end all owed work is done."""
        builder = self.builder
        last = builder.columns(self.periods, 0.0, self.job.allowed.astype(float), integer=True)
        once = builder.rows(1, -np.inf, 1.0)
        builder.add(once, last, 1.0)
        rows = builder.rows(self.periods, 0.0, np.inf)
        builder.add(rows, self.done_so_far, 1.0)
        builder.add(rows, last, -self.job.owed)
        return last

    def _only_where(self, amount: Index, gate: Index, most: float) -> None:
        rows = self.builder.rows(self.periods, -np.inf, 0.0)
        self.builder.add(rows, amount, 1.0)
        self.builder.add(rows, gate, -most)

    def _finished_by(self) -> PeriodSum | None:
        terms, builder, job = self.terms, self.builder, self.job
        paid = job.ends_inside and (job.completion_usd or job.before.completion_accrued_usd)
        late = terms.lateness_usd_per_hour and bool(job.late_hours.any())
        if not (paid or late):
            return None
        self.done = done = builder.columns(self.periods, 0.0, 1.0, integer=True)
        rows = builder.rows(self.periods, 0.0, np.inf)
        builder.add(rows, self.done_so_far, 1.0)
        builder.add(rows, done, -job.owed)
        rising = builder.rows(self.periods - 1, 0.0, np.inf)
        builder.add(rising, done[1:], 1.0)
        builder.add(rising, done[:-1], -1.0)
        finished = self.model.sum()
        finished.add(done, 1.0)
        return finished

    def _missing(self) -> tuple[Index, Floats, float]:
        """M, see the module."""
        builder, job, z = self.builder, self.job, self.service.accepted
        if self.whole is not None:
            columns, values = np.concatenate([z, self.whole]), np.array([1.0, -1.0])
            if job.ends_inside:
                rows = builder.rows(1, 0.0, 0.0)  # all of it, or nothing
            else:
                rows = builder.rows(1, -job.capacity_after, np.inf)
                if self.backlog is not None:
                    builder.add(rows, self.backlog[-1:], -1.0)
            builder.add(rows, self.done_so_far[-1:], 1.0)
            builder.add(rows, self.whole, -job.owed)
            restart_owed = job.before.restart_gpu_hours_owed
            if not job.ends_inside and job.owed + restart_owed <= job.capacity_after:
                return np.zeros(0, dtype=np.int64), np.zeros(0), 0.0
            return columns, values * job.owed, 0.0
        if job.ends_inside:
            columns = np.concatenate([z, self.done_so_far[-1:]])
            return columns, np.array([job.owed, -1.0]), 0.0
        missing = builder.columns(1, 0.0, job.owed + self.terms.restart_gpu_hours * self.periods)
        rows = builder.rows(1, -job.capacity_after, np.inf)
        builder.add(rows, missing, 1.0)
        builder.add(rows, self.done_so_far[-1:], 1.0)
        builder.add(rows, z, -job.owed)
        if self.backlog is not None:
            builder.add(rows, self.backlog[-1:], -1.0)
        return missing, np.ones(1), 0.0

    def work(self) -> Work:
        model = self.model
        owed_work, restart_work = model.sum(), model.sum()
        owed_work.add(self.k, 1.0)
        if self.e is not None:
            restart_work.add(self.e, 1.0)
        finished_by = self._finished_by()
        missing = self._missing()
        given_up = None
        if self.whole is not None:
            columns, values, constant = missing
            given_up = (columns, values / self.job.owed, constant)
        return Work(owed_work, restart_work, finished_by, missing, given_up, self.done, self.backlog)
