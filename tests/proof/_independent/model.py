"""The independent model of a scenario as a whole, solved by CBC or HiGHS through PuLP."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pulp

from optimizer.scenario.scenario import Scenario

from .contracts import add_contract
from .machines import add_fleet, add_pool, hashprice, power_of_pool
from .site import add_site
from .world import Expression, World


@dataclass(frozen=True)
class Answer:
    """`status`: proven, infeasible or unproven; `profit`: USD of the whole horizon."""

    status: str
    profit: float | None


def independent(scenario: Scenario, solver: str = "cbc", limit_s: float = 60.0) -> Answer:
    """The best profit of the whole horizon. `solver`: cbc or highs."""
    world = _world(scenario)
    world.problem.setObjective(pulp.lpSum(world.dollars))
    if solver == "cbc":
        # With preprocessing CBC 2.10.3 calls 233.45 the optimum of seed 500377, whose optimum is 308.20.
        options = ["preprocess off", "allowableGap 1e-7", "ratioGap 0"]
        engine = pulp.PULP_CBC_CMD(msg=False, timeLimit=limit_s, threads=1, options=options)
    else:
        # Presolve of HiGHS 1.13 has lost optima; see solvers/highs.py.
        engine = pulp.HiGHS(msg=False, timeLimit=limit_s, gapRel=1e-9, gapAbs=1e-7, threads=1, presolve="off")
    try:
        world.problem.solve(engine)
    except pulp.PulpSolverError as error:
        print(f"independent model: {solver} crashed: {error}", file=sys.stderr, flush=True)
        return Answer("unproven", None)
    if world.problem.sol_status == pulp.LpSolutionOptimal:
        return Answer("proven", float(pulp.value(world.problem.objective)))
    return Answer("infeasible" if world.problem.status == pulp.LpStatusInfeasible else "unproven", None)


def _world(scenario: Scenario) -> World:
    world = World(scenario)
    if scenario.bitcoin is not None:
        price = hashprice(world, scenario.bitcoin)
        for fleet in scenario.fleets:
            add_fleet(world, fleet, price, scenario.bitcoin.pool_fee)
    on = {pool.name: add_pool(world, pool) for pool in scenario.pools}
    used: dict[str, list[list[tuple[Expression, float]]]] = {name: [[] for _ in world.periods] for name in on}
    for contract in scenario.contracts:
        for name, gpus in add_contract(world, contract).items():
            for t in world.periods:
                used[name][t].append((gpus[t], contract.utilisation))
    for pool in scenario.pools:
        power_of_pool(world, pool, on[pool.name], used[pool.name])
    add_site(world)
    return world
