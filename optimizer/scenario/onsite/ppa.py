"""Power purchase agreements settled in money."""

from __future__ import annotations

from typing import ClassVar, Literal

from optimizer.scenario.base import Flag
from optimizer.scenario.checker import Checker
from optimizer.scenario.onsite.asset import Asset
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series


class Ppa(Asset):
    """A power purchase agreement settled in money: quantity × (market price − spread − contract price) × Δt,
    whatever is used. (One that delivers power behind the meter is a `Renewable` with its cost per MWh.)"""

    kind: Literal["block", "as_produced"]
    """Whether the quantity is a block, or the profile of a plant."""
    quantity_mw: Series
    """The block, or the profile."""
    price_usd_per_mwh: Series
    """Contract price."""
    spread_usd_per_mwh: Series = 0.0
    """Basis between the hub of the contract and the meter."""
    optional: Flag = False
    """Whether the plan may decline it as a whole."""

    word: ClassVar[str] = "PPA"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("accepted", "0/1", "whether it is in force"),
        Quantity("quantity_mw", "MW", "its quantity, whether accepted or not"),
    )
    at_market_price: ClassVar[bool] = True
    costs_power: ClassVar[bool] = False
    intricate: ClassVar[bool] = False

    def summary(self) -> str:
        return f"{self.kind.replace('_', ' ')}{', optional' if self.optional else ''}"

    def check(self, checker: Checker, place: str) -> None:
        checker.series(f"{place}.quantity_mw", self.quantity_mw, 0.0, 1e6)
        checker.series(f"{place}.price_usd_per_mwh", self.price_usd_per_mwh, -1e6, 1e6)
        checker.series(f"{place}.spread_usd_per_mwh", self.spread_usd_per_mwh, -1e6, 1e6)

    def check_state(self, checker: Checker, place: str, said: bool | None, where: str) -> None:
        if said is False and not self.optional:
            checker.add(where, "false", f"true: {place} is not optional")

    def begun(self, said: bool | None) -> bool | None:
        """Whether it is in force; None while that is a decision."""
        return said if self.optional else True

    def with_acceptance(self, said: bool | None, accepted: bool) -> bool | None:
        return accepted if self.optional and said is None else said
