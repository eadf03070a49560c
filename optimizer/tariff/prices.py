"""Prices of energy in the periods of a horizon: what a MWh imported costs, and what one exported earns (section 6).

| symbol | meaning |
|---|---|
| p(t) | energy price [USD/MWh]; a tariff's price is its first tier's |
| r(t) | export price; by default p(t), under a tariff's energy rates what it buys at |
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Floats, align
from optimizer.scenario.supply import Supply
from optimizer.scenario.tariff import Tariff
from optimizer.scenario.tou import tou_price
from optimizer.tariff.rule.energy import period_of
from optimizer.tariff.rule.steps import planned_steps

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
    steps = planned_steps(horizon, tariff.holidays)
    of_step = np.asarray(values)[period_of(tariff.energy, steps.clock)]
    return np.asarray(steps.by_interval(of_step).mean(axis=1))
