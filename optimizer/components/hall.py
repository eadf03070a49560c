"""Halls (domain section 5): IT power to facility power.

    IT(t) = Σ fleets and pools in the hall ≤ limit(t)
    facility power F(t) = overhead × h(t) + PUE(t) × IT(t)

h(t) = 1, unless the overhead is switched off with the hall. Then h(t) is binary, 1 where anything draws power:

    items that draw power, of each fleet and pool  ≤  their number × h(t)
    IT(t) ≥ least draw × h(t)      no hall is on for its overhead's sake at negative prices
"""

from __future__ import annotations

import numpy as np

from optimizer.components.model import LIMIT_WORDS, Model, PeriodSum
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Series, align
from optimizer.scenario.site import Hall, PueTable
from solvers.builder import Index
from solvers.problem import Floats


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
    it = model.it_mw(hall.name)
    most = align(hall.it_limit_mw, model.horizon, "min")
    pue = pue_of(hall, model.scenario.site.ambient_c, model.horizon)
    facility = model.sum()
    facility.add_sum(it, pue)
    if hall.overhead_off_with_hall and hall.overhead_mw:
        facility.add(_switched_on(model, hall.name, it), hall.overhead_mw)
    else:
        facility.add_constant(hall.overhead_mw)
    rows = model.limit(it, -np.inf, most)
    model.require(hall.name, "IT limit", "MW", rows, LIMIT_WORDS, size=float(most.max()), allowed=most)
    model.show(hall.name, "it_mw", it)
    model.show(hall.name, "pue", pue)
    model.show(hall.name, "facility_mw", facility)
    return facility


def most_facility_mw(model: Model, hall: Hall) -> Floats:
    """No plan draws more in a hall than all that stands in it at full power, (periods,) [MW]."""
    scenario = model.scenario
    watts = sum(f.units * max(mode.power_w for mode in f.modes) for f in scenario.fleets if f.hall == hall.name)
    watts += sum(p.nodes * max(p.peak_power_w, p.off_power_w) for p in scenario.pools if p.hall == hall.name)
    pue = pue_of(hall, scenario.site.ambient_c, model.horizon)
    return np.asarray(hall.overhead_mw + watts / 1e6 * pue)


def _switched_on(model: Model, hall: str, it: PeriodSum) -> Index:
    """The columns h(t), with their rows."""
    draws = model.draws.get(hall, [])
    always, some = np.zeros(model.periods, dtype=bool), np.zeros(model.periods)
    least = np.full(model.periods, np.inf)
    for draw in draws:
        always |= draw.always
        some = np.maximum(some, np.isfinite(draw.least_mw))
        least = np.minimum(least, draw.least_mw)
    on = model.builder.columns(model.periods, always.astype(float), some, integer=True)
    for draw in draws:
        inside = model.sum()
        inside.add_sum(draw.items)
        inside.add(on, -draw.most)
        model.limit(inside, -np.inf, 0.0)
    if some.any():
        # In units of the least draw, so that it is far above the solver's tolerance.
        enough = model.sum()
        enough.add_sum(it, 1.0 / least)
        enough.add(on, -1.0)
        model.limit(enough, 0.0, np.inf)
    return on
