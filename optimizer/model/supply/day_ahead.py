"""Two-settlement (domain section 6): a position bought day-ahead, the rest at the real-time price.

    position q(t): given, or decided: 0 ≤ q(t) ≤ import limit(t), orders included
    settlement  + q(t) × Δt × (energy price(t) − day-ahead price(t))

Beside the import at the energy price and the export at its own this is −q at the day-ahead price and
−(import − export − q) at the real-time one: what is taken from the position is sold back in real time.
The settlement hangs on no other decision, so a decided position lies at a bound wherever the prices differ.
"""

from __future__ import annotations

from optimizer.model.desk import Model
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind
from optimizer.tariff.prices import energy_price
from solvers.problem import Floats


def add_day_ahead(model: Model, import_limit_mw: Floats) -> None:
    """Write the position and its settlement, where the scenario has two of them."""
    terms, horizon = model.scenario.supply.day_ahead, model.horizon
    if terms is None:
        return
    price = align(terms.price_usd_per_mwh, horizon)
    position = model.sum()
    if terms.position_mw is None:
        bought = model.builder.columns(
            model.periods, 0.0, import_limit_mw, owner=DayAhead.item, symbol="q", period=model.every_period
        )
        position.add(bought, 1.0)
        model.set_point(DayAhead.item, "position_mw", position, import_limit_mw)
    else:
        position.add_constant(align(terms.position_mw, horizon))
        model.show(DayAhead.item, "position_mw", position)
    gain = energy_price(model.scenario.supply, horizon) - price
    model.earn_sum("grid", LedgerKind.DAY_AHEAD_SETTLEMENT, position, gain * horizon.hours)
    model.show(DayAhead.item, "price_usd_per_mwh", price)
