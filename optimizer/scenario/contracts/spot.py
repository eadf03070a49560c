"""Spot capacity: interruptible, up to a demand, without duty."""

from __future__ import annotations

from typing import ClassVar, Literal

from optimizer.scenario.contracts.terms import ContractTerms
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.series import Series


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
