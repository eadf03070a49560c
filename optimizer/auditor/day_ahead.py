"""Two-settlement: a position bought at the day-ahead price, the rest at the energy price, the real-time one.

income = position × Δt × (energy price − day-ahead price), beside the bill of all import at the energy price
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import Floats, relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


def audit_day_ahead(case: Case, energy_price: Floats, meter: Meter) -> None:
    """Check the position and post its settlement; without a day-ahead market there is nothing to check."""
    market = case.scenario.supply.day_ahead
    if market is None:
        return
    book, rows = case.book, case.rows
    price = align(market.price_usd_per_mwh, case.horizon)
    claimed = rows.take(DayAhead.item, "price_usd_per_mwh")
    book.equal("input", DayAhead.item, "day-ahead price", claimed, price, unit="USD/MWh", tolerance=relative(price))
    said = rows.take(DayAhead.item, "position_mw")
    if market.position_mw is not None:
        position = most = align(market.position_mw, case.horizon)
        book.equal("input", DayAhead.item, "position", said, position, unit="MW", tolerance=relative(position))
    else:
        position, most = np.asarray(said, dtype=float), np.asarray(meter.import_limit_mw, dtype=float)
        tolerance = share_of(float(most.max()))
        book.not_negative("range", DayAhead.item, "position", position, unit="MW", tolerance=tolerance)
        book.at_most(
            "day_ahead_limit",
            DayAhead.item,
            "position",
            position,
            most,
            unit="MW",
            tolerance=tolerance,
            limit_name="import limit (orders included)",
        )
    gain = case.hours * (energy_price - price)
    case.ledger.post("grid", LedgerKind.DAY_AHEAD_SETTLEMENT, position * gain, most * gain)
