"""What stops a scenario from being started."""

from __future__ import annotations

from optimizer.errors import WattshiftError


class StarterError(WattshiftError, ValueError):
    """No scenario can be started: what is in the way, and what to do."""
