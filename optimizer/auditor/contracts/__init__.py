"""The rules and dollars of each kind of contract, from the schedule alone. A new kind is one file here and one line in
`KINDS`; what `Rules.check_terms` takes from the rows and must give back, `spot` shows."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from optimizer.auditor.book import Floats
from optimizer.auditor.case import Case, Fields
from optimizer.auditor.contracts import batch, reserved, spot
from optimizer.auditor.contracts.served import Served


@dataclass(frozen=True)
class Rules:
    """What the audit knows of a kind of contract."""

    check_terms: Callable[[Case, Served[Any]], Fields]
    """Checks a contract's terms, posts its money, notes the reports it needs in `case.reports` and returns what the
    next plan's state must say of it."""
    interrupted_usd_per_gpu_hour: Callable[[Case, Any], Floats] | None = None
    """Called with its terms: what a GPU-hour earns that a call on reserve interrupts, (periods,). None: the kind offers
    no reserve."""


KINDS: MutableMapping[str, Rules] = {
    "reserved": Rules(reserved.check_terms),
    "batch": Rules(batch.check_terms),
    "spot": Rules(spot.check_terms, spot.price),
}
