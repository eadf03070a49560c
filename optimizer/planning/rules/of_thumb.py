"""The plan of rules of thumb, for where no solver finds one; and as a mark that every plan has to reach.

| symbol | meaning |
|---|---|
| c(h,t) | what a MWh of IT power costs in hall h: (price + adders) × (1 + loss) + carbon, times PUE [USD/MWh] |
| v(q,t), s(q,t), m(q) | set-point by rule, in the plan, its largest value |
| w(q) | weight: contracts first |

    miners      all groups of a fleet in the mode that earns most: revenue − running cost − power × c(h,t);
                or all in the mode without hashrate that costs least, where demand charges eat what they earn
    contracts   as each kind's block wants (`ContractBlock.wanted`), the firm ones first
                many jobs where they are cheapest beside each other (`optimizer.planning.rules.many_jobs`)
    nodes on    as many as the GPUs in use need
    storage, generators, reserves, day-ahead position: nothing

    repaired    min Σ w(q) × |s(q,t) − v(q,t)| / m(q)  over all plans (`optimizer.planning.rules.repair`)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model.desk import SetPoint
from optimizer.model.formulation import Formulation
from optimizer.model.site.hall import pue_of
from optimizer.model.supply.energy import import_cost
from optimizer.planning.rules.many_jobs import Places, are_many, jobs_to_place, place_jobs
from optimizer.scenario.contracts import ContractTerms
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
    room = {name: block.gpus_most.copy() for name, block in formulation.pools.items()}
    together = {terms.name for terms, _ in jobs_to_place(formulation)} if are_many(formulation) else set()
    contracts = sorted(formulation.contracts.items(), key=lambda item: (item[1].priority, item[0] in together))
    placed: Places | None = None
    for name, contract in contracts:
        terms = contract.service.terms
        if name not in together:
            power_usd = np.max([_gpu_cost(formulation, terms, pool) for pool in terms.pools], axis=0)
            taken = contract.by_rule(room, power_usd)
        else:
            placed = place_jobs(formulation, room) if placed is None else placed
            taken = placed[name]
        for pool, gpus in taken.items():
            values[name, f"gpus[{pool}]"] = gpus
            room[pool] = room[pool] - gpus
    for name, block in formulation.pools.items():
        used = block.gpus_most - room[name]
        values[name, "nodes_on"] = np.ceil(used / block.pool.gpus_per_node - 1e-9)


def _gpu_cost(formulation: Formulation, terms: ContractTerms, pool_name: str) -> Floats:
    """What a GPU of a full node costs in power, (periods,) [USD per GPU-hour]."""
    block = formulation.pools[pool_name]
    idle_mw = block.pool.idle_power_w / block.pool.gpus_per_node / 1e6
    return (block.mw_per_gpu(terms.utilisation) + idle_mw) * _power_cost(formulation, block.pool.hall)
