"""A schedule as a start: what a solver begins with, where another plan of the same hours is known.

    x(j) = (v(q,t) − constant) / coefficient        where set-point q in period t is made of the one column j

Set-points that several columns make together, and whatever no set-point says, are left to the solver. A start is no
promise: where it does not fit, the search begins as without it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.model.formulation import Formulation
from optimizer.model.set_points import Keep
from optimizer.schedule import Schedule
from solvers.problem import Floats


def start_of(formulation: Formulation, schedule: Schedule) -> Floats:
    """A value for each column that the schedule's set-points fix, look-ahead included, (n,); NaN elsewhere
    (`solvers.Options.start`)."""
    start = np.full(formulation.problem.columns, np.nan)
    rows = (*schedule.dispatch_rows, *schedule.look_ahead_dispatch_rows)
    model, known = formulation.model, Keep(replace(schedule, dispatch_rows=rows))
    for point in model.set_points:
        published = known.published(point.item, point.quantity, model.horizon)
        period, columns, coefficients = point.amount.triplets()
        alone = (np.bincount(period, minlength=model.periods)[period] == 1) & (coefficients != 0.0)
        t, value = period[alone], coefficients[alone]
        start[columns[alone]] = (published[t] - point.amount.constant[t]) / value
    return start
