"""Batch work: GPU-hours owed between a release and a hard end, followed hour by hour.

Work owed K = all GPU-hours − done − given up earlier. Where the hard end X lies in the horizon, what is missing
then is given up. Where it lies behind, GPU-hours that could be caught up afterwards at full rate (`cap`) stay
owed, and only what is beyond them is given up. Money: price and completion for owed work done, penalty for work
given up, lateness for each hour between deadline and X at whose period's start work is not done.

A job of which work is given up is never done. What is left of it may run, nothing of it rounded up, and is paid;
lateness goes on to X, there is no finish, and nothing is paid on completion: the plan that gives up takes back, in its
closing period, what it and earlier plans have accrued; later plans accrue nothing. The job is open until X.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from optimizer.auditor.book import SHARE, Floats, Ints, number
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.contracts.served import Served
from optimizer.scenario.contracts import Batch, BatchState
from optimizer.scenario.horizon import localize
from optimizer.schedule import LedgerKind

LEAST_WORK = 1e-9
"""GPU-hours owed that count as none."""


@dataclass(frozen=True)
class Job:
    """A job's terms on the horizon's periods."""

    served: Served[Batch]
    terms: Batch
    state: BatchState
    hours: float
    """Hours of a period."""
    length: int
    owed: float
    """K: GPU-hours owed at the start of the horizon."""
    open: bool
    """Whether money may still change hands."""
    active: bool
    """Whether anything may run."""
    never_done: bool
    """Whether work was given up before."""
    over_at_seam: bool
    """Whether the hard end lies in the committed part."""
    allowed: list[bool]
    """Periods wholly between release and hard end."""
    open_after: bool
    """Whether the hard end lies behind the horizon."""
    closing: int
    """Period in which what is given up is charged."""
    cap: float
    """GPU-hours that can be caught up behind the horizon."""
    late_hours: list[float]
    """Hours of each period between the deadline and the hard end."""
    may_start_later: bool
    """Not preemptible: whether it could still start behind the horizon and end in time."""
    gpus_slack: float
    """Tolerance on GPUs in a period; times the period's hours it is that on its work."""
    work_slack: float
    """Tolerance on all work."""

    @property
    def run_length(self) -> int:
        """Not preemptible: periods that its run takes."""
        return math.ceil(self.owed / (self.terms.max_gpus * self.hours) - 1e-9)

    @property
    def underway(self) -> bool:
        return self.active and not self.terms.preemptible and self.state.started


@dataclass
class Course:
    """What became of a job, as the audit follows it."""

    owed: Floats
    """Owed GPU-hours done, (periods,)."""
    running: Ints
    done: float = 0.0
    finish: int | None = None
    """Period after which all owed work is done."""
    backlog: float = 0.0
    """Restart GPU-hours owed at the end of the horizon."""
    seam_backlog: float = 0.0
    """The same at the end of the committed part."""
    started: bool = False
    """Not preemptible: whether its run begins in the horizon or was under way."""
    late: list[float] = field(default_factory=list)
    """Hours late in each period."""


def check_terms(case: Case, served: Served[Batch]) -> Fields:
    """Check a batch job and post its money."""
    rows, name = case.rows, served.name
    owed = rows.take(name, "owed_gpu_hours")
    restart = rows.take(name, "restart_gpu_hours")
    running = rows.take_whole(name, "running", 1, "(0 or 1)")
    restarts = rows.take_whole(name, "restarts", 1, "(0 or 1)")
    job = _job(case, served)
    course = Course(owed, running, backlog=job.state.restart_gpu_hours_owed)
    course.seam_backlog = course.backlog
    _check_signs(case, job, owed, restart)
    if not job.active:
        _check_idle(case, job, owed, restart, running, restarts)
        if job.open:
            course.late = list(job.late_hours)
        return _close(case, job, course, 0.0, _post(case, job, course, 0.0))
    _check_running(case, job, running)
    if job.terms.preemptible:
        _follow_pieces(case, job, course, restart, restarts)
    else:
        _follow_run(case, job, course, restart, restarts)
    _follow_lateness(job, course)
    missed = _missed(case, job, course)
    completion = _post(case, job, course, missed)
    return _close(case, job, course, missed, completion)


