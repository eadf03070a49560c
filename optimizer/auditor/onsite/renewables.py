"""Wind and sun behind the meter: used up to capacity × factor, the rest curtailed (section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.auditor.book import relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings, HeldTo
from optimizer.scenario.onsite import Renewable
from optimizer.scenario.overrides import Override
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


@dataclass(frozen=True)
class RenewableFindings(AssetFindings):
    """What the rest of the audit needs of a renewable plant."""

    made: Flow
    drawn: Flow | None = None

    def held_to(self, override: Override) -> list[HeldTo]:
        """Off, or its power used."""
        slack = share_of(float(self.made.most_mw.max()))
        return [HeldTo("used power", "MW", self.made.mw, override.power_mw or 0.0, slack)]


def audit_renewable(case: Case, plant: Renewable, before: None = None) -> RenewableFindings:
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
        case.ledger.post(name, LedgerKind.PPA, -cost * used, cost * available)
    return RenewableFindings(Flow(used, available))
