"""Emissions of imported energy (domain section 6)."""

from __future__ import annotations

from optimizer.scenario.base import Model, NonNegative
from optimizer.scenario.series import Series


class Carbon(Model):
    """Emissions of imported energy."""

    intensity_kg_per_mwh: Series
    """Emissions per MWh imported."""
    price_usd_per_tonne: NonNegative = 0.0
    """Price of emissions; 0: they are only reported."""
    cap_tonnes: NonNegative | None = None
    """Most emissions over the whole horizon, what `state` says was used before counted in: a hard rule."""
