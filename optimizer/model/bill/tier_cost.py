"""What a quantity costs in tiers with cumulative ends, in the model.

| symbol | meaning |
|---|---|
| x | the quantity above what is there anyway |
| f(k) | the part of it in tier k |
| w(k), g(k) | width of the tier (of the last: without end), and its price |
| z(k) | 1 where tier k and those below are full; binary, only where filling out of order could pay |

    x = Σ_k f(k),  0 ≤ f(k) ≤ w(k);  cost = Σ_k g(k) × f(k)
    f(k) ≥ w(k) − most(k) × (1 − z(k));  f(k+1) ≤ most(k+1) × z(k);  z(k+1) ≤ z(k)

Prices that rise fill themselves in order where cost is to be low, prices that fall where it is to be high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.maximum import Line, scalar, stacked
from optimizer.model.desk import PeriodSum
from optimizer.tariff.rule.tiers import in_tiers
from solvers.builder import ProblemBuilder
from solvers.problem import Floats

LEAST_USD = 1e-9
"""Of prices and weights: less is arithmetic."""


@dataclass(frozen=True)
class Weight:
    """What a dollar of a line may come to in all, taxes and the minimum charge included."""

    least: float
    most: float

    def rewards_more(self, prices: Floats) -> bool:
        """Whether more of what costs these prices could be worth having."""
        ends = np.outer([self.least, self.most], prices)
        return bool((ends < -LEAST_USD).any())

    def rewards_disorder(self, prices: Floats) -> bool:
        """Whether a dearer tier might be left empty before a cheaper one, or the reverse where dear is good."""
        steps = np.diff(prices)
        falls, rises = bool((steps < -LEAST_USD).any()), bool((steps > LEAST_USD).any())
        return (self.most > LEAST_USD and falls) or (self.least < -LEAST_USD and rises)


@dataclass(frozen=True)
class Reach:
    """The tiers that a quantity reaches between what is there anyway and its most."""

    widths: Floats
    prices: Floats


def reach(start: float, most: float, ends: Sequence[float], prices: Sequence[float]) -> Reach:
    """Tiers between start and most, those of one price joined."""
    widths = in_tiers(max(most, start), ends) - in_tiers(start, ends)
    used = widths > 0.0
    widths, kept = widths[used], np.asarray(prices, dtype=float)[used]
    if not len(widths):
        return Reach(widths, kept)
    first = np.flatnonzero(np.r_[True, np.diff(kept) != 0.0])
    return Reach(np.add.reduceat(widths, first), kept[first])


def cost_of(
    builder: ProblemBuilder,
    amount: PeriodSum,
    widths: Sequence[PeriodSum],
    prices: Floats,
    *,
    line: Line,
    ordered: bool,
    most: Floats,
) -> PeriodSum:
    """Cost [USD] of an amount (one entry, not negative) in tiers.

    `widths`: of all tiers but the last, which is open. `most`: (tiers,) the most that each may hold in any plan.
    `line`: whose cost it is.
    """
    cost = scalar()
    if len(prices) == 1:
        cost.add_sum(amount, float(prices[0]))
        return cost
    owner, month = line
    tiers = len(prices)
    each = [f"{month}:{k}" for k in range(tiers)]
    parts = builder.columns(tiers, owner=owner, symbol="f", part=each)
    whole = builder.rows(1, amount.constant, amount.constant, owner=owner, symbol="all tiers", part=month)
    builder.add(whole, parts, 1.0)
    _, columns, values = amount.triplets()
    builder.add(np.broadcast_to(whole, columns.shape), columns, -values)
    width = stacked(widths)
    entry, columns, values = width.triplets()
    rows = builder.rows(tiers - 1, -np.inf, width.constant, owner=owner, symbol="tier width", part=each[:-1])
    builder.add(rows, parts[:-1], 1.0)
    builder.add(rows[entry], columns, -values)
    if ordered:
        full = builder.columns(tiers - 1, 0.0, 1.0, integer=True, owner=owner, symbol="z of f", part=each[:-1])
        lower = width.constant - most[:-1]
        rows = builder.rows(tiers - 1, lower, owner=owner, symbol="tier full", part=each[:-1])
        builder.add(rows, parts[:-1], 1.0)
        builder.add(rows[entry], columns, -values)
        builder.add(rows, full, -most[:-1])
        rows = builder.rows(tiers - 1, -np.inf, 0.0, owner=owner, symbol="tier open", part=each[1:])
        builder.add(rows, parts[1:], 1.0)
        builder.add(rows, full, -most[1:])
        rows = builder.rows(tiers - 2, 0.0, np.inf, owner=owner, symbol="tiers in order", part=each[1:-1])
        builder.add(rows, full[:-1], 1.0)
        builder.add(rows, full[1:], -1.0)
    cost.add(parts, prices, np.zeros(tiers, dtype=np.int64))
    return cost
