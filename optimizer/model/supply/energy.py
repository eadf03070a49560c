"""What energy costs at the meter (domain section 6).

| symbol | meaning |
|---|---|
| i(t) | import [MW] |
| p(t), a(t), l | energy price, adders [USD/MWh], loss factor; a tariff's price is its first tier's |
| k(t) | carbon price per MWh imported |

    energy  − i(t) × Δt × p(t) × (1 + l), each adder likewise
    what one MWh of import costs in all:  (p(t) + a(t)) × (1 + l) + k(t)

What tiers add is a dollar of the month: `model.bill.energy_tiers`.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.bill.coincident import usd_per_mw
from optimizer.model.bill.planned import planned_bill
from optimizer.model.desk import Model, PeriodSum
from optimizer.model.supply.carbon import carbon_cost_usd_per_mwh
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind
from optimizer.tariff.prices import energy_price
from solvers.problem import Floats


def import_cost(scenario: Scenario) -> Floats:
    """What one more MWh of import costs in each period, carbon included, (periods,) [USD/MWh]."""
    energy, horizon = scenario.supply.energy, scenario.horizon
    price = energy_price(scenario.supply, horizon) + sum(align(adder.usd_per_mwh, horizon) for adder in energy.adders)
    return np.asarray(price * (1.0 + energy.loss_factor) + carbon_cost_usd_per_mwh(scenario))


def least_import_cost(scenario: Scenario) -> Floats:
    """The least that one more MWh of import may cost in each period with all of a tariff, (periods,) [USD/MWh]; minus
    infinity where more demand may be worth having."""
    bill, horizon = planned_bill(scenario), scenario.horizon
    cost = import_cost(scenario)
    if bill is None:
        return cost
    if bill.rewards_demand():
        return np.full(horizon.periods, -np.inf)
    rule = bill.rule
    if bill.tiers is not None:
        base = energy_price(scenario.supply, horizon) * (1.0 + scenario.supply.energy.loss_factor)
        tiers = base + np.array([[bill.tiers.prices.min()], [bill.tiers.prices.max()]])
        weights = [bill.weight("energy", month) for month in range(rule.months.count)]
        ends = np.array([min(w.least for w in weights), max(w.most for w in weights)])
        cost = cost - base + (ends[:, None, None] * tiers).min(axis=(0, 1))
    for charge in rule.tariff.coincident:
        cost = cost + (1.0 + rule.taxed("coincident")) * usd_per_mw(charge, rule, horizon) / horizon.hours
    return cost


def add_energy(model: Model, imported: PeriodSum) -> None:
    """Bill the import, and report its prices."""
    energy, horizon = model.scenario.supply.energy, model.horizon
    price = energy_price(model.scenario.supply, horizon)
    billed_mwh = horizon.hours * (1.0 + energy.loss_factor)
    model.earn_sum("grid", LedgerKind.ENERGY, imported, -price * billed_mwh)
    adders = np.zeros(model.periods)
    for adder in energy.adders:
        rate = align(adder.usd_per_mwh, horizon)
        model.earn_sum(adder.name, LedgerKind.ADDERS, imported, -rate * billed_mwh)
        adders = adders + rate
    model.show("site", "energy_price_usd_per_mwh", price)
    model.show("site", "adders_usd_per_mwh", adders)
