"""Switched items: what fleets' groups and pools' nodes have in common."""

from __future__ import annotations

from optimizer.scenario.base import Hours, Model, Power, Usd

LONG_AGO_HOURS = 100_000.0
"""Age of an item of which nothing is known: no minimum time holds it."""


class Switching(Model):
    """Limits and costs of switching identical items on and off."""

    start_cost_usd: Usd = 0.0
    """USD per item started (a group of a fleet, a node of a pool)."""
    min_up_hours: Hours = 0.0
    """An item started stays up at least so long; rounded up to whole periods."""
    min_down_hours: Hours = 0.0
    """An item stopped stays down at least so long; rounded up to whole periods."""
    ramp_mw_per_hour: Power | None = None
    """Most change of average IT power between neighbouring periods [MW per hour]."""
