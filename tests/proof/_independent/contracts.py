"""AI contracts of the independent model. Each gives its GPUs by pool and period."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from pulp import LpVariable, lpSum

from optimizer.scenario.contracts import (
    Batch,
    BatchState,
    BillingRecord,
    Contract,
    Reserved,
    ReservedState,
    Spot,
    SpotState,
)
from optimizer.scenario.horizon import localize

from .world import Expression, World

MET = 1e-6
"""A tier or floor is met so much below it, as a share of what is committed."""
LESS = 1e-5
"""What is less than a whole GPU by so little still rounds up to it."""
Gpus = dict[str, list[Expression]]


def add_contract(world: World, contract: Contract) -> Gpus:
    """The contract's duties and dollars; its GPUs by pool."""
    if isinstance(contract, Spot):
        return _spot(world, contract)
    return _reserved(world, contract) if isinstance(contract, Reserved) else _batch(world, contract)


def _accepted(world: World, contract: Contract, state: ReservedState | BatchState | SpotState | None) -> Expression:
    """1 where the contract is accepted, 0 where it is declined, a decision where it is open."""
    if not contract.optional:
        return 1
    if state is not None and state.accepted is not None:
        return int(state.accepted)
    return world.yes_or_no()


def _declined(accepted: Expression) -> bool:
    return isinstance(accepted, int) and accepted == 0


def _gpus(world: World, contract: Contract) -> Gpus:
    """GPUs in the unit that the contract asks for."""
    sizes = {pool.name: pool.gpus_per_node for pool in world.scenario.pools}

    def one(pool: str) -> Expression:
        if contract.gpu_unit == "fraction":
            return world.number()
        return world.whole(10**6) * (sizes[pool] if contract.gpu_unit == "node" else 1)

    return {pool: [one(pool) for _ in world.periods] for pool in contract.pools}


def _in_all(world: World, gpus: Gpus) -> list[Expression]:
    return [lpSum(by_period[t] for by_period in gpus.values()) for t in world.periods]


def _spot(world: World, contract: Spot) -> Gpus:
    state = world.scenario.state.contracts.get(contract.name)
    accepted = _accepted(world, contract, state)
    gpus = _gpus(world, contract)
    demand, price = world.series(contract.demand_gpus), world.series(contract.price_usd_per_gpu_hour)
    for t, sold in enumerate(_in_all(world, gpus)):
        world.hold(sold <= demand[t] * accepted)
        world.earn(price[t] * world.hours * sold)
    return gpus


# --- reserved


def _reserved(world: World, contract: Reserved) -> Gpus:
    found = world.scenario.state.contracts.get(contract.name)
    state = found if isinstance(found, ReservedState) else ReservedState(kind="reserved")
    accepted = _accepted(world, contract, state)
    gpus = _gpus(world, contract)
    delivered = _in_all(world, gpus)
    committed = world.series(contract.committed_gpus)
    for t in world.periods:
        world.hold(delivered[t] <= committed[t] * accepted)
        world.earn(contract.price_usd_per_gpu_hour * world.hours * delivered[t])
        short = committed[t] * accepted - delivered[t]
        world.earn(-contract.shortfall_usd_per_gpu_hour * world.hours * short)
    if not _declined(accepted):
        for start, inside, rest_committed, rest_delivered in _billing(world, contract):
            zone = world.scenario.horizon.zone
            record = next((r for r in state.billing if localize(r.start, zone) == start), BillingRecord(start=start))
            in_all = record.committed_gpu_hours + rest_committed + sum(committed[t] for t in inside) * world.hours
            had = (record.delivered_gpu_hours + rest_delivered) * accepted
            had += world.hours * lpSum(delivered[t] for t in inside)
            _judge(world, contract, accepted, in_all, had, record.credit_booked_usd)
    return gpus


