"""What happened within the last L periods: sums over a window that slides over the horizon.

    recent(t) = Σ v(i), t − L < i ≤ t                 a short window is written out: L entries in each period
    V(t) = V(t−1) + Σ v(t);   recent(t) = V(t) − V(t−L)   a long one is the difference of a running total: two entries

Both say the same, to the relaxation, too. Written out, a row of a five-minute day has up to 288 entries for each mode,
and a model grows with the square of its horizon.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model, PeriodSum, windows
from solvers.builder import FloatLike, Index
from solvers.problem import Floats

LONGEST_WRITTEN_OUT = 24
"""Periods of the longest window that is written out. A running total costs one column, one row and three entries a
period, and makes more work for a simplex step, so that it does not pay for short windows."""


class Recent:
    """Sums of columns over the last periods."""

    def __init__(self, model: Model, columns: Index, owner: str, symbol: str, part: str = "") -> None:
        """`columns` (rows, periods) are summed over their rows; `owner`, `symbol`, `part`: what a running total of
        them is called (`solvers.labels`)."""
        self._model, self._columns = model, columns
        self._name = (owner, symbol, part)
        self._totals: Index | None = None

    def add_to(self, total: PeriodSum, length: int, factor: FloatLike = 1.0) -> None:
        """Add the sum over the last `length` periods, times a factor (a number, or one per period)."""
        periods = self._model.periods
        if length <= LONGEST_WRITTEN_OUT:
            t, i = windows(periods, length)
            total.add(self._columns[:, i], np.broadcast_to(np.asarray(factor, dtype=float), periods)[t], t)
            return
        total.add(self._total(), factor)
        if length < periods:
            later = np.arange(length, periods)
            scale = np.broadcast_to(np.asarray(factor, dtype=float), periods)
            total.add(self._total()[: periods - length], -scale[later], later)

    def tidy(self, x: Floats) -> None:
        """Make a running total what it says it is, where the columns of a solution were changed."""
        if self._totals is not None:
            x[self._totals] = np.cumsum(x[self._columns].sum(axis=0))

    def _total(self) -> Index:
        """The running total, (periods,), written when it is first needed."""
        if self._totals is None:
            model, (owner, symbol, part) = self._model, self._name
            period = model.every_period
            self._totals = model.builder.columns(model.periods, owner=owner, symbol=symbol, part=part, period=period)
            step = model.sum()
            step.add(self._totals, 1.0)
            step.add(self._totals[:-1], -1.0, period[1:])
            step.add(self._columns, -1.0)
            model.limit(step, 0.0, 0.0, owner=owner, symbol=f"{symbol} so far", part=part)
        return self._totals
