"""From a scenario to arrays: the table of contents of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.components import contract_block
from optimizer.components.contract import ContractBlock
from optimizer.components.fleet import FleetBlock
from optimizer.components.grid import GridBlock
from optimizer.components.hall import add_hall
from optimizer.components.market import hashprice
from optimizer.components.model import Model
from optimizer.components.pool import PoolBlock
from optimizer.scenario.scenario import Scenario
from solvers.problem import Floats, Problem


@dataclass(frozen=True, eq=False)
class Formulation:
    """A scenario as arrays, and the blocks that can read a solution."""

    model: Model
    problem: Problem
    fleets: dict[str, FleetBlock]
    pools: dict[str, PoolBlock]
    contracts: dict[str, ContractBlock]
    grid: GridBlock

    def settle(self, x: Floats) -> Floats:
        """A copy of the solution in the form that the rules define: whole counts, no start beside a stop,
        tiers read from what is delivered."""
        settled = x.copy()
        whole = self.problem.integer
        settled[whole] = settled[whole].round()
        for fleet in self.fleets.values():
            fleet.settle(settled)
        for pool in self.pools.values():
            pool.settle(settled)
        for contract in self.contracts.values():
            contract.settle(settled)
        return settled


def formulate(scenario: Scenario, more_groups: Mapping[str, Floats] | None = None) -> Formulation:
    """Write every component of the scenario onto one model and build its arrays.

    `more_groups`: groups (periods,) that are there beside a fleet's own, by fleet, to see what they are worth.
    """
    more = more_groups or {}
    model = Model(scenario, scenario.horizon)
    fleets: dict[str, FleetBlock] = {}
    if scenario.bitcoin is not None and scenario.fleets:
        price = hashprice(scenario.bitcoin, scenario.horizon, scenario.state.block_height)
        for fleet in scenario.fleets:
            fleets[fleet.name] = FleetBlock(model, fleet, price, scenario.bitcoin.pool_fee, more.get(fleet.name, 0.0))
        model.show("bitcoin", "hashprice_usd_per_ph_day", price)
    pools = {pool.name: PoolBlock(model, pool) for pool in scenario.pools}
    contracts = {terms.name: contract_block(model, terms, pools) for terms in scenario.contracts}
    for pool_block in pools.values():
        pool_block.close()
    grid = GridBlock(model, [add_hall(model, hall) for hall in scenario.site.halls])
    return Formulation(model, model.builder.build(), fleets, pools, contracts, grid)
