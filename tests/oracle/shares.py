"""A contract's part of the program where GPU counts may be fractions: its whole decisions, one pattern each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.scenario.contracts import Contract, Reserved, Spot
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align

from .moves import UnbrokenBook, choices_of_acceptance
from .terms import BatchTerms, batch_terms, billings_of

Floats = npt.NDArray[np.float64]
FORBIDDEN = 1e6
"""USD that a unit of a broken row costs: far above what it could earn."""
WIDE = 1e6
EXACT: Any = {"presolve": False, "primal_feasibility_tolerance": 1e-9}
BROKEN = 1e-8
"""Units by which a row is broken that is not kept; the finest rule, that a job is finished, is one of 1e-6."""
SIDE_BY_SIDE = 256
MOST_PROGRAMS = 20_000
MOST_PAIRS = 5_000_000


@dataclass(frozen=True)
class Pattern:
    """Whole decisions of a contract: dollars, bounds of its columns, right-hand sides of its rows."""

    usd: float
    low: Floats
    high: Floats
    right: Floats
    told: str


@dataclass(frozen=True)
class Share:
    """A contract's part of the program. Columns begin with GPUs, pool by pool and period by period."""

    pools: tuple[int, ...]
    rows: Floats
    value: Floats
    patterns: list[Pattern]


def _spot(scenario: Scenario, contract: Spot, pools: tuple[int, ...]) -> Share:
    """GPUs sold in each period ≤ demand."""
    horizon = scenario.horizon
    periods, hours = horizon.periods, horizon.hours
    rows = np.tile(np.eye(periods), len(pools))
    value = np.tile(align(contract.price_usd_per_gpu_hour, horizon) * hours, len(pools))
    width = len(value)
    demand = align(contract.demand_gpus, horizon)
    patterns = [
        Pattern(0.0, np.zeros(width), np.full(width, WIDE if yes else 0.0), demand, f"accepted={yes}")
        for yes in choices_of_acceptance(scenario, contract)
    ]
    return Share(pools, rows, value, patterns)


def _reserved(scenario: Scenario, contract: Reserved, pools: tuple[int, ...]) -> Share:
    """GPUs delivered ≤ committed; for each billing period a level that deliveries are not below."""
    horizon = scenario.horizon
    periods, hours = horizon.periods, horizon.hours
    committed = align(contract.committed_gpus, horizon)
    billings = billings_of(scenario, contract)
    each = np.tile(np.eye(periods), len(pools))
    inside = [[hours * (t in b.periods) for t in range(periods)] for b in billings]
    rows = np.vstack([each, *(-np.tile(np.array(row), len(pools)) for row in inside)])
    rate = contract.price_usd_per_gpu_hour + contract.shortfall_usd_per_gpu_hour
    width = each.shape[1]
    wide = np.full(width, WIDE)
    patterns = []
    for yes in choices_of_acceptance(scenario, contract):
        if not yes:
            right = np.concatenate([committed, np.full(len(billings), WIDE)])
            patterns.append(Pattern(0.0, np.zeros(width), np.zeros(width), right, "declined"))
            continue
        due = -float(committed.sum()) * hours * contract.shortfall_usd_per_gpu_hour
        for levels in product(*(_levels(contract, b.committed) for b in billings)):
            # Deliveries in the horizon at least so many; whatever tier that leaves is settled at its credit.
            needs = [level - b.delivered_elsewhere for level, b in zip(levels, billings, strict=True)]
            credits = [b.settles(contract, need) for need, b in zip(needs, billings, strict=True)]
            if any(credit is None for credit in credits):
                continue
            right = np.concatenate([committed, -np.array(needs)])
            usd = due + sum(credit for credit in credits if credit is not None)
            patterns.append(Pattern(usd, np.zeros(width), wide, right, f"levels {levels}"))
    return Share(pools, rows, np.full(width, rate * hours), patterns)


def _levels(contract: Reserved, committed: float) -> list[float]:
    """The least deliveries that matter: each tier's threshold, the floor's, and none. A plan aims at the threshold
    itself; the rule's 1e-6 below it is a tolerance in judging, not something to sell."""
    marks = [tier.below for tier in contract.tiers]
    floor = contract.availability_floor
    if floor is None:
        return [-WIDE, *(mark * committed for mark in marks)]
    return [mark * committed for mark in [floor, *(mark for mark in marks if mark > floor)]]


