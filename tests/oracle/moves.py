"""Contracts followed GPU by GPU: every assignment of whole GPUs (or nodes) in every period.

A contract here gives its possible first states, its moves from a state in a period (GPUs on each pool, dollars,
state after) and the dollars of the state in which the horizon ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import ceil, floor
from typing import Protocol

from optimizer.scenario.contracts import Batch, Contract, Reserved, Spot
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align

from .terms import BatchTerms, batch_terms, billings_of
from .world import TINY

State = tuple[float | str, ...]
Gpus = tuple[float, ...]
Move = tuple[Gpus, float, State]
DECLINED: State = ("declined",)
OVER: State = ("over",)
LATE: State = ("late",)
"""A job of which work was given up before and of which nothing is left to run."""


class Book(Protocol):
    """What every kind of contract offers."""

    terms: Contract
    pools: tuple[int, ...]

    def first(self) -> list[State]: ...

    def moves(self, t: int, state: State) -> list[Move]: ...

    def at_end(self, state: State) -> float | None: ...


def choices_of_acceptance(scenario: Scenario, contract: Contract) -> list[bool]:
    """Accepted, declined, or both where it is a decision."""
    if not contract.optional:
        return [True]
    state = scenario.state.contracts.get(contract.name)
    if state is not None and state.accepted is not None:
        return [state.accepted]
    return [False, True]


class _Common:
    """Acceptance and the assignment of GPUs to pools."""

    def __init__(self, scenario: Scenario, contract: Contract) -> None:
        names = [pool.name for pool in scenario.pools]
        self.terms = contract
        self.pools = tuple(names.index(name) for name in contract.pools)
        sizes = [scenario.pools[p].gpus_per_node for p in self.pools]
        self.most = [scenario.pools[p].nodes * scenario.pools[p].gpus_per_node for p in self.pools]
        self.unit = [1 if contract.gpu_unit == "gpu" else size for size in sizes]
        self.acceptance = choices_of_acceptance(scenario, contract)
        self.hours = scenario.horizon.hours
        self.nothing: Gpus = (0.0,) * len(self.pools)

    def assignments(self, least: float, most: float) -> Iterator[Gpus]:
        """Whole GPUs or nodes on the pools, between two totals."""
        assert self.terms.gpu_unit != "fraction"
        ranges = [
            range(0, floor(min(most, top) + TINY) + 1, unit) for top, unit in zip(self.most, self.unit, strict=True)
        ]
        for gpus in product(*ranges):
            if least - TINY <= sum(gpus) <= most + TINY:
                yield tuple(float(n) for n in gpus)

    def started_with(self, accepted: list[State]) -> list[State]:
        return [*(accepted if True in self.acceptance else []), *([DECLINED] if False in self.acceptance else [])]


class SpotBook(_Common):
    """Spot capacity; no memory."""

    def __init__(self, scenario: Scenario, contract: Spot) -> None:
        super().__init__(scenario, contract)
        self.demand = align(contract.demand_gpus, scenario.horizon)
        self.price = align(contract.price_usd_per_gpu_hour, scenario.horizon)

    def first(self) -> list[State]:
        return self.started_with([()])

    def moves(self, t: int, state: State) -> list[Move]:
        if state == DECLINED:
            return [(self.nothing, 0.0, state)]
        rate = float(self.price[t]) * self.hours
        return [(gpus, sum(gpus) * rate, state) for gpus in self.assignments(0.0, float(self.demand[t]))]

    def at_end(self, state: State) -> float | None:
        return 0.0


class ReservedBook(_Common):
    """Reserved capacity; remembers the GPU-hours delivered in the running billing period, where they count."""

    def __init__(self, scenario: Scenario, contract: Reserved) -> None:
        super().__init__(scenario, contract)
        self.contract = contract
        self.committed = align(contract.committed_gpus, scenario.horizon)
        self.billings = billings_of(scenario, contract)
        self.counts = bool(contract.tiers) or contract.availability_floor is not None

    def first(self) -> list[State]:
        return self.started_with([(0.0,)])

    def moves(self, t: int, state: State) -> list[Move]:
        if state == DECLINED:
            return [(self.nothing, 0.0, state)]
        due = float(self.committed[t])
        found = []
        for gpus in self.assignments(0.0, due):
            given = sum(gpus)
            usd = given * self.contract.price_usd_per_gpu_hour * self.hours
            usd -= (due - given) * self.contract.shortfall_usd_per_gpu_hour * self.hours
            settled = self._settled(t, float(state[0]) + given * self.hours)
            if settled is not None:
                found.append((gpus, usd + settled[0], settled[1]))
        return found

    def _settled(self, t: int, delivered: float) -> tuple[float, State] | None:
        """Credit booked where a billing period's last period ends, and what is remembered."""
        for billing in self.billings:
            if t not in billing.periods:
                continue
            if t != billing.periods[-1]:
                return 0.0, (round(delivered, 9) if self.counts else 0.0,)
            credit = billing.settles(self.contract, delivered)
            return None if credit is None else (credit, (0.0,))
        return 0.0, (0.0,)

    def at_end(self, state: State) -> float | None:
        return 0.0


