"""Figures that operators read beside a plan: cost shares and break-even prices (domain sections 2 and 9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.machines.market import (
    breakeven_btc_price_usd,
    breakeven_power_price_usd_per_mwh,
    hashprice,
)
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import Floats, align
from optimizer.schedule import LedgerKind, Schedule
from optimizer.schedule.ledger_kind import kinds_of
from optimizer.tariff.prices import energy_price

POWER_KINDS = kinds_of("meter")
"""Ledger kinds of power bought and sold at the meter."""
BILL_KINDS = kinds_of("bill")
"""Ledger kinds of the utility's tariff beside energy."""


@dataclass(frozen=True)
class CostShares:
    """What the committed part costs [USD], as operators group it (all positive).

    Electricity is energy and adders; it is split over halls by metered power, and in a hall into IT power and
    the rest (PUE and overhead), which is cooling. With power made or stored on site, export or a price of carbon,
    a MWh costs on average over the committed part what all of that costs: energy, adders, carbon, fuel, generators'
    starts, renewables' cost and battery wear, less what export earns. So it is with a tariff, whose demand, coincident,
    fixed and minimum charges, ratchets and taxes count as the plan's ledger says. Day-ahead positions, PPAs settled in
    money, and what reserves and demand response earn are no cost of power taken.
    """

    it_electricity_usd: float
    cooling_usd: float
    depreciation_usd: float
    """Of all hardware over the committed hours, used or not (reported, no decision cost unless by use)."""
    maintenance_usd: float

    @property
    def shares(self) -> dict[str, float]:
        """Shares of the sum; empty where nothing costs anything."""
        costs = {
            "IT electricity": self.it_electricity_usd,
            "cooling": self.cooling_usd,
            "hardware depreciation": self.depreciation_usd,
            "maintenance": self.maintenance_usd,
        }
        total = sum(costs.values())
        return {name: usd / total for name, usd in costs.items()} if total > 0 else {}


@dataclass(frozen=True)
class BreakEven:
    """Break-even of mining in the committed part. None: there is no such number (nothing was mined, or the
    scenario names no BTC price)."""

    power_price_usd_per_mwh: dict[tuple[str, str], float]
    """(fleet, mode): power price at the meter at which the mode earns nothing, at mean hashprice and PUE; modes
    that draw nothing have none."""
    btc_price_marginal_usd: float | None
    """BTC price at which mining revenue equals its electricity and cooling."""
    btc_price_full_usd: float | None
    """The same with maintenance and depreciation."""


def energy_price_usd_per_mwh(scenario: Scenario) -> Floats:
    """Energy price of each period of the horizon, (periods,), without adders and losses."""
    return energy_price(scenario.supply, scenario.horizon)


def hashprice_usd_per_ph_day(scenario: Scenario) -> Floats | None:
    """Hashprice of each period of the horizon, (periods,); None without bitcoin."""
    if scenario.bitcoin is None:
        return None
    return hashprice(scenario.bitcoin, scenario.horizon, scenario.state.block_height)


def cost_shares(scenario: Scenario, schedule: Schedule) -> CostShares:
    """Cost shares of the whole facility."""
    return _costs(scenario, schedule, mining_only=False)


