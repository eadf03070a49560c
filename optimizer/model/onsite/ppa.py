"""Power purchase agreements settled in money (domain section 6): a contract for difference.

    + z × quantity(t) × (energy price(t) − spread(t) − contract price(t)) × Δt

whatever is used, so they appear in no balance. The quantity is a block or a plant's profile: the equation is
the same. z = 1, or a binary decision where the agreement is optional and the state does not say.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model
from optimizer.model.onsite.asset import AssetBlock
from optimizer.scenario.onsite import Ppa
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind
from optimizer.tariff.prices import energy_price
from solvers.problem import Floats


class PpaBlock(AssetBlock):
    """A power purchase agreement."""

    def __init__(self, model: Model, terms: Ppa, in_force: bool | None) -> None:
        """`in_force`: whether it is in force; None while that is a decision."""
        horizon = model.horizon
        lower, upper = (0.0, 1.0) if in_force is None else (float(in_force), float(in_force))
        self._column = model.builder.columns(1, lower, upper, integer=True, owner=terms.name, symbol="z")
        every = np.broadcast_to(self._column, (model.periods,))
        quantity = align(terms.quantity_mw, horizon)
        margin = (
            energy_price(model.scenario.supply, horizon)
            - align(terms.spread_usd_per_mwh, horizon)
            - align(terms.price_usd_per_mwh, horizon)
        )
        model.earn(terms.name, LedgerKind.PPA, every, quantity * margin * horizon.hours)
        accepted = model.sum()
        accepted.add(every, 1.0)
        model.show(terms.name, "accepted", accepted)
        model.show(terms.name, "quantity_mw", quantity)

    def state(self, x: Floats) -> bool:
        """Whether it is accepted: from now on no decision."""
        return bool(x[self._column[0]] > 0.5)
