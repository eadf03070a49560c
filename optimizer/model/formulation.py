"""From a scenario to arrays: the table of contents of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.model.bill.tariff import TariffBlock, add_tariff
from optimizer.model.contracts import contract_block
from optimizer.model.contracts.block import ContractBlock
from optimizer.model.desk import Model
from optimizer.model.flexibility.demand_response import DemandResponseBlock
from optimizer.model.flexibility.reserve import ReserveBlock
from optimizer.model.machines.fleet import FleetBlock
from optimizer.model.machines.market import hashprice
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.onsite import Assets, add_assets, by_name, powers_mw
from optimizer.model.onsite.asset import tidy_assets
from optimizer.model.set_points import Held, Keep, hold
from optimizer.model.site.export import add_export
from optimizer.model.site.hall import HallBlock
from optimizer.model.site.meter import GridBlock
from optimizer.model.site.override import add_overrides
from optimizer.model.supply.carbon import CarbonBlock
from optimizer.model.supply.day_ahead import add_day_ahead
from optimizer.model.supply.energy import add_energy
from optimizer.scenario.scenario import Scenario
from solvers.problem import Floats, Problem


@dataclass(frozen=True, eq=False, kw_only=True)
class Formulation:
    """A scenario as arrays, and the blocks that can read a solution."""

    model: Model
    problem: Problem
    fleets: dict[str, FleetBlock]
    pools: dict[str, PoolBlock]
    contracts: dict[str, ContractBlock]
    halls: dict[str, HallBlock]
    assets: Assets
    """What is on site, by the field of the scenario's supply that lists its kind."""
    grid: GridBlock
    tariff: TariffBlock | None
    carbon: CarbonBlock
    events: dict[str, DemandResponseBlock]
    reserves: ReserveBlock | None
    held: Held | None = None
    """Published set-points that are held, or left at a price."""

    def leaving_usd(self, x: Floats) -> float:
        """What a tidied solution is charged for leaving published set-points; no money."""
        return 0.0 if self.held is None else self.held.leaving_usd(x)

    def tidy(self, x: Floats) -> Floats:
        """A copy of the solution in the form that the rules define: whole counts, no start beside a stop,
        tiers read from what is delivered, no battery charging and discharging at once, nor the site importing
        and exporting, and what is offered and reduced read from that."""
        tidied = x.copy()
        whole = self.problem.integer
        tidied[whole] = tidied[whole].round()
        for fleet in self.fleets.values():
            fleet.tidy(tidied)
        for pool in self.pools.values():
            pool.tidy(tidied)
        for contract in self.contracts.values():
            contract.tidy(tidied)
        for hall in self.halls.values():
            hall.tidy(tidied)
        tidy_assets(by_name(self.assets).values(), tidied, self.grid.import_mw)
        self.grid.tidy(tidied)
        for event in self.events.values():
            event.tidy(tidied)
        if self.reserves is not None:
            self.reserves.tidy(tidied)
        return tidied


def formulate(
    scenario: Scenario, more_groups: Mapping[str, Floats] | None = None, keep: Keep | None = None
) -> Formulation:
    """Write every component of the scenario onto one model and build its arrays.

    `more_groups`: groups (periods,) that are there beside a fleet's own, by fleet, to see what they are worth.
    `keep`: published set-points to hold, or to leave only at an amount (`optimizer.model.set_points`).
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
    halls = {hall.name: HallBlock(model, hall) for hall in scenario.site.halls}
    assets = add_assets(model)
    on_site = by_name(assets)
    grid = GridBlock(model, (hall.facility_mw for hall in halls.values()), powers_mw(on_site.values()))
    add_energy(model, grid.imported)
    tariff = add_tariff(model, grid.import_mw, grid.limit_mw, grid.most_draw_mw)
    add_export(model, grid, tariff)
    grid.close()
    carbon = CarbonBlock(model, grid.imported)
    add_day_ahead(model, grid.limit_mw)
    add_overrides(model, fleets, pools, on_site)
    supply = scenario.supply
    events = {terms.name: DemandResponseBlock(model, terms, grid) for terms in supply.demand_response}
    reserves = ReserveBlock(model, fleets, pools, contracts, on_site, grid) if supply.reserves else None
    held = None if keep is None else hold(model, keep)
    return Formulation(
        model=model,
        problem=model.builder.build(),
        fleets=fleets,
        pools=pools,
        contracts=contracts,
        halls=halls,
        assets=assets,
        grid=grid,
        tariff=tariff,
        carbon=carbon,
        events=events,
        reserves=reserves,
        held=held,
    )
