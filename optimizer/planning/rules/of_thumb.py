"""The plan of rules of thumb, for where no solver finds one; and as a mark that every plan has to reach.

| symbol | meaning |
|---|---|
| c(h,t) | what a MWh of IT power costs in hall h: (price + adders) × (1 + loss) + carbon, times PUE [USD/MWh] |
| v(q,t), s(q,t), m(q) | set-point by rule, in the plan, its largest value |
| w(q) | weight: contracts first |

    miners      all groups of a fleet in the mode that earns most: revenue − running cost − power × c(h,t);
                or all in the mode without hashrate that costs least, where demand charges eat what they earn
    reserved    as committed
    batch       as early as there is room, at full rate
    spot        where it pays more than its power costs
    nodes on    as many as the GPUs in use need
    storage, generators, reserves, day-ahead position: nothing

    repaired    min Σ w(q) × |s(q,t) − v(q,t)| / m(q)  over all plans (`optimizer.planning.rules.repair`)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model.contracts.job import job_of
from optimizer.model.desk import SetPoint
from optimizer.model.formulation import Formulation
from optimizer.model.site.hall import pue_of
from optimizer.model.supply.energy import import_cost
from optimizer.scenario.contracts import Batch, Contract, Reserved, Spot
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.series import align
from solvers.problem import Floats

Values = dict[tuple[str, str], Floats]
"""Set-points by (item, quantity), (periods,) each."""

CONTRACTS, MACHINES, OTHERS = 30.0, 1.0, 3.0
"""Weights of leaving what the rules say of GPUs, of miners and nodes, and of everything else."""


def by_rule(formulation: Formulation, *, mining: bool) -> Iterator[tuple[SetPoint, Floats, float]]:
    """Each set-point that a rule speaks of, with its values (periods,) and the weight of leaving them. `mining`:
    whether miners run where they earn more than their power costs, or not at all."""
    scenario = formulation.model.scenario
    values: Values = {}
    for fleet in scenario.fleets:
        _mine(formulation, fleet, values, mining)
    _serve(formulation, values)
    machines = {*formulation.fleets, *formulation.pools}
    for point in formulation.model.set_points:
        known = values.get((point.item, point.quantity))
        if point.item in formulation.contracts and known is not None:
            yield point, known, CONTRACTS
        elif point.item in machines and known is not None:
            yield point, known, MACHINES
        elif point.item not in machines and point.item not in formulation.contracts:
            yield point, np.zeros(formulation.model.periods), OTHERS


def _power_cost(formulation: Formulation, hall_name: str) -> Floats:
    """c(h,t), (periods,)."""
    scenario = formulation.model.scenario
    hall = next(hall for hall in scenario.site.halls if hall.name == hall_name)
    return import_cost(scenario) * pue_of(hall, scenario.site.ambient_c, scenario.horizon)


def _mine(formulation: Formulation, fleet: Fleet, values: Values, mining: bool) -> None:
    """All groups in the mode that earns most."""
    cost = _power_cost(formulation, fleet.hall)
    up = {mode.name: mode for mode in formulation.fleets[fleet.name].up_modes}
    hourly = fleet.running_cost_usd_per_machine_hour
    if fleet.depreciation_by_use:
        hourly += fleet.depreciation_usd_per_machine_hour
    running = hourly * fleet.machines_per_group * align(fleet.availability, formulation.model.horizon)
    earned = []
    for mode in fleet.all_modes:
        if mode.name in up:
            there = up[mode.name]
            usd = there.usd_per_hour - running - there.group_mw * cost
            earned.append(np.where(there.barred | (not mining), -np.inf, usd))
        else:
            earned.append(-fleet.machines_per_group * mode.power_w / 1e6 * cost)
    best = np.argmax(earned, axis=0)
    for i, mode in enumerate(fleet.all_modes):
        values[fleet.name, f"groups[{mode.name}]"] = np.where(best == i, float(fleet.groups), 0.0)


def _serve(formulation: Formulation, values: Values) -> None:
    """GPUs of contracts, the firm ones first, and the nodes that they need."""
    order = {"reserved": 0, "batch": 1, "spot": 2}
    room = {name: block.gpus_most.copy() for name, block in formulation.pools.items()}
    for terms in sorted(formulation.model.scenario.contracts, key=lambda terms: order[terms.kind]):
        _serve_one(formulation, terms, room, values)
    for name, block in formulation.pools.items():
        used = block.gpus_most - room[name]
        values[name, "nodes_on"] = np.ceil(used / block.pool.gpus_per_node - 1e-9)


def _serve_one(formulation: Formulation, terms: Contract, room: dict[str, Floats], values: Values) -> None:
    """Take a contract's GPUs out of the room on its pools."""
    if isinstance(terms, Batch) and not terms.preemptible:
        taken = _run_once(formulation, terms, room)
    else:
        wanted = _wanted(formulation, terms, sum((room[pool] for pool in terms.pools), np.zeros(1)))
        taken = {}
        for pool in terms.pools:
            taken[pool] = np.minimum(wanted, room[pool])
            wanted = wanted - taken[pool]
    for pool in terms.pools:
        values[terms.name, f"gpus[{pool}]"] = taken[pool]
        room[pool] = room[pool] - taken[pool]