def _job(case: Case, served: Served[Batch]) -> Job:
    terms, horizon = served.contract, case.horizon
    state = terms.begun(case.scenario.state.contracts.get(terms.name))
    owed = terms.gpu_hours - state.done_gpu_hours - state.missed_gpu_hours
    release = localize(terms.release, horizon.zone).timestamp() / 3600.0
    deadline = localize(terms.deadline, horizon.zone).timestamp() / 3600.0
    last = deadline if terms.hard_end is None else localize(terms.hard_end, horizon.zone).timestamp() / 3600.0
    begins = (horizon.start_minutes / 60.0).tolist()
    end = begins[0] + case.length * case.hours
    ends = [*begins[1:], end]
    tiny = 1e-9
    open_after = last > end + tiny
    in_time = [t for t in range(case.length) if ends[t] <= last + tiny]
    full_rate = min(terms.max_gpus, served.most_gpus)
    first_later = end + max(0, math.ceil((release - end) / case.hours - tiny)) * case.hours
    run_hours = math.ceil(max(owed, 0.0) / (terms.max_gpus * case.hours) - tiny) * case.hours
    never_done = state.missed_gpu_hours > 0
    least = SHARE * max(1.0, terms.gpu_hours) if never_done else LEAST_WORK
    open_ = served.accepted and not state.closed and (owed > least or never_done)
    return Job(
        served=served,
        terms=terms,
        state=state,
        hours=case.hours,
        length=case.length,
        owed=owed,
        open=open_,
        active=open_ and owed > least,
        never_done=never_done,
        over_at_seam=last <= ends[case.committed - 1] + tiny,
        allowed=[b >= release - tiny and e <= last + tiny for b, e in zip(begins, ends, strict=True)],
        open_after=open_after,
        closing=case.length - 1 if open_after else (in_time[-1] if in_time else 0),
        cap=terms.max_gpus * max(0.0, last - max(end, release)) if open_after else 0.0,
        late_hours=[max(0.0, min(e, last) - max(b, deadline)) for b, e in zip(begins, ends, strict=True)],
        may_start_later=open_after and first_later + run_hours <= last + tiny,
        gpus_slack=SHARE * full_rate,
        work_slack=SHARE * max(1.0, owed),
    )


def _check_signs(case: Case, job: Job, owed: Floats, restart: Floats) -> None:
    for what, work in (("owed_gpu_hours", owed), ("restart_gpu_hours", restart)):
        slack = job.gpus_slack * job.hours
        case.book.not_negative("range", job.terms.name, what, work, unit="GPU-hours", tolerance=slack)


def _check_idle(case: Case, job: Job, owed: Floats, restart: Floats, running: Ints, restarts: Ints) -> None:
    """A job that is over, declined or has nothing left to run does nothing."""
    rule, why = ("batch_closed", "over") if job.served.accepted else ("declined", "declined")
    for what, values in (
        ("gpus", job.served.gpus),
        ("owed_gpu_hours", owed),
        ("restart_gpu_hours", restart),
        ("running", running * 1.0),
        ("restarts", restarts * 1.0),
    ):
        if what == "gpus" and not job.served.accepted:
            continue
        limit_name = f"0, as the job is {why}; limit"
        case.book.at_most(
            rule, job.terms.name, what, values, 0.0, unit="", tolerance=min(job.gpus_slack, 0.5), limit_name=limit_name
        )


def _check_running(case: Case, job: Job, running: Ints) -> None:
    """`running` says where GPUs run; within the tolerance of none, either may be said."""
    gpus = job.served.gpus
    for t in range(job.length):
        at_work = gpus[t] > job.gpus_slack
        if bool(running[t]) != at_work and not (running[t] and 0 < gpus[t] <= job.gpus_slack):
            message = f"running is {int(running[t])} with {number(gpus[t])} GPUs"
            case.book.add("batch_running", job.terms.name, t, message, amount=float(gpus[t]), unit="GPUs")
        if at_work and not job.allowed[t] and not job.underway:
            message = f"{number(gpus[t])} GPUs run in a period that is not wholly between release and hard end"
            case.book.add("batch_window", job.terms.name, t, message, amount=float(gpus[t]), unit="GPUs")


