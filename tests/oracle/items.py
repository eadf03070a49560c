"""Switched items, followed one by one: groups of a fleet and nodes of a pool.

A state is a pair (up, down). `up` holds one (age, mode) per item that is up, `down` one age per item that is
down; ages are whole periods since the item came up or went down, the oldest first. `mode` is the mode that an
item still warming up is bound to, FREE once it is warm. Ages at which no rule binds any more are kept at that age,
so that states that allow the same futures are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from optimizer.scenario.fleet import Fleet
from optimizer.scenario.pool import Pool
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.state import EarlierPower, FleetState, Groups, Nodes, PoolState

from .world import TINY, World, whole_ages

FREE = -1
Items = tuple[tuple[tuple[int, int], ...], tuple[int, ...]]


@dataclass(frozen=True)
class Rules:
    """Minimum times and warm-up in periods."""

    up: int
    down: int
    warm: int = 0

    def settled(self, up: list[tuple[int, int]], down: list[int]) -> Items:
        """The state with ages no older than what matters, the oldest first."""
        ups = [(min(age, self.up), mode if age < self.warm else FREE) for age, mode in up]
        downs = [min(age, self.down) for age in down]
        return tuple(sorted(ups, key=lambda item: (-item[0], item[1]))), tuple(sorted(downs, reverse=True))

    def most_stops(self, items: Items) -> int:
        """How many may stop now: the longest up first, each up for its minimum."""
        return sum(1 for age, _ in items[0] if age >= self.up)

    def most_starts(self, items: Items) -> int:
        """How many may start now: the longest down first, each down for its minimum."""
        return sum(1 for age in items[1] if age >= self.down)

    def after(self, items: Items, entered: tuple[int, ...], stops: int) -> Items:
        """The state a period later, when items entered these modes (or some stopped) at its start."""
        up = [*items[0][stops:], *((0, mode) for mode in entered)]
        down = [*items[1][len(entered) :], *([0] * stops)]
        return self.settled([(age + 1, mode) for age, mode in up], [age + 1 for age in down])


Powers = tuple[float, ...]
"""IT power of the last periods that a ramp still asks about, the latest first; empty without a ramp."""


class Ramp:
    """How power may change: over every stretch that one step holds for by at most one step, between neighbouring
    periods by ramp × Δt where that is more."""

    def __init__(self, mw_per_hour: float | None, step_mw: float, hours: float) -> None:
        self.most, self.length, self.hours = 0.0, 0, hours
        if mw_per_hour is not None:
            self.most = max(step_mw, mw_per_hour * hours)
            self.length = 1
            while self.length * hours < step_mw / mw_per_hour - 1e-9:
                self.length += 1

    def first(self, last: float, earlier: Sequence[EarlierPower]) -> Powers:
        """The powers before the horizon; where nothing is known they are the last."""
        before = [last] * self.length
        for power in earlier:
            lag = round(power.ago_hours / self.hours)
            if lag < self.length:
                before[lag] = min(max(power.it_power_mw, last - self.most), last + self.most)
        return tuple(round(power, 10) for power in before)

    def after(self, power: float, before: Powers) -> Powers:
        return (round(power, 10), *before)[: self.length]

    def within(self, power: float, before: Powers) -> bool:
        """Whether a power keeps the ramp after these."""
        return all(abs(power - other) <= self.most + 1e-8 for other in before)


@dataclass(frozen=True)
class FleetMove:
    """One period of a fleet: the state after it, its IT power and its dollars without energy."""

    after: tuple[Items, int, Powers]
    it_mw: float
    usd: float
    groups: tuple[int, ...]


class FleetBook:
    """All that a fleet may do."""

    def __init__(self, scenario: Scenario, fleet: Fleet, world: World) -> None:
        horizon = scenario.horizon
        self.fleet, self.world, self.horizon = fleet, world, horizon
        self.hall = world.hall_names.index(fleet.hall)
        self.modes = fleet.all_modes
        self.hashing = [k for k, mode in enumerate(self.modes) if mode.hashrate_th_per_s > 0]
        self.resting = [k for k, mode in enumerate(self.modes) if mode.hashrate_th_per_s == 0]
        self.availability = align(fleet.availability, horizon)
        self.pool_fee = scenario.bitcoin.pool_fee if scenario.bitcoin is not None else 0.0
        warm = horizon.whole_periods(fleet.warm_up_hours)
        up = max(warm, horizon.whole_periods(fleet.min_up_hours))
        self.rules = Rules(up, horizon.whole_periods(fleet.min_down_hours), warm)
        self.given = scenario.state.fleets.get(fleet.name, FleetState())
        step_mw = fleet.machines_per_group * max(mode.power_w for mode in self.modes) / 1e6
        self.ramp = Ramp(fleet.ramp_mw_per_hour, step_mw, world.hours)
        self.memo: dict[tuple[int, tuple[Items, int, Powers]], list[FleetMove]] = {}

    def first(self) -> tuple[Items, int, Powers]:
        """The state at the start: items, starts so far today (0 where no rule asks), IT powers before."""
        cohorts = self.given.groups or (Groups(mode=self.modes[self.resting[0]].name, groups=self.fleet.groups),)
        names = [mode.name for mode in self.modes]
        up, down, power = [], [], 0.0
        for cohort in cohorts:
            mode = names.index(cohort.mode)
            age = whole_ages(cohort.hours, self.horizon.hours)
            power += cohort.groups * self.fleet.machines_per_group * self.modes[mode].power_w / 1e6
            if mode in self.hashing:
                up += [(age, mode)] * cohort.groups
            else:
                down += [age] * cohort.groups
        if self.given.it_power_mw is not None:
            power = self.given.it_power_mw
        before = self.ramp.first(power, self.given.earlier_power)
        return self.rules.settled(up, down), self._remembered(self.given.starts_today, 0), before

    def _remembered(self, starts: int, period: int) -> int:
        """Starts of the day, where a rule asks for them in this period; else 0."""
        days = self.horizon.day
        new_day = period > 0 and (period >= len(days) or days[period] != days[period - 1])
        return 0 if self.fleet.starts_per_day is None or new_day else starts

    def moves(self, period: int, state: tuple[Items, int, Powers]) -> list[FleetMove]:
        """Every way through a period; of ways with the same end and power the one that earns most."""
        key = (period, state)
        if key not in self.memo:
            best: dict[tuple[tuple[Items, int, Powers], float], FleetMove] = {}
            for move in self._all_moves(period, state):
                end = (move.after, round(move.it_mw, 10))
                if end not in best or move.usd > best[end].usd:
                    best[end] = move
            self.memo[key] = list(best.values())
        return self.memo[key]

    def _all_moves(self, t: int, state: tuple[Items, int, Powers]) -> Iterator[FleetMove]:
        items, started_today, before = state
        allowed = [k for k in range(len(self.modes)) if not self._barred(k, t)]
        hashing = [k for k in self.hashing if k in allowed]
        resting = [k for k in self.resting if k in allowed]
        most = self.fleet.starts_per_day
        for change in range(-self.rules.most_stops(items), self.rules.most_starts(items) + 1):
            starts, stops = max(0, change), max(0, -change)
            if most is not None and started_today + starts > most:
                continue
            staying = items[0][stops:]
            bound = [mode for age, mode in staying if mode != FREE]
            free = len(staying) - len(bound)
            if any(mode not in allowed for mode in bound):
                continue
            for entered in combinations_with_replacement(hashing, starts):
                after = self.rules.after(items, entered, stops)
                cold = [*bound, *entered] if self.rules.warm > 0 else bound
                warm = list(entered) if self.rules.warm == 0 else []
                for chosen in combinations_with_replacement(hashing, free):
                    for down in combinations_with_replacement(resting, self.fleet.groups - len(staying) - starts):
                        move = self._move(t, after, cold, [*warm, *chosen], down, starts, started_today, before)
                        if self.ramp.within(move.it_mw, before):
                            yield move

    def _move(
        self,
        t: int,
        after: Items,
        cold: list[int],
        warm: list[int],
        down: tuple[int, ...],
        starts: int,
        started_today: int,
        before: Powers,
    ) -> FleetMove:
        """One period with cold (warming), warm and resting groups in these modes."""
        fleet, modes, hours = self.fleet, self.modes, self.world.hours
        machines = fleet.machines_per_group
        working = machines * float(self.availability[t])
        it_mw = working * sum(modes[k].power_w for k in [*cold, *warm]) / 1e6
        it_mw += machines * sum(modes[k].power_w for k in down) / 1e6
        hashrate = working * sum(modes[k].hashrate_th_per_s for k in warm) / 1000.0
        usd = hashrate * float(self.world.hashprice[t]) / 24.0 * hours * (1.0 - self.pool_fee)
        rate = fleet.running_cost_usd_per_machine_hour
        if fleet.depreciation_by_use:
            rate += fleet.depreciation_usd_per_machine_hour
        usd -= rate * working * (len(cold) + len(warm)) * hours
        usd -= fleet.start_cost_usd * starts
        groups = tuple([*cold, *warm, *down].count(k) for k in range(len(modes)))
        remembered = self._remembered(started_today + starts, t + 1)
        return FleetMove((after, remembered, self.ramp.after(it_mw, before)), it_mw, usd, groups)

    def _barred(self, mode: int, t: int) -> bool:
        hottest = self.modes[mode].max_ambient_c
        if hottest is None:
            return False
        assert self.world.ambient is not None
        return bool(self.world.ambient[t] > hottest + TINY)


@dataclass(frozen=True)
class NodeMove:
    """One period of a pool's nodes: the items after it, nodes on, and dollars without energy."""

    after: Items
    on: int
    usd: float


