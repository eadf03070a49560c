"""Emissions of imported energy (domain section 6): a report, a price, a cap.

emissions [kg]  m(t) = i(t) × Δt × intensity(t)
carbon          − m(t) / 1000 × price
what was used before + Σ_t m(t) / 1000 ≤ cap [t]      over the whole horizon
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from solvers.problem import Floats

KG_PER_TONNE = 1000.0


def carbon_cost_usd_per_mwh(scenario: Scenario) -> Floats:
    """What the emissions of one MWh of import cost in each period, (periods,)."""
    carbon = scenario.supply.carbon
    if carbon is None:
        return np.zeros(scenario.horizon.periods)
    intensity = align(carbon.intensity_kg_per_mwh, scenario.horizon)
    return np.asarray(intensity / KG_PER_TONNE * carbon.price_usd_per_tonne)


def add_carbon(model: Model, imported: PeriodSum) -> PeriodSum:
    """Write price and cap of the import's emissions; returns the emissions [kg] (nothing where the scenario
    says nothing of carbon)."""
    carbon, emitted = model.scenario.supply.carbon, model.sum()
    if carbon is None:
        return emitted
    intensity = align(carbon.intensity_kg_per_mwh, model.horizon)
    emitted.add_sum(imported, intensity * model.horizon.hours)
    model.show("site", "carbon_kg", emitted)
    if carbon.price_usd_per_tonne:
        model.earn_sum("grid", "carbon", emitted, -carbon.price_usd_per_tonne / KG_PER_TONNE)
    if carbon.cap_tonnes is not None:
        left = carbon.cap_tonnes - model.scenario.state.carbon_tonnes
        _, columns, kg = emitted.triplets()
        row = model.builder.rows(1, -np.inf, left)
        model.builder.add(np.broadcast_to(row, columns.shape), columns, kg / KG_PER_TONNE)
        words = "allows {allowed} tonnes, at least {needed} tonnes are emitted"
        last = np.array([model.periods - 1])
        size = max(carbon.cap_tonnes, 1e-3)
        model.require("site", "carbon cap", "tonnes", row, words, size=size, periods=last, allowed=left)
    return emitted
