"""Spot capacity: interruptible, up to a demand, without duty."""

from __future__ import annotations

from typing import Literal

from optimizer.scenario.contracts.terms import ContractTerms
from optimizer.scenario.series import Series


class Spot(ContractTerms):
    """GPUs sold by the hour up to a demand series at a price series."""

    kind: Literal["spot"]
    """Says that this is a spot contract."""
    demand_gpus: Series
    """Most GPUs that can be sold in each period."""
    price_usd_per_gpu_hour: Series
    """Paid per GPU-hour."""
