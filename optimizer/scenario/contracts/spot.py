"""Spot capacity: interruptible, up to a demand, without duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from optimizer.scenario.checker import Checker
from optimizer.scenario.contracts.terms import ContractSoFar, ContractTerms
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.pool import Pool
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.series import Series, align, moved


class SpotState(ContractSoFar):
    """What has become of a spot contract so far."""

    kind: Literal["spot"]
    """The kind of the contract."""


class Spot(ContractTerms):
    """GPUs sold by the hour up to a demand series at a price series."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        *ContractTerms.shows,
        Quantity("price_usd_per_gpu_hour", "USD/GPU/h", "paid per GPU-hour", sign=Sign.EITHER),
    )

    kind: Literal["spot"]
    """Says that this is a spot contract."""
    demand_gpus: Series
    """Most GPUs that can be sold in each period."""
    price_usd_per_gpu_hour: Series
    """Paid per GPU-hour."""

    so_far: ClassVar[type[ContractSoFar]] = SpotState
    offers_reserve: ClassVar[bool] = True
    intricate: ClassVar[bool] = False

    def summary(self) -> str:
        return "up to its demand"

    def check(self, checker: Checker, place: str, pools: Sequence[Pool], said: ContractSoFar | None) -> None:
        checker.series(f"{place}.demand_gpus", self.demand_gpus, 0.0, 1e7)
        checker.series(f"{place}.price_usd_per_gpu_hour", self.price_usd_per_gpu_hour, -1e6, 1e6)

    def with_gpu_hours(self, horizon: Horizon, period: int, gpu_hours: float) -> Self | None:
        demand = moved(align(self.demand_gpus, horizon), period, gpu_hours / horizon.hours)
        return None if demand is None else self.model_copy(update={"demand_gpus": demand})
