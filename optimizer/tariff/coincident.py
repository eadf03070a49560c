"""Coincident peaks: expected cost = (rate + adjustment) × Σ weight × mean import of the interval (section 6).

Known intervals are billed in the month they start in. Windows name the hours in which one peak of each month
falls: every moment of them in the month is equally likely, so that the cost is rate × mean import in them. A
probability per interval is spread evenly over its interval; where its series has none, nothing is expected.
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.series import Floats, Series, TimedSeries
from optimizer.scenario.tariff import CoincidentCharge
from optimizer.tariff.errors import TariffError
from optimizer.tariff.grid import Grid


def bill_coincident(charge: CoincidentCharge, grid: Grid) -> Floats:
    """Dollars of each month, (months,)."""
    rate = charge.rate_usd_per_kw + charge.adjustment_usd_per_kw
    if charge.windows:
        inside = grid.clock.inside(charge.windows)
        steps = np.bincount(grid.month[inside], minlength=grid.months)
        kw = np.bincount(grid.month[inside], weights=grid.import_kw[inside], minlength=grid.months)
        return np.asarray(rate * kw / np.maximum(steps, 1))
    if charge.probability is not None:
        return rate * _expected_kw(charge.name, charge.probability, grid)
    usd = np.zeros(grid.months)
    begin = grid.start_minutes.astype(float)
    last = float(begin[-1]) + grid.step_minutes
    for peak in charge.peaks:
        start = peak.start.timestamp() / 60.0
        if not begin[0] <= start < last:
            continue
        overlap = np.clip(
            np.minimum(begin + grid.step_minutes, start + peak.minutes) - np.maximum(begin, start), 0.0, None
        )
        month = grid.month[int((start - begin[0]) // grid.step_minutes)]
        usd[month] += rate * peak.weight * float(overlap @ grid.import_kw) / peak.minutes
    return usd


def _expected_kw(charge: str, probability: Series, grid: Grid) -> Floats:
    """Σ probability × import of each month, (months,) [kW]."""
    if not isinstance(probability, TimedSeries):
        allowed = "timed values or a file's column: a load of its own has no periods of a plan"
        raise TariffError(f"coincident charge {charge}", "probabilities without times", allowed)
    values = np.array([value or 0.0 for value in probability.values])
    so_far = np.concatenate([[0.0], np.cumsum(values)])
    first = probability.start.timestamp() / 60.0
    edges = np.append(grid.start_minutes, grid.start_minutes[-1] + grid.step_minutes)
    until = np.interp((edges - first) / probability.interval_minutes, np.arange(len(so_far)), so_far)
    expected = np.bincount(grid.month, weights=np.diff(until) * grid.import_kw, minlength=grid.months)
    return np.asarray(expected, dtype=float)
