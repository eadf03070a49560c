"""Wind and sun behind the meter (domain section 6).

0 ≤ used(t) ≤ capacity × factor(t)          the rest is curtailed
− used(t) × Δt × cost per MWh               ledger kind `ppa`: what a physical agreement pays
"""

from __future__ import annotations

from optimizer.model.desk import Model
from optimizer.scenario.onsite import Renewable
from optimizer.scenario.series import align


class RenewableBlock:
    """A renewable plant."""

    def __init__(self, model: Model, terms: Renewable) -> None:
        self.capacity_mw = terms.capacity_mw
        self.available_mw = terms.capacity_mw * align(terms.factor, model.horizon)
        self.used = model.builder.columns(model.periods, 0.0, self.available_mw)
        self.power_mw = model.sum()
        self.power_mw.add(self.used, 1.0)
        if terms.cost_usd_per_mwh:
            model.earn_sum(terms.name, "ppa", self.power_mw, -terms.cost_usd_per_mwh * model.horizon.hours)
        model.show(terms.name, "used_mw", self.power_mw)
        model.show(terms.name, "available_mw", self.available_mw)
