"""What contracts say, in periods and dollars: billing periods of reserved capacity, terms of batch work."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from optimizer.scenario.contracts import Batch, BatchState, BillingRecord, Reserved, ReservedState
from optimizer.scenario.horizon import localize
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align

from .world import TINY, hours_between, next_month, overlap_hours


@dataclass(frozen=True)
class Billing:
    """A billing period that the horizon touches, with what lies before and behind the horizon."""

    periods: tuple[int, ...]
    committed: float
    """GPU-hours committed in all of it."""
    delivered_elsewhere: float
    """GPU-hours delivered before the horizon and expected after it."""
    booked: float

    def settles(self, contract: Reserved, delivered: float) -> float | None:
        """Dollars of service credit for GPU-hours delivered in the horizon; None: below the floor."""
        total = self.delivered_elsewhere + delivered
        floor = contract.availability_floor
        if floor is not None and total < (floor - 1e-6) * self.committed - TINY:
            return None
        breached = [t.credit_share for t in contract.tiers if total < (t.below - 1e-6) * self.committed - TINY]
        fee = self.committed * contract.price_usd_per_gpu_hour
        return self.booked - max(breached, default=0.0) * fee


def billings_of(scenario: Scenario, contract: Reserved) -> list[Billing]:
    """Billing periods that hold at least one period of the horizon."""
    horizon = scenario.horizon
    zone = horizon.zone
    committed = align(contract.committed_gpus, horizon)
    state = scenario.state.contracts.get(contract.name)
    assert state is None or isinstance(state, ReservedState)
    records = {} if state is None else {localize(r.start, zone).timestamp(): r for r in state.billing}
    if contract.billing_periods:
        spans = [
            (localize(b.start, zone), localize(b.end, zone), b.rest_committed_gpu_hours, b.rest_delivered_gpu_hours)
            for b in contract.billing_periods
        ]
    else:
        months = sorted({s.replace(day=1, hour=0, minute=0, fold=0) for s in horizon.starts})
        spans = [(month, next_month(month), 0.0, None) for month in months]
    found = []
    for start, end, rest, rest_delivered in spans:
        inside = tuple(
            t for t in range(horizon.periods) if start.timestamp() <= horizon.at(t).timestamp() < end.timestamp()
        )
        if not inside:
            continue
        record = records.get(start.timestamp(), BillingRecord(start=start))
        total = record.committed_gpu_hours + sum(float(committed[t]) for t in inside) * horizon.hours + rest
        elsewhere = record.delivered_gpu_hours + (rest if rest_delivered is None else rest_delivered)
        found.append(Billing(inside, total, elsewhere, record.credit_booked_usd))
    return found


@dataclass(frozen=True)
class BatchTerms:
    """A batch contract on the periods of the horizon."""

    contract: Batch
    owed: float
    """GPU-hours still owed (K)."""
    window: tuple[int, ...]
    """Periods in which it may run."""
    ends_inside: bool
    """Whether its hard end lies in the horizon."""
    catch_up: float
    """GPU-hours that could still be done behind the horizon."""
    hours_behind: float
    late_hours: tuple[float, ...]
    """Hours of each period between deadline and hard end."""
    state: BatchState
    hours: float

    @property
    def never_done(self) -> bool:
        """Whether work was given up before: late up to the hard end, nothing on completion, nothing rounded up."""
        return self.state.missed_gpu_hours > 0

    @property
    def over(self) -> bool:
        """Whether nothing of it runs any more."""
        nothing = 1e-6 * max(1.0, self.contract.gpu_hours) if self.never_done else 1e-9
        return self.state.closed or self.owed <= nothing

    @property
    def accrual(self) -> float:
        """USD of the payment on completion that each owed GPU-hour done accrues."""
        none = self.ends_inside or self.never_done
        return 0.0 if none else self.contract.completion_usd / self.contract.gpu_hours

    @property
    def on_done(self) -> float:
        """Dollars of being done with what is owed, in the horizon of the hard end."""
        if not self.ends_inside:
            return 0.0
        promised = 0.0 if self.never_done else self.contract.completion_usd
        return promised - self.state.completion_accrued_usd

    def idle_usd(self) -> float:
        """Dollars of a job of which nothing runs any more."""
        if self.state.closed or not self.never_done:
            return 0.0
        return sum(self.late_usd(t) for t in range(len(self.late_hours))) + self.on_done

    @property
    def length(self) -> int:
        """Periods that a job which is not preemptible runs."""
        return ceil(self.owed / (self.contract.max_gpus * self.hours) - TINY)

    def late_usd(self, period: int) -> float:
        """Dollars of lateness of a period at whose start work is not done."""
        return -self.contract.lateness_usd_per_hour * self.late_hours[period]

    def given_up(self) -> float:
        """Dollars of an all-or-nothing job that runs nothing."""
        contract, state = self.contract, self.state
        missed = self.ends_inside or self.owed > self.catch_up + TINY
        usd = sum(self.late_usd(t) for t in range(len(self.late_hours)))
        if missed:
            usd -= contract.penalty_usd_per_gpu_hour * self.owed
            usd -= contract.price_usd_per_gpu_hour * state.done_gpu_hours
        return usd + (self.on_giving_up(0.0) if missed else 0.0)

    def on_giving_up(self, done: float) -> float:
        """Dollars taken back where work is given up, `done` having been done in the horizon."""
        if self.never_done and not self.ends_inside:
            return 0.0
        return -self.state.completion_accrued_usd - self.accrual * done

    def at_end(self, owed: float, backlog: float) -> float | None:
        """Dollars at the horizon's end for owed work and restart work not done (None: breaks all-or-nothing)."""
        contract = self.contract
        done = owed <= 1e-6 * max(1.0, self.owed)
        if self.ends_inside:
            if done:
                return 0.0
            if contract.all_or_nothing:
                return None
            return -contract.penalty_usd_per_gpu_hour * owed + self.on_giving_up(0.0)
        missed = 0.0 if done else max(0.0, owed - max(0.0, self.catch_up - backlog))
        if contract.all_or_nothing and missed > 1e-6:
            return None
        back = self.on_giving_up(self.owed - owed) if missed > 1e-6 * max(1.0, self.owed) else 0.0
        return -contract.penalty_usd_per_gpu_hour * missed + back


def batch_terms(scenario: Scenario, contract: Batch) -> BatchTerms:
    """The terms of a batch contract on the scenario's horizon."""
    horizon = scenario.horizon
    state = scenario.state.contracts.get(contract.name, BatchState(kind="batch"))
    assert isinstance(state, BatchState)
    release = localize(contract.release, horizon.zone)
    deadline = localize(contract.deadline, horizon.zone)
    hard = deadline if contract.hard_end is None else localize(contract.hard_end, horizon.zone)
    starts = [horizon.at(t) for t in range(horizon.periods + 1)]
    window = tuple(
        t
        for t in range(horizon.periods)
        if hours_between(release, starts[t]) >= -TINY and hours_between(starts[t + 1], hard) >= -TINY
    )
    behind = max(0.0, hours_between(horizon.end, hard))
    return BatchTerms(
        contract=contract,
        owed=contract.gpu_hours - state.done_gpu_hours - state.missed_gpu_hours,
        window=window,
        ends_inside=behind <= TINY,
        catch_up=contract.max_gpus * behind,
        hours_behind=behind,
        late_hours=tuple(overlap_hours(starts[t], starts[t + 1], deadline, hard) for t in range(horizon.periods)),
        state=state,
        hours=horizon.hours,
    )
