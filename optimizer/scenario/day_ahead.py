"""A position bought day-ahead (domain section 6)."""

from __future__ import annotations

from typing import ClassVar

from optimizer.scenario.base import Model
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.series import Series


class DayAhead(Model):
    """Two-settlement: a position bought at the day-ahead price; what differs from it settles at the energy price,
    which then is the real-time one."""

    item: ClassVar[str] = "day ahead"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("position_mw", "MW", "bought day-ahead; a set-point where the plan decides it", set_point=True),
        Quantity("price_usd_per_mwh", "USD/MWh", "day-ahead price", sign=Sign.EITHER),
    )

    price_usd_per_mwh: Series
    """Day-ahead price."""
    position_mw: Series | None = None
    """Position bought in each period; null: decided, between 0 and the import limit."""
