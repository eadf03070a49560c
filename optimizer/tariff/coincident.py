"""Coincident peaks: expected cost = (rate + adjustment) × Σ weight × mean import of the interval (section 6).

Known intervals are billed in the month they start in. Windows name the hours in which one peak of each month
falls: every moment of them in the month is equally likely, so that the cost is rate × mean import in them.
"""

from __future__ import annotations

import numpy as np

from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import CoincidentCharge
from optimizer.tariff.grid import Grid


def bill_coincident(charge: CoincidentCharge, grid: Grid) -> Floats:
    """Dollars of each month, (months,)."""
    rate = charge.rate_usd_per_kw + charge.adjustment_usd_per_kw
    if charge.windows:
        inside = grid.clock.inside(charge.windows)
        steps = np.bincount(grid.month[inside], minlength=grid.months)
        kw = np.bincount(grid.month[inside], weights=grid.import_kw[inside], minlength=grid.months)
        return np.asarray(rate * kw / np.maximum(steps, 1))
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
