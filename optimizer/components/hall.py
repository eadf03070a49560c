"""Halls (domain section 5): IT power to facility power.

    IT(t) = Σ fleets and pools in the hall ≤ limit(t)
    facility power F(t) = overhead × h(t) + PUE(t) × IT(t)

h(t) = 1, unless the overhead is switched off with the hall: then h(t) is binary and IT(t) ≤ limit(t) × h(t).
"""

from __future__ import annotations

import numpy as np

from optimizer.components.model import Model, PeriodSum
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Series, align
from optimizer.scenario.site import Hall, PueTable
from solvers.problem import Floats

LEAST_IT_MW = 1e-4
"""A hall that is on draws at least this; so that none is on for its overhead's sake at negative prices."""


def pue_of(hall: Hall, ambient_c: Series | None, horizon: Horizon) -> Floats:
    """PUE of each period, (periods,): given, or from the table at the period's mean temperature."""
    if isinstance(hall.pue, PueTable):
        if ambient_c is None:  # the scenario's checks refuse this earlier
            raise ValueError(f"hall {hall.name}: a PUE table needs site.ambient_c")
        temperature = align(ambient_c, horizon)
        return np.asarray(np.interp(temperature, hall.pue.ambient_c, hall.pue.pue))
    return align(hall.pue, horizon)


def add_hall(model: Model, hall: Hall) -> PeriodSum:
    """Write a hall once all that stands in it has drawn its power; returns its facility power [MW]."""
    it = model.halls[hall.name]
    most = align(hall.it_limit_mw, model.horizon, "min")
    pue = pue_of(hall, model.scenario.site.ambient_c, model.horizon)
    facility = model.sum()
    facility.add_sum(it, pue)
    if hall.overhead_off_with_hall and hall.overhead_mw:
        on = model.builder.columns(model.periods, 0.0, 1.0, integer=True)
        inside, some = model.sum(), model.sum()
        inside.add_sum(it)
        inside.add(on, -most)
        rows = model.limit(inside, -np.inf, 0.0)
        some.add_sum(it)
        some.add(on, -np.minimum(LEAST_IT_MW, most))
        model.limit(some, 0.0, np.inf)
        facility.add(on, hall.overhead_mw)
    else:
        rows = model.limit(it, -np.inf, most)
        facility.add_constant(hall.overhead_mw)
    model.require(hall.name, "IT limit", "MW", rows)
    model.show(hall.name, "it_mw", it)
    model.show(hall.name, "pue", pue)
    model.show(hall.name, "facility_mw", facility)
    return facility
