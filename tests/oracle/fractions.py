"""Exhaustive search where GPU counts may be fractions.

Every whole decision is enumerated: each fleet's trajectory of groups by mode, each pool's trajectory of nodes on, and
each contract's pattern (accepted or not; the tier that is breached; the periods in which a batch job runs, whether
and when it finishes, when its restart work is through; the start and pool of a job that runs once). What is left is
how many GPUs go where: a linear program of a few dozen columns. Programs of one scenario have the same matrix, and
many are solved at once, side by side. A program whose value without any fleet is no better than the best plan found
needs no fleet beside it: fleets only take power away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from optimizer.scenario.contracts import Contract, Reserved, Spot
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align

from .items import FleetBook, PoolBook
from .moves import UnbrokenBook, choices_of_acceptance
from .stages import TooLarge
from .terms import BatchTerms, batch_terms, billings_of
from .world import TINY, world_of

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


def trajectories(first: Any, periods: int, moves: Callable[[int, Any], list[Any]]) -> dict[tuple[Any, ...], float]:
    """Every path of an item: what it shows in each period, and the best dollars of all paths that show it."""
    paths: dict[tuple[Any, tuple[Any, ...]], float] = {(first, ()): 0.0}
    for t in range(periods):
        longer: dict[tuple[Any, tuple[Any, ...]], float] = {}
        for (state, shown), usd in paths.items():
            for after, show, earned in moves(t, state):
                key = (after, (*shown, show))
                longer[key] = max(longer.get(key, -np.inf), usd + earned)
        paths = longer
    best: dict[tuple[Any, ...], float] = {}
    for (_, shown), usd in paths.items():
        best[shown] = max(best.get(shown, -np.inf), usd)
    return best


@dataclass(frozen=True)
class Whole:
    """Whole decisions of one side: IT MW by hall and period without GPUs, dollars without energy."""

    mw: npt.NDArray[np.float64]
    usd: float
    told: Any
    nodes: tuple[tuple[int, ...], ...] = ()
    patterns: tuple[Pattern, ...] = ()


class FractionSearch:
    """The search of one scenario; limits may be lifted to see whether they bind."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.world = scenario, world_of(scenario)
        self.pools = [PoolBook(scenario, pool, self.world) for pool in scenario.pools]
        self.shares = [share_of(scenario, contract) for contract in scenario.contracts]
        self.gpu_mw = [[p.gpu_mw(c.utilisation) for p in self.pools] for c in scenario.contracts]
        self.fleets = self._fleets()
        self.hosting = self._hosting()
        self.matrix, self.value = self._program()
        self.told: list[str] = []

    def _fleets(self) -> list[Whole]:
        """Every joint trajectory of the fleets."""
        world = self.world
        books = [FleetBook(self.scenario, fleet, world) for fleet in self.scenario.fleets]
        found: dict[bytes, Whole] = {}
        paths = [
            trajectories(
                book.first(),
                world.periods,
                lambda t, state, book=book: [  # type: ignore[misc]
                    (move.after, round(move.it_mw, 10), move.usd) for move in book.moves(t, state)
                ],
            )
            for book in books
        ]
        for joint in product(*(path.items() for path in paths)):
            mw = np.zeros((len(world.hall_names), world.periods))
            for book, (power, _) in zip(books, joint, strict=True):
                mw[book.hall] += power
            whole = Whole(mw, sum(usd for _, usd in joint), tuple(power for power, _ in joint))
            key = np.round(mw, 9).tobytes()
            if key not in found or whole.usd > found[key].usd:
                found[key] = whole
        return list(found.values())

    def _hosting(self) -> list[Whole]:
        """Every joint trajectory of the pools' nodes with every pattern of the contracts."""
        world = self.world
        paths = [
            trajectories(
                pool.first()[0],
                world.periods,
                lambda t, items, pool=pool: [(m.after, m.on, m.usd) for m in pool.moves(t, items)],  # type: ignore[misc]
            )
            for pool in self.pools
        ]
        found = []
        programs = prod([*(len(path) for path in paths), *(len(share.patterns) for share in self.shares)])
        if programs > MOST_PROGRAMS or programs * len(self.fleets) > MOST_PAIRS:
            raise TooLarge(f"{programs} programs beside {len(self.fleets)} trajectories of fleets")
        for joint in product(*(path.items() for path in paths)):
            mw = np.zeros((len(world.hall_names), world.periods))
            for pool, (nodes, _) in zip(self.pools, joint, strict=True):
                mw[pool.hall] += [pool.idle_mw(on) for on in nodes]
            usd, all_nodes = sum(usd for _, usd in joint), tuple(nodes for nodes, _ in joint)
            for patterns in product(*(share.patterns for share in self.shares)):
                whole = Whole(mw, usd + sum(p.usd for p in patterns), None, all_nodes, patterns)
                found.append(whole)
        return found

    def _program(self) -> tuple[Floats, Floats]:
        """Matrix (every row ≤) and value per column; the last column breaks every row, at a price."""
        world, periods, halls = self.world, self.world.periods, len(self.world.hall_names)
        widths = [share.rows.shape[1] for share in self.shares]
        left = np.concatenate([[0], np.cumsum(widths)]).astype(int)
        capacity = np.zeros((len(self.pools), periods, left[-1]))
        hall = np.zeros((halls, periods, left[-1]))
        grid = np.zeros((periods, left[-1]))
        power = np.zeros((len(self.pools), periods, left[-1]))
        for c, share in enumerate(self.shares):
            for k, p in enumerate(share.pools):
                for t in range(periods):
                    column = left[c] + k * periods + t
                    mw = self.gpu_mw[c][p]
                    capacity[p, t, column] = 1.0
                    power[p, t, column] = mw
                    hall[self.pools[p].hall, t, column] = mw
                    grid[t, column] = mw * world.pue[self.pools[p].hall, t]
        ramps = [
            self._ramp_rows(power[p], lag)
            for p, pool in enumerate(self.pools)
            for lag in range(1, pool.ramp.length + 1)
        ]
        own = np.zeros((sum(len(share.rows) for share in self.shares), left[-1]))
        top = 0
        for c, share in enumerate(self.shares):
            own[top : top + len(share.rows), left[c] : left[c + 1]] = share.rows
            top += len(share.rows)
        rows = np.vstack([capacity.reshape(-1, left[-1]), hall.reshape(-1, left[-1]), grid, *ramps, own])
        energy = grid.T @ (world.import_cost * world.hours)
        value = np.concatenate([share.value for share in self.shares]) - energy
        rows = np.hstack([rows, -np.ones((len(rows), 1))])
        return rows, np.append(value, -FORBIDDEN)

    @staticmethod
    def _ramp_rows(power: Floats, lag: int) -> Floats:
        change = power.copy()
        change[lag:] -= power[:-lag]
        return np.vstack([change, -change])

    def _right(self, hosting: Whole, fleets: Whole | None, halls: bool, grid: bool) -> tuple[Floats, float] | None:
        """Right-hand sides and dollars of the whole decisions; None where these alone break a limit.
        Without fleets: an upper bound for any fleets."""
        world, hours = self.world, self.world.hours
        fixed = hosting.mw if fleets is None else hosting.mw + fleets.mw
        usd = hosting.usd + (0.0 if fleets is None else fleets.usd)
        usd -= float((fixed * world.pue * world.import_cost).sum()) * hours
        room = [[self.pools[p].pool.gpus_per_node * on for on in nodes] for p, nodes in enumerate(hosting.nodes)]
        drawn = np.zeros(world.periods)
        for h in range(len(world.hall_names)):
            there = np.ones(world.periods)
            if world.overhead_off[h]:
                there = (fixed[h] > TINY).astype(float)
                self._assert_plain(h, hosting, there)
            overhead = world.overhead[h] * there
            cost = overhead * world.import_cost * hours
            if fleets is None and world.overhead_off[h]:
                cost, overhead = np.minimum(cost, world.overhead[h] * world.import_cost * hours), overhead * 0.0
                cost = np.minimum(cost, 0.0)
            usd -= float(cost.sum())
            drawn += overhead
        hall = world.hall_limit - fixed if halls else np.full_like(fixed, WIDE)
        import_ = world.import_limit - drawn - (fixed * world.pue).sum(axis=0)
        import_ = import_ if grid else np.full_like(import_, WIDE)
        if hall.min() < -1e-8 or import_.min() < -1e-8:
            return None
        parts = [np.array(room, dtype=float).ravel(), hall.ravel(), import_, *self._ramp_rights(hosting)]
        return np.concatenate([*parts, *(pattern.right for pattern in hosting.patterns)]), usd

    def _assert_plain(self, hall: int, hosting: Whole, there: Floats) -> None:
        """Whether a hall is on must follow from the whole decisions."""
        for pool, nodes in zip(self.pools, hosting.nodes, strict=True):
            if pool.hall == hall and any(on and not here for on, here in zip(nodes, there, strict=True)):
                raise TooLarge("overhead that depends on fractions of GPUs")

    def _ramp_rights(self, hosting: Whole) -> list[Floats]:
        found = []
        for pool, nodes in zip(self.pools, hosting.nodes, strict=True):
            before = pool.first()[1][::-1]
            idle = np.array([*before, *(pool.idle_mw(on) for on in nodes)])
            for lag in range(1, pool.ramp.length + 1):
                change = idle[len(before) :] - idle[len(before) - lag : len(idle) - lag]
                found.append(np.concatenate([pool.ramp.most - change, pool.ramp.most + change]))
        return found

    def _solve(self, programs: list[tuple[Whole, Floats, float]]) -> list[float]:
        """Values of programs solved side by side; −inf where one cannot be kept."""
        found: list[float] = []
        for start in range(0, len(programs), SIDE_BY_SIDE):
            part = programs[start : start + SIDE_BY_SIDE]
            values = self._solve_part(part)
            found += [usd + value for (_, _, usd), value in zip(part, values, strict=True)]
        return found

    def _solve_part(self, part: list[tuple[Whole, Floats, float]]) -> list[float]:
        many = len(part)
        matrix = sparse.kron(sparse.eye_array(many), sparse.csr_array(self.matrix), format="csr")
        low = np.concatenate([np.append(_joined(w, "low"), 0.0) for w, _, _ in part])
        high = np.concatenate([np.append(_joined(w, "high"), np.inf) for w, _, _ in part])
        answer = linprog(
            -np.tile(self.value, many),
            A_ub=matrix,
            b_ub=np.concatenate([right for _, right, _ in part]),
            bounds=np.column_stack([low, high]),
            method="highs-ds",
            options=EXACT,
        )
        assert answer.status == 0, answer.message
        x = answer.x.reshape(many, -1)
        values = x[:, :-1] @ self.value[:-1]
        return [float(v) if broken < BROKEN else -np.inf for v, broken in zip(values, x[:, -1], strict=True)]

    def best(self, hall_limits: bool = True, import_limit: bool = True) -> float | None:
        """The best profit of the whole horizon; None where nothing is allowed."""
        bounded: list[tuple[Whole, Floats, float]] = []
        for hosting in self.hosting:
            right = self._right(hosting, None, hall_limits, import_limit)
            if right is not None:
                bounded.append((hosting, *right))
        bounds = np.array(self._solve(bounded))
        # With energy at the grid's price, what a fleet earns by itself.
        alone = [
            f.usd - float((f.mw * self.world.pue * self.world.import_cost).sum()) * self.world.hours
            for f in self.fleets
        ]
        pairs = bounds[:, None] + np.array(alone)[None, :]
        flat = pairs.ravel()
        queue = [k for k in np.argsort(-flat, kind="stable").tolist() if np.isfinite(flat[k])]
        best, best_program, size = -np.inf, None, 32
        while queue and flat[queue[0]] > best + 1e-9:
            programs = []
            for k in queue[:size]:
                hosting, fleets = bounded[k // len(alone)][0], self.fleets[k % len(alone)]
                right = self._right(hosting, fleets, hall_limits, import_limit)
                if right is not None:
                    programs.append((hosting, *right))
            queue, size = queue[size:], SIDE_BY_SIDE
            values = self._solve(programs)
            if values and max(values) > best:
                best = max(values)
                best_program = programs[values.index(best)]
        return None if best_program is None else self._alone(best_program)

    def _alone(self, program: tuple[Whole, Floats, float]) -> float:
        """The best program solved once more by itself, with no row to be broken."""
        hosting, right, usd = program
        answer = linprog(
            -self.value[:-1],
            A_ub=self.matrix[:, :-1],
            b_ub=right,
            bounds=np.column_stack([_joined(hosting, "low"), _joined(hosting, "high")]),
            method="highs-ds",
            options=EXACT,
        )
        assert answer.status == 0, answer.message
        self.told = [
            f"nodes on {hosting.nodes}",
            *(pattern.told for pattern in hosting.patterns),
            f"GPUs {np.round(answer.x, 6).tolist()}",
            f"room {np.round(right, 6).tolist()}",
        ]
        return usd - float(answer.fun)

    def story(self) -> list[str]:
        """The best plan found by the last `best`, in words."""
        return self.told


def _joined(whole: Whole, what: str) -> Floats:
    parts = [getattr(pattern, what) for pattern in whole.patterns]
    return np.concatenate(parts) if parts else np.zeros(0)
