"""Charges on import at the system's peaks, as expected cost (section 6).

cost = rate × Σ_t weight(t) × import(t);  weight: the expected share of a peak that falls in the period
"""

from __future__ import annotations

import numpy as np

from optimizer.auditor.book import Floats
from optimizer.auditor.case import Case
from optimizer.auditor.clockwork import Clock
from optimizer.auditor.meter import Meter
from optimizer.scenario.series import align
from optimizer.scenario.tariff import CoincidentCharge, KnownPeak, Tariff
from optimizer.schedule import LedgerKind

KW_PER_MW = 1000.0


def post_coincident(case: Case, clock: Clock, meter: Meter, tariff: Tariff) -> None:
    """Post what import at expected peaks costs in each period."""
    for charge in tariff.coincident:
        rate = (charge.rate_usd_per_kw + charge.adjustment_usd_per_kw) * KW_PER_MW
        usd_per_mw = rate * _weights(case, clock, tariff, charge)
        case.ledger.post(
            charge.name, LedgerKind.COINCIDENT_PEAK, -usd_per_mw * meter.import_mw, usd_per_mw * meter.most_mw
        )


def _weights(case: Case, clock: Clock, tariff: Tariff, charge: CoincidentCharge) -> Floats:
    """Expected share of a peak in each period, (periods,)."""
    if charge.probability is not None:
        return align(charge.probability, case.horizon, "sum")
    if charge.peaks:
        return _known(case, charge.peaks)
    inside = clock.inside(charge.windows, tariff.holidays)
    weights = np.zeros(case.length)
    months = np.array([start.year * 12 + start.month - 1 for start in case.horizon.starts])
    steps = np.bincount(clock.period[inside & (clock.period >= 0)], minlength=case.length)
    for month in np.unique(months).tolist():
        # A peak falls in each of the month's steps alike, those outside the horizon included.
        in_month = int(np.count_nonzero(inside & (clock.month == month)))
        if in_month:
            weights[months == month] = steps[months == month] / in_month
    return weights


def _known(case: Case, peaks: tuple[KnownPeak, ...]) -> Floats:
    begin = case.horizon.start_minutes
    end = begin + case.horizon.step_minutes
    weights = np.zeros(case.length)
    for peak in peaks:
        opens = peak.start.timestamp() / 60.0
        overlap = np.minimum(end, opens + peak.minutes) - np.maximum(begin, opens)
        weights += peak.weight * np.maximum(overlap, 0.0) / peak.minutes
    return weights