def _unbroken(scenario: Scenario, contract: Contract, pools: tuple[int, ...]) -> Share:
    """A job that runs once: every start on every pool is a pattern with its GPUs fixed."""
    periods = scenario.horizon.periods
    width = len(pools) * periods
    batch = batch_terms(scenario, contract)  # type: ignore[arg-type]
    book = UnbrokenBook(scenario, contract, batch)  # type: ignore[arg-type]
    patterns = []

    def follow(t: int, state: Any, usd: float, gpus: Floats) -> None:
        if t == periods:
            end = book.at_end(state)
            assert end is not None
            flat = gpus.ravel()
            patterns.append(Pattern(usd + end, flat, flat, np.zeros(0), f"runs {gpus.tolist()}"))
            return
        for counts, earned, after in book.moves(t, state):
            column = gpus.copy()
            column[:, t] = counts
            follow(t + 1, after, usd + earned, column)

    for state in book.first():
        follow(0, state, 0.0, np.zeros((len(pools), periods)))
    return Share(pools, np.zeros((0, width)), np.zeros(width), patterns)


class _Preemptible:
    """A job that may stop. Columns: GPUs, then owed, restart and idle work by period, then work missed
    and work whose accrued payment is kept.

    Rows: work = GPU-hours (two), at most, at least, restart work at most and (where through) at least what has been
    added, all by period; owed work at most and (where it finishes) at least what is owed; work missed; work kept is
    work done.
    """

    def __init__(self, scenario: Scenario, batch: BatchTerms, pools: tuple[int, ...]) -> None:
        self.batch, self.pools = batch, pools
        self.periods = scenario.horizon.periods
        self.gpus = len(pools) * self.periods
        self.width = self.gpus + 3 * self.periods + 2

    def share(self, accepted: list[bool]) -> Share:
        value = np.zeros(self.width)
        contract, batch, periods = self.batch.contract, self.batch, self.periods
        per_hour = contract.price_usd_per_gpu_hour
        if batch.ends_inside:
            per_hour += contract.penalty_usd_per_gpu_hour
        value[self.gpus : self.gpus + periods] = per_hour
        value[-2:] = -contract.penalty_usd_per_gpu_hour, batch.accrual
        patterns = []
        if False in accepted:
            patterns.append(self._idle(0.0, "declined"))
        if True in accepted and batch.over:
            patterns.append(self._idle(batch.idle_usd(), "over"))
        if True in accepted and not batch.over:
            patterns += self._runs()
            if contract.all_or_nothing:
                patterns.append(self._idle(batch.given_up(), "given up"))
        return Share(self.pools, self._rows(), value, patterns)

    def _rows(self) -> Floats:
        periods, hours = self.periods, self.batch.hours
        one, none = np.eye(periods), np.zeros((periods, periods))
        gpus, nothing = np.tile(one, len(self.pools)), np.zeros((periods, self.gpus))
        past = np.tril(np.ones((periods, periods)))
        last = np.zeros((periods, 2))

        def by_period(*blocks: Floats) -> Floats:
            return np.hstack([*blocks, last])

        work = by_period(gpus * hours, -one, -one, -one)
        total = np.zeros((4, self.width))
        total[0, self.gpus : self.gpus + periods] = 1.0
        total[1] = -total[0]
        total[2, self.gpus : self.gpus + 2 * periods] = -1.0
        total[2, -2] = -1.0
        total[3] = -total[0]
        total[3, -1] = 1.0
        most, restart = by_period(gpus, none, none, none), by_period(nothing, none, past, none)
        return np.vstack([work, -work, most, -most, restart, -restart, total])

    def _idle(self, usd: float, told: str) -> Pattern:
        zero = np.zeros(self.width)
        return Pattern(usd, zero, zero, np.full(6 * self.periods + 4, WIDE), told)

    def _runs(self) -> list[Pattern]:
        """Every set of running periods with every way to finish, to idle in the last, to be through with
        restart work. Where neither a minimum nor restarts count, it may run in all of its window."""
        contract, batch = self.batch.contract, self.batch
        window = batch.window
        binary = contract.min_gpus > 0 or contract.restart_gpu_hours > 0 or batch.state.restart_gpu_hours_owed > 0
        sets = (
            [tuple(t for t, on in zip(window, bits, strict=True) if on) for bits in product((0, 1), repeat=len(window))]
            if binary
            else [window]
        )
        found = []
        for running in sets:
            backlogged = contract.restart_gpu_hours > 0 or batch.state.restart_gpu_hours_owed > 0
            through = product((0, 1), repeat=len(running)) if backlogged else [(1,) * len(running)]
            ends: list[int | None] = [None, *(running[-1:] if binary else running)]
            for cleared in through:
                for end in ends:
                    may_idle = end is not None and contract.min_gpus > 0 and not batch.never_done
                    for idle in (False, True) if may_idle else (False,):
                        pattern = self._run(running, dict(zip(running, cleared, strict=True)), end, idle)
                        if pattern is not None:
                            found += self._kept_or_given_up(pattern)
        return found

    def _kept_or_given_up(self, pattern: Pattern) -> list[Pattern]:
        """With the hard end behind the horizon: what is accrued stays where no work is missed, only there."""
        kept, given_up = pattern.high.copy(), pattern.high
        kept[-1] = WIDE
        if pattern.high[-2] == 0.0:
            return [replace(pattern, high=kept)]
        kept[-2] = 0.0
        usd = pattern.usd + self.batch.on_giving_up(0.0)
        return [replace(pattern, high=kept), replace(pattern, high=given_up, usd=usd)]

    def _run(self, running: tuple[int, ...], cleared: dict[int, int], end: int | None, idle: bool) -> Pattern | None:
        batch, contract, periods = self.batch, self.batch.contract, self.periods
        if end is not None:
            running = tuple(t for t in running if t <= end)
            if not cleared[end]:
                return None
        elif contract.all_or_nothing and batch.ends_inside:
            return None
        added, before, started, backlog = [], batch.state.running, batch.state.started, 0.0
        backlog = batch.state.restart_gpu_hours_owed
        for t in range(periods):
            if t in running and started and not before:
                backlog += contract.restart_gpu_hours
            before, started = t in running, started or t in running
            added.append(backlog)
        if not _tells_apart(running, cleared, added):
            return None
        low, high = np.zeros(self.width), np.zeros(self.width)
        high[: self.gpus] = WIDE
        for t in running:
            high[self.gpus + t] = WIDE if cleared[t] else 0.0
            high[self.gpus + periods + t] = WIDE
        if idle and end is not None:
            # Only a period that truly finishes the job may take more GPUs than work.
            high[self.gpus + 2 * periods + end] = WIDE
            low[self.gpus + end] = 1.001e-6 * max(1.0, batch.owed)
        if not batch.ends_inside and not contract.all_or_nothing:
            high[-2] = WIDE
        most = [contract.max_gpus * (t in running) for t in range(periods)]
        if idle and end is not None:
            most[end] = contract.min_gpus
        least = [-contract.min_gpus * (t in running) for t in range(periods)]
        through = [-added[t] if cleared.get(t) and t in running else 0.0 for t in range(periods)]
        missed = batch.catch_up - batch.owed - added[-1]
        if batch.ends_inside or end is not None:
            missed = WIDE
        sums = [batch.owed, -batch.owed if end is not None else 0.0, missed, 0.0]
        right = np.array([0.0] * 2 * periods + most + least + added + through + sums)
        return Pattern(self._usd(end), low, high, right, f"runs in {running}, ends {end}")

    def _usd(self, end: int | None) -> float:
        batch, contract = self.batch, self.batch.contract
        to_the_end = end is None or batch.never_done
        usd = sum(batch.late_usd(t) for t in range(self.periods) if to_the_end or t <= end)
        if batch.ends_inside:
            usd -= contract.penalty_usd_per_gpu_hour * batch.owed + batch.state.completion_accrued_usd
            if end is not None and not batch.never_done:
                usd += contract.completion_usd
        return usd


def _tells_apart(running: tuple[int, ...], cleared: dict[int, int], added: list[float]) -> bool:
    """Whether a way of clearing restart work says something of its own: where none has been added (or none since
    it was cleared) all is clear, and other ways say the same with less freedom."""
    before: int | None = None
    for t in running:
        known_clear = added[t] == 0.0 if before is None else bool(cleared[before]) and added[t] == added[before]
        if known_clear and not cleared[t]:
            return False
        before = t
    return True


def share_of(scenario: Scenario, contract: Contract) -> Share:
    """A contract's part of the program."""
    names = [pool.name for pool in scenario.pools]
    pools = tuple(names.index(name) for name in contract.pools)
    if isinstance(contract, Spot):
        return _spot(scenario, contract, pools)
    if isinstance(contract, Reserved):
        return _reserved(scenario, contract, pools)
    if not contract.preemptible:
        return _unbroken(scenario, contract, pools)
    accepted = choices_of_acceptance(scenario, contract)
    return _Preemptible(scenario, batch_terms(scenario, contract), pools).share(accepted)