class PreemptibleBook(_Common):
    """Batch work that may stop. State: owed and restart GPU-hours left, whether it has run, whether it runs."""

    def __init__(self, scenario: Scenario, contract: Batch, terms: BatchTerms) -> None:
        super().__init__(scenario, contract)
        self.batch, self.contract = terms, contract

    def first(self) -> list[State]:
        before = self.batch.state
        if self.batch.over:
            return self.started_with([LATE if self.batch.never_done and not self.batch.state.closed else OVER])
        restarts = self.contract.restart_gpu_hours > 0
        run: State = (
            self.batch.owed,
            before.restart_gpu_hours_owed,
            float(restarts and before.started),
            float(restarts and before.running),
        )
        return self.started_with([run, ("given up",)] if self.contract.all_or_nothing else [run])

    def moves(self, t: int, state: State) -> list[Move]:
        if state in (DECLINED, OVER, ("given up",)):
            return [(self.nothing, 0.0, state)]
        if state == LATE:
            return [(self.nothing, self.batch.late_usd(t), state)]
        owed, backlog, started, _ = (float(x) for x in state)
        late = self.batch.late_usd(t)
        found: list[Move] = [(self.nothing, late, (owed, backlog, started, 0.0))]
        if t in self.batch.window:
            # A running period uses at least one GPU, and at least the stated minimum.
            least = max(self.contract.min_gpus, min(self.unit))
            for gpus in self.assignments(least, self.contract.max_gpus):
                move = self._run(t, state, gpus)
                if move is not None:
                    found.append((gpus, late + move[0], move[1]))
        return found

    def _run(self, t: int, state: State, gpus: Gpus) -> tuple[float, State] | None:
        owed, backlog, started, running = (float(x) for x in state)
        restarts = self.contract.restart_gpu_hours > 0
        if restarts and started and not running:
            backlog += self.contract.restart_gpu_hours
        work, left = sum(gpus) * self.hours, owed + backlog
        if work > left + TINY and self.batch.never_done:
            return None
        if work > left + TINY:
            # Only a finishing period may take more GPUs than work: what is left, rounded up.
            unit = min(self.unit)
            rounded = ceil(left / self.hours / unit - TINY) * unit
            if sum(gpus) > max(self.contract.min_gpus, rounded) + TINY:
                return None
            work = left
        restart_work = min(work, backlog)
        owed_work = work - restart_work
        usd = owed_work * (self.contract.price_usd_per_gpu_hour + self.batch.accrual)
        owed, backlog = round(owed - owed_work, 9), round(backlog - restart_work, 9)
        if owed <= 0.0:
            return (usd, LATE) if self.batch.never_done else (usd + self.batch.on_done, OVER)
        return usd, (owed, backlog, float(restarts), float(restarts))

    def at_end(self, state: State) -> float | None:
        if state == ("given up",):
            return self.batch.given_up()
        if state in (DECLINED, OVER):
            return 0.0
        if state == LATE:
            return self.batch.on_done
        return self.batch.at_end(float(state[0]), float(state[1]))


