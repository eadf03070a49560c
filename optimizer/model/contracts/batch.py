"""Batch work (domain section 4): GPU-hours owed between a release and an end.

What both forms share, with K owed, k(t) owed work done, X the hard end (or the deadline), E the horizon's end:

    missing at X ≤ E      M = K z − Σ k                       costs penalty × M
    X > E                 M = K z − Σ k − max(0, cap − backlog(E)), at least 0; cap: full rate from E to X
    late(τ)               hours of period τ in [deadline, X] × (z − done before τ)
    completion, X ≤ E     paid in the period in which Σ k reaches K (less what was accrued)
    completion, X > E     accrues completion / all GPU-hours per GPU-hour of owed work; where M > 0, all that has been
                          accrued, by this plan and before, is taken back in the closing period

A job of which work was given up is never done: nothing is paid on completion, lateness runs to X whatever is done of
the rest, nothing is rounded up for it, and it is open until X.

The two forms are `model.contracts.preemptible` and `model.contracts.one_run`; each gives k, the moment of being done,
and M as expressions, and this file turns them into dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from optimizer.model.contracts.block import ContractBlock
from optimizer.model.contracts.job import DONE, job_of
from optimizer.model.contracts.one_run import one_run
from optimizer.model.contracts.preemptible import preemptible
from optimizer.model.contracts.service import Service
from optimizer.model.contracts.work import Amount, Finish, Work
from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import Batch, BatchState
from optimizer.schedule import ContractReport, LedgerKind
from solvers.problem import Floats


class BatchBlock(ContractBlock):
    """A batch contract."""

    priority: ClassVar[int] = 1

    def __init__(self, model: Model, terms: Batch, pools: Mapping[str, PoolBlock]) -> None:
        self._model, self._terms = model, terms
        self._job = job = job_of(model, terms)
        self.service = Service(model, terms, pools, job.before.accepted)
        self._work: Work | None = None
        if job.owed and not self.service.declined:
            form = preemptible if terms.preemptible else one_run
            self._work = form(model, job, self.service)
            self._dollars(self._work)
        if job.never_done and job.open and not self.service.declined:
            self._dollars_of_never_done()
        self._report()

    def _dollars(self, work: Work) -> None:
        model, terms, job, name = self._model, self._terms, self._job, self._terms.name
        if terms.price_usd_per_gpu_hour:
            model.earn_amount(name, LedgerKind.CONTRACT_REVENUE, work.owed, terms.price_usd_per_gpu_hour)
        self._at_closing(LedgerKind.SHORTFALL_PENALTY, work.missing, -terms.penalty_usd_per_gpu_hour)
        if not job.never_done:
            self._completion(work)
        if work.finish is not None and job.late:
            self._lateness(work.finish)
        if work.given_up.whole_job is not None:
            paid = terms.price_usd_per_gpu_hour * job.before.done_gpu_hours
            self._at_closing(LedgerKind.CONTRACT_REVENUE, work.given_up.whole_job, -paid)

    def _completion(self, work: Work) -> None:
        model, job, name = self._model, self._job, self._terms.name
        accrued = job.before.completion_accrued_usd
        if not job.ends_inside:
            if job.accrual_usd:
                model.earn_sum(name, LedgerKind.COMPLETION, work.owed, job.accrual_usd)
            if work.given_up.any_work is not None:
                self._at_closing(LedgerKind.COMPLETION, work.given_up.any_work, -accrued)
            if work.given_up.accrued_here_usd is not None:
                self._at_closing(LedgerKind.COMPLETION, Amount(work.given_up.accrued_here_usd, np.ones(1)), -1.0)
        elif work.finish is not None and (job.completion_usd or accrued):
            model.earn_sum(name, LedgerKind.COMPLETION, work.finish.at, job.completion_usd - accrued)
            if accrued:
                _, columns, values = work.finish.at.triplets()
                self._at_closing(LedgerKind.COMPLETION, Amount(columns, -values), -accrued)
                self._at_closing(LedgerKind.COMPLETION, Amount(self.service.accepted, np.ones(1)), -accrued)

    def _dollars_of_never_done(self) -> None:
        """Late up to the hard end; what was accrued is taken back."""
        model, job, accepted = self._model, self._job, self.service.accepted
        if job.lateness_known:
            late = model.sum()
            late.add(np.broadcast_to(accepted, (model.periods,)), 1.0)
            usd = -self._terms.lateness_usd_per_hour * job.late_hours
            model.earn_sum(self._terms.name, LedgerKind.LATENESS_PENALTY, late, usd)
        if job.ends_inside:
            self._at_closing(LedgerKind.COMPLETION, Amount(accepted, np.ones(1)), -job.before.completion_accrued_usd)

    def _at_closing(self, kind: LedgerKind, amount: Amount, usd: float) -> None:
        """Dollars per unit of an amount, in the period in which the job is booked."""
        if not usd:
            return
        columns, values, constant = amount
        at = np.full(len(columns), self._job.closing)
        self._model.earn(self._terms.name, kind, columns, values * usd, at)
        if constant:
            line = np.zeros(self._model.periods)
            line[self._job.closing] = constant * usd
            self._model.earn_constant(self._terms.name, kind, line)

    def _lateness(self, finish: Finish) -> None:
        """Late until done: a period costs the objective what its finish leaves of the hours behind it, two entries a
        column; the ledger books the hours themselves."""
        model, accepted = self._model, self.service.accepted
        usd = -self._terms.lateness_usd_per_hour * self._job.late_hours
        behind = np.append(np.cumsum(usd[::-1])[-2::-1], 0.0)
        model.builder.cost(accepted, usd.sum())
        saved = model.sum()
        saved.add_sum(finish.at, -behind)
        model.weigh(saved, 1.0)

        def read(x: Floats) -> Floats:
            done = np.cumsum(finish.at.value(x))
            return np.asarray(usd * (x[accepted[0]] - np.append(0.0, done[:-1])))

        model.book(self._terms.name, LedgerKind.LATENESS_PENALTY, read)

    def _report(self) -> None:
        model, name = self._model, self._terms.name
        self.service.show()
        nothing = np.zeros(model.periods)
        work = self._work
        model.show(name, "owed_gpu_hours", work.owed if work else nothing)
        model.show(name, "restart_gpu_hours", work.restart if work else nothing)
        model.show(name, "running", self._running)
        model.show(name, "restarts", self._restarts)

    def _running(self, x: Floats) -> Floats:
        return (self.service.total.value(x) > 1e-7).astype(float)

    def _restarts(self, x: Floats) -> Floats:
        """A restart is a beginning that is not the job's first."""
        running = self._running(x)
        began = np.diff(running, prepend=float(self._job.before.running)) > 0.5
        if not self._terms.preemptible:
            return np.zeros(self._model.periods)
        if not self._job.before.started and began.any():
            began[int(np.argmax(began))] = False
        return began.astype(float)

    def tidy(self, x: Floats) -> None:
        """Done is when it is done: not later, although nothing may hurry the solver to say so."""
        if self._work is None:
            return
        if self._work.finish is not None:
            self._tidy_finish(x, self._work, self._work.finish)
        given_up = self._work.given_up
        if given_up.kept is not None and given_up.accrued_here_usd is not None:
            accepted, missed = self.service.is_accepted(x), self._missing(x) > 0.0
            x[given_up.kept] = float(accepted and not missed)
            accrued = self._job.accrual_usd * float(self._work.owed.value(x).sum())
            x[given_up.accrued_here_usd] = accrued if missed else 0.0

    def _tidy_finish(self, x: Floats, work: Work, finish: Finish) -> None:
        if finish.by_columns is not None:
            x[finish.by_columns] = (np.cumsum(work.owed.value(x)) >= self._enough)[finish.window]
        if finish.at_columns is not None:
            period = self._finish(x) if self.service.is_accepted(x) else None
            x[finish.at_columns] = finish.window == period

    @property
    def _enough(self) -> float:
        """Owed work that counts as all of it [GPU-hours]."""
        return self._job.owed - DONE * max(1.0, self._job.owed)

    def _missing(self, x: Floats) -> float:
        """GPU-hours given up in the horizon."""
        if self._work is None or not self.service.is_accepted(x):
            return 0.0
        done = float(self._work.owed.value(x).sum())
        if self._job.ends_inside:
            missing = self._job.owed - done
        elif self._work.given_up.whole_job is not None or not self._terms.preemptible:
            columns, values, constant = self._work.missing
            missing = constant + float(values @ x[columns])
        else:
            owed_restart = float(self._work.backlog.value(x)[-1]) if self._work.backlog is not None else 0.0
            missing = self._job.owed - done + min(0.0, owed_restart - self._job.capacity_after)
        return missing if missing > DONE * max(1.0, self._job.owed) else 0.0

    def _finish(self, x: Floats) -> int | None:
        """The period in which the job is done."""
        if self._work is None or self._job.never_done:
            return None
        done = np.cumsum(self._work.owed.value(x)) >= self._enough
        return int(np.argmax(done)) if done.any() else None

    def report(self, x: Floats) -> list[ContractReport]:
        horizon, job = self._model.horizon, self._job
        finish, accepted = self._finish(x), self.service.is_accepted(x)
        delivered, late = 0.0, 0.0
        if self._work is not None and accepted:
            delivered = float(self._work.owed.value(x)[: horizon.committed].sum())
        if job.open and accepted:
            until = horizon.committed if finish is None else min(horizon.committed, finish + 1)
            late = float(job.late_hours[:until].sum())
        return [
            ContractReport(
                name=self._terms.name,
                kind="batch",
                accepted=accepted,
                delivered_gpu_hours=delivered,
                short_gpu_hours=self._missing(x) if job.closing < horizon.committed else 0.0,
                finish=None if finish is None else horizon.at(finish + 1),
                lateness_hours=late,
            )
        ]

    def state(self, x: Floats) -> BatchState:
        horizon, job, before = self._model.horizon, self._job, self._job.before
        accepted, last = self.service.is_accepted(x), horizon.committed - 1
        if self._work is None or not accepted:
            return before.model_copy(
                update={
                    "accepted": accepted,
                    "running": False,
                    "pool": None,
                    "closed": before.closed or (accepted and (not job.never_done or job.ends_by_seam)),
                    "completion_accrued_usd": before.completion_accrued_usd + self._accrued(x),
                }
            )
        done = float(self._work.owed.value(x)[: last + 1].sum())
        closing_here = job.closing <= last
        missed = self._missing(x) if closing_here else 0.0
        running = self._running(x)
        finish = self._finish(x)
        pool = None
        if running[last] and not self._terms.preemptible:
            used = [gpus.value(x)[last] for gpus in self.service.on_pool]
            pool = self._terms.pools[int(np.argmax(used))]
        backlog = before.restart_gpu_hours_owed
        if self._work.backlog is not None:
            backlog = float(self._work.backlog.value(x)[last])
        return BatchState(
            kind="batch",
            accepted=True,
            done_gpu_hours=before.done_gpu_hours + done,
            missed_gpu_hours=before.missed_gpu_hours + missed,
            started=before.started or bool(running[: last + 1].any()),
            running=bool(running[last]),
            pool=pool,
            restart_gpu_hours_owed=max(0.0, backlog),
            completion_accrued_usd=before.completion_accrued_usd + self._accrued(x),
            closed=job.ends_by_seam or (finish is not None and finish <= last),
        )

    def _accrued(self, x: Floats) -> float:
        """Payment on completion that the committed part books."""
        line = self._model.ledger.get((self._terms.name, LedgerKind.COMPLETION))
        return 0.0 if line is None else float(line.value(x)[: self._model.horizon.committed].sum())

    def wanted(self, room: Floats, power_usd: Floats) -> Floats:
        """As early as there is room, at full rate; nothing of an optional job that pays less than its power costs."""
        job, terms, hours = self._job, self._terms, self._model.horizon.hours
        paid = terms.price_usd_per_gpu_hour + terms.completion_usd / terms.gpu_hours
        if terms.optional and paid <= power_usd.mean():
            return np.zeros(self._model.periods)
        rate = np.where(job.allowed, np.minimum(terms.max_gpus, room), 0.0) * hours
        before = np.cumsum(rate) - rate
        owed = job.owed + job.before.restart_gpu_hours_owed * (job.owed > 0.0)
        return np.asarray(np.clip(owed - before, 0.0, rate) / hours)

    def by_rule(self, room: Mapping[str, Floats], power_usd: Floats) -> dict[str, Floats]:
        """A job that runs without a break: from the first period in which a pool has room for all of it."""
        if self._terms.preemptible:
            return super().by_rule(room, power_usd)
        job, gpus, periods = self._job, self._terms.max_gpus, self._model.periods
        taken = {pool: np.zeros(periods) for pool in self._terms.pools}
        length = int(np.ceil(job.owed / (gpus * self._model.horizon.hours) - 1e-9))
        if not length or self.service.declined:
            return taken
        if job.before.started and job.before.pool in taken:
            taken[job.before.pool][:length] = gpus
            return taken
        for pool in self._terms.pools:
            fits = job.allowed & (room[pool] >= gpus)
            so_far = np.append(0, np.cumsum(fits))
            ends = np.minimum(np.arange(periods) + length, periods)
            starts = np.flatnonzero(so_far[ends] - so_far[:-1] >= length)
            if len(starts):
                taken[pool][starts[0] : starts[0] + length] = gpus
                break
        return taken
