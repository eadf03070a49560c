"""Wind and sun behind the meter: used up to capacity × factor, the rest curtailed (section 6)."""

from __future__ import annotations

from optimizer.auditor.book import relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Flow
from optimizer.scenario.onsite import Renewable
from optimizer.scenario.series import align


def audit_renewable(case: Case, plant: Renewable) -> Flow:
    """Check a renewable plant and post its money."""
    rows, book, name = case.rows, case.book, plant.name
    available = plant.capacity_mw * align(plant.factor, case.horizon)
    claimed = rows.take(name, "available_mw")
    book.equal("input", name, "available power", claimed, available, unit="MW", tolerance=relative(available))
    used = rows.take(name, "used_mw")
    tolerance = share_of(plant.capacity_mw)
    book.not_negative("range", name, "used power", used, unit="MW", tolerance=tolerance)
    book.at_most(
        "renewable_limit",
        name,
        "used power",
        used,
        available,
        unit="MW",
        tolerance=tolerance,
        limit_name="available power",
    )
    cost = plant.cost_usd_per_mwh * case.hours
    if cost:
        case.ledger.post(name, "ppa", -cost * used, cost * available)
    return Flow(used, available)
