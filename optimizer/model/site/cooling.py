"""Cooling modes of a hall (domain section 5): PUE follows from temperature and IT power.

| symbol | meaning |
|---|---|
| s(c), L(c) | cooling power per IT power in mode c; most IT power that it cools [MW] |
| q(c,t) | IT power that c cools [MW] |
| y(c,t) | 1 where c is taken, binary; only in periods in which it depends on IT power |

A mode holds in a period by its temperature limits alone. Of those that hold the cheapest that cools the hall's IT
power is taken: put in order of s(c), a mode is taken only where IT power is above the limits of all before it.

    facility power  = overhead + IT(t) + Σ_c s(c) × q(c,t)
    Σ_c y(c,t) = 1;   Σ_c q(c,t) = IT(t)
    L(c before) × y(c,t) ≤ q(c,t) ≤ L(c) × y(c,t)       no dearer mode where a cheaper one would do
    IT(t) ≤ highest L of the modes that hold; 0 where none does
"""

from __future__ import annotations

from functools import partial

import numpy as np

from optimizer.model.desk import LIMIT_WORDS, Model, PeriodSum
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.series import Series, align
from optimizer.scenario.site import Hall
from solvers.problem import Bools, Floats

LEAST_C = 1e-9
"""Temperatures are compared to this."""
LEAST_MW = 1e-9
"""IT power is compared to this."""


def holding(hall: Hall, ambient_c: Series | None, horizon: Horizon) -> Bools:
    """Whether each cooling mode holds at the period's mean temperature, (modes, periods)."""
    holds = np.ones((len(hall.cooling), horizon.periods), dtype=bool)
    if ambient_c is None:
        return holds
    temperature = align(ambient_c, horizon)
    for c, mode in enumerate(hall.cooling):
        if mode.min_ambient_c is not None:
            holds[c] &= temperature >= mode.min_ambient_c - LEAST_C
        if mode.max_ambient_c is not None:
            holds[c] &= temperature <= mode.max_ambient_c + LEAST_C
    return holds


def least_share(hall: Hall, ambient_c: Series | None, horizon: Horizon) -> Floats:
    """Least share of the modes that hold, (periods,); 0 where none does."""
    shares = np.array([[mode.power_share] for mode in hall.cooling])
    least = np.where(holding(hall, ambient_c, horizon), shares, np.inf).min(axis=0)
    return np.asarray(np.where(np.isfinite(least), least, 0.0))


def cooled_mw(hall: Hall, ambient_c: Series | None, horizon: Horizon) -> Floats:
    """Most IT power that the modes that hold can cool, (periods,) [MW]; infinite without cooling modes."""
    if not hall.cooling:
        return np.full(horizon.periods, np.inf)
    return np.asarray(np.where(holding(hall, ambient_c, horizon), _limits(hall), 0.0).max(axis=0))


def _limits(hall: Hall) -> Floats:
    """(modes, 1)."""
    return np.array([[np.inf if mode.it_limit_mw is None else mode.it_limit_mw] for mode in hall.cooling])


class Cooling:
    """Which mode a hall takes, and the cooling power that it draws."""

    def __init__(self, model: Model, hall: Hall, it_mw: PeriodSum, most_mw: Floats, drawn_mw: Floats) -> None:
        """`most_mw`: the hall's own limit; `drawn_mw`: no plan draws more whatever the limits, (periods,) each."""
        self._it_mw = it_mw
        ambient = model.scenario.site.ambient_c
        self._shares = np.array([mode.power_share for mode in hall.cooling])
        limits = _limits(hall)
        ceiling = np.minimum(most_mw, drawn_mw)
        self._possible = np.zeros((len(hall.cooling), model.periods), dtype=bool)
        from_mw = np.zeros_like(self._possible, dtype=float)
        reach = np.full(model.periods, -np.inf)
        holds = holding(hall, ambient, model.horizon)
        for c in np.argsort(self._shares, kind="stable").tolist():
            self._possible[c] = holds[c] & (limits[c] > reach) & (reach < ceiling - LEAST_MW)
            from_mw[c] = np.maximum(reach, 0.0)
            reach = np.where(self._possible[c], limits[c], reach)
        self._open = self._possible.sum(axis=0) > 1
        self._decide(model, hall, np.where(limits < reach, limits, drawn_mw), from_mw)
        capacity = cooled_mw(hall, ambient, model.horizon)
        short = np.flatnonzero(capacity < ceiling - LEAST_MW)
        if len(short):
            rows = model.limit(it_mw, -np.inf, capacity[short], short, owner=hall.name, symbol="cooling")
            size = float(most_mw.max())
            model.require(
                hall.name, "cooling", "MW", rows, LIMIT_WORDS, size=size, periods=short, allowed=capacity[short]
            )
        self.power_mw = model.sum()
        decided = np.where(self._open, 0.0, self._shares @ self._possible)
        self.power_mw.add_sum(it_mw, decided)
        self.power_mw.add(self._cooled, self._shares[self._mode], self._period)
        model.show(hall.name, "pue", lambda x: 1.0 + self._shares @ self._taken(x))
        for c, mode in enumerate(hall.cooling):
            model.show(hall.name, f"cooling[{mode.name}]", partial(self._taken_mode, c))

    def _decide(self, model: Model, hall: Hall, to_mw: Floats, from_mw: Floats) -> None:
        """Columns and rows of the periods in which IT power decides; one column a mode and period. The last mode's
        limit is left to the row of the hall's cooling, which explanations may relax."""
        builder = model.builder
        self._mode, self._period = np.nonzero(self._possible & self._open)
        count = len(self._mode)
        upper, lower = to_mw[self._mode, self._period], from_mw[self._mode, self._period]
        modes = [hall.cooling[c].name for c in self._mode.tolist()]
        self._take = builder.columns(
            count, 0.0, 1.0, integer=True, owner=hall.name, symbol="y", part=modes, period=self._period
        )
        self._cooled = builder.columns(count, 0.0, upper, owner=hall.name, symbol="q", part=modes, period=self._period)
        periods = np.flatnonzero(self._open)
        if not count:
            return
        one, all_it = model.sum(), model.sum()
        one.add(self._take, 1.0, self._period)
        all_it.add(self._cooled, 1.0, self._period)
        all_it.add_sum(self._it_mw, -1.0)
        model.limit(one, 1.0, 1.0, periods, owner=hall.name, symbol="one mode")
        model.limit(all_it, 0.0, 0.0, periods, owner=hall.name, symbol="all IT power")
        most = builder.rows(
            count, -np.inf, 0.0, owner=hall.name, symbol="cools at most", part=modes, period=self._period
        )
        least = builder.rows(
            count, 0.0, np.inf, owner=hall.name, symbol="cools at least", part=modes, period=self._period
        )
        rows = np.stack([most, least])
        builder.add(rows, self._cooled, 1.0)
        builder.add(rows, self._take, -np.stack([upper, lower]))

    def _taken(self, x: Floats) -> Floats:
        """1 for the mode taken, (modes, periods)."""
        taken = np.where(self._open, 0.0, self._possible)
        taken[self._mode, self._period] = x[self._take]
        return taken

    def _taken_mode(self, mode: int, x: Floats) -> Floats:
        return np.asarray(self._taken(x)[mode])

    def tidy(self, x: Floats) -> None:
        """All IT power to the mode that is taken."""
        x[self._cooled] = x[self._take] * self._it_mw.value(x)[self._period]