def _judge(
    world: World, contract: Reserved, accepted: Expression, committed: float, delivered: Expression, booked: float
) -> None:
    """The credit of one billing period, and its floor. `committed`, `delivered`: GPU-hours."""
    if contract.availability_floor is not None:
        world.hold(delivered >= (contract.availability_floor - MET) * committed * accepted)
    credit = world.number()
    for tier in contract.tiers:
        breached = world.yes_or_no()
        world.hold(delivered >= (tier.below - MET) * committed * accepted - tier.below * committed * breached)
        world.hold(credit >= tier.credit_share * committed * contract.price_usd_per_gpu_hour * breached)
    world.earn(-(credit - booked))


def _billing(world: World, contract: Reserved) -> list[tuple[datetime, list[int], float, float]]:
    """Billing periods that the horizon touches: start, periods, GPU-hours committed and delivered after it."""
    horizon = world.scenario.horizon
    found = []
    if contract.billing_periods:
        for billing in contract.billing_periods:
            start, end = world.moment(billing.start), world.moment(billing.end)
            inside = [t for t in world.periods if start - 1e-9 <= world.begin(t) < end - 1e-9]
            rest = billing.rest_committed_gpu_hours
            expected = rest if billing.rest_delivered_gpu_hours is None else billing.rest_delivered_gpu_hours
            if inside:
                found.append((localize(billing.start, horizon.zone), inside, rest, expected))
        return found
    for year, month in dict.fromkeys((start.year, start.month) for start in horizon.starts):
        inside = [t for t in world.periods if (horizon.starts[t].year, horizon.starts[t].month) == (year, month)]
        found.append((localize(datetime(year, month, 1), horizon.zone), inside, 0.0, 0.0))
    return found


# --- batch


def _batch(world: World, contract: Batch) -> Gpus:
    found = world.scenario.state.contracts.get(contract.name)
    state = found if isinstance(found, BatchState) else BatchState(kind="batch")
    nothing: Gpus = {pool: [0 for _ in world.periods] for pool in contract.pools}
    owed = contract.gpu_hours - state.done_gpu_hours - state.missed_gpu_hours
    accepted = _accepted(world, contract, state)
    if state.closed or _declined(accepted):
        return nothing
    job = _Job(world, contract, state, owed, accepted)
    if owed <= (1e-6 * max(1.0, contract.gpu_hours) if job.never_done else 1e-9):
        job.nothing_left()
        return nothing
    return job.in_pieces() if contract.preemptible else job.in_one_run(nothing)


