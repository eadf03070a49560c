"""Batch work that may stop and go on (domain section 4).

| symbol | meaning |
|---|---|
| y(p,t), r(t) | GPUs on each pool; 1 where the job runs (where `min_gpus` or restarts make it matter) |
| k(t), e(t), w(t) | GPU-hours of owed work, of restart work, of rounding up |
| S(t) | owed work done by the end of t |
| ρ(t), B(t) | 1 where a restart begins; restart work still owed after t |
| G(t) | 1 from the finishing period on (where lateness makes it matter) |
| f(t) | 1 in the finishing period where it is rounded up |
| l(t) | 1 where the finishing period runs the least GPUs for less work than theirs |
| a | all-or-nothing: 1 where the job is done |
| c, R | hard end behind the horizon: 1 where nothing is given up; dollars accrued here that are taken back |

    Δt × Σ_p y(p,t) = k(t) + e(t) + w(t)
    min × r(t) ≤ Σ_p y(p,t) ≤ max × r(t)
    restart     ρ(t) = max(0, r(t) − r(t−1)), less the job's first beginning
    backlog     B(t) = B(t−1) + R × ρ(t) − e(t);   B(t) > 0 ⇒ k(t) = 0
                (where R ≤ min × Δt a restart ends in its own period: e(t) = R × ρ(t), and no B)
    done        S(t) ≥ K × G(t), G rising; f(t) ≤ G(t) − G(t−1);   r(t) = 1 only where S(t−1) < K
                (where only completion is paid: one binary, and columns that say when, settled afterwards)
    taken back  M ≤ K × (z − c);   R ≥ accrual × (S(end) − K × c)
    rounding    w(t) ≤ u × f(t) + (least × Δt − u) × l(t);   Σ_p y(p,t) ≤ max − (max − least) × l(t)

u is what whole GPUs or nodes can round up, less than one of them: work and restarts leave no other remainders.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.service import Service
from optimizer.model.contracts.work import Amount, Finish, GivenUp, Work
from optimizer.model.desk import Model, PeriodSum
from solvers.builder import FloatLike, Index
from solvers.problem import Bools, Floats

WHOLE = 1e-9
"""Relative: so close to a whole number of units work counts as one."""
LEAST_LEFT = 1e-5
"""Owed work that the job runs for, as a share of all of it: more than the tolerance by which work counts as done."""


def preemptible(model: Model, job: Job, service: Service) -> Work:
    """Columns and rows of a job that may stop and go on."""
    return _Preemptible(model, job, service).work()


class _Preemptible:
    def __init__(self, model: Model, job: Job, service: Service) -> None:
        self.model, self.job, self.service, self.terms = model, job, service, job.terms
        self.builder, self.hours, self.periods = model.builder, model.horizon.hours, model.periods
        self.name, self.every = self.terms.name, model.every_period
        most = np.where(job.allowed, self.terms.max_gpus, 0.0)
        service.gpus(most)
        self.k = self._columns("k", np.minimum(most * self.hours, job.owed))
        self.done_so_far = self._cumulative()
        self.whole = self._all_or_nothing()
        needs_running = self.terms.min_gpus > 0 or self._restarts_matter()
        self.r = self._running(most) if needs_running else None
        if self.r is None:
            self._at_most("most GPUs", service.total, most)
        self.e: Index | None = None
        self.restarts: Index | None = None
        self.backlog: Index | None = None
        self.most_backlog = 0.0
        self.done: Index | None = None
        self.finish: Index | None = None
        if self._restarts_matter():
            self._restart_work()
        if self.r is not None:
            self._over_when_done(self.r)
        self._done()
        self._balance()

    def _restarts_matter(self) -> bool:
        return self.terms.restart_gpu_hours > 0 or self.job.before.restart_gpu_hours_owed > 0

    def _columns(self, symbol: str, upper: FloatLike, *, integer: bool = False) -> Index:
        """A column for each period, at least 0."""
        return self.builder.columns(
            self.periods, 0.0, upper, integer=integer, owner=self.name, symbol=symbol, period=self.every
        )

    def _one_column(self, symbol: str, upper: float = np.inf, *, integer: bool = False) -> Index:
        return self.builder.columns(1, 0.0, upper, integer=integer, owner=self.name, symbol=symbol)

    def _rows(self, symbol: str, lower: FloatLike, upper: FloatLike, part: Sequence[str] = (), first: int = 0) -> Index:
        """A row for each period from `first` on; with parts, so many of them, (parts, periods)."""
        which = self.every[first:]
        shape = (len(part), len(which)) if part else (len(which),)
        return self.builder.rows(shape, lower, upper, owner=self.name, symbol=symbol, part=part or "", period=which)

    def _one_row(self, symbol: str, lower: float, upper: float) -> Index:
        return self.builder.rows(1, lower, upper, owner=self.name, symbol=symbol)

    def _limit(self, symbol: str, amount: PeriodSum, lower: FloatLike, upper: FloatLike) -> None:
        self.model.limit(amount, lower, upper, owner=self.name, symbol=symbol)

    def _at_most(self, symbol: str, amount: PeriodSum, most: Floats) -> None:
        self._limit(symbol, amount, -np.inf, most)

    def _cumulative(self) -> Index:
        """Columns of Σ_{i ≤ t} k(i), at most K × z."""
        total = self._columns("S", self.job.owed)
        rows = self._rows("work so far", 0.0, 0.0)
        self.builder.add(rows, total, 1.0)
        self.builder.add(rows[1:], total[:-1], -1.0)
        self.builder.add(rows, self.k, -1.0)
        owed = self._one_row("owed", -np.inf, 0.0)
        self.builder.add(owed, total[-1:], 1.0)
        self.builder.add(owed, self.service.accepted, -self.job.owed)
        return total

    def _all_or_nothing(self) -> Index | None:
        """The column a, with its rows; None where the job may be done in part."""
        if not self.terms.all_or_nothing:
            return None
        whole = self._one_column("a", 1.0, integer=True)
        words = ("accepted", "done")
        rows = self.builder.rows(2, -np.inf, 0.0, owner=self.name, symbol="all or nothing", part=words)
        self.builder.add(rows[:1], whole, 1.0)
        self.builder.add(rows[:1], self.service.accepted, -1.0)
        self.builder.add(rows[1:], self.done_so_far[-1:], 1.0)
        self.builder.add(rows[1:], whole, -self.job.owed)
        return whole

    def _running(self, most: Floats) -> Index:
        terms, builder = self.terms, self.builder
        r = self._columns("r", self.job.allowed.astype(float), integer=True)
        least = self.model.sum()
        least.add_sum(self.service.total)
        least.add(r, -terms.min_gpus)
        self._limit("least GPUs", least, 0.0, np.inf)
        top = self.model.sum()
        top.add_sum(self.service.total)
        top.add(r, -most)
        self._limit("most GPUs", top, -np.inf, 0.0)
        if self.whole is not None or self.service.open:
            rows = self._rows("runs where taken", -np.inf, 0.0)
            builder.add(rows, r, 1.0)
            builder.add(rows, np.broadcast_to(self._gate, r.shape), -1.0)
        return r

    def _restart_work(self) -> None:
        builder, terms, before = self.builder, self.terms, self.job.before
        assert self.r is not None
        r, periods = self.r, self.periods
        # ρ' = beginnings of running: exact for binary r.
        begins = self._columns("begins", 1.0)
        was = float(before.running)
        upper = np.zeros((3, periods))
        upper[2] = 1.0
        upper[0, 0], upper[2, 0] = was, 1.0 - was
        rows = self._rows("begins", -np.inf, upper, ("rises", "runs", "stood"))
        builder.add(rows[0], r, 1.0)  # r(t) − r(t−1) ≤ ρ'(t)
        builder.add(rows[0, 1:], r[:-1], -1.0)
        builder.add(rows[0], begins, -1.0)
        builder.add(rows[1], begins, 1.0)  # ρ'(t) ≤ r(t)
        builder.add(rows[1], r, -1.0)
        builder.add(rows[2], begins, 1.0)  # ρ'(t) ≤ 1 − r(t−1)
        builder.add(rows[2, 1:], r[:-1], 1.0)
        self.restarts = restarts = self._columns("ρ", 1.0)
        link = self._rows("restarts", 0.0, 0.0)
        builder.add(link, restarts, 1.0)
        builder.add(link, begins, -1.0)
        if not before.started:
            # h(t): has run by t; its rise is the job's first beginning, which is no restart.
            has_run = self._columns("h", 1.0)
            builder.add(link, has_run, 1.0)
            builder.add(link[1:], has_run[:-1], -1.0)
            order = self._rows("has run", -np.inf, 0.0, ("runs", "rises", "began"))
            builder.add(order[0], r, 1.0)
            builder.add(order[0], has_run, -1.0)
            builder.add(order[1, 1:], has_run[:-1], 1.0)
            builder.add(order[1, 1:], has_run[1:], -1.0)
            builder.add(order[2], has_run, 1.0)
            builder.add(order[2, 1:], has_run[:-1], -1.0)
            builder.add(order[2], r, -1.0)
        self.e = self._columns("e", np.where(self.job.allowed, terms.max_gpus * self.hours, 0.0))
        owed_before = before.restart_gpu_hours_owed
        if not owed_before and terms.restart_gpu_hours <= terms.min_gpus * self.hours + 1e-12:
            rows = self._rows("restart work", 0.0, 0.0)
            builder.add(rows, self.e, 1.0)
            builder.add(rows, restarts, -terms.restart_gpu_hours)
        else:
            self._backlog(owed_before)

    def _backlog(self, owed_before: float) -> None:
        builder, terms, periods = self.builder, self.terms, self.periods
        assert self.e is not None and self.restarts is not None
        self.most_backlog = most = owed_before + terms.restart_gpu_hours * (periods // 2 + 1)
        self.backlog = backlog = self._columns("B", most)
        first = np.zeros(periods)
        first[0] = owed_before
        rows = self._rows("backlog", first, first)
        builder.add(rows, backlog, 1.0)
        builder.add(rows[1:], backlog[:-1], -1.0)
        builder.add(rows, self.restarts, -terms.restart_gpu_hours)
        builder.add(rows, self.e, 1.0)
        open_ = self._columns("backlog open", 1.0, integer=True)
        rows = self._rows("backlog open", -np.inf, 0.0)
        builder.add(rows, backlog, 1.0)
        builder.add(rows, open_, -most)
        most_work = np.minimum(np.where(self.job.allowed, terms.max_gpus * self.hours, 0.0), self.job.owed)
        rows = self._rows("backlog first", -np.inf, most_work)
        builder.add(rows, self.k, 1.0)
        builder.add(rows, open_, most_work)

    def _over_when_done(self, r: Index) -> None:
        """S(t−1) + a little × r(t) ≤ K: it runs, and restarts, only while work is left; at negative prices, too."""
        rows = self._rows("over when done", -np.inf, 0.0)
        self.builder.add(rows, r, min(self.job.owed, LEAST_LEFT * max(1.0, self.job.owed)))
        self.builder.add(rows[1:], self.done_so_far[:-1], 1.0)
        self.builder.add(rows, np.broadcast_to(self._gate, r.shape), -self.job.owed)

    @property
    def _gate(self) -> Index:
        """The column that is 0 where the job does not run at all."""
        return self.service.accepted if self.whole is None else self.whole

    def _balance(self) -> None:
        """GPU-hours run are owed work, restart work, or the rounding of the finishing period."""
        terms = self.terms
        spent = self.model.sum()
        spent.add_sum(self.service.total, self.hours)
        spent.add(self.k, -1.0)
        if self.e is not None:
            spent.add(self.e, -1.0)
        u, least = self._most_rounding(), self._least_gpus()
        short_run = least * self.hours > u and terms.min_gpus > 0
        if self.job.never_done:
            u, short_run = 0.0, False
        if u or short_run:
            w = self._columns("w", np.where(self.job.allowed, max(u, least * self.hours), 0.0))
            spent.add(w, -1.0)
            up = self.model.sum()
            up.add(w, 1.0)
            finishing = self._finishing()
            if short_run:
                # With nothing to round up, finishing and a short run are one.
                l_, finishing = (self._short_run(finishing), finishing) if u else (finishing, self.model.sum())
                up.add_sum(l_, u - least * self.hours)
                top = self.model.sum()
                top.add_sum(self.service.total)
                top.add_sum(l_, self.terms.max_gpus - least)
                self._at_most("short run", top, np.full(self.periods, self.terms.max_gpus))
            up.add_sum(finishing, -u)
            self._limit("rounding", up, -np.inf, 0.0)
        self._limit("work", spent, 0.0, 0.0)

    def _most_rounding(self) -> float:
        """u: the most that whole GPUs or nodes can add to the work [GPU-hours]; always less than one of them.

        GPU-hours come in steps of the units' greatest common divisor; what work and any number of restarts
        leave of a step is known.
        """
        if self.terms.gpu_unit == "fraction":
            return 0.0
        step = math.gcd(*self.service.units) * self.hours
        restarts = np.arange(self.periods // 2 + 2) if self.terms.restart_gpu_hours else np.zeros(1)
        work = self.job.owed + self.job.before.restart_gpu_hours_owed + restarts * self.terms.restart_gpu_hours
        left = np.mod(-work, step)
        left[step - left < WHOLE * np.maximum(1.0, work)] = 0.0
        return float(left.max()) + max(self.service.units) * self.hours - step

    def _least_gpus(self) -> float:
        """The fewest GPUs that the job can run on, in its units."""
        if self.terms.gpu_unit == "fraction":
            return self.terms.min_gpus
        step = math.gcd(*self.service.units)
        return float(np.ceil(self.terms.min_gpus / step - 1e-9) * step)

    def _finishing(self) -> PeriodSum:
        """f(t) for rounding up: at most the finishing period."""
        finishing = self.model.sum()
        f = self._columns("f", self._could_finish & self.job.allowed, integer=True)
        finishing.add(f, 1.0)
        if self.done is None:
            once = self._one_row("finishes once", -np.inf, 1.0)
            self.builder.add(once, f, 1.0)
            rows = self._rows("finishing", 0.0, np.inf)
            self.builder.add(rows, self.done_so_far, 1.0)
            self.builder.add(rows, f, -self.job.owed)
        else:
            inside = self.model.sum()
            inside.add(f, 1.0)
            inside.add(self.done, -1.0)
            inside.add(self.done[:-1], 1.0, np.arange(1, self.periods))
            self._at_most("finishing", inside, np.zeros(self.periods))
        return finishing

    def _short_run(self, finishing: PeriodSum) -> PeriodSum:
        """l(t) ≤ f(t)."""
        short, inside = self.model.sum(), self.model.sum()
        short.add(self._columns("l", self.job.allowed, integer=True), 1.0)
        inside.add_sum(short)
        inside.add_sum(finishing, -1.0)
        self._at_most("short run ends it", inside, np.zeros(self.periods))
        return short

    @property
    def _could_finish(self) -> Bools:
        """Periods by whose end all work could be done at the best, (periods,)."""
        pools = np.sum([pool.gpus_most for pool in self.service.pools], axis=0)
        most = np.where(self.job.allowed, np.minimum(pools, self.terms.max_gpus), 0.0)
        work = self.job.owed + self.job.before.restart_gpu_hours_owed
        return np.asarray(np.cumsum(most) * self.hours >= work * (1.0 - 1e-6) - 1e-6)

    def _done(self) -> None:
        """Who has to know that the work is done: lateness when, a payment on completion that it is."""
        builder, job = self.builder, self.job
        promised = job.completion_usd or job.before.completion_accrued_usd
        paid = job.ends_inside and promised and not job.never_done
        if job.late:
            self.done = done = self._columns("G", self._could_finish, integer=True)
            rows = self._rows("done", 0.0, np.inf)
            builder.add(rows, self.done_so_far, 1.0)
            builder.add(rows, done, -job.owed)
            rising = self._rows("stays done", 0.0, np.inf, first=1)
            builder.add(rising, done[1:], 1.0)
            builder.add(rising, done[:-1], -1.0)
        elif paid:
            self.finish = self._columns("finish", self._could_finish)
            all_done = self.whole
            if all_done is None:
                all_done = self._one_column("done", 1.0, integer=True)
                rows = self._one_row("done", 0.0, np.inf)
                builder.add(rows, self.done_so_far[-1:], 1.0)
                builder.add(rows, all_done, -job.owed)
            once = self._one_row("finishes once", 0.0, 0.0)
            builder.add(once, self.finish, 1.0)
            builder.add(once, all_done, -1.0)

    def _missing(self) -> Amount:
        """M, see the module."""
        builder, job, z = self.builder, self.job, self.service.accepted
        if self.whole is not None:
            columns, values = np.concatenate([z, self.whole]), np.array([1.0, -1.0])
            if job.ends_inside:
                rows = self._one_row("all of it", 0.0, np.inf)  # all of it, or nothing
                builder.add(rows, self.whole, -job.owed)
            else:
                # What a job that is not done has of restart work was owed before: it bounds nothing.
                before = job.before.restart_gpu_hours_owed if self.backlog is not None else 0.0
                rows = self._one_row("all of it", -job.capacity_after - before, np.inf)
                builder.add(rows, self.whole, -job.owed - before)
                if self.backlog is not None:
                    builder.add(rows, self.backlog[-1:], -1.0)
            builder.add(rows, self.done_so_far[-1:], 1.0)
            restart_owed = job.before.restart_gpu_hours_owed
            if not job.ends_inside and job.owed + restart_owed <= job.capacity_after:
                return Amount(np.zeros(0, dtype=np.int64), np.zeros(0))
            return Amount(columns, values * job.owed)
        if job.ends_inside:
            columns = np.concatenate([z, self.done_so_far[-1:]])
            return Amount(columns, np.array([job.owed, -1.0]))
        missing = self._one_column("M")
        rows = self._one_row("missing", -job.capacity_after, np.inf)
        builder.add(rows, missing, 1.0)
        builder.add(rows, self.done_so_far[-1:], 1.0)
        builder.add(rows, z, -job.owed)
        if self.backlog is not None:
            builder.add(rows, self.backlog[-1:], -1.0)
            if self.most_backlog > job.capacity_after:
                self._at_most_all_is_missing(missing, rows)
        return Amount(missing, np.ones(1))

    def _at_most_all_is_missing(self, missing: Index, caught_up: Index) -> None:
        """More restart work than could be caught up makes no more missing than what is owed: the lesser of two
        rows holds, by a binary."""
        builder, owed = self.builder, self.job.owed
        hopeless = self._one_column("hopeless", 1.0, integer=True)
        builder.add(caught_up, hopeless, self.most_backlog)
        all_left = self._one_row("most missing", -owed, np.inf)  # M ≥ K z − Σ k − K (1 − w)
        builder.add(all_left, missing, 1.0)
        builder.add(all_left, self.done_so_far[-1:], 1.0)
        builder.add(all_left, self.service.accepted, -owed)
        builder.add(all_left, hopeless, -owed)

    def _gives_up(self, missing: Amount) -> tuple[Index, Index] | None:
        """Columns c and R; None where nothing can be given up or nothing was promised."""
        builder, job, z = self.builder, self.job, self.service.accepted
        if job.ends_inside or self.whole is not None:
            return None
        if not (job.accrual_usd or job.before.completion_accrued_usd) or job.never_done:
            return None
        if job.owed <= job.capacity_after - self.most_backlog:
            return None
        kept = self._one_column("c", 1.0, integer=True)
        back = self._one_column("R", job.accrual_usd * job.owed)
        lower, upper = np.array([-np.inf, 0.0]), np.array([0.0, np.inf])
        rows = self.builder.rows(2, lower, upper, owner=self.name, symbol="taken back", part=("missing", "dollars"))
        builder.add(rows[:1], missing[0], missing[1])
        builder.add(rows[:1], kept, job.owed)
        builder.add(rows[:1], z, -job.owed)
        builder.add(rows[1:], back, 1.0)
        builder.add(rows[1:], self.done_so_far[-1:], -job.accrual_usd)
        builder.add(rows[1:], kept, job.accrual_usd * job.owed)
        return kept, back

    def work(self) -> Work:
        model = self.model
        owed_work, restart_work = model.sum(), model.sum()
        owed_work.add(self.k, 1.0)
        if self.e is not None:
            restart_work.add(self.e, 1.0)
        finish = None
        if self.done is not None:
            finished_by, finishing = model.sum(), model.sum()
            finished_by.add(self.done, 1.0)
            finishing.add(self.done, 1.0)
            finishing.add(self.done[:-1], -1.0, np.arange(1, self.periods))
            finish = Finish(finishing, finished_by, by_columns=self.done)
        elif self.finish is not None:
            finishing = model.sum()
            finishing.add(self.finish, 1.0)
            finish = Finish(finishing, at_columns=self.finish)
        missing = self._missing()
        given_up = GivenUp()
        if self.whole is not None:
            columns, values, constant = missing
            whole_job = Amount(columns, values / self.job.owed, constant)
            given_up = GivenUp(whole_job, any_work=whole_job)
        found = self._gives_up(missing)
        if found is not None:
            kept, taken_back = found
            any_work = Amount(np.concatenate([self.service.accepted, kept]), np.array([1.0, -1.0]))
            given_up = GivenUp(any_work=any_work, kept=kept, accrued_here_usd=taken_back)
        return Work(owed_work, restart_work, missing, given_up, finish, self.backlog)
