"""Power purchase agreements settled in money (section 6).

income = quantity × (energy price − spread − contract price) × Δt, whatever is used
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from optimizer.auditor.book import Floats, relative
from optimizer.auditor.case import Case, Expected
from optimizer.auditor.fields import check_fields
from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings
from optimizer.scenario.onsite import Ppa
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


@dataclass(frozen=True)
class PpaFindings(AssetFindings):
    """What the rest of the audit needs of an agreement."""

    ppa: Ppa
    quantity_mw: Floats
    accepted: bool
    """Whether it is in force."""
    made: Flow | None = None
    drawn: Flow | None = None

    def at_price(self, case: Case, energy_price: Floats) -> None:
        """Its income."""
        ppa, horizon = self.ppa, case.horizon
        spread, price = align(ppa.spread_usd_per_mwh, horizon), align(ppa.price_usd_per_mwh, horizon)
        if self.accepted:
            energy = self.quantity_mw * case.hours
            usd, most_usd = energy * (energy_price - spread - price), energy * np.abs(energy_price)
            case.ledger.post(ppa.name, LedgerKind.PPA, usd, most_usd)

    def check_state(self, case: Case, rule: str, said: bool) -> None:
        """Whether it is accepted."""
        record = SimpleNamespace(accepted=said)
        check_fields(case.book, rule, self.ppa.name, "", {"accepted": Expected(self.accepted)}, record)


def audit_ppa(case: Case, ppa: Ppa, before: bool | None) -> PpaFindings:
    """Check an agreement. `before`: whether it is in force; None where that was a decision."""
    accepted = _is_accepted(case, ppa, before)
    quantity = align(ppa.quantity_mw, case.horizon)
    claimed = case.rows.take(ppa.name, "quantity_mw")
    case.book.equal("input", ppa.name, "quantity", claimed, quantity, unit="MW", tolerance=relative(quantity))
    return PpaFindings(ppa, quantity, accepted)


def _is_accepted(case: Case, ppa: Ppa, fixed: bool | None) -> bool:
    """Whether it is in force; the rows say so in every period, and where it is no decision, rightly."""
    said = case.rows.take_whole(ppa.name, "accepted", 1, "(0 or 1)")
    due = bool(said[0]) if fixed is None else fixed
    if not ppa.optional:
        why = "it is not optional"
    elif fixed is not None:
        why = "earlier plans decided on it"
    else:
        why = "that is what its first period says"
    words = ("declined", "accepted")
    for t in np.flatnonzero((said > 0) != due).tolist():
        message = f"it is {words[not due]}; it has to be {words[due]}, as {why}"
        case.book.add("acceptance", ppa.name, t, message, amount=float(said[t] - due))
    return due
