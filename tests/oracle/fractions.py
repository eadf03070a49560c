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
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from optimizer.scenario.scenario import Scenario

from .items import FleetBook, PoolBook
from .shares import Pattern, share_of
from .stages import TooLarge
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
