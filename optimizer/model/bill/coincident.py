"""Coincident peaks (domain section 6): the expected cost of import at the system's peaks.

    − 1000 × rate × w(t) × i(t)

| form | w(t) |
|---|---|
| windows | share of the steps of the local calendar month inside the windows that lie in t |
| peaks | Σ weight × share of the peak that lies in t |
| probability | as given, for each interval |
"""

from __future__ import annotations

import numpy as np

from optimizer.model.bill.months import Months
from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.series import align
from optimizer.scenario.tariff import CoincidentCharge, KnownPeak
from optimizer.tariff.local_steps import local_steps, whole_months
from solvers.problem import Floats

KW_PER_MW = 1000.0


def usd_per_mw(charge: CoincidentCharge, months: Months, holidays: str | None) -> Floats:
    """What a MW of average import costs in each period, (periods,)."""
    rate = charge.rate_usd_per_kw + charge.adjustment_usd_per_kw
    if charge.windows:
        weight = _in_windows(charge.windows, months, holidays)
    elif charge.probability is not None:
        weight = align(charge.probability, months.horizon, "sum")
    else:
        weight = _at_peaks(charge.peaks, months)
    return np.asarray(KW_PER_MW * rate * weight)


def _in_windows(windows: tuple[ClockWindow, ...], months: Months, holidays: str | None) -> Floats:
    """Each step inside is as likely to be the peak of the period's calendar month as any other of that month."""
    horizon = months.horizon
    clock = whole_months(horizon, holidays)
    all_steps = np.bincount(clock.month[clock.inside(windows)], minlength=int(clock.month[-1]) + 1)
    steps = local_steps(horizon, holidays)
    inside = steps.by_period(steps.inside(windows)).sum(axis=1)
    return np.asarray(inside / np.maximum(all_steps[months.first + months.of_period], 1))


def _at_peaks(peaks: tuple[KnownPeak, ...], months: Months) -> Floats:
    horizon = months.horizon
    weight, begin, step = np.zeros(horizon.periods), horizon.start_minutes, horizon.step_minutes
    for peak in peaks:
        start = peak.start.timestamp() / 60.0
        first = max(int((start - begin[0]) // step), 0)
        end = min(int(-((begin[0] - start - peak.minutes) // step)), horizon.periods)
        if first < end:
            here = begin[first:end]
            overlap = np.minimum(here + step, start + peak.minutes) - np.maximum(here, start)
            weight[first:end] += peak.weight * np.maximum(overlap, 0.0) / peak.minutes
    return weight
