"""What makes, stores or buys power on site in the audit: one kind a file, and one line in `KINDS`.

| asked of the findings | by |
|---|---|
| `made`, `drawn` | the meter's balance |
| `at_price` | money that follows from the energy price, once that is known |
| `held_to` | what is held by hand |
| `reserve_parts`, `backing` | reserve products: what can be offered, and the energy behind it |
| `check_state` | the state handed to the next plan |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizer.auditor.case import Case
from optimizer.auditor.onsite.asset import AssetFindings
from optimizer.auditor.onsite.batteries import audit_battery
from optimizer.auditor.onsite.generators import audit_generator
from optimizer.auditor.onsite.plant import Plant
from optimizer.auditor.onsite.ppas import audit_ppa
from optimizer.auditor.onsite.renewables import audit_renewable

KINDS: dict[str, Callable[[Case, Any, Any], AssetFindings]] = {
    "renewables": audit_renewable,
    "generators": audit_generator,
    "batteries": audit_battery,
    "ppas": audit_ppa,
}
"""By the field of `Supply` that lists a kind: what checks an asset and posts its money."""


def audit_plant(case: Case) -> Plant:
    """Check everything on site, and post its money."""
    supply, state = case.scenario.supply, case.scenario.state
    return Plant(
        {
            place: {
                terms.name: KINDS[place](case, terms, terms.begun(state.of_assets(place).get(terms.name)))
                for terms in assets
            }
            for place, assets in supply.assets.items()
        }
    )