class _Job:
    """A batch job with work left. `last`: hours from the start of the horizon to its hard end."""

    def __init__(self, world: World, contract: Batch, state: BatchState, owed: float, accepted: Expression) -> None:
        self.world, self.contract, self.state, self.owed, self.accepted = world, contract, state, owed, accepted
        self.release, self.deadline = world.moment(contract.release), world.moment(contract.deadline)
        self.last = self.deadline if contract.hard_end is None else world.moment(contract.hard_end)
        self.never_done = state.missed_gpu_hours > 0
        """Work was given up before: it is never complete, and late up to its hard end."""
        self.ends_here = self.last <= world.end + 1e-9
        self.after = 0.0 if self.ends_here else contract.max_gpus * (self.last - world.end)

    def _pay(self, work: list[Expression], finished: Expression, missed: Expression, late: list[Expression]) -> None:
        """`work`: owed GPU-hours done by period; `late[t]`: 1 where it is not done as period t begins."""
        world, contract = self.world, self.contract
        world.earn(contract.price_usd_per_gpu_hour * lpSum(work))
        world.earn(-contract.penalty_usd_per_gpu_hour * missed)
        if self.ends_here:
            promised = 0.0 if self.never_done else contract.completion_usd
            world.earn(promised * finished - self.state.completion_accrued_usd * self.accepted)
        elif not self.never_done:
            self._accrue(lpSum(work), missed)
        for t in world.periods:
            world.earn(-contract.lateness_usd_per_hour * self._hours_late(t) * late[t])

    def _accrue(self, done: Expression, missed: Expression) -> None:
        """A payment on completion behind the horizon accrues with the work, and is lost where work is given up."""
        world, contract = self.world, self.contract
        rate = contract.completion_usd / contract.gpu_hours
        lost, accrued = world.yes_or_no(), world.number()
        world.hold(missed <= self.owed * lost)
        world.hold(accrued <= rate * done)
        world.hold(accrued <= rate * self.owed * (1 - lost))
        world.earn(accrued - self.state.completion_accrued_usd * lost)

    def nothing_left(self) -> None:
        """Nothing is owed; of a job that is never done the lateness goes on."""
        if self.never_done:
            self._pay([], 0, 0, [self.accepted for _ in self.world.periods])

    def _hours_late(self, t: int) -> float:
        begin, end = self.world.begin(t), self.world.begin(t + 1)
        return max(0.0, min(end, self.last) - max(begin, self.deadline))

    # --- one that may stop and go on

    def in_pieces(self) -> Gpus:
        world, contract, state = self.world, self.contract, self.state
        gpus = _gpus(world, contract)
        used = _in_all(world, gpus)
        most = contract.max_gpus * world.hours
        runs = [world.yes_or_no() for _ in world.periods]
        work, restart = [world.number(most) for _ in world.periods], [world.number(most) for _ in world.periods]
        backlog: Expression = state.restart_gpu_hours_owed
        far = state.restart_gpu_hours_owed + (len(world.periods) + 1) * contract.restart_gpu_hours
        for t in world.periods:
            inside = world.begin(t) >= self.release - 1e-9 and world.begin(t + 1) <= self.last + 1e-9
            world.hold(runs[t] <= (self.accepted if inside else 0))
            world.hold(used[t] >= contract.min_gpus * runs[t])
            world.hold(used[t] <= contract.max_gpus * runs[t])
            left = world.number()
            world.hold(left == backlog + contract.restart_gpu_hours * self._restarts(runs, t) - restart[t])
            if far > 0:
                pays = world.yes_or_no()
                world.hold(work[t] <= most * pays)
                world.hold(left <= far * (1 - pays))
            backlog = left
            self._only_for_work(used[t], runs[t], work, restart[t], t)
        done = lpSum(work)
        world.hold(done <= self.owed)
        finished, given_up = world.yes_or_no(), 0
        world.hold(done >= self.owed * finished)
        missed: Expression = world.number()
        world.hold(missed >= self.owed * self.accepted - done + (0 if self.ends_here else backlog - self.after))
        if contract.all_or_nothing:
            given_up = self._as_a_whole(runs, done, backlog, missed)
        world.earn(-(contract.price_usd_per_gpu_hour * state.done_gpu_hours) * given_up)
        late: list[Expression] = []
        for t in world.periods:
            if self.never_done:
                late.append(self.accepted)
                continue
            undone = world.yes_or_no()
            world.hold(lpSum(work[:t]) >= self.owed * (self.accepted - undone))
            late.append(undone)
        self._pay(list(work), finished, missed, late)
        return gpus

    def _restarts(self, runs: list[LpVariable], t: int) -> Expression:
        """1 where a run begins in period t and the job has run before."""
        if not self.contract.restart_gpu_hours:
            return 0
        world = self.world
        ran = runs[t - 1] if t else int(self.state.running)
        restarts = world.yes_or_no()
        ever: Expression = 1
        if not self.state.started:
            ever = world.yes_or_no()
            world.hold(ever <= lpSum(runs[:t]))
            for earlier in runs[:t]:
                world.hold(ever >= earlier)
        world.hold(restarts >= runs[t] - ran + ever - 1)
        world.hold(restarts <= runs[t])
        world.hold(restarts <= 1 - ran)
        world.hold(restarts <= ever)
        return restarts

    def _only_for_work(
        self, used: Expression, runs: LpVariable, work: list[LpVariable], restart: LpVariable, t: int
    ) -> None:
        """GPUs beyond the work only in the period that finishes it, and there only what rounding up asks for."""
        world, contract = self.world, self.contract
        hours, done = world.hours, work[t] + restart
        before, finishes, over = lpSum(work[:t]), world.yes_or_no(), world.yes_or_no()
        most = contract.max_gpus * hours
        near = 1e-6 * max(1.0, self.owed)
        world.hold(used * hours >= done)
        if self.never_done:
            world.hold(finishes == 0)
        world.hold(used * hours <= done + most * finishes)
        world.hold(before + work[t] >= (self.owed - near / 10) * finishes)
        over_before = world.yes_or_no()
        world.hold(before <= self.owed - near + self.owed * over_before)
        world.hold(runs <= 1 - over_before)
        sizes = [pool.gpus_per_node for pool in world.scenario.pools if pool.name in contract.pools]
        unit = {"fraction": 0, "gpu": 1, "node": max(sizes)}[contract.gpu_unit]
        up_to = max(0.0, unit - LESS) * hours
        world.hold(used * hours <= done + up_to + most * (1 - finishes) + most * over)
        world.hold(used * hours <= contract.min_gpus * hours + most * (1 - finishes) + most * (1 - over))

    def _as_a_whole(
        self, runs: list[LpVariable], done: Expression, backlog: Expression, missed: Expression
    ) -> Expression:
        """All or nothing; 1 where it is given up."""
        world = self.world
        whole = world.yes_or_no()
        world.hold(whole <= self.accepted)
        for run in runs:
            world.hold(run <= whole)
        if self.ends_here:
            world.hold(done >= self.owed * whole)
        else:
            world.hold(self.owed - done + backlog <= self.after + (self.owed + self._most_backlog()) * (1 - whole))
            if self.owed <= self.after:
                return 0
        world.hold(missed >= self.owed * (self.accepted - whole))
        return self.accepted - whole

    def _most_backlog(self) -> float:
        return self.state.restart_gpu_hours_owed + (len(self.world.periods) + 1) * self.contract.restart_gpu_hours

    # --- one that runs once

    def in_one_run(self, nothing: Gpus) -> Gpus:
        world, contract = self.world, self.contract
        each = contract.max_gpus * world.hours
        length = ceil(self.owed / each - 1e-9)
        begins: dict[tuple[str, int], Expression] = {}
        if self.state.started:
            assert self.state.pool is not None
            begins[self.state.pool, 0] = self.accepted
        else:
            sizes = {pool.name: pool.nodes * pool.gpus_per_node for pool in world.scenario.pools}
            for pool in contract.pools:
                for t in world.periods:
                    early, late = world.begin(t) < self.release - 1e-9, world.begin(t + length) > self.last + 1e-9
                    if not early and not late and sizes[pool] >= contract.max_gpus:
                        begins[pool, t] = world.yes_or_no()
            world.hold(lpSum(begins.values()) <= self.accepted)
        gpus = {pool: list(by_period) for pool, by_period in nothing.items()}
        work: list[Expression] = [0 for _ in world.periods]
        for (pool, first), begin in begins.items():
            for k in range(length):
                if first + k in world.periods:
                    gpus[pool][first + k] += contract.max_gpus * begin
                    work[first + k] += min(each, self.owed - k * each) * begin
        started = lpSum(begins.values())
        within = lpSum(begin for (_, first), begin in begins.items() if first + length <= len(world.periods))
        later = not self.ends_here and world.end + length * world.hours <= self.last + 1e-9
        missed: Expression = self.owed * (self.accepted - started)
        if self.ends_here:
            missed = self.owed * self.accepted - lpSum(work)
        elif later:
            missed = 0
        late = [
            self.accepted
            if self.never_done
            else self.accepted - lpSum(begin for (_, first), begin in begins.items() if first + length <= t)
            for t in world.periods
        ]
        self._pay(work, within, missed, late)
        return gpus