def break_even(scenario: Scenario, schedule: Schedule) -> BreakEven:
    """Break-even prices of the mining fleets."""
    if scenario.bitcoin is None or not scenario.fleets:
        return BreakEven({}, None, None)
    table = _Dispatch(scenario, schedule)
    price = hashprice(scenario.bitcoin, scenario.horizon, scenario.state.block_height)
    mean_hashprice = float(price[: table.periods].mean())
    power = {}
    for fleet in scenario.fleets:
        pue = float(table.of(fleet.hall, "pue").mean())
        for mode in fleet.modes:
            if mode.hashrate_th_per_s > 0 and mode.power_w > 0:
                power[fleet.name, mode.name] = breakeven_power_price_usd_per_mwh(
                    mean_hashprice,
                    mode.power_w / mode.hashrate_th_per_s,
                    pool_fee=scenario.bitcoin.pool_fee,
                    pue=pue,
                )
    revenue = schedule.ledger_by_kind.get(LedgerKind.MINING_REVENUE, 0.0)
    if scenario.bitcoin.btc_price_usd is None or revenue <= 0:
        return BreakEven(power, None, None)
    btc = float(align(scenario.bitcoin.btc_price_usd, scenario.horizon)[: table.periods].mean())
    costs = _costs(scenario, schedule, mining_only=True)
    marginal = costs.it_electricity_usd + costs.cooling_usd
    full = marginal + costs.maintenance_usd + costs.depreciation_usd
    return BreakEven(
        power, breakeven_btc_price_usd(revenue, marginal, btc), breakeven_btc_price_usd(revenue, full, btc)
    )


class _Dispatch:
    """The committed part by (item, quantity)."""

    def __init__(self, scenario: Scenario, schedule: Schedule) -> None:
        self.periods = scenario.horizon.committed
        self._values: dict[tuple[str, str], list[float]] = {}
        for row in schedule.dispatch_rows:
            self._values.setdefault((row.item, row.quantity), []).append(row.value)

    def of(self, item: str, quantity: str) -> Floats:
        return np.asarray(self._values[item, quantity])


def _power_cost(scenario: Scenario, schedule: Schedule, table: _Dispatch) -> Floats:
    """What a MWh that the facility takes costs, (committed periods,) [USD/MWh]."""
    supply, hours = scenario.supply, scenario.horizon.hours
    price = table.of("site", "energy_price_usd_per_mwh") + table.of("site", "adders_usd_per_mwh")
    carbon_price = 0.0 if supply.carbon is None else supply.carbon.price_usd_per_tonne
    on_site = {asset.name for asset in supply.every_asset if asset.costs_power}
    if not (on_site or carbon_price or supply.tariff):
        return np.asarray(price * (1.0 + supply.energy.loss_factor))
    cost = -sum(row.usd for row in schedule.ledger_rows if row.kind in POWER_KINDS | BILL_KINDS or row.item in on_site)
    facility = sum(float(table.of(hall.name, "facility_mw").sum()) for hall in scenario.site.halls) * hours
    return np.full(table.periods, cost / facility if facility > 0 else 0.0)


def _costs(scenario: Scenario, schedule: Schedule, *, mining_only: bool) -> CostShares:
    table, hours = _Dispatch(scenario, schedule), scenario.horizon.hours
    price = _power_cost(scenario, schedule, table) * hours
    it_usd = cooling_usd = 0.0
    for hall in scenario.site.halls:
        members = [f.name for f in scenario.fleets if f.hall == hall.name]
        if not mining_only:
            members += [p.name for p in scenario.pools if p.hall == hall.name]
        it = sum((table.of(name, "it_mw") for name in members), np.zeros(table.periods))
        hall_it, facility = table.of(hall.name, "it_mw"), table.of(hall.name, "facility_mw")
        share = np.divide(it, hall_it, out=np.full(table.periods, float(not mining_only)), where=hall_it > 0)
        it_usd += float((it * price).sum())
        cooling_usd += float(((facility - hall_it) * share * price).sum())
    span = table.periods * hours
    depreciation = sum(
        f.units * f.depreciation_usd_per_machine_hour * span for f in scenario.fleets if not f.depreciation_by_use
    )
    fleets = {f.name for f in scenario.fleets}
    maintenance = 0.0
    for row in schedule.ledger_rows:
        if row.kind == LedgerKind.DEPRECIATION_BY_USE:
            depreciation -= row.usd
        elif row.kind == LedgerKind.RUNNING_COST and (row.item in fleets or not mining_only):
            maintenance -= row.usd
    if not mining_only:
        depreciation += sum(p.nodes * p.depreciation_usd_per_node_hour * span for p in scenario.pools)
    return CostShares(it_usd, cooling_usd, depreciation, maintenance)