def _follow_pieces(case: Case, job: Job, course: Course, restart: Floats, restarts: Ints) -> None:
    """A preemptible job: restarts, restart work before owed work, no work beyond what is owed."""
    terms, book, name = job.terms, case.book, job.terms.name
    slack = job.gpus_slack * job.hours
    ran_before, was_running = job.state.started, job.state.running
    for t in range(job.length):
        gpus, runs = float(job.served.gpus[t]), bool(course.running[t])
        _check_rate(case, job, t, gpus, runs)
        restarting = runs and not was_running and ran_before
        if bool(restarts[t]) != restarting:
            words = "begins again after a stop" if restarting else "does not begin again after a stop"
            message = f"restarts is {int(restarts[t])}; the job {words}"
            book.add("batch_restart", name, t, message, amount=float(restarts[t] - restarting), unit="restarts")
        if restarting:
            course.backlog += terms.restart_gpu_hours
        again, owed = float(restart[t]), float(course.owed[t])
        if again > course.backlog + slack:
            over = again - course.backlog
            message = f"{number(again)} GPU-hours of restart work are run; {number(course.backlog)} are to be run"
            book.add("batch_restart", name, t, message, amount=over, unit="GPU-hours")
        course.backlog = max(0.0, course.backlog - again)
        if owed > slack and course.backlog > slack:
            message = (
                f"{number(owed)} owed GPU-hours are done with {number(course.backlog)} GPU-hours of restart "
                "work still before them"
            )
            book.add("batch_restart", name, t, message, amount=course.backlog, unit="GPU-hours")
        finishing = _do_owed(case, job, course, t, owed)
        _check_work(case, job, t, gpus, owed + again, finishing)
        if runs and course.finish is not None and course.finish < t:
            message = f"{number(gpus)} GPUs run after all owed work is done"
            book.add("batch_waste", name, t, message, amount=gpus * job.hours, unit="GPU-hours")
        if t == case.committed - 1:
            course.seam_backlog = course.backlog
        was_running, ran_before = runs, ran_before or runs


def _do_owed(case: Case, job: Job, course: Course, t: int, owed: float) -> bool:
    """Count owed work done in a period; whether it is the one that finishes the job."""
    left = job.owed - course.done
    if owed > max(left, 0.0) + job.work_slack:
        message = f"{number(owed)} owed GPU-hours are done; only {number(max(left, 0.0))} are left"
        case.book.add("batch_owed", job.terms.name, t, message, amount=owed - max(left, 0.0), unit="GPU-hours")
    course.done += owed
    if course.finish is None and course.done >= job.owed - job.work_slack:
        course.finish = t
        return not job.never_done
    return False


def _check_rate(case: Case, job: Job, t: int, gpus: float, runs: bool) -> None:
    """GPUs between min and max while running."""
    terms = job.terms
    if gpus > terms.max_gpus + job.gpus_slack:
        message = f"{number(gpus)} GPUs run; at most {number(terms.max_gpus)} are allowed"
        case.book.add("batch_gpus", terms.name, t, message, amount=gpus - terms.max_gpus, unit="GPUs")
    if runs and gpus < terms.min_gpus - job.gpus_slack:
        message = f"{number(gpus)} GPUs run; where the job runs, at least {number(terms.min_gpus)} must"
        case.book.add("batch_gpus", terms.name, t, message, amount=gpus - terms.min_gpus, unit="GPUs")


def _check_work(case: Case, job: Job, t: int, gpus: float, work: float, finishing: bool) -> None:
    """GPUs run for owed and restart work alone; the finishing period is rounded up to whole units."""
    name, slack = job.terms.name, job.gpus_slack
    idle = gpus - work / job.hours
    if idle < -slack:
        message = f"{number(work)} GPU-hours of work are counted; {number(gpus)} GPUs do {number(gpus * job.hours)}"
        case.book.add("batch_work", name, t, message, amount=-idle * job.hours, unit="GPU-hours")
    elif idle > slack and not (finishing and gpus <= _rounded_up(job, t, work / job.hours) + slack):
        message = f"{number(gpus)} GPUs run for {number(work)} GPU-hours of work; the rest of them does nothing"
        case.book.add("batch_waste", name, t, message, amount=idle * job.hours, unit="GPU-hours")


