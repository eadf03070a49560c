"""Batch work that may stop and go on (domain section 4).

| symbol | meaning |
|---|---|
| y(p,t), r(t) | GPUs on each pool; 1 where the job runs (where more hangs on it than GPU-hours) |
| k(t), e(t), w(t) | GPU-hours of owed work, of restart work (`model.contracts.restarts`), of rounding up |
| D | owed work that is not done in the horizon |
| F(t), f(t) | 1 from the finishing period on; 1 in it |
| l(t) | 1 where the finishing period runs the least GPUs for less work than theirs |
| S(t) | owed work done by the end of t, where its time matters |
| a | all-or-nothing: 1 where the job is done |
| c, A | hard end behind the horizon: 1 where nothing is given up; dollars accrued here that are taken back |

    k(t) = Δt × Σ_p y(p,t) − e(t) − w(t);      Σ k(t) + D = K × z
    least × r(t) ≤ Σ_p y(p,t) ≤ most × r(t) − (most − least) × l(t)
    done        D ≤ K × (z − F(end));   f(t) = F(t) − F(t−1) ≤ r(t);   r(t) ≤ z − F(t−1);   k(t) ≥ a little × f(t)
                (F(end) and r whole: a job that is done runs no more, so that F rises once, where it last runs;
                where only completion is paid: one binary, and columns that say when, tidied afterwards)
    rounding    w(t) ≤ u × f(t) + (least × Δt − u) × l(t);   l(t) ≤ f(t)
    in time     S(t) ≥ K × F(t);   and where restart work alone could keep a job running: S(t−1) + a little × r(t) ≤ K
    taken back  M ≤ K × (z − c);   A ≥ accrual × (S(end) − K × c)

u is what whole GPUs or nodes can round up, less than one of them: work and restarts leave no other remainders. All
columns stand for periods between release and hard end; no others are written.
"""

from __future__ import annotations

import math

import numpy as np

from optimizer.model.contracts.job import Job
from optimizer.model.contracts.restarts import Restarts, restarts, restarts_matter
from optimizer.model.contracts.service import Service
from optimizer.model.contracts.window import Window
from optimizer.model.contracts.work import Amount, Finish, GivenUp, Work
from optimizer.model.desk import Model, PeriodSum
from solvers.builder import Index
from solvers.problem import Bools

WHOLE = 1e-9
"""Relative: so close to a whole number of units work counts as one."""
LEAST_LEFT = 1e-5
"""Owed work that a job runs for, as a share of all of it: more than the tolerance by which work counts as done."""

STATES = (
    "state",
    "goes on",
    "stops",
    "waits",
    "begins once",
    "least GPUs",
    "F rises",
    "last runs",
    "rounding",
    "work",
    "done",
)
"""Rows without which a job stops, goes on and rounds up as it likes. What is left is a small part of the problem, and
its relaxation is hardly looser: what many jobs earn together is bounded without them."""


def preemptible(model: Model, job: Job, service: Service) -> Work:
    """Columns and rows of a job that may stop and go on."""
    return _Preemptible(model, job, service).work()


