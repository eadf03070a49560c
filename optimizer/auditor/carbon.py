"""Emissions of imported energy: a report, a price, a cap (section 6).

kg = import × Δt × intensity;  the cap holds over the whole horizon, with what was used before it
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import SHARE, number, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind

KG_PER_TONNE = 1000.0


@dataclass(frozen=True)
class CarbonFindings:
    """What the next plan's state must say of emissions."""

    tonnes: float
    """Emissions up to the end of the committed part, those of earlier plans included."""
    slack: float
    """Tolerance on them."""


def audit_carbon(case: Case, meter: Meter) -> CarbonFindings:
    """Check emissions and cap, post their price."""
    before = case.scenario.state.carbon_tonnes
    terms = case.scenario.supply.carbon
    if terms is None:
        return CarbonFindings(before, SHARE * max(1.0, before))
    intensity = align(terms.intensity_kg_per_mwh, case.horizon) * case.hours
    kg, most_kg = meter.import_mw * intensity, meter.most_mw * intensity
    highest = float(most_kg.max())
    claimed = case.rows.take("site", "carbon_kg")
    case.book.equal("carbon", "site", "emissions", claimed, kg, unit="kg", tolerance=share_of(highest))
    price = terms.price_usd_per_tonne / KG_PER_TONNE
    case.ledger.post("grid", LedgerKind.CARBON, -price * kg, price * most_kg)
    total = before + np.cumsum(kg) / KG_PER_TONNE
    if terms.cap_tonnes is not None:
        # A cap of nothing has no share to tolerate: a period at full import takes its place.
        slack = share_of(max(terms.cap_tonnes, highest / KG_PER_TONNE))
        over = float(total[-1]) - terms.cap_tonnes
        if not over <= slack:
            passed = int(np.argmax(total > terms.cap_tonnes + slack))
            message = (
                f"emissions up to the end of the horizon are {number(total[-1])} t, {number(over)} above the cap of "
                f"{number(terms.cap_tonnes)} t, which is passed in this period"
            )
            case.book.add("carbon_cap", "site", passed, message, amount=over, unit="t")
    at_seam = float(total[case.committed - 1])
    return CarbonFindings(at_seam, SHARE * max(1.0, at_seam))
