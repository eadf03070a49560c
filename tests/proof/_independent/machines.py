"""Fleets and pools of the independent model."""

from __future__ import annotations

from math import floor

from pulp import LpVariable, lpSum

from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.pool import Pool
from optimizer.scenario.state import FleetState, Groups, Nodes, PoolState

from .world import Expression, World, ramped, switched

BLOCKS_PER_HOUR = 6.0


def hashprice(world: World, bitcoin: Bitcoin) -> list[float]:
    """USD per PH/s per day in each period."""
    if bitcoin.hashprice_usd_per_ph_day is not None:
        return world.series(bitcoin.hashprice_usd_per_ph_day)
    assert bitcoin.btc_price_usd is not None
    price = world.series(bitcoin.btc_price_usd)
    if bitcoin.hashprice_btc_per_ph_day is not None:
        return [btc * usd for btc, usd in zip(world.series(bitcoin.hashprice_btc_per_ph_day), price, strict=True)]
    if bitcoin.difficulty is not None:
        network = [d * 2**32 / 600.0 / 1e15 for d in world.series(bitcoin.difficulty)]
    else:
        assert bitcoin.network_hashrate_eh_per_s is not None
        network = [1000.0 * eh for eh in world.series(bitcoin.network_hashrate_eh_per_s)]
    fees = world.series(bitcoin.fees_btc_per_block)
    height = world.scenario.state.block_height
    height = bitcoin.block_height if height is None else height
    assert height is not None
    found = []
    for t in world.periods:
        low = height + world.begin(t) * BLOCKS_PER_HOUR
        subsidy = _mean_subsidy(low, low + world.hours * BLOCKS_PER_HOUR)
        found.append((subsidy + fees[t]) * 144.0 * price[t] / network[t])
    return found


def _mean_subsidy(low: float, high: float) -> float:
    """BTC per block, as the mean over heights that pass evenly."""
    total, here = 0.0, low
    while here < high:
        era = floor(here / 210_000)
        until = min(high, (era + 1) * 210_000.0)
        total += (until - here) * 50.0 / 2**era
        here = until
    return total / (high - low)


def add_fleet(world: World, fleet: Fleet, price: list[float], pool_fee: float) -> None:
    groups, machines = fleet.groups, fleet.units // fleet.groups
    modes = fleet.all_modes
    hashing = [mode for mode in modes if mode.hashrate_th_per_s > 0]
    available, ambient = world.series(fleet.availability), world.ambient()
    state = world.scenario.state.fleets.get(fleet.name, FleetState())
    resting = next(mode.name for mode in modes if mode.hashrate_th_per_s == 0)
    cohorts = state.groups or (Groups(mode=resting, groups=groups),)
    names = {mode.name for mode in hashing}
    before = [(cohort.mode in names, cohort.groups, world.age(cohort.hours)) for cohort in cohorts]

    in_mode = {mode.name: [world.whole(groups) for _ in world.periods] for mode in modes}
    up: list[Expression] = [lpSum(in_mode[mode.name][t] for mode in hashing) for t in world.periods]
    for t in world.periods:
        world.hold(lpSum(in_mode[mode.name][t] for mode in modes) == groups)
        for mode in modes:
            if mode.max_ambient_c is not None and ambient is not None and ambient[t] > mode.max_ambient_c + 1e-9:
                world.hold(in_mode[mode.name][t] == 0)

    whole = world.scenario.horizon.whole_periods
    warm_up = whole(fleet.warm_up_hours)
    starts = switched(
        world,
        up,
        groups,
        before,
        max(whole(fleet.min_up_hours), warm_up),
        whole(fleet.min_down_hours),
        fleet.start_cost_usd,
    )
    warming = _warming(world, fleet, in_mode, starts, cohorts, warm_up)
    _starts_a_day(world, fleet, starts, state.starts_today)

    power: list[Expression] = []
    for t in world.periods:
        draw = [
            in_mode[mode.name][t] * (machines * mode.power_w / 1e6 * (available[t] if mode in hashing else 1.0))
            for mode in modes
        ]
        power.append(lpSum(draw))
        world.draw(fleet.hall, t, power[t])
        for mode in hashing:
            hashes = machines * mode.hashrate_th_per_s * available[t] / 1000.0
            usd = hashes * price[t] / 24.0 * world.hours * (1.0 - pool_fee)
            world.earn(usd * (in_mode[mode.name][t] - warming[mode.name][t]))
        rate = fleet.running_cost_usd_per_machine_hour
        rate += fleet.depreciation_usd_per_machine_hour if fleet.depreciation_by_use else 0.0
        world.earn(-rate * machines * available[t] * world.hours * up[t])
    watts = {mode.name: mode.power_w for mode in modes}
    drawn = sum(cohort.groups * machines * watts[cohort.mode] / 1e6 for cohort in cohorts)
    drawn = drawn if state.it_power_mw is None else state.it_power_mw
    step = machines * max(watts.values()) / 1e6
    ramped(world, power, drawn, state.earlier_power, fleet.ramp_mw_per_hour, step)


