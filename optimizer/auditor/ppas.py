"""Power purchase agreements settled in money (section 6).

income = quantity × (energy price − spread − contract price) × Δt, whatever is used
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import Floats, relative
from optimizer.auditor.case import Case
from optimizer.scenario.onsite import Ppa
from optimizer.scenario.series import align


def audit_ppa(case: Case, ppa: Ppa, energy_price: Floats) -> bool:
    """Check an agreement, post its money; whether it is in force."""
    accepted = _is_accepted(case, ppa)
    quantity = align(ppa.quantity_mw, case.horizon)
    claimed = case.rows.take(ppa.name, "quantity_mw")
    case.book.equal("input", ppa.name, "quantity", claimed, quantity, unit="MW", tolerance=relative(quantity))
    spread, price = align(ppa.spread_usd_per_mwh, case.horizon), align(ppa.price_usd_per_mwh, case.horizon)
    if accepted:
        energy = quantity * case.hours
        case.ledger.post(ppa.name, "ppa", energy * (energy_price - spread - price), energy * np.abs(energy_price))
    return accepted


def _is_accepted(case: Case, ppa: Ppa) -> bool:
    """Whether it is in force; the rows say so in every period, and where it is no decision, rightly."""
    said = case.rows.take_whole(ppa.name, "accepted", 1, "(0 or 1)")
    fixed = case.scenario.state.ppas.get(ppa.name) if ppa.optional else True
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
