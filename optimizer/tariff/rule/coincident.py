"""Coincident peaks: expected cost = (rate + adjustment) × Σ weight × import of the interval (domain section 6).

| form | weight of interval t |
|---|---|
| windows | share of the steps inside the windows that lie in t, of all that the month's peak may fall in |
| known peaks | Σ weight × share of the peak that lies in t |
| probability | as given |

Windows name the hours in which one peak of each month falls, every moment of them equally likely.
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import CoincidentCharge, KnownPeak
from optimizer.tariff.clock import LocalClock
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import LoadSteps


def rate_usd_per_kw(charge: CoincidentCharge) -> float:
    """The charge's rate and adjustment."""
    return charge.rate_usd_per_kw + charge.adjustment_usd_per_kw


def weights_in_windows(
    windows: tuple[ClockWindow, ...], steps: LoadSteps, months: Months, among: LocalClock | None = None
) -> Floats:
    """Weight of each interval, (intervals,). `among`: the moments that a month's peak may fall in, with steps as long
    as the load's; without it those of the load alone."""
    inside = steps.by_interval(steps.inside(windows)).sum(axis=1)
    if among is None:
        all_steps = months.sums(inside)
    else:
        month = among.month[among.inside(windows)] - months.first
        month = month[(month >= 0) & (month < months.count)]
        all_steps = np.bincount(month, minlength=months.count).astype(float)
    return np.asarray(inside / np.maximum(all_steps[months.of_interval], 1.0))


def weights_at_peak(peak: KnownPeak, steps: LoadSteps) -> tuple[slice, Floats]:
    """The intervals that a known peak overlaps, and the weight of each."""
    begin, minutes = steps.at_start(steps.utc_minutes), steps.minutes
    start = peak.start.timestamp() / 60.0
    first = max(int((start - begin[0]) // minutes), 0)
    end = min(int(-((begin[0] - start - peak.minutes) // minutes)), steps.intervals)
    here = begin[first : max(first, end)]
    overlap = np.minimum(here + minutes, start + peak.minutes) - np.maximum(here, start)
    return slice(first, max(first, end)), peak.weight * np.maximum(overlap, 0.0) / peak.minutes
