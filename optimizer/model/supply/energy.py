"""What energy costs at the meter (domain section 6), and what it earns where it is exported.

| symbol | meaning |
|---|---|
| i(t), x(t) | import and export [MW] |
| p(t), a(t), l | energy price, adders [USD/MWh], loss factor; a tariff's price is its first tier's |
| r(t) | export price; by default p(t), under a tariff's energy rates what it buys at |
| k(t) | carbon price per MWh imported |

    energy  − i(t) × Δt × p(t) × (1 + l), each adder likewise
    export  + x(t) × Δt × r(t)
    what one MWh of import costs in all:  (p(t) + a(t)) × (1 + l) + k(t)

What tiers add is a dollar of the month: `model.bill.energy_tiers`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.model.bill.coincident import usd_per_mw
from optimizer.model.bill.local_steps import local_steps
from optimizer.model.bill.tariff import bill_rule
from optimizer.model.desk import Model, PeriodSum
from optimizer.model.supply.carbon import carbon_cost_usd_per_mwh
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.supply import Supply
from optimizer.scenario.tariff import Tariff
from optimizer.scenario.tou import tou_price
from optimizer.tariff.energy import period_of
from solvers.problem import Floats

KWH_PER_MWH = 1000.0


def energy_price(supply: Supply, horizon: Horizon) -> Floats:
    """Energy price of each period, (periods,) [USD/MWh], without adders and losses."""
    energy = supply.energy
    if energy.tou is not None:
        return tou_price(energy.tou, horizon)
    if energy.price_usd_per_mwh is not None:
        return align(energy.price_usd_per_mwh, horizon)
    if supply.tariff is None or not supply.tariff.energy:  # the scenario's checks refuse this earlier
        raise ValueError("supply.energy: give price_usd_per_mwh, tou or a tariff with energy rates")
    first = [period.tiers[0] for period in supply.tariff.energy]
    rates = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in first]
    return KWH_PER_MWH * _of_tariff(supply.tariff, horizon, rates)


def export_price(supply: Supply, horizon: Horizon) -> Floats:
    """What a MWh exported earns in each period, (periods,) [USD/MWh]."""
    if supply.energy.export_price_usd_per_mwh is not None:
        return align(supply.energy.export_price_usd_per_mwh, horizon)
    if sold_to_tariff(supply) and supply.tariff is not None:
        sells = [period.tiers[0].sell_usd_per_kwh or 0.0 for period in supply.tariff.energy]
        return KWH_PER_MWH * _of_tariff(supply.tariff, horizon, sells)
    return energy_price(supply, horizon)


def sold_to_tariff(supply: Supply) -> bool:
    """Whether export earns what the tariff buys at."""
    return supply.energy.export_price_usd_per_mwh is None and supply.tariff is not None and bool(supply.tariff.energy)


def _of_tariff(tariff: Tariff, horizon: Horizon, values: Sequence[float]) -> Floats:
    """Values of a tariff's energy periods, as means over the steps of each period of the horizon."""
    steps = local_steps(horizon, tariff.holidays)
    of_step = np.asarray(values)[period_of(tariff.energy, steps.clock)]
    return np.asarray(steps.by_period(of_step).mean(axis=1))


def import_cost(scenario: Scenario) -> Floats:
    """What one more MWh of import costs in each period, carbon included, (periods,) [USD/MWh]."""
    energy, horizon = scenario.supply.energy, scenario.horizon
    price = energy_price(scenario.supply, horizon) + sum(align(adder.usd_per_mwh, horizon) for adder in energy.adders)
    return np.asarray(price * (1.0 + energy.loss_factor) + carbon_cost_usd_per_mwh(scenario))


def least_import_cost(scenario: Scenario) -> Floats:
    """The least that one more MWh of import may cost in each period with all of a tariff, (periods,) [USD/MWh]; minus
    infinity where more demand may be worth having."""
    rule, horizon = bill_rule(scenario), scenario.horizon
    cost = import_cost(scenario)
    if rule is None:
        return cost
    if rule.rewards_demand():
        return np.full(horizon.periods, -np.inf)
    if rule.tiers is not None:
        base = energy_price(scenario.supply, horizon) * (1.0 + scenario.supply.energy.loss_factor)
        tiers = base + np.array([[rule.tiers.usd_per_mwh.min()], [rule.tiers.usd_per_mwh.max()]])
        weights = [rule.weight("energy", month) for month in range(rule.months.count)]
        ends = np.array([min(w.least for w in weights), max(w.most for w in weights)])
        cost = cost - base + (ends[:, None, None] * tiers).min(axis=(0, 1))
    for charge in rule.tariff.coincident:
        usd = usd_per_mw(charge, rule.months, rule.tariff.holidays)
        cost = cost + (1.0 + rule.taxed("coincident")) * usd / horizon.hours
    return cost


def add_energy(model: Model, imported: PeriodSum) -> None:
    """Bill the import, and report its prices."""
    energy, horizon = model.scenario.supply.energy, model.horizon
    price = energy_price(model.scenario.supply, horizon)
    billed_mwh = horizon.hours * (1.0 + energy.loss_factor)
    model.earn_sum("grid", "energy", imported, -price * billed_mwh)
    adders = np.zeros(model.periods)
    for adder in energy.adders:
        rate = align(adder.usd_per_mwh, horizon)
        model.earn_sum(adder.name, "adders", imported, -rate * billed_mwh)
        adders = adders + rate
    model.show("site", "energy_price_usd_per_mwh", price)
    model.show("site", "adders_usd_per_mwh", adders)


def add_export(model: Model, exported: PeriodSum) -> None:
    """Pay for the export, and report its price."""
    price = export_price(model.scenario.supply, model.horizon)
    model.earn_sum("grid", "export", exported, price * model.horizon.hours)
    model.show("site", "export_price_usd_per_mwh", price)