def _warming(
    world: World,
    fleet: Fleet,
    in_mode: dict[str, list[LpVariable]],
    starts: list[Expression],
    cohorts: tuple[Groups, ...],
    warm_up: int,
) -> dict[str, list[Expression]]:
    """Groups that hash nothing yet, by the mode that they entered and have to keep."""
    hashing = [mode.name for mode in fleet.all_modes if mode.hashrate_th_per_s > 0]
    warming: dict[str, list[Expression]] = {name: [0 for _ in world.periods] for name in hashing}
    if not warm_up:
        return warming
    entered = {name: [world.whole(fleet.groups) for _ in world.periods] for name in hashing}
    for t in world.periods:
        world.hold(lpSum(entered[name][t] for name in hashing) == starts[t])
        for name in hashing:
            earlier = sum(
                cohort.groups for cohort in cohorts if cohort.mode == name and world.age(cohort.hours) < warm_up - t
            )
            warming[name][t] = lpSum(entered[name][max(0, t - warm_up + 1) : t + 1]) + earlier
            world.hold(in_mode[name][t] >= warming[name][t])
    return warming


def _starts_a_day(world: World, fleet: Fleet, starts: list[Expression], so_far: int) -> None:
    if fleet.starts_per_day is None:
        return
    days = [start.date() for start in world.scenario.horizon.starts]
    for day in set(days):
        today = lpSum(starts[t] for t in world.periods if days[t] == day)
        world.hold(today <= fleet.starts_per_day - (so_far if day == days[0] else 0))


def add_pool(world: World, pool: Pool) -> list[LpVariable]:
    """A pool without the GPUs in use; nodes on by period."""
    most = [pool.nodes] * len(world.periods)
    if pool.nodes_available is not None:
        available = world.series(pool.nodes_available, "min")
        most = [min(pool.nodes, floor(nodes + 1e-9)) for nodes in available]
    on = [world.whole(nodes) for nodes in most]
    state = world.scenario.state.pools.get(pool.name, PoolState())
    cohorts = state.nodes or (Nodes(on=False, nodes=pool.nodes),)
    whole = world.scenario.horizon.whole_periods
    switched(
        world,
        list(on),
        pool.nodes,
        [(cohort.on, cohort.nodes, world.age(cohort.hours)) for cohort in cohorts],
        whole(pool.min_up_hours),
        whole(pool.min_down_hours),
        pool.start_cost_usd,
    )
    for t in world.periods:
        world.earn(-pool.running_cost_usd_per_node_hour * world.hours * on[t])
    return on


def power_of_pool(world: World, pool: Pool, on: list[LpVariable], used: list[list[tuple[Expression, float]]]) -> None:
    """Power, room and ramp of a pool; `used[t]`: (GPUs, utilisation) of each contract."""
    power: list[Expression] = []
    for t in world.periods:
        world.hold(lpSum(gpus for gpus, _ in used[t]) <= pool.gpus_per_node * on[t])
        nodes = pool.off_power_w / 1e6 * (pool.nodes - on[t]) + pool.idle_power_w / 1e6 * on[t]
        each = (pool.peak_power_w - pool.idle_power_w) / pool.gpus_per_node / 1e6
        power.append(nodes + lpSum(each * utilisation * gpus for gpus, utilisation in used[t]))
        world.draw(pool.hall, t, power[t])
    state = world.scenario.state.pools.get(pool.name, PoolState())
    cohorts = state.nodes or (Nodes(on=False, nodes=pool.nodes),)
    idle = sum(c.nodes * (pool.idle_power_w if c.on else pool.off_power_w) / 1e6 for c in cohorts)
    drawn = idle if state.it_power_mw is None else state.it_power_mw
    step = max(pool.peak_power_w, pool.idle_power_w, pool.off_power_w) / 1e6
    ramped(world, power, drawn, state.earlier_power, pool.ramp_mw_per_hour, step)