class PoolBook:
    """All that a pool's nodes may do; what GPUs draw comes from the contracts."""

    def __init__(self, scenario: Scenario, pool: Pool, world: World) -> None:
        horizon = scenario.horizon
        self.pool, self.world, self.horizon = pool, world, horizon
        self.hall = world.hall_names.index(pool.hall)
        self.rules = Rules(horizon.whole_periods(pool.min_up_hours), horizon.whole_periods(pool.min_down_hours))
        self.given = scenario.state.pools.get(pool.name, PoolState())
        cap = [float(pool.nodes)] * horizon.periods
        if pool.nodes_available is not None:
            cap = [min(float(pool.nodes), float(n)) for n in align(pool.nodes_available, horizon, "min")]
        self.cap = [int(n + TINY) for n in cap]
        step_mw = max(pool.peak_power_w, pool.idle_power_w, pool.off_power_w) / 1e6
        self.ramp = Ramp(pool.ramp_mw_per_hour, step_mw, world.hours)
        self.memo: dict[tuple[int, Items], list[NodeMove]] = {}

    def first(self) -> tuple[Items, Powers]:
        """Items at the start and the IT powers before."""
        cohorts = self.given.nodes or (Nodes(on=False, nodes=self.pool.nodes),)
        up, down = [], []
        for cohort in cohorts:
            age = whole_ages(cohort.hours, self.horizon.hours)
            if cohort.on:
                up += [(age, FREE)] * cohort.nodes
            else:
                down += [age] * cohort.nodes
        power = self.idle_mw(len(up)) if self.given.it_power_mw is None else self.given.it_power_mw
        return self.rules.settled(up, down), self.ramp.first(power, self.given.earlier_power)

    def idle_mw(self, on: int) -> float:
        """What the nodes draw with no GPU in use."""
        pool = self.pool
        return (pool.off_power_w * (pool.nodes - on) + pool.idle_power_w * on) / 1e6

    def gpu_mw(self, utilisation: float) -> float:
        """What a GPU in use adds."""
        pool = self.pool
        return (pool.peak_power_w - pool.idle_power_w) / pool.gpus_per_node * utilisation / 1e6

    def moves(self, t: int, items: Items) -> list[NodeMove]:
        """Every way through a period."""
        key = (t, items)
        if key not in self.memo:
            found = []
            for change in range(-self.rules.most_stops(items), self.rules.most_starts(items) + 1):
                starts, stops = max(0, change), max(0, -change)
                on = len(items[0]) + change
                if on > self.cap[t]:
                    continue
                usd = -self.pool.start_cost_usd * starts
                usd -= self.pool.running_cost_usd_per_node_hour * on * self.world.hours
                found.append(NodeMove(self.rules.after(items, (FREE,) * starts, stops), on, usd))
            self.memo[key] = found
        return self.memo[key]
