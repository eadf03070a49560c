"""What energy costs at the meter (domain section 6), and what it earns where it is exported.

| symbol | meaning |
|---|---|
| i(t), x(t) | import and export [MW] |
| p(t), a(t), l | energy price, adders [USD/MWh], loss factor |
| r(t) | export price; by default p(t) |
| k(t) | carbon price per MWh imported |

    energy  − i(t) × Δt × p(t) × (1 + l), each adder likewise
    export  + x(t) × Δt × r(t)
    what one MWh of import costs in all:  (p(t) + a(t)) × (1 + l) + k(t)
"""

from __future__ import annotations

import numpy as np

from optimizer.components.carbon import carbon_cost_usd_per_mwh
from optimizer.components.model import Model, PeriodSum
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.scenario.supply import Energy
from optimizer.scenario.tou import tou_price
from solvers.problem import Floats


def energy_price(energy: Energy, horizon: Horizon) -> Floats:
    """Energy price of each period, (periods,) [USD/MWh], without adders and losses."""
    if energy.tou is not None:
        return tou_price(energy.tou, horizon)
    if energy.price_usd_per_mwh is None:  # the scenario's checks refuse this earlier
        raise ValueError("supply.energy: give price_usd_per_mwh or tou")
    return align(energy.price_usd_per_mwh, horizon)


def export_price(energy: Energy, horizon: Horizon) -> Floats:
    """What a MWh exported earns in each period, (periods,) [USD/MWh]."""
    if energy.export_price_usd_per_mwh is None:
        return energy_price(energy, horizon)
    return align(energy.export_price_usd_per_mwh, horizon)


def import_cost(scenario: Scenario) -> Floats:
    """What one more MWh of import costs in each period, carbon included, (periods,) [USD/MWh]."""
    energy, horizon = scenario.supply.energy, scenario.horizon
    price = energy_price(energy, horizon) + sum(align(adder.usd_per_mwh, horizon) for adder in energy.adders)
    return np.asarray(price * (1.0 + energy.loss_factor) + carbon_cost_usd_per_mwh(scenario))


def add_energy(model: Model, imported: PeriodSum) -> None:
    """Bill the import, and report its prices."""
    energy, horizon = model.scenario.supply.energy, model.horizon
    price = energy_price(energy, horizon)
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
    price = export_price(model.scenario.supply.energy, model.horizon)
    model.earn_sum("grid", "export", exported, price * model.horizon.hours)
    model.show("site", "export_price_usd_per_mwh", price)
