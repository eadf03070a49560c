"""Demand response: import below a baseline while an event lasts (section 6).

reduction = max(0, min(committed, baseline − import)) in periods that the event overlaps, else 0
income = hours of the event × (payment × reduction − penalty × (committed − reduction))
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import Floats, relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Meter
from optimizer.scenario.flexibility import DemandResponse
from optimizer.scenario.horizon import localize
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind


def audit_demand_response(case: Case, event: DemandResponse, meter: Meter) -> None:
    """Check an event's rows and post its money."""
    book, rows, name = case.book, case.rows, event.name
    baseline = align(event.baseline_mw, case.horizon)
    claimed = rows.take(name, "baseline_mw")
    book.equal("input", name, "baseline", claimed, baseline, unit="MW", tolerance=relative(baseline))
    hours = _hours_inside(case, event)
    committed = event.committed_reduction_mw
    below = np.clip(baseline - meter.import_mw, 0.0, committed)
    reduction = np.where(hours > 0, below, 0.0)
    most = max(float(meter.most_mw.max()), committed)
    said = rows.take(name, "reduction_mw")
    book.equal("demand_response", name, "reduction", said, reduction, unit="MW", tolerance=share_of(most))
    earned = event.payment_usd_per_mwh * reduction - event.penalty_usd_per_mwh * (committed - reduction)
    rate = event.payment_usd_per_mwh + event.penalty_usd_per_mwh
    case.ledger.post(name, LedgerKind.DEMAND_RESPONSE, hours * earned, hours * rate * most)


def _hours_inside(case: Case, event: DemandResponse) -> Floats:
    """Hours of each period that lie in the event, (periods,)."""
    first = localize(event.start, case.horizon.zone).timestamp() / 60.0
    last = localize(event.end, case.horizon.zone).timestamp() / 60.0
    begin = case.horizon.start_minutes
    inside = np.minimum(begin + case.horizon.step_minutes, last) - np.maximum(begin, first)
    return np.asarray(np.maximum(inside, 0.0) / 60.0)
