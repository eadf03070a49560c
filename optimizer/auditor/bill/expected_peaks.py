"""Demand that months are expected to see anyway: as given, else as the plan says it found, where it may."""

from __future__ import annotations

import math

from optimizer.auditor.book import number
from optimizer.auditor.case import Case
from optimizer.auditor.clockwork import month_number, month_text

RULE = "expected_peaks"
Peaks = dict[tuple[str, int], float]
"""MW by charge and month."""


def expected_peaks(case: Case) -> Peaks:
    """The expected peaks that count; those of the schedule are checked."""
    supply = case.scenario.supply
    given: Peaks = {(peak.charge, month_number(peak.month)): peak.peak_mw for peak in supply.expected_peaks}
    if not supply.find_expected_peaks:
        for peak in case.schedule.expected_peaks:
            message = f"a peak of {number(peak.peak_mw)} MW is said to be found for {peak.month}; none was to be found"
            case.book.add(RULE, peak.charge, None, message, amount=peak.peak_mw, unit="MW")
        return given
    charges = () if supply.tariff is None else supply.tariff.demand
    names = {charge.name for charge in charges}
    numbers = {start.year * 12 + start.month - 1 for start in case.horizon.starts}
    months = {month_text(month): month for month in sorted(numbers)}
    found: Peaks = {}
    for peak in case.schedule.expected_peaks:
        key = peak.charge, months.get(peak.month, -1)
        if peak.charge not in names:
            fault = "the tariff has no demand charge of that name"
        elif peak.month not in months:
            fault = f"the horizon touches {', '.join(months)} only"
        elif key in given:
            fault = f"{number(given[key])} MW are given"
        elif key in found:
            fault = "it is found more than once"
        elif not (math.isfinite(peak.peak_mw) and peak.peak_mw >= 0):
            fault = "it must be finite and not negative"
        else:
            found[key] = peak.peak_mw
            continue
        message = f"the peak of {number(peak.peak_mw)} MW that is said to be found for {peak.month} is wrong: {fault}"
        case.book.add(RULE, peak.charge, None, message, amount=peak.peak_mw, unit="MW")
    return given | found
