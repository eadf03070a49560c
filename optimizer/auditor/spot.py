"""Spot capacity: up to a demand, at a price, without duty."""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import SHARE, relative, share_of
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.served import Served
from optimizer.scenario.contracts import Spot
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


def settle(case: Case, served: Served[Spot]) -> Fields:
    """Check a spot contract and post its money."""
    spot, name = served.contract, served.name
    demand = align(spot.demand_gpus, case.horizon)
    price = align(spot.price_usd_per_gpu_hour, case.horizon)
    claimed = case.rows.take(name, "price_usd_per_gpu_hour")
    case.book.equal("input", name, "price", claimed, price, unit="USD per GPU-hour", tolerance=relative(price))
    most = min(served.most_gpus, float(demand.max()))
    if served.accepted:
        case.book.at_most(
            "spot_demand", name, "gpus", served.gpus, demand, unit="GPUs", tolerance=share_of(most), limit_name="demand"
        )
        earned = price * served.gpus * case.hours
        scale = np.abs(price) * served.most_gpus * case.hours
        case.ledger.post(
            name, LedgerKind.CONTRACT_REVENUE, earned, np.minimum(scale, np.abs(price) * demand * case.hours)
        )
    sold = float(served.gpus[: case.committed].sum() * case.hours) if served.accepted else 0.0
    tolerance = SHARE * max(1.0, most * case.hours * case.committed)
    case.reports.append(
        {
            "name": Expected(name),
            "kind": Expected("spot"),
            "accepted": Expected(served.accepted),
            "billing_start": Expected(None),
            "delivered_gpu_hours": Expected(sold, "GPU-hours", tolerance),
            "short_gpu_hours": Expected(0.0, "GPU-hours", or_none=True),
            "availability": Expected(None),
            "credit_tier": Expected(None),
            "credit_usd": Expected(0.0, "USD", or_none=True),
            "finish": Expected(None),
            "lateness_hours": Expected(0.0, "h", or_none=True),
        }
    )
    return {"kind": Expected("spot"), "accepted": Expected(served.accepted)}
