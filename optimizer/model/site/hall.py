"""Halls (domain section 5): IT power to facility power.

    IT(t) = Σ fleets and pools in the hall ≤ limit(t)
    facility power F(t) = overhead × h(t) + PUE(t) × IT(t)

PUE is given, or follows from the hall's cooling modes: `model.site.cooling`.

h(t) = 1, unless the overhead is switched off with the hall. Then h(t) is binary, 1 where anything draws power:

    items that draw power, of each fleet and pool  ≤  their number × h(t)
    IT(t) ≥ least draw × h(t)      no hall is on for its overhead's sake at negative prices
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import LIMIT_WORDS, Model, PeriodSum
from optimizer.model.site.cooling import Cooling, holding, least_share
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Series, align
from optimizer.scenario.site import Hall, PueTable
from solvers.builder import Index
from solvers.problem import Floats


def pue_of(hall: Hall, ambient_c: Series | None, horizon: Horizon) -> Floats:
    """PUE of each period, (periods,): given, from the table at the period's mean temperature, or the least of the
    cooling modes that hold (1 where none does: then there is no IT power)."""
    if hall.cooling:
        return 1.0 + least_share(hall, ambient_c, horizon)
    if isinstance(hall.pue, PueTable):
        if ambient_c is None:  # the scenario's checks refuse this earlier
            raise ValueError(f"hall {hall.name}: a PUE table needs site.ambient_c")
        temperature = align(ambient_c, horizon)
        return np.asarray(np.interp(temperature, hall.pue.ambient_c, hall.pue.pue))
    return align(hall.pue, horizon)


class HallBlock:
    """A hall, once all that stands in it has drawn its power."""

    def __init__(self, model: Model, hall: Hall) -> None:
        it = model.it_mw(hall.name)
        most = align(hall.it_limit_mw, model.horizon, "min")
        self._cooling: Cooling | None = None
        self.facility_mw = facility = model.sum()
        if hall.overhead_off_with_hall and hall.overhead_mw:
            facility.add(_switched_on(model, hall.name, it), hall.overhead_mw)
        else:
            facility.add_constant(hall.overhead_mw)
        rows = model.limit(it, -np.inf, most, owner=hall.name, symbol="IT limit")
        model.require(hall.name, "IT limit", "MW", rows, LIMIT_WORDS, size=float(most.max()), allowed=most)
        model.show(hall.name, "it_mw", it)
        if hall.cooling:
            self._cooling = Cooling(model, hall, it, most, most_it_mw(model, hall))
            facility.add_sum(it)
            facility.add_sum(self._cooling.power_mw)
        else:
            pue = pue_of(hall, model.scenario.site.ambient_c, model.horizon)
            facility.add_sum(it, pue)
            model.show(hall.name, "pue", pue)
        model.show(hall.name, "facility_mw", facility)

    def tidy(self, x: Floats) -> None:
        """One cooling mode for all IT power."""
        if self._cooling is not None:
            self._cooling.tidy(x)


def most_it_mw(model: Model, hall: Hall) -> Floats:
    """No plan draws more IT power in a hall than all that stands in it at full power, (periods,) [MW]."""
    return sum((draw.most_mw for draw in model.draws.get(hall.name, [])), np.zeros(model.periods))


def most_facility_mw(model: Model, hall: Hall) -> Floats:
    """No plan draws more in a hall than all that stands in it at full power, (periods,) [MW]."""
    ambient = model.scenario.site.ambient_c
    pue = pue_of(hall, ambient, model.horizon)
    if hall.cooling:
        shares = np.array([[mode.power_share] for mode in hall.cooling])
        pue = 1.0 + np.where(holding(hall, ambient, model.horizon), shares, 0.0).max(axis=0)
    return np.asarray(hall.overhead_mw + most_it_mw(model, hall) * pue)


def _switched_on(model: Model, hall: str, it: PeriodSum) -> Index:
    """The columns h(t), with their rows."""
    draws = model.draws.get(hall, [])
    always, some = np.zeros(model.periods, dtype=bool), np.zeros(model.periods)
    least = np.full(model.periods, np.inf)
    for draw in draws:
        always |= draw.always
        some = np.maximum(some, np.isfinite(draw.least_mw))
        least = np.minimum(least, draw.least_mw)
    on = model.builder.columns(
        model.periods, always.astype(float), some, integer=True, owner=hall, symbol="h", period=model.every_period
    )
    for draw in draws:
        inside = model.sum()
        inside.add_sum(draw.items)
        inside.add(on, -draw.most)
        model.limit(inside, -np.inf, 0.0, owner=hall, symbol="off")
    if some.any():
        # In units of the least draw, so that it is far above the solver's tolerance.
        enough = model.sum()
        enough.add_sum(it, 1.0 / least)
        enough.add(on, -1.0)
        model.limit(enough, 0.0, np.inf, owner=hall, symbol="on")
    return on
