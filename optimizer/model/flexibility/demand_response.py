"""Demand-response events (domain section 6): paid for import below a baseline, charged for what is short.

| symbol | meaning |
|---|---|
| r(t) | reduction [MW], 0 outside the event; h(t) hours of the event in t |
| z(t) | 1 where import is below the baseline, binary; only where it may be above |

    r(t) ≤ committed;   r(t) ≤ baseline(t) − i(t)
    where import may be above the baseline:
        r(t) ≤ committed × z(t);   r(t) ≤ baseline(t) − i(t) + (most import(t) − baseline(t)) × (1 − z(t))
    + h(t) × payment × r(t) − h(t) × penalty × (committed − r(t))

More reduction never costs, so that the plan takes all there is; `tidy` reads it from import.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model
from optimizer.model.site.meter import GridBlock
from optimizer.scenario.flexibility import DemandResponse
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.series import align
from optimizer.schedule import LedgerKind
from solvers.builder import Index
from solvers.problem import Floats


def event_hours(event: DemandResponse, horizon: Horizon) -> Floats:
    """Hours of the event in each period, (periods,)."""
    begin = np.maximum(horizon.hours_until(localize(event.start, horizon.zone)), 0.0)
    end = np.minimum(horizon.hours_until(localize(event.end, horizon.zone)), horizon.hours)
    hours = np.maximum(end - begin, 0.0)
    return np.asarray(np.where(hours > 1e-9, hours, 0.0))


class DemandResponseBlock:
    """An event."""

    def __init__(self, model: Model, terms: DemandResponse, grid: GridBlock) -> None:
        self._grid, self._terms = grid, terms
        self._baseline = align(terms.baseline_mw, model.horizon)
        hours = event_hours(terms, model.horizon)
        self._inside = hours > 0.0
        most = np.where(self._inside & (self._baseline > 0.0), terms.committed_reduction_mw, 0.0)
        self._reduction = model.builder.columns(
            model.periods, 0.0, most, owner=terms.name, symbol="r", period=model.every_period
        )
        above = grid.most_import_mw - self._baseline
        self._below(model, np.flatnonzero((most > 0.0) & (above <= 0.0)))
        self._below_or_not(model, np.flatnonzero((most > 0.0) & (above > 0.0)), above)
        paid = terms.payment_usd_per_mwh + terms.penalty_usd_per_mwh
        model.earn(terms.name, LedgerKind.DEMAND_RESPONSE, self._reduction, paid * hours)
        unpaid = -terms.penalty_usd_per_mwh * terms.committed_reduction_mw * hours
        model.earn_constant(terms.name, LedgerKind.DEMAND_RESPONSE, unpaid)
        model.show(terms.name, "baseline_mw", self._baseline)
        model.show(terms.name, "reduction_mw", lambda x: x[self._reduction])

    def _below(self, model: Model, periods: Index) -> None:
        rows = model.builder.rows(
            len(periods), -np.inf, self._baseline[periods], owner=self._terms.name, symbol="below", period=periods
        )
        model.builder.add(rows, self._reduction[periods], 1.0)
        model.builder.add(rows, self._grid.import_mw[periods], 1.0)

    def _below_or_not(self, model: Model, periods: Index, above_mw: Floats) -> None:
        builder, reduction, above = model.builder, self._reduction[periods], above_mw[periods]
        name = self._terms.name
        below = builder.columns(len(periods), 0.0, 1.0, integer=True, owner=name, symbol="z", period=periods)
        rows = builder.rows(
            (2, len(periods)),
            -np.inf,
            np.stack([np.zeros(len(periods)), self._baseline[periods] + above]),
            owner=name,
            symbol="below or not",
            part=("committed", "baseline"),
            period=periods,
        )
        builder.add(rows, reduction, 1.0)
        builder.add(rows[0], below, -self._terms.committed_reduction_mw)
        builder.add(rows[1], below, above)
        builder.add(rows[1], self._grid.import_mw[periods], 1.0)

    def tidy(self, x: Floats) -> None:
        """The reduction that follows from import."""
        below = self._baseline - x[self._grid.import_mw]
        reduction = np.clip(below, 0.0, self._terms.committed_reduction_mw)
        x[self._reduction] = np.where(self._inside, reduction, 0.0)
