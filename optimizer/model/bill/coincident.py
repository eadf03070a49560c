"""Coincident peaks of a plan (domain section 6): the expected cost of import at the system's peaks.

    − 1000 × rate × w(t) × i(t)

w(t): `optimizer.tariff.rule.coincident`; windows share out the calendar month, and each period pays for the part of a
known peak that lies in it.
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import align
from optimizer.scenario.tariff import CoincidentCharge
from optimizer.tariff.rule.bill_rule import BillRule
from optimizer.tariff.rule.coincident import rate_usd_per_kw, weights_at_peak, weights_in_windows
from optimizer.tariff.rule.steps import KW_PER_MW, whole_months
from solvers.problem import Floats


def usd_per_mw(charge: CoincidentCharge, rule: BillRule, horizon: Horizon) -> Floats:
    """What a MW of average import costs in each period, (periods,)."""
    if charge.windows:
        among = whole_months(horizon, rule.tariff.holidays)
        weight = weights_in_windows(charge.windows, rule.steps, rule.months, among)
    elif charge.probability is not None:
        weight = align(charge.probability, horizon, "sum")
    else:
        weight = np.zeros(horizon.periods)
        for peak in charge.peaks:
            inside, weights = weights_at_peak(peak, rule.steps)
            weight[inside] += weights
    return np.asarray(KW_PER_MW * rate_usd_per_kw(charge) * weight)