def _rounded_up(job: Job, t: int, needed: float) -> float:
    """Most GPUs in the finishing period: the work, or the least GPUs, in whole units of the contract."""
    terms = job.terms
    needed = max(needed, terms.min_gpus)
    if terms.gpu_unit == "fraction":
        return needed
    if terms.gpu_unit == "gpu":
        return math.ceil(needed - 1e-6)
    # Whole nodes: without one node (the largest in use) what is left would not do.
    used = [p.gpus_per_node for name, p in job.served.pools.items() if job.served.by_pool[name][t] > job.gpus_slack]
    return needed + max(used, default=1) - 1e-3


def _follow_run(case: Case, job: Job, course: Course, restart: Floats, restarts: Ints) -> None:
    """A job that is not preemptible: one run, on one pool, at its GPU count, without a break."""
    book, name, served = case.book, job.terms.name, job.served
    at_work = np.flatnonzero(served.gpus > job.gpus_slack).tolist()
    begin = 0 if job.underway else (at_work[0] if at_work else None)
    course.started = begin is not None
    expected = np.zeros(job.length)
    owed = np.zeros(job.length)
    pool: str | None = None
    if begin is not None:
        end = begin + job.run_length
        expected[begin:end] = job.terms.max_gpus
        owed[begin:end] = job.terms.max_gpus * job.hours
        if end <= job.length:
            owed[end - 1] = job.owed - (job.run_length - 1) * job.terms.max_gpus * job.hours
        pool = job.state.pool if job.underway else None
        pool = pool or max(served.by_pool, key=lambda p: float(served.by_pool[p][begin]))
        _check_ends_in_time(case, job, begin)
    slack = job.gpus_slack
    for p, gpus in served.by_pool.items():
        own = expected if p == pool else np.zeros(job.length)
        book.equal("batch_not_preemptible", name, f"gpus[{p}] of its one run", gpus, own, unit="GPUs", tolerance=slack)
    book.equal("batch_owed", name, "owed_gpu_hours", course.owed, owed, unit="GPU-hours", tolerance=slack * job.hours)
    for what, said in (("restart_gpu_hours", restart), ("restarts", restarts * 1.0)):
        for t in np.flatnonzero(np.abs(said) > slack).tolist():
            message = f"{what} is {number(said[t])}; a job that is not preemptible never restarts"
            book.add("batch_restart", name, t, message, amount=float(said[t]))
    for t in range(job.length):
        _do_owed(case, job, course, t, float(course.owed[t]))


def _check_ends_in_time(case: Case, job: Job, begin: int) -> None:
    """A run that begins has its end by the hard end; one under way goes on whatever it is."""
    if job.underway:
        return
    last = job.terms.deadline if job.terms.hard_end is None else job.terms.hard_end
    hard_end = localize(last, case.horizon.zone)
    late = -float(case.horizon.hours_until(hard_end)[begin]) + job.run_length * job.hours
    if late > 1e-9:
        message = f"its run begins here and takes {number(job.run_length * job.hours)} h, {number(late)} h too long"
        case.book.add("batch_window", job.terms.name, begin, message, amount=late, unit="h")


def _follow_lateness(job: Job, course: Course) -> None:
    """Hours late: of every period at whose start work is not done, those between deadline and hard end."""
    for t, hours in enumerate(job.late_hours):
        over = course.finish is not None and course.finish < t and not job.never_done
        course.late.append(0.0 if over else hours)


def _missed(case: Case, job: Job, course: Course) -> float:
    """GPU-hours given up in this horizon."""
    left = max(0.0, job.owed - course.done)
    if not job.terms.preemptible:
        if not job.open_after:
            return left
        return 0.0 if course.started or job.may_start_later else job.owed
    # More restart work than could be caught up makes no more missing than what is owed.
    unmet = left - max(0.0, job.cap - course.backlog) if job.open_after else left
    if not job.terms.all_or_nothing:
        return max(0.0, unmet)
    if unmet <= job.work_slack:
        return 0.0
    ran = job.served.gpus
    for t in np.flatnonzero(ran > job.gpus_slack).tolist():
        message = f"{number(ran[t])} GPUs run, though the job is all-or-nothing and is not done as a whole"
        case.book.add("all_or_nothing", job.terms.name, t, message, amount=float(ran[t] * job.hours), unit="GPU-hours")
    return left


