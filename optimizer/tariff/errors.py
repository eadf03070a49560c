"""What is wrong with a rate, a load or a history, and where."""

from __future__ import annotations

from optimizer.errors import WattshiftError


class TariffError(WattshiftError, ValueError):
    """Something that cannot be billed: `place` is where it stands, `found` what stands there, `allowed` what may."""

    def __init__(self, place: str, found: str, allowed: str = "") -> None:
        self.place = place
        self.found = found
        self.allowed = allowed
        super().__init__(f"{place}: {found}; {allowed}" if allowed else f"{place}: {found}")
