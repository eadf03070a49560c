"""The kinds of contract. A new kind is one new file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizer.auditor import batch, reserved, spot
from optimizer.auditor.case import Case, Fields
from optimizer.auditor.served import Served

KINDS: dict[str, Callable[[Case, Served[Any]], Fields]] = {
    "reserved": reserved.settle,
    "batch": batch.settle,
    "spot": spot.settle,
}
"""By kind: what checks a contract's terms, posts its money, notes the reports it needs in `case.reports` and
returns what the next plan's state must say of it."""
