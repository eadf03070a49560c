"""Wind and sun behind the meter."""

from __future__ import annotations

from typing import ClassVar

from optimizer.scenario.base import Power, Price
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.onsite.asset import Asset, Way
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Floats, Series, align


class Renewable(Asset):
    """Wind or sun behind the meter: up to capacity × factor, the rest is curtailed."""

    capacity_mw: Power
    """Most output."""
    factor: Series
    """Share of the capacity that the weather gives, 0 to 1."""
    cost_usd_per_mwh: Price = 0.0
    """Paid per MWh used (a physical PPA's contract price; 0 for a plant of one's own)."""

    word: ClassVar[str] = "renewable"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("used_mw", "MW", "what is taken of it"),
        Quantity("available_mw", "MW", "what the weather gives"),
    )
    ways_held: ClassVar[frozenset[Way]] = frozenset({"off", "at a power"})
    columns: ClassVar = {"made": {"used_mw": 1.0}}

    @property
    def least_usd_per_mwh(self) -> float:
        return self.cost_usd_per_mwh

    def summary(self) -> str:
        return f"{self.capacity_mw:.4g} MW"

    def check(self, checker: Checker, place: str) -> None:
        checker.series(f"{place}.factor", self.factor, 0.0, 1.0)

    def most_made_mw(self, horizon: Horizon) -> Floats:
        return self.capacity_mw * align(self.factor, horizon)
