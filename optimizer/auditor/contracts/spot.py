"""Spot capacity: up to a demand, at a price, without duty."""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import SHARE, Floats, relative, share_of
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.contracts.served import Served
from optimizer.scenario.contracts import Spot
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


def check_terms(case: Case, served: Served[Spot]) -> Fields:
    """Check a spot contract and post its money."""
    spot, name = served.contract, served.name
    demand = align(spot.demand_gpus, case.horizon)
    usd = price(case, spot)
    claimed = case.rows.take(name, "price_usd_per_gpu_hour")
    case.book.equal("input", name, "price", claimed, usd, unit="USD per GPU-hour", tolerance=relative(usd))
    most = min(served.most_gpus, float(demand.max()))
    if served.accepted:
        case.book.at_most(
            "spot_demand", name, "gpus", served.gpus, demand, unit="GPUs", tolerance=share_of(most), limit_name="demand"
        )
        earned = usd * served.gpus * case.hours
        scale = np.abs(usd) * served.most_gpus * case.hours
        most_usd = np.minimum(scale, np.abs(usd) * demand * case.hours)
        case.ledger.post(name, LedgerKind.CONTRACT_REVENUE, earned, most_usd)
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


def price(case: Case, terms: Spot) -> Floats:
    """What a GPU-hour earns, (periods,)."""
    return align(terms.price_usd_per_gpu_hour, case.horizon)