class _Preemptible:
    def __init__(self, model: Model, job: Job, service: Service) -> None:
        self.model, self.job, self.service, self.terms = model, job, service, job.terms
        self.hours = model.horizon.hours
        self.window = Window(model, job)
        self.periods = self.window.periods
        self.rounding = 0.0 if job.never_done else self._most_rounding()
        self.least = self._least_gpus()
        self.whole = self._all_or_nothing()
        self.finish_columns: Index | None = None
        self.done: Index | None = None
        self.restarts: Restarts | None = None
        service.gpus(np.full(model.periods, self.terms.max_gpus), self.periods)
        self.running = self._running() if self._runs_matter else None
        rounded = self._may_start_and_stop(self.running) if self.running is not None else None
        self.owed_work = self._owed_work(rounded)
        self.left = self._left()
        if self.running is None:
            self.window.limit("most GPUs", service.total, -np.inf, self.terms.max_gpus)
            self._finish_afterwards()

    # What has to be known ------------------------------------------------------------------------------------

    @property
    def _runs_matter(self) -> bool:
        """Whether it has to be said in which periods the job runs."""
        matter = self.terms.min_gpus > 0 or restarts_matter(self.job) or self.rounding > 0 or self.job.late
        return bool(len(self.window)) and matter

    @property
    def _completion_hangs_on_it(self) -> bool:
        """Whether a payment hangs on the job's being done in the horizon."""
        promised = self.job.completion_usd or self.job.before.completion_accrued_usd
        return bool(self.job.ends_inside and promised and not self.job.never_done)

    @property
    def _short_run(self) -> bool:
        """Whether the least GPUs can be more than what is left in the finishing period takes, in whole units."""
        least_is_a_unit = self.terms.gpu_unit != "fraction" and self.least <= math.gcd(*self.service.units)
        more = self.least * self.hours > self.rounding and self.terms.min_gpus > 0
        return more and not least_is_a_unit and not self.job.never_done

    @property
    def _only_restarts_can_run(self) -> bool:
        """Whether restart work alone could keep the job running when all owed work is done."""
        if self.restarts is None:
            return False
        spare = self.terms.min_gpus * self.hours - self.terms.restart_gpu_hours
        return self.restarts.backlog is not None or spare <= 10 * self._a_little

    @property
    def _a_little(self) -> float:
        """Owed work that is more than none [GPU-hours]."""
        return min(self.job.owed, LEAST_LEFT * max(1.0, self.job.owed))

    @property
    def _gate(self) -> Index:
        """The column that is 0 where the job does not run at all."""
        return self.service.accepted if self.whole is None else self.whole

    def _most_rounding(self) -> float:
        """u: the most that whole GPUs or nodes can add to the work [GPU-hours]; always less than one of them.

        GPU-hours come in steps of the units' greatest common divisor; what work and any number of restarts
        leave of a step is known.
        """
        if self.terms.gpu_unit == "fraction":
            return 0.0
        step = math.gcd(*self.service.units) * self.hours
        number = np.arange(len(self.window) // 2 + 2) if self.terms.restart_gpu_hours else np.zeros(1)
        work = self.job.owed + self.job.before.restart_gpu_hours_owed + number * self.terms.restart_gpu_hours
        left = np.mod(-work, step)
        left[step - left < WHOLE * np.maximum(1.0, work)] = 0.0
        return float(left.max()) + max(self.service.units) * self.hours - step

    def _least_gpus(self) -> float:
        """The fewest GPUs that the job can run on, in its units."""
        if self.terms.gpu_unit == "fraction":
            return self.terms.min_gpus
        step = math.gcd(*self.service.units)
        return float(np.ceil(self.terms.min_gpus / step - 1e-9) * step)

    @property
    def _could_finish(self) -> Bools:
        """Periods of the window by whose end all work could be done at the best, (n,)."""
        pools = np.sum([pool.gpus_most for pool in self.service.pools], axis=0)
        most = np.minimum(pools[self.periods], self.terms.max_gpus)
        work = self.job.owed + self.job.before.restart_gpu_hours_owed
        return np.asarray(np.cumsum(most) * self.hours >= work * (1.0 - 1e-6) - 1e-6)

    # Columns and rows ----------------------------------------------------------------------------------------

    def _all_or_nothing(self) -> Index | None:
        """The column a; None where the job may be done in part."""
        if not self.terms.all_or_nothing:
            return None
        whole = self.window.one_column("a", 1.0, integer=True)
        rows = self.window.one_row("accepted", -np.inf, 0.0)
        self.window.add(rows, whole, 1.0)
        self.window.add(rows, self.service.accepted, -1.0)
        return whole

    def _running(self) -> Index:
        """r, with the least GPUs of a period."""
        r = self.window.columns("r", integer=True)
        if self.terms.min_gpus:
            least = self.model.sum()
            least.add_sum(self.service.total)
            least.add(r, -self.terms.min_gpus, self.periods)
            self.window.limit("least GPUs", least, 0.0, np.inf)
        return r

    def _may_start_and_stop(self, r: Index) -> PeriodSum | None:
        """Restarts, the end of the work, and what is rounded up in it: w, or None where that is nothing."""
        if self.rounding > 0 or self._short_run or self.job.late or self._completion_hangs_on_it:
            self.done = self._done(r)
        if restarts_matter(self.job):
            self.restarts = restarts(self.window, r, self.done, self._gate)
        began = self.job.before.started or self.job.before.running
        if self.restarts is None or (began and (self.whole is not None or self.service.open)):
            self._while_open(r)
        top = self.model.sum()
        top.add_sum(self.service.total)
        top.add(r, -self.terms.max_gpus, self.periods)
        rounded = self._rounded_up(top) if self.rounding > 0 or self._short_run else None
        self.window.limit("most GPUs", top, -np.inf, 0.0)
        return rounded

    def _done(self, r: Index) -> Index:
        """F, with f(t) ≤ r(t)."""
        done = self.window.rising("F", self._could_finish.astype(float))
        last = self.window.rows("last runs", -np.inf, 0.0)
        self.window.add(last, done, 1.0)
        self.window.add(last[1:], done[:-1], -1.0)
        self.window.add(last, r, -1.0)
        return done

    def _while_open(self, r: Index) -> None:
        """r(t) ≤ z − F(t−1)."""
        if self.done is None and self.whole is None and not self.service.open:
            return
        rows = self.window.rows("runs while open", -np.inf, 0.0)
        self.window.add(rows, r, 1.0)
        self.window.add(rows, np.broadcast_to(self._gate, r.shape), -1.0)
        if self.done is not None:
            self.window.add(rows[1:], self.done[:-1], 1.0)

    @property
    def _finishing(self) -> PeriodSum:
        """f(t)."""
        finishing = self.model.sum()
        if self.done is not None:
            finishing.add(self.done, 1.0, self.periods)
            finishing.add(self.done[:-1], -1.0, self.periods[1:])
        return finishing

    def _rounded_up(self, top: PeriodSum) -> PeriodSum:
        """w; a short run takes from the most GPUs (`top`)."""
        u, least_work, finishing = self.rounding, self.least * self.hours, self._finishing
        rounded, most = self.model.sum(), self.model.sum()
        rounded.add(self.window.columns("w", max(u, least_work) if self._short_run else u), 1.0, self.periods)
        most.add_sum(rounded)
        most.add_sum(finishing, -u)
        if self._short_run:
            short = self._short(finishing)
            most.add_sum(short, u - least_work)
            top.add_sum(short, self.terms.max_gpus - self.least)
        self.window.limit("rounding", most, -np.inf, 0.0)
        return rounded

    def _short(self, finishing: PeriodSum) -> PeriodSum:
        """l(t) ≤ f(t)."""
        if not (self.rounding or self.job.late or self._completion_hangs_on_it):
            return finishing  # with nothing else to say, finishing and a short run are one
        columns, any_short = self.window.columns("l"), self.window.one_column("any l", 1.0, integer=True)
        once = self.window.one_row("short once", 0.0, 0.0)
        self.window.add(once, columns, 1.0)
        self.window.add(once, any_short, -1.0)
        short, inside = self.model.sum(), self.model.sum()
        short.add(columns, 1.0, self.periods)
        inside.add_sum(short)
        inside.add_sum(finishing, -1.0)
        self.window.limit("short run ends it", inside, -np.inf, 0.0)
        return short

    def _owed_work(self, rounded: PeriodSum | None) -> PeriodSum:
        """k, with what keeps it from being less than none."""
        owed = self.model.sum()
        owed.add_sum(self.service.total, self.hours)
        if self.restarts is not None:
            owed.add_sum(self.restarts.work, -1.0)
        if rounded is not None:
            owed.add_sum(rounded, -1.0)
        if rounded is not None or (self.restarts is not None and self.restarts.backlog is not None):
            some = self.model.sum()
            some.add_sum(owed)
            if rounded is not None:
                some.add_sum(self._finishing, -self._a_little)
            self.window.limit("work", some, 0.0, np.inf)
        if self.restarts is not None and self.restarts.open is not None:
            most_work = min(self.terms.max_gpus * self.hours, self.job.owed)
            waits = self.model.sum()
            waits.add_sum(owed)
            waits.add(self.restarts.open, most_work, self.periods)
            self.window.limit("restart work first", waits, -np.inf, most_work)
        return owed

    def _left(self) -> Index:
        """D, with what is said of all owed work together."""
        window, owed, z = self.window, self.job.owed, self.service.accepted
        left = window.one_column("D", owed)
        all_of_it = window.one_row("owed", 0.0, 0.0)
        window.add(all_of_it, left, 1.0)
        window.add(all_of_it, z, -owed)
        if self.job.late or self._only_restarts_can_run:
            window.add(all_of_it, self._in_time()[-1:], 1.0)
        else:
            _, columns, values = self.owed_work.triplets()
            window.add(all_of_it, columns, values)
        if self.done is not None:
            rows = window.one_row("done", -np.inf, 0.0)
            window.add(rows, left, 1.0)
            window.add(rows, self.done[-1:], owed)
            window.add(rows, z, -owed)
        if self.whole is not None:  # all of it or nothing; behind the horizon a part may wait
            rows = window.one_row("whole", 0.0, 0.0 if self.job.ends_inside else np.inf)
            window.add(rows, left, 1.0)
            window.add(rows, self.whole, owed)
            window.add(rows, z, -owed)
        return left

    def _in_time(self) -> Index:
        """S: who is late by how much, and that nothing runs when all is done."""
        window, owed = self.window, self.job.owed
        total = window.columns("S", owed)
        change = self.model.sum()
        change.add(total, 1.0, self.periods)
        change.add(total[:-1], -1.0, self.periods[1:])
        change.add_sum(self.owed_work, -1.0)
        window.limit("work so far", change, 0.0, 0.0)
        if self.job.late and self.done is not None:
            rows = window.rows("done in time", 0.0, np.inf)
            window.add(rows, total, 1.0)
            window.add(rows, self.done, -owed)
        if self._only_restarts_can_run and self.running is not None:
            rows = window.rows("over when done", -np.inf, 0.0)
            window.add(rows, self.running, self._a_little)
            window.add(rows[1:], total[:-1], 1.0)
            window.add(rows, np.broadcast_to(self._gate, self.running.shape), -owed)
        return total

    def _finish_afterwards(self) -> None:
        """Where only GPU-hours are counted: whether all is done is one decision, when it is follows from it."""
        if not self._completion_hangs_on_it or not len(self.window):
            return
        window, z, owed = self.window, self.service.accepted, self.job.owed
        self.finish_columns = window.columns("f", self._could_finish.astype(float))
        all_done = self.whole
        if all_done is None:
            all_done = window.one_column("all done", 1.0, integer=True)
            rows = window.one_row("done", -np.inf, 0.0)
            window.add(rows, self.left, 1.0)
            window.add(rows, all_done, owed)
            window.add(rows, z, -owed)
        once = window.one_row("finishes once", 0.0, 0.0)
        window.add(once, self.finish_columns, 1.0)
        window.add(once, all_done, -1.0)

    # What is missing -----------------------------------------------------------------------------------------

    @property
    def _backlog_at_end(self) -> tuple[Index, float]:
        """B at the end of the horizon: columns that it is the sum of, and a constant."""
        if self.restarts is None or self.restarts.backlog is None:
            nothing_runs = not len(self.window) and restarts_matter(self.job)
            return np.zeros(0, dtype=np.int64), self.job.before.restart_gpu_hours_owed if nothing_runs else 0.0
        period, columns, _ = self.restarts.backlog.triplets()
        return columns[period == self.model.periods - 1], 0.0

    @property
    def _most_backlog(self) -> float:
        return self._backlog_at_end[1] if self.restarts is None else self.restarts.most_backlog

    def _missing(self) -> Amount:
        """M, see `model.contracts.batch`."""
        window, job, z = self.window, self.job, self.service.accepted
        backlog, backlog_before = self._backlog_at_end
        if self.whole is not None:
            if not job.ends_inside:
                # What a job that is not done has of restart work was owed before: it bounds nothing.
                before = job.before.restart_gpu_hours_owed if len(backlog) or backlog_before else 0.0
                rows = window.one_row("caught up", -job.capacity_after - before + backlog_before, np.inf)
                window.add(rows, self.left, -1.0)
                window.add(rows, z, job.owed)
                window.add(rows, self.whole, -job.owed - before)
                window.add(rows, backlog, -1.0)
                if job.owed + job.before.restart_gpu_hours_owed <= job.capacity_after:
                    return Amount(np.zeros(0, dtype=np.int64), np.zeros(0))
            return Amount(np.concatenate([z, self.whole]), np.array([1.0, -1.0]) * job.owed)
        if job.ends_inside:
            return Amount(self.left, np.ones(1))
        missing = window.one_column("M")
        caught_up = window.one_row("missing", -job.capacity_after + backlog_before, np.inf)
        window.add(caught_up, missing, 1.0)
        window.add(caught_up, self.left, -1.0)
        window.add(caught_up, backlog, -1.0)
        if self._most_backlog > job.capacity_after:
            self._at_most_all_is_missing(missing, caught_up)
        return Amount(missing, np.ones(1))

    def _at_most_all_is_missing(self, missing: Index, caught_up: Index) -> None:
        """More restart work than could be caught up makes no more missing than what is owed: the lesser of two
        rows holds, by a binary."""
        window = self.window
        hopeless = window.one_column("hopeless", 1.0, integer=True)
        window.add(caught_up, hopeless, self._most_backlog)
        all_left = window.one_row("most missing", -self.job.owed, np.inf)  # M ≥ D − K (1 − hopeless)
        window.add(all_left, missing, 1.0)
        window.add(all_left, self.left, -1.0)
        window.add(all_left, hopeless, -self.job.owed)

    def _gives_up(self, missing: Amount) -> tuple[Index, Index] | None:
        """Columns c and A; None where nothing can be given up or nothing was promised."""
        window, job, z = self.window, self.job, self.service.accepted
        if job.ends_inside or self.whole is not None:
            return None
        if not (job.accrual_usd or job.before.completion_accrued_usd) or job.never_done:
            return None
        if job.owed <= job.capacity_after - self._most_backlog:
            return None
        kept = window.one_column("c", 1.0, integer=True)
        back = window.one_column("A", job.accrual_usd * job.owed)
        nothing_missing = window.one_row("kept", -np.inf, 0.0)
        at_least = window.one_row("taken back", 0.0, np.inf)
        window.add(nothing_missing, missing.columns, missing.values)
        window.add(nothing_missing, kept, job.owed)
        window.add(nothing_missing, z, -job.owed)
        window.add(at_least, back, 1.0)
        window.add(at_least, self.left, job.accrual_usd)  # the work that is done: K × z − D
        window.add(at_least, z, -job.accrual_usd * job.owed)
        window.add(at_least, kept, job.accrual_usd * job.owed)
        return kept, back

    def work(self) -> Work:
        missing = self._missing()
        given_up = GivenUp()
        if self.whole is not None:
            whole_job = Amount(missing.columns, missing.values / self.job.owed)
            given_up = GivenUp(whole_job, any_work=whole_job)
        found = self._gives_up(missing)
        if found is not None:
            kept, taken_back = found
            any_work = Amount(np.concatenate([self.service.accepted, kept]), np.array([1.0, -1.0]))
            given_up = GivenUp(any_work=any_work, kept=kept, accrued_here_usd=taken_back)
        restart_work = self.model.sum() if self.restarts is None else self.restarts.work
        return Work(self.owed_work, restart_work, missing, given_up, self._finish(), self._backlog())

    def _finish(self) -> Finish | None:
        """When the owed work is done, where money hangs on it."""
        if self.done is not None and (self.job.late or self._completion_hangs_on_it):
            return Finish(self._finishing, self.periods, by_columns=self.done)
        if self.finish_columns is not None:
            at = self.model.sum()
            at.add(self.finish_columns, 1.0, self.periods)
            return Finish(at, self.periods, at_columns=self.finish_columns)
        return None

    def _backlog(self) -> PeriodSum | None:
        """Restart work still owed after each period, where it may outlast its period."""
        if self.restarts is not None:
            return self.restarts.backlog
        if len(self.window) or not self.job.before.restart_gpu_hours_owed:
            return None
        backlog = self.model.sum()
        backlog.add_constant(self.job.before.restart_gpu_hours_owed)
        return backlog
