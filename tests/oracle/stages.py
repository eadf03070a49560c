"""Exhaustive search over whole decisions: forward over the periods, over every reachable state.

Fleets on one side, pools with their contracts on the other: the sides meet only in the halls' and the
connection's limits and in the energy bill. Each side lists, for every state that it can be in, every way through
the period; then every pair of ways is tried. Of two histories that end a period in the same pair of states (the same
ages, work done, deliveries, powers remembered) only the better is kept: their futures are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.scenario.scenario import Scenario

from .items import FleetBook, PoolBook
from .moves import Gpus, State, book_of
from .world import World, world_of

Floats = npt.NDArray[np.float64]
SLACK = 1e-8
"""MW by which a sum of floats may pass a limit."""
MOST_PAIRS = 10_000_000


class TooLarge(Exception):
    """The scenario is no small one."""


@dataclass
class Ways:
    """All ways of one side through a period: from state, to state, IT MW by hall, dollars."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    mw: list[tuple[float, ...]] = field(default_factory=list)
    usd: list[float] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    """What is done, for people."""


@dataclass
class Side:
    """One side: its first states, its ways through each period, and its states at the end."""

    first: int
    ways: list[Ways]
    last: list[Any]


def _side(
    first: list[Any], periods: int, step: Callable[[int, Any], Iterable[tuple[Any, tuple[float, ...], float, Any]]]
) -> Side:
    """Follow every state through every period; ways with the same ends and power keep the best."""
    states, layers = first, []
    for t in range(periods):
        index: dict[Any, int] = {}
        best: dict[tuple[int, int, tuple[float, ...]], tuple[float, Any]] = {}
        for k, state in enumerate(states):
            for after, mw, usd, told in step(t, state):
                key = (k, index.setdefault(after, len(index)), tuple(round(x, 9) for x in mw))
                if key not in best or usd > best[key][0]:
                    best[key] = (usd, told)
        ways = Ways()
        for (start, end, mw), (usd, told) in sorted(best.items(), key=lambda item: item[0]):
            ways.start.append(start)
            ways.end.append(end)
            ways.mw.append(mw)
            ways.usd.append(usd)
            ways.told.append(told)
        layers.append(ways)
        states = list(index)
    return Side(len(first), layers, states)


def fleet_side(scenario: Scenario, world: World) -> Side:
    """All fleets together."""
    books = [FleetBook(scenario, fleet, world) for fleet in scenario.fleets]
    halls = len(world.hall_names)

    def step(t: int, state: Any) -> Iterable[tuple[Any, tuple[float, ...], float, Any]]:
        for moves in product(*(book.moves(t, part) for book, part in zip(books, state, strict=True))):
            mw = [0.0] * halls
            for book, move in zip(books, moves, strict=True):
                mw[book.hall] += move.it_mw
            yield (
                tuple(move.after for move in moves),
                tuple(mw),
                sum(move.usd for move in moves),
                tuple(move.groups for move in moves),
            )

    return _side([tuple(book.first() for book in books)], world.periods, step)


def pool_side(scenario: Scenario, world: World) -> Side:
    """All pools with all contracts."""
    pools = [PoolBook(scenario, pool, world) for pool in scenario.pools]
    books = [book_of(scenario, contract) for contract in scenario.contracts]
    halls = len(world.hall_names)
    gpu_mw = [[pool.gpu_mw(book.terms.utilisation) for pool in pools] for book in books]
    served: dict[tuple[int, tuple[State, ...]], list[tuple[tuple[State, ...], Gpus, Gpus, float, Any]]] = {}

    def service(t: int, states: tuple[State, ...]) -> list[tuple[tuple[State, ...], Gpus, Gpus, float, Any]]:
        """What contracts may take: states after, GPUs and MW by pool, dollars."""
        if (t, states) in served:
            return served[t, states]
        best: dict[Any, tuple[float, Any]] = {}
        options = [book.moves(t, state) for book, state in zip(books, states, strict=True)]
        tops = [pool.cap[t] * pool.pool.gpus_per_node for pool in pools]
        for taken in product(*options):
            gpus, mw = [0.0] * len(pools), [0.0] * len(pools)
            for b, (counts, _, _) in enumerate(taken):
                for p, count in zip(books[b].pools, counts, strict=True):
                    gpus[p] += count
                    mw[p] += count * gpu_mw[b][p]
            if any(used > top + SLACK for used, top in zip(gpus, tops, strict=True)):
                continue
            usd = sum(move[1] for move in taken)
            key = (tuple(move[2] for move in taken), tuple(gpus), tuple(round(x, 10) for x in mw))
            if key not in best or usd > best[key][0]:
                best[key] = (usd, tuple(move[0] for move in taken))
        served[t, states] = [(*key, usd, told) for key, (usd, told) in best.items()]
        return served[t, states]

    def step(t: int, state: Any) -> Iterable[tuple[Any, tuple[float, ...], float, Any]]:
        items, before, states = state
        nodes = list(product(*(pool.moves(t, part) for pool, part in zip(pools, items, strict=True))))
        for after, gpus, gpus_mw, usd, told in service(t, states):
            for moves in nodes:
                if any(
                    used > move.on * pool.pool.gpus_per_node + SLACK
                    for pool, move, used in zip(pools, moves, gpus, strict=True)
                ):
                    continue
                power = [pool.idle_mw(m.on) + mw for pool, m, mw in zip(pools, moves, gpus_mw, strict=True)]
                if not all(pool.ramp.within(x, b) for pool, x, b in zip(pools, power, before, strict=True)):
                    continue
                mw = [0.0] * halls
                for pool, x in zip(pools, power, strict=True):
                    mw[pool.hall] += x
                remembered = tuple(pool.ramp.after(x, b) for pool, x, b in zip(pools, power, before, strict=True))
                yield (
                    (tuple(move.after for move in moves), remembered, after),
                    tuple(mw),
                    usd + sum(move.usd for move in moves),
                    (tuple(move.on for move in moves), told),
                )

    begin = [pool.first() for pool in pools]
    items, before = tuple(b[0] for b in begin), tuple(b[1] for b in begin)
    first = [(items, before, states) for states in product(*(book.first() for book in books))]
    side = _side(first, world.periods, step)
    side.last = [_ending(books, state[2]) for state in side.last]
    return side


