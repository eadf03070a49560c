"""The grid connection (domain sections 5 and 6): balance, limits, orders and the price of energy.

import(t) = Σ_halls facility power(t)
import(t) ≤ import limit(t), and ≤ the limit of each order whose window touches the period
energy    = import(t) × Δt × price(t) × (1 + loss factor); each adder likewise
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.components.model import LIMIT_WORDS, Model, PeriodSum
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.series import align
from optimizer.scenario.site import CurtailmentOrder
from optimizer.scenario.supply import Energy
from optimizer.scenario.tou import tou_price
from solvers.builder import Index
from solvers.problem import Bools, Floats


def energy_price(energy: Energy, horizon: Horizon) -> Floats:
    """Energy price of each period, (periods,) [USD/MWh], without adders and losses."""
    if energy.tou is not None:
        return tou_price(energy.tou, horizon)
    if energy.price_usd_per_mwh is None:  # the scenario's checks refuse this earlier
        raise ValueError("supply.energy: give price_usd_per_mwh or tou")
    return align(energy.price_usd_per_mwh, horizon)


def touched(order: CurtailmentOrder, horizon: Horizon) -> Bools:
    """Periods that an order's window touches, (periods,)."""
    to_start = horizon.hours_until(localize(order.start, horizon.zone))
    to_end = horizon.hours_until(localize(order.end, horizon.zone))
    return np.asarray((to_start < horizon.hours - 1e-9) & (to_end > 1e-9))


class GridBlock:
    """Import at the meter, what limits it and what it costs."""

    def __init__(self, model: Model, facilities: Sequence[PeriodSum]) -> None:
        site, energy, horizon = model.scenario.site, model.scenario.supply.energy, model.horizon
        self.import_mw: Index = model.builder.columns(model.periods)
        balance = model.sum()
        for facility in facilities:
            balance.add_sum(facility)
        balance.add(self.import_mw, -1.0)
        model.limit(balance, 0.0, 0.0)
        imported = model.sum()
        imported.add(self.import_mw, 1.0)
        limit = align(site.import_limit_mw, horizon, "min")
        size = float(limit.max())
        rows = model.limit(imported, -np.inf, limit)
        model.require("site", "import limit", "MW", rows, LIMIT_WORDS, size=size, allowed=limit)
        for order in site.curtailment:
            periods = np.flatnonzero(touched(order, horizon))
            if len(periods):
                rows = model.limit(imported, -np.inf, order.import_limit_mw, periods)
                name, most = f"curtailment order {order.name}", order.import_limit_mw
                model.require("site", name, "MW", rows, LIMIT_WORDS, size=size, periods=periods, allowed=most)
                limit[periods] = np.minimum(limit[periods], order.import_limit_mw)
        price = energy_price(energy, horizon)
        billed_mwh = horizon.hours * (1.0 + energy.loss_factor)
        model.earn_sum("grid", "energy", imported, -price * billed_mwh)
        adders = np.zeros(model.periods)
        for adder in energy.adders:
            rate = align(adder.usd_per_mwh, horizon)
            model.earn_sum(adder.name, "adders", imported, -rate * billed_mwh)
            adders = adders + rate
        model.show("site", "import_mw", imported)
        model.show("site", "import_limit_mw", limit)
        model.show("site", "energy_price_usd_per_mwh", price)
        model.show("site", "adders_usd_per_mwh", adders)
