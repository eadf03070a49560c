"""A position bought day-ahead (domain section 6)."""

from __future__ import annotations

from optimizer.scenario.base import Model
from optimizer.scenario.series import Series


class DayAhead(Model):
    """Two-settlement: a position bought at the day-ahead price; what differs from it settles at the energy price,
    which then is the real-time one."""

    price_usd_per_mwh: Series
    """Day-ahead price."""
    position_mw: Series | None = None
    """Position bought in each period; null: decided, between 0 and the import limit."""