def _ending(books: list[Any], states: tuple[State, ...]) -> float:
    ends = [book.at_end(state) for book, state in zip(books, states, strict=True)]
    return -np.inf if any(end is None for end in ends) else float(sum(ends))


class Search:
    """The search of one scenario; limits may be lifted to see whether they bind."""

    def __init__(self, scenario: Scenario) -> None:
        self.world = world_of(scenario)
        self.mining = fleet_side(scenario, self.world)
        self.hosting = pool_side(scenario, self.world)
        self.layers: list[Floats] = []

    def best(self, hall_limits: bool = True, import_limit: bool = True) -> float | None:
        """The best profit of the whole horizon; None where nothing is allowed."""
        value = np.zeros((self.mining.first, self.hosting.first))
        self.layers = [value]
        for t in range(self.world.periods):
            fleets, pools = self.mining.ways[t], self.hosting.ways[t]
            if not fleets.start or not pools.start:
                return None
            pairs = self._pairs(t, value, hall_limits, import_limit)
            value = _best_by_end(pairs, fleets.end, pools.end)
            self.layers.append(value)
        total = value + np.array(self.hosting.last)[None, :]
        best = float(total.max()) if total.size else -np.inf
        return best if np.isfinite(best) else None

    def _pairs(self, t: int, value: Floats, hall_limits: bool, import_limit: bool) -> Floats:
        """(fleet ways, pool ways) profit up to the end of the period; −inf where a limit is broken."""
        world, fleets, pools = self.world, self.mining.ways[t], self.hosting.ways[t]
        if len(fleets.start) * len(pools.start) > MOST_PAIRS:
            raise TooLarge(f"{len(fleets.start)} × {len(pools.start)} ways in period {t}")
        profit = value[np.ix_(fleets.start, pools.start)]
        profit = profit + np.array(fleets.usd)[:, None] + np.array(pools.usd)[None, :]
        drawn = np.zeros_like(profit)
        for h in range(len(world.hall_names)):
            it = np.array([mw[h] for mw in fleets.mw])[:, None] + np.array([mw[h] for mw in pools.mw])[None, :]
            if hall_limits:
                profit[it > world.hall_limit[h, t] + SLACK] = -np.inf
            there = it > SLACK if world.overhead_off[h] else np.ones_like(it, dtype=bool)
            drawn += it * world.pue[h, t] + world.overhead[h] * there
        if import_limit:
            profit[drawn > world.import_limit[t] + SLACK] = -np.inf
        return np.asarray(profit - drawn * world.hours * world.import_cost[t])

    def story(self) -> list[str]:
        """One best way through the horizon, in words, found backwards from the last `best`."""
        total = self.layers[-1] + np.array(self.hosting.last)[None, :]
        f, p = np.unravel_index(int(np.argmax(total)), total.shape)
        lines = []
        for t in reversed(range(self.world.periods)):
            fleets, pools = self.mining.ways[t], self.hosting.ways[t]
            pairs = self._pairs(t, self.layers[t], True, True)
            pairs[np.array(fleets.end) != f, :] = -np.inf
            pairs[:, np.array(pools.end) != p] = -np.inf
            i, j = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
            lines.append(
                f"{t}: groups by mode {fleets.told[i]}, nodes on {pools.told[j][0]}, GPUs {pools.told[j][1]}, "
                f"IT MW by hall {fleets.mw[i]} + {pools.mw[j]}, usd so far {pairs[i, j]:.6f}"
            )
            f, p = fleets.start[i], pools.start[j]
        return lines[::-1]


def _best_by_end(pairs: Floats, fleet_end: list[int], pool_end: list[int]) -> Floats:
    """The best of the pairs for each pair of states that they end in."""
    rows = _fold(pairs, np.array(fleet_end))
    return _fold(rows.T, np.array(pool_end)).T


def _fold(values: Floats, group: npt.NDArray[np.int64]) -> Floats:
    """Row-wise maximum over the rows of each group."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    return np.asarray(np.maximum.reduceat(values[order], starts, axis=0))
