"""From a scenario to arrays: the table of contents of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.tariff import TariffBlock, add_tariff
from optimizer.model.contracts import contract_block
from optimizer.model.contracts.service import ContractBlock
from optimizer.model.desk import Model
from optimizer.model.flexibility.demand_response import DemandResponseBlock
from optimizer.model.flexibility.reserve import ReserveBlock
from optimizer.model.machines.fleet import FleetBlock
from optimizer.model.machines.market import hashprice
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.onsite.battery import BatteryBlock
from optimizer.model.onsite.battery import settle as settle_batteries
from optimizer.model.onsite.generator import GeneratorBlock
from optimizer.model.onsite.renewable import RenewableBlock
from optimizer.model.set_points import Held, Keep, hold
from optimizer.model.site.export import add_export
from optimizer.model.site.hall import HallBlock
from optimizer.model.site.meter import GridBlock
from optimizer.model.site.override import add_overrides
from optimizer.model.supply.carbon import CarbonBlock
from optimizer.model.supply.day_ahead import add_day_ahead
from optimizer.model.supply.energy import add_energy
from optimizer.model.supply.ppa import PpaBlock
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
    halls: dict[str, HallBlock]
    renewables: dict[str, RenewableBlock]
    generators: dict[str, GeneratorBlock]
    batteries: dict[str, BatteryBlock]
    ppas: dict[str, PpaBlock]
    grid: GridBlock
    tariff: TariffBlock | None
    carbon: CarbonBlock
    events: dict[str, DemandResponseBlock]
    reserves: ReserveBlock | None
    held: Held | None = None
    """Published set-points that are held, or left at a price."""

    def leaving_usd(self, x: Floats) -> float:
        """What a settled solution is charged for leaving published set-points; no money."""
        return 0.0 if self.held is None else self.held.leaving_usd(x)

    def settle(self, x: Floats) -> Floats:
        """A copy of the solution in the form that the rules define: whole counts, no start beside a stop,
        tiers read from what is delivered, no battery charging and discharging at once, nor the site importing
        and exporting, and what is offered and reduced read from that."""
        settled = x.copy()
        whole = self.problem.integer
        settled[whole] = settled[whole].round()
        for fleet in self.fleets.values():
            fleet.settle(settled)
        for pool in self.pools.values():
            pool.settle(settled)
        for contract in self.contracts.values():
            contract.settle(settled)
        for hall in self.halls.values():
            hall.settle(settled)
        for generator in self.generators.values():
            generator.settle(settled)
        self._settle_batteries(settled)
        self.grid.settle(settled)
        for event in self.events.values():
            event.settle(settled)
        if self.reserves is not None:
            self.reserves.settle(settled)
        return settled

    def _settle_batteries(self, x: Floats) -> None:
        """Batteries that charge or discharge alone; of what they no longer need, renewables give up what import
        does not."""
        if not self.batteries:
            return
        used = sum((block.power_mw.value(x) for block in self.renewables.values()), np.zeros(self.model.periods))
        spare = x[self.grid.import_mw] + used
        settle_batteries(list(self.batteries.values()), x, spare)
        less = (used > spare) & (used > 0.0)
        share = np.divide(np.maximum(spare, 0.0), used, out=np.ones_like(used), where=less)
        for renewable in self.renewables.values():
            x[renewable.used] *= share


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
    supply = scenario.supply
    renewables = {terms.name: RenewableBlock(model, terms) for terms in supply.renewables}
    generators = {terms.name: GeneratorBlock(model, terms) for terms in supply.generators}
    batteries = {terms.name: BatteryBlock(model, terms) for terms in supply.batteries}
    ppas = {terms.name: PpaBlock(model, terms) for terms in supply.ppas}
    demand = [*(hall.facility_mw for hall in halls.values()), *(battery.draw_mw for battery in batteries.values())]
    made = [*(block.power_mw for block in renewables.values()), *(block.power_mw for block in generators.values())]
    grid = GridBlock(model, demand, made)
    add_energy(model, grid.imported)
    tariff = add_tariff(model, grid.import_mw, grid.limit_mw, grid.most_draw_mw)
    add_export(model, grid, tariff)
    grid.close()
    carbon = CarbonBlock(model, grid.imported)
    add_day_ahead(model, grid.limit_mw)
    add_overrides(model, fleets, pools, generators, batteries, renewables)
    events = {terms.name: DemandResponseBlock(model, terms, grid) for terms in supply.demand_response}
    reserves = ReserveBlock(model, fleets, pools, contracts, batteries, grid) if supply.reserves else None
    held = None if keep is None else hold(model, keep)
    problem = model.builder.build()
    return Formulation(
        model,
        problem,
        fleets,
        pools,
        contracts,
        halls,
        renewables,
        generators,
        batteries,
        ppas,
        grid,
        tariff,
        carbon,
        events,
        reserves,
        held,
    )