class UnbrokenBook(_Common):
    """Batch work that runs once without a break. State: pool (or -1) and periods left."""

    def __init__(self, scenario: Scenario, contract: Batch, terms: BatchTerms) -> None:
        super().__init__(scenario, contract)
        self.batch, self.contract = terms, contract
        names = [pool.name for pool in scenario.pools]
        self.under_way = None if terms.state.pool is None else self.pools.index(names.index(terms.state.pool))

    def first(self) -> list[State]:
        if self.batch.over:
            return self.started_with([LATE if self.batch.never_done and not self.batch.state.closed else OVER])
        if self.batch.state.started:
            assert self.under_way is not None
            return self.started_with([("runs", float(self.under_way), float(self.batch.length))])
        return self.started_with([("waits",)])

    def moves(self, t: int, state: State) -> list[Move]:
        if state in (DECLINED, OVER):
            return [(self.nothing, 0.0, state)]
        late = self.batch.late_usd(t)
        if state == LATE:
            return [(self.nothing, late, state)]
        if state[0] == "runs":
            return [self._runs(t, int(state[1]), int(state[2]), late)]
        found: list[Move] = [(self.nothing, late, state)]
        if self._may_start(t):
            length = self.batch.length
            found += [self._runs(t, p, length, late) for p in range(len(self.pools)) if self._fits(p)]
        return found

    def _may_start(self, t: int) -> bool:
        """Not before the release, and ending by the hard end (which may lie behind the horizon)."""
        if t not in self.batch.window:
            return False
        inside = len(self.batch.late_hours) - t
        last = t + self.batch.length - 1
        if last in self.batch.window:
            return True
        behind = (self.batch.length - inside) * self.hours
        return not self.batch.ends_inside and behind <= self.batch.hours_behind + TINY

    def _fits(self, pool: int) -> bool:
        """Whether its GPU count comes in the units that the contract asks for."""
        if self.contract.gpu_unit == "fraction":
            return True
        return abs(self.contract.max_gpus / self.unit[pool] - round(self.contract.max_gpus / self.unit[pool])) < TINY

    def _runs(self, t: int, pool: int, left: int, late: float) -> Move:
        full = self.contract.max_gpus * self.hours
        work = full if left > 1 else self.batch.owed - full * (self.batch.length - 1)
        usd = late + work * (self.contract.price_usd_per_gpu_hour + self.batch.accrual)
        gpus = tuple(self.contract.max_gpus if p == pool else 0.0 for p in range(len(self.pools)))
        if left > 1:
            return gpus, usd, ("runs", float(pool), float(left - 1))
        return (gpus, usd, LATE) if self.batch.never_done else (gpus, usd + self.batch.on_done, OVER)

    def at_end(self, state: State) -> float | None:
        if state in (DECLINED, OVER) or state[0] == "runs":
            return 0.0
        if state == LATE:
            return self.batch.on_done
        behind = self.batch.hours_behind
        if not self.batch.ends_inside and self.batch.length * self.hours <= behind + TINY:
            return 0.0
        usd = -self.contract.penalty_usd_per_gpu_hour * self.batch.owed
        return usd + self.batch.on_giving_up(0.0)


def book_of(scenario: Scenario, contract: Contract) -> Book:
    """The book of a contract."""
    if isinstance(contract, Spot):
        return SpotBook(scenario, contract)
    if isinstance(contract, Reserved):
        return ReservedBook(scenario, contract)
    terms = batch_terms(scenario, contract)
    if contract.preemptible:
        return PreemptibleBook(scenario, contract, terms)
    return UnbrokenBook(scenario, contract, terms)
