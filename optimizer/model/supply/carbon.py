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
from optimizer.schedule import LedgerKind
from solvers.problem import Floats

KG_PER_TONNE = 1000.0


def carbon_cost_usd_per_mwh(scenario: Scenario) -> Floats:
    """What the emissions of one MWh of import cost in each period, (periods,)."""
    carbon = scenario.supply.carbon
    if carbon is None:
        return np.zeros(scenario.horizon.periods)
    intensity = align(carbon.intensity_kg_per_mwh, scenario.horizon)
    return np.asarray(intensity / KG_PER_TONNE * carbon.price_usd_per_tonne)


class CarbonBlock:
    """The emissions of the import, their price and their cap; none where the scenario says nothing of carbon."""

    def __init__(self, model: Model, imported: PeriodSum) -> None:
        self._model, self._emitted_kg = model, model.sum()
        carbon = model.scenario.supply.carbon
        if carbon is None:
            return
        intensity = align(carbon.intensity_kg_per_mwh, model.horizon)
        self._emitted_kg.add_sum(imported, intensity * model.horizon.hours)
        model.show("site", "carbon_kg", self._emitted_kg)
        if carbon.price_usd_per_tonne:
            model.earn_sum("grid", LedgerKind.CARBON, self._emitted_kg, -carbon.price_usd_per_tonne / KG_PER_TONNE)
        if carbon.cap_tonnes is not None:
            self._cap(carbon.cap_tonnes)

    def _cap(self, cap_tonnes: float) -> None:
        model = self._model
        left = cap_tonnes - model.scenario.state.carbon_tonnes
        _, columns, kg = self._emitted_kg.triplets()
        row = model.builder.rows(1, -np.inf, left, owner="site", symbol="carbon cap")
        model.builder.add(np.broadcast_to(row, columns.shape), columns, kg / KG_PER_TONNE)
        words = "allows {allowed} tonnes, at least {needed} tonnes are emitted"
        last = np.array([model.periods - 1])
        size = max(cap_tonnes, 1e-3)
        model.require("site", "carbon cap", "tonnes", row, words, size=size, periods=last, allowed=left)

    def tonnes(self, x: Floats) -> float:
        """Emissions that count to the cap after the committed part."""
        emitted = float(self._emitted_kg.value(x)[: self._model.horizon.committed].sum())
        return self._model.scenario.state.carbon_tonnes + emitted / KG_PER_TONNE
