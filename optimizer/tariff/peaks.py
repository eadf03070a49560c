"""Coincident peaks of a metered load: its expected cost, month by month (domain section 6).

A month's peak falls in the windows' part of the load; a known peak is billed in the month it starts in, if it starts
within the load. A probability is spread evenly over its interval; where its series has none, nothing is expected.
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.series import Floats, Series, TimedSeries
from optimizer.scenario.tariff import CoincidentCharge
from optimizer.tariff.errors import TariffError
from optimizer.tariff.rule.coincident import rate_usd_per_kw, weights_at_peak, weights_in_windows
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import LoadSteps


def bill_coincident(charge: CoincidentCharge, steps: LoadSteps, months: Months, import_kw: Floats) -> Floats:
    """Dollars of each month, (months,)."""
    if charge.windows:
        expected_kw = months.sums(weights_in_windows(charge.windows, steps, months) * import_kw)
    elif charge.probability is not None:
        expected_kw = months.sums(_probability(charge.name, charge.probability, steps) * import_kw)
    else:
        expected_kw = _at_peaks(charge, steps, months, import_kw)
    return np.asarray(rate_usd_per_kw(charge) * expected_kw)


def _at_peaks(charge: CoincidentCharge, steps: LoadSteps, months: Months, import_kw: Floats) -> Floats:
    """Σ weight × mean import of each month's known peaks, (months,) [kW]."""
    expected_kw = np.zeros(months.count)
    begin = steps.at_start(steps.utc_minutes)
    for peak in charge.peaks:
        start = peak.start.timestamp() / 60.0
        if begin[0] <= start < begin[-1] + steps.minutes:
            inside, weights = weights_at_peak(peak, steps)
            month = months.of_interval[int((start - begin[0]) // steps.minutes)]
            expected_kw[month] += float(weights @ import_kw[inside])
    return expected_kw


def _probability(charge: str, probability: Series, steps: LoadSteps) -> Floats:
    """Probability of each interval, (intervals,)."""
    if not isinstance(probability, TimedSeries):
        allowed = "timed values or a file's column: a load of its own has no periods of a plan"
        raise TariffError(f"coincident charge {charge}", "probabilities without times", allowed)
    values = np.array([value or 0.0 for value in probability.values])
    so_far = np.concatenate([[0.0], np.cumsum(values)])
    first = probability.start.timestamp() / 60.0
    begin = steps.at_start(steps.utc_minutes)
    edges = np.append(begin, begin[-1] + steps.minutes)
    until = np.interp((edges - first) / probability.interval_minutes, np.arange(len(so_far)), so_far)
    return np.diff(until)