def _wanted(formulation: Formulation, terms: Contract, room: Floats) -> Floats:
    """GPUs that a contract is to have, (periods,), at most `room`."""
    model = formulation.model
    state = model.scenario.state.contracts.get(terms.name)
    if terms.optional and state is not None and state.accepted is False:
        return np.zeros(model.periods)
    costs = np.max([_gpu_cost(formulation, terms, pool) for pool in terms.pools], axis=0)
    if isinstance(terms, Reserved):
        worth = not terms.optional or terms.price_usd_per_gpu_hour > costs.mean()
        return np.minimum(align(terms.committed_gpus, model.horizon) * worth, room)
    if isinstance(terms, Spot):
        pays = align(terms.price_usd_per_gpu_hour, model.horizon) > costs
        return np.minimum(np.where(pays, align(terms.demand_gpus, model.horizon), 0.0), room)
    job = job_of(model, terms)
    paid = terms.price_usd_per_gpu_hour + terms.completion_usd / terms.gpu_hours
    if terms.optional and paid <= costs.mean():
        return np.zeros(model.periods)
    rate = np.where(job.allowed, np.minimum(terms.max_gpus, room), 0.0) * model.horizon.hours
    before = np.cumsum(rate) - rate
    owed = job.owed + job.before.restart_gpu_hours_owed * (job.owed > 0.0)
    return np.asarray(np.clip(owed - before, 0.0, rate) / model.horizon.hours)


def _gpu_cost(formulation: Formulation, terms: Contract, pool_name: str) -> Floats:
    """What a GPU of a full node costs in power, (periods,) [USD per GPU-hour]."""
    block = formulation.pools[pool_name]
    idle_mw = block.pool.idle_power_w / block.pool.gpus_per_node / 1e6
    return (block.mw_per_gpu(terms.utilisation) + idle_mw) * _power_cost(formulation, block.pool.hall)


def _run_once(formulation: Formulation, terms: Batch, room: dict[str, Floats]) -> dict[str, Floats]:
    """A job that runs without a break: from the first period in which a pool has room for all of it."""
    model = formulation.model
    job = job_of(model, terms)
    taken = {pool: np.zeros(model.periods) for pool in terms.pools}
    length = int(np.ceil(job.owed / (terms.max_gpus * model.horizon.hours) - 1e-9))
    if not length:
        return taken
    if job.before.started and job.before.pool in taken:
        taken[job.before.pool][:length] = terms.max_gpus
        return taken
    for pool in terms.pools:
        fits = job.allowed & (room[pool] >= terms.max_gpus)
        runs = np.convolve(fits, np.ones(length))[length - 1 :][: model.periods]
        starts = np.flatnonzero(runs >= length)
        if len(starts):
            taken[pool][starts[0] : starts[0] + length] = terms.max_gpus
            break
    return taken
