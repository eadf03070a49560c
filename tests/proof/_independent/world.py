"""What all parts of the independent model share: the problem, the periods, the dollars and the state before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from math import floor
from typing import Any

from pulp import LpAffineExpression, LpMaximize, LpProblem, LpVariable, lpSum

from optimizer.scenario.horizon import localize
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import Series, align
from optimizer.scenario.state import EarlierPower

Expression = Any
"""A number, a variable or a sum of these."""


@dataclass
class World:
    """The problem under construction. `drawn[hall][t]`: IT power in a hall [MW]."""

    scenario: Scenario
    problem: LpProblem = field(default_factory=lambda: LpProblem("independent", LpMaximize))
    dollars: list[Expression] = field(default_factory=list)
    drawn: dict[str, list[list[Expression]]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.drawn = {hall.name: [[] for _ in self.periods] for hall in self.scenario.site.halls}

    @property
    def periods(self) -> range:
        return range(self.scenario.horizon.periods)

    @property
    def hours(self) -> float:
        return self.scenario.horizon.hours

    def series(self, series: Series, how: Any = "mean") -> list[float]:
        return [float(value) for value in align(series, self.scenario.horizon, how)]

    def number(self, most: float | None = None, least: float | None = 0.0) -> LpVariable:
        return LpVariable(f"x{next(self._numbers)}", least, most)

    def whole(self, most: float) -> LpVariable:
        return LpVariable(f"i{next(self._numbers)}", 0, most, "Integer")

    def yes_or_no(self) -> LpVariable:
        return LpVariable(f"b{next(self._numbers)}", 0, 1, "Binary")

    def hold(self, constraint: Any) -> None:
        """A requirement; one without variables that is true says nothing, a false one makes the plan infeasible."""
        if isinstance(constraint, bool):
            constraint = LpAffineExpression(0 * self.number()) >= (0 if constraint else 1)
        self.problem += constraint

    def earn(self, usd: Expression) -> None:
        self.dollars.append(usd)

    def draw(self, hall: str, period: int, mw: Expression) -> None:
        self.drawn[hall][period].append(mw)

    # --- time

    def moment(self, when: datetime) -> float:
        """Hours from the start of the horizon to a moment."""
        horizon = self.scenario.horizon
        return (localize(when, horizon.zone).timestamp() / 60.0 - float(horizon.start_minutes[0])) / 60.0

    def begin(self, period: int) -> float:
        return period * self.hours

    @property
    def end(self) -> float:
        return self.begin(len(self.periods))

    def age(self, hours: float) -> int:
        """Whole periods, rounded down."""
        return floor(hours / self.hours + 1e-9)

    def ambient(self) -> list[float] | None:
        given = self.scenario.site.ambient_c
        return None if given is None else self.series(given)


def switched(
    world: World,
    up: list[Expression],
    items: int,
    before: list[tuple[bool, int, int]],
    min_up: int,
    min_down: int,
    start_usd: float,
) -> list[Expression]:
    """Starts of identical items by period, with minimum times and the cost of starts.

    `before`: (up, how many, age in periods) of those that are alike before the horizon.
    """
    was_up = sum(number for on, number, _ in before if on)
    starts, stops = [], []
    for t in world.periods:
        start, stop, rises = world.whole(items), world.whole(items), world.yes_or_no()
        world.hold(start - stop == up[t] - (up[t - 1] if t else was_up))
        world.hold(start <= items * rises)
        world.hold(stop <= items * (1 - rises))
        world.earn(-start_usd * start)
        starts.append(start)
        stops.append(stop)

    def changed(events: list[Expression], on: bool, t: int, length: int) -> Expression:
        """Changes in the `length` periods up to t."""
        earlier = sum(number for way, number, age in before if way is on and -age >= t - length + 1)
        return lpSum(events[max(0, t - length + 1) : t + 1]) + earlier

    for t in world.periods:
        if min_up:
            world.hold(changed(starts, True, t, min_up) <= up[t])
        if min_down:
            world.hold(changed(stops, False, t, min_down) <= items - up[t])
    return starts


def ramped(
    world: World,
    power: list[Expression],
    before: float,
    earlier: Sequence[EarlierPower],
    most_mw_per_hour: float | None,
    step_mw: float,
) -> None:
    """Average power of neighbouring periods differs by at most so much; where that is less than a step, a step may be
    taken, and for step / ramp hours there is no other."""
    if most_mw_per_hour is None:
        return
    most = max(most_mw_per_hour * world.hours, step_mw)
    held_hours = step_mw / most_mw_per_hour if most > most_mw_per_hour * world.hours * (1 + 1e-9) else world.hours
    for t in world.periods:
        for other in range(t):
            if (t - other - 1) * world.hours < held_hours - 1e-9:
                world.hold(power[t] - power[other] <= most)
                world.hold(power[other] - power[t] <= most)
        known = [(before, 0.0), *((p.it_power_mw, p.ago_hours) for p in earlier)]
        for mw, ended in known:
            if ended + t * world.hours < held_hours - 1e-9:
                world.hold(power[t] <= max(mw + most, before))
                world.hold(power[t] >= min(mw - most, before))
