"""Wind and sun behind the meter (domain section 6).

0 ≤ used(t) ≤ capacity × factor(t)          the rest is curtailed
− used(t) × Δt × cost per MWh               ledger kind `ppa`: what a physical agreement pays
"""

from __future__ import annotations

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.onsite.asset import AssetBlock
from optimizer.model.override_rows import OverrideRows
from optimizer.scenario.onsite import Renewable
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


class RenewableBlock(AssetBlock):
    """A renewable plant."""

    def __init__(self, model: Model, terms: Renewable, before: None = None) -> None:
        self.capacity_mw = terms.capacity_mw
        self.available_mw = terms.capacity_mw * align(terms.factor, model.horizon)
        self.curtailable = model.builder.columns(
            model.periods, 0.0, self.available_mw, owner=terms.name, symbol="used", period=model.every_period
        )
        self.power_mw: PeriodSum = model.sum()
        self.power_mw.add(self.curtailable, 1.0)
        if terms.cost_usd_per_mwh:
            model.earn_sum(terms.name, LedgerKind.PPA, self.power_mw, -terms.cost_usd_per_mwh * model.horizon.hours)
        model.show(terms.name, "used_mw", self.power_mw)
        model.show(terms.name, "available_mw", self.available_mw)

    def override(self, rows: OverrideRows) -> None:
        """Off, or its power used."""
        rows.at_power(self.power_mw, self.capacity_mw)
