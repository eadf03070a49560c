"""Items that switch on and off, as integer counts: starts, stops and minimum times.

For interchangeable items counted by up(t), with v(t) starts and w(t) stops (Rajan and Takriti, 2005; with
counts: the longest up stops first, the longest down starts first):

    up(t) − up(t−1) = v(t) − w(t)
    Σ v(i), t − L < i ≤ t   ≤ up(t)              an item started within L periods is still up
    Σ w(i), t − D < i ≤ t   ≤ count − up(t)      an item stopped within D periods is still down

Long sums over the last periods are differences of a running total (`model.recent`).
Changes before the horizon count through the ages of the items: an item of age A changed at period −A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.recent import Recent
from optimizer.scenario.switching import Switching
from optimizer.schedule import LedgerKind
from solvers.builder import FloatLike, Index
from solvers.problem import Floats


@dataclass(frozen=True)
class Cohort:
    """Items that changed together `age` whole periods before the horizon; `kind` is their mode."""

    up: bool
    count: int
    age: int
    kind: str = ""


def history(cohorts: Sequence[Cohort], up: bool, length: int, periods: int) -> Floats:
    """Items of the state that changed within the last `length` periods, seen from each period, (periods,)."""
    recent = np.zeros(periods)
    for cohort in cohorts:
        if cohort.up == up:
            recent[: max(0, min(periods, length - cohort.age))] += cohort.count
    return recent


class Switches:
    """The starts and stops of one kind of item, and the rows between them."""

    def __init__(
        self,
        model: Model,
        item: str,
        unit: str,
        terms: Switching,
        up: PeriodSum,
        count: FloatLike,
        cohorts: Sequence[Cohort],
        *,
        least_up: int = 0,
        starts: Index | None = None,
    ) -> None:
        """`unit` is what the items are called; `up` counts items up; `least_up` is a floor of the minimum up time
        in periods; `starts` (…, periods) are columns that already stand for the starts (by mode)."""
        self._model, self._up = model, up
        self.up_before = sum(c.count for c in cohorts if c.up)
        horizon, builder, periods = model.horizon, model.builder, model.periods
        min_up = max(horizon.whole_periods(terms.min_up_hours), least_up)
        min_down = horizon.whole_periods(terms.min_down_hours)
        most = float(np.max(count))
        if starts is None:
            starts = builder.columns((1, periods), 0.0, most, owner=item, symbol="v", period=model.every_period)
        stops = builder.columns(periods, 0.0, most, owner=item, symbol="w", period=model.every_period)
        self.starts, self.stops = starts, stops
        self._started = Recent(model, starts, item, "V")
        self._stopped = Recent(model, stops[np.newaxis], item, "W")
        model.switched += [starts, stops]
        change = model.sum()
        change.add_sum(up)
        period, columns, values = up.triplets()
        later = period + 1 < periods
        change.add(columns[later], -values[later], period[later] + 1)
        change.add_constant(-np.concatenate([[self.up_before], up.constant[:-1]]))
        change.add(starts, -1.0)
        change.add(stops, 1.0)
        model.limit(change, 0.0, 0.0, owner=item, symbol="change")
        if min_up > 1 or (min_up == 1 and any(c.up and c.age < 1 for c in cohorts)):
            recent = model.sum()
            self._started.add_to(recent, min_up)
            recent.add_sum(up, -1.0)
            recent.add_constant(history(cohorts, True, min_up, periods))
            rows = model.limit(recent, -np.inf, 0.0, owner=item, symbol="minimum up time")
            words = f"{{amount}} {unit} would have to stop early {{when}}"
            model.require(item, "minimum up time", unit, rows, words, size=most)
        if min_down > 1 or (min_down == 1 and any(not c.up and c.age < 1 for c in cohorts)):
            recent = model.sum()
            self._stopped.add_to(recent, min_down)
            recent.add_sum(up)
            recent.add_constant(history(cohorts, False, min_down, periods))
            rows = model.limit(recent, -np.inf, count, owner=item, symbol="minimum down time")
            words = f"{{amount}} {unit} would have to start early {{when}}"
            model.require(item, "minimum down time", unit, rows, words, size=most)
        if terms.start_cost_usd:
            model.earn(item, LedgerKind.START, starts, -terms.start_cost_usd)

    def tidy(self, x: Floats) -> None:
        """No start beside a stop: starts and stops are the net change."""
        net = self.net(x)
        x[self.stops] = np.maximum(-net, 0.0)
        left = np.maximum(net, 0.0)
        for mode in self.starts[:-1]:
            x[mode] = np.minimum(x[mode], left)
            left -= x[mode]
        x[self.starts[-1]] = left
        self._started.tidy(x)
        self._stopped.tidy(x)

    def net(self, x: Floats) -> Floats:
        """Change of the number up in each period, (periods,)."""
        return np.diff(np.round(self._up.value(x)), prepend=self.up_before)


def ages_after(
    cohorts: Sequence[Cohort], starts: Floats, stops: Floats, committed: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Ages of the items after the committed part: [(age in periods, count)] of those up and those down, the
    longest up having stopped first and the longest down having started first."""
    queues = {
        up: sorted(((-c.age, c.count) for c in cohorts if c.up == up and c.count), key=lambda q: q[0])
        for up in (True, False)
    }
    changed = np.flatnonzero((starts[:committed] > 0.5) | (stops[:committed] > 0.5))
    for t in changed.tolist():
        for up, amount in ((True, round(float(starts[t]))), (False, round(float(stops[t])))):
            left, taken = amount, queues[not up]
            while left and taken:
                born, count = taken[0]
                moved = min(left, count)
                taken[:1] = [(born, count - moved)] if count > moved else []
                left -= moved
            if amount:
                queues[up].append((t, amount))
    up_ages, down_ages = ([(committed - born, n) for born, n in queues[up]] for up in (True, False))
    return up_ages, down_ages