def _post(case: Case, job: Job, course: Course, missed: float) -> Floats:
    """Post the job's money; returns the completion line, (periods,)."""
    terms, ledger, name = job.terms, case.ledger, job.terms.name
    completion = np.zeros(job.length)
    if not job.open:
        return completion
    price, rate = terms.price_usd_per_gpu_hour, min(terms.max_gpus, job.served.most_gpus) * job.hours
    ledger.post(name, LedgerKind.CONTRACT_REVENUE, price * course.owed, price * rate)
    penalty = terms.penalty_usd_per_gpu_hour
    ledger.post_once(name, LedgerKind.SHORTFALL_PENALTY, job.closing, -penalty * missed, penalty * job.owed)
    late = np.asarray(course.late)
    ledger.post(name, LedgerKind.LATENESS_PENALTY, -terms.lateness_usd_per_hour * late, 0.0)
    gives_up = missed > job.work_slack
    if terms.all_or_nothing and gives_up:
        paid = price * (job.state.done_gpu_hours + course.done)
        ledger.post_once(name, LedgerKind.CONTRACT_REVENUE, job.closing, -paid, paid)
    accrued = job.state.completion_accrued_usd
    if job.open_after and not job.never_done:
        completion += terms.completion_usd / terms.gpu_hours * course.owed
        if gives_up:
            completion[job.closing] -= accrued + float(completion.sum())
    elif not job.open_after and course.finish is not None and not job.never_done:
        completion[course.finish] += terms.completion_usd - accrued
    elif not job.open_after:
        completion[job.closing] -= accrued
    ledger.post(name, LedgerKind.COMPLETION, completion, terms.completion_usd)
    return completion


def _close(case: Case, job: Job, course: Course, missed: float, completion: Floats) -> Fields:
    """Note the contract's report; what the next plan's state must say."""
    cut, terms, state = case.committed, job.terms, job.state
    published = job.active and job.closing < cut
    done = float(course.owed[:cut].sum()) if job.active else 0.0
    worked_off = course.finish if job.active else None
    finish = None if job.never_done else worked_off
    given_up = missed if published else 0.0
    slack = SHARE * max(1.0, terms.gpu_hours)
    idle = not job.open
    case.reports.append(
        {
            "name": Expected(terms.name),
            "kind": Expected("batch"),
            "accepted": Expected(job.served.accepted),
            "billing_start": Expected(None),
            "delivered_gpu_hours": Expected(done, "GPU-hours", slack),
            "short_gpu_hours": Expected(given_up, "GPU-hours", slack, or_none=idle),
            "availability": Expected(None),
            "credit_tier": Expected(None),
            "credit_usd": Expected(0.0, "USD", or_none=True),
            "finish": Expected(None if finish is None else case.horizon.at(finish + 1)),
            "lateness_hours": Expected(float(sum(course.late[:cut])), "h", 1e-6, or_none=idle),
        }
    )
    finished = finish is not None and finish < cut
    fields: Fields = {
        "kind": Expected("batch"),
        "accepted": Expected(job.served.accepted),
        "done_gpu_hours": Expected(state.done_gpu_hours + done, "GPU-hours", slack),
        "missed_gpu_hours": Expected(state.missed_gpu_hours + given_up, "GPU-hours", slack),
        "started": Expected(state.started or (job.active and bool(course.running[:cut].any()))),
        "running": Expected(job.active and bool(course.running[cut - 1])),
        "pool": Expected(_seam_pool(case, job)),
        "restart_gpu_hours_owed": Expected(course.seam_backlog, "GPU-hours", slack),
        "completion_accrued_usd": Expected(
            state.completion_accrued_usd + float(completion[:cut].sum()),
            "USD",
            SHARE * max(1.0, terms.completion_usd),
        ),
    }
    if job.open:
        fields["closed"] = Expected(finished or job.over_at_seam)
    elif state.closed:
        fields["closed"] = Expected(True)
    if (worked_off is not None and worked_off < cut) or job.over_at_seam:
        # Nothing of it runs any more: whether the pool of its last run is still named makes no difference.
        del fields["pool"]
    return fields


def _seam_pool(case: Case, job: Job) -> str | None:
    """Pool of a job that is not preemptible and under way at the seam."""
    if job.terms.preemptible or not job.active:
        return None
    before = job.served.gpus[: case.committed]
    running = job.underway or bool((before > job.gpus_slack).any())
    if not running:
        return None
    used = {pool: float(gpus[: case.committed].sum()) for pool, gpus in job.served.by_pool.items()}
    return max(used, key=lambda pool: used[pool])
