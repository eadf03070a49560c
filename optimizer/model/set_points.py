"""Published set-points in a later plan: held, or left at a stated amount.

    Keep(schedule, leave_usd=None)     every published set-point is held; rows that cannot be are named requirements
    Keep(schedule, leave_usd=25.0)     an item's set-points in a period are left only where that earns more than 25 USD

| symbol | meaning |
|---|---|
| s(q,t), v(q,t) | set-point q of an item (`model.desk.SetPoint`), and what was published |
| b(i,t) | 1 where any set-point of item i is left, binary |
| m(q,t) | the set-point's largest value |

    held       s(q,t) = v(q,t)
    at a price v(q,t) × (1 − b(i,t)) ≤ s(q,t) ≤ v(q,t) + max(0, m(q,t) − v(q,t)) × b(i,t);   − leave_usd × Σ b

The amount is no money: it stands in no ledger. Published is the committed part of a schedule; periods and items that it
does not speak of are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.errors import AskedError
from optimizer.model.desk import Model, SetPoint
from optimizer.scenario.horizon import Horizon
from optimizer.schedule import Schedule
from solvers.builder import Index
from solvers.problem import Bools, Floats

LEFT = 1e-5
"""A set-point is left where it is off by more than this share of its largest value, at least of 1."""


@dataclass(frozen=True, eq=False)
class Keep:
    """What was published, and what leaving it has to earn."""

    schedule: Schedule
    leave_usd: float | None = None
    """A re-plan leaves the set-points of an item in a period only where that earns more than this, for each item and
    period left; 0: nothing is held back; None: nothing is left."""

    def __post_init__(self) -> None:
        if self.leave_usd is not None and not 0.0 <= self.leave_usd <= 1e9:
            raise AskedError(f"leave_usd is {self.leave_usd}; it must be between 0 and 1e9")

    @cached_property
    def _values(self) -> dict[tuple[str, str], dict[float, float]]:
        """Published values by (item, quantity) and UTC minute."""
        values: dict[tuple[str, str], dict[float, float]] = {}
        for start, item, quantity, value in self.schedule.dispatch_rows:
            values.setdefault((item, quantity), {})[start.timestamp() / 60.0] = value
        return values

    def published(self, item: str, quantity: str, horizon: Horizon) -> Floats:
        """Published values of a quantity, (periods,); NaN where nothing was published."""
        known = self._values.get((item, quantity), {})
        return np.array([known.get(minute, np.nan) for minute in horizon.start_minutes.tolist()])


@dataclass(frozen=True, eq=False)
class Held:
    """The published set-points in a model, and how to read which of them a solution leaves."""

    keep: Keep
    points: tuple[tuple[SetPoint, Floats], ...]
    """Each set-point of the model with what was published of it, (periods,); NaN where nothing was."""

    def left(self, x: Floats) -> dict[str, Bools]:
        """By item the periods, (periods,), in which the solution leaves any of its set-points."""
        left: dict[str, Bools] = {}
        for point, values in self.points:
            off = departure(point, values, x) != 0.0
            left[point.item] = left.get(point.item, np.zeros(len(off), dtype=bool)) | off
        return left

    def leaving_usd(self, x: Floats) -> float:
        """What the solution is charged for leaving set-points."""
        if not self.keep.leave_usd:
            return 0.0
        return self.keep.leave_usd * float(sum(periods.sum() for periods in self.left(x).values()))


def departure(point: SetPoint, values: Floats, x: Floats) -> Floats:
    """By how much a solution is off the published values, (periods,); 0 where that is no more than dust."""
    off = np.nan_to_num(point.amount.value(x) - values)
    return np.where(np.abs(off) > LEFT * np.maximum(1.0, point.most), off, 0.0)


def hold(model: Model, keep: Keep) -> Held:
    """Write rows for what was published, once all components have written theirs."""
    points = tuple((p, keep.published(p.item, p.quantity, model.horizon)) for p in model.set_points)
    if keep.leave_usd is None:
        for point, values in points:
            _hold_exactly(model, point, values)
    elif keep.leave_usd > 0.0:
        _hold_at_a_price(model, points, keep.leave_usd)
    return Held(keep, points)


def _hold_exactly(model: Model, point: SetPoint, values: Floats) -> None:
    periods = np.flatnonzero(~np.isnan(values))
    if not len(periods):
        return
    published = values[periods]
    words = f"published as {{allowed}} {point.unit} {{when}}, it would have to be {{amount}} {point.unit} off"
    size = max(float(point.most.max()), float(np.abs(published).max()), 1e-3)
    name = f"published {point.quantity}"
    rows = model.limit(point.amount, published, published, periods, owner=point.item, symbol=name)
    model.require(point.item, name, point.unit, rows, words, size=size, periods=periods, allowed=published)


def _hold_at_a_price(model: Model, points: tuple[tuple[SetPoint, Floats], ...], leave_usd: float) -> None:
    known: dict[str, Bools] = {}
    for point, values in points:
        known[point.item] = known.get(point.item, np.zeros(model.periods, dtype=bool)) | ~np.isnan(values)
    leaves: dict[str, Index] = {}
    for item, told in known.items():
        leaves[item] = model.builder.columns(
            model.periods,
            0.0,
            told.astype(float),
            integer=True,
            owner=item,
            symbol="leaves",
            period=model.every_period,
        )
        model.builder.cost(leaves[item][told], -leave_usd)
    for point, values in points:
        periods = np.flatnonzero(~np.isnan(values))
        for side, share, lower, upper in (
            ("most", -np.maximum(point.most - np.nan_to_num(values), 0.0), -np.inf, values[periods]),
            ("least", np.nan_to_num(values), values[periods], np.inf),
        ):
            bound = model.sum()
            bound.add_sum(point.amount)
            bound.add(leaves[point.item], share)
            symbol = f"published {point.quantity}"
            model.limit(bound, lower, upper, periods, owner=point.item, symbol=symbol, part=side)
