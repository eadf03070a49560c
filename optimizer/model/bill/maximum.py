"""The highest of several expressions, as a column.

    y ≥ floor,  y ≥ e(j) for all j

is enough where a higher y is never worth having. Elsewhere y is bound to one of them, with binaries z:

    y ≤ e(j) + (top − least(j)) × (1 − z(j)),  y ≤ floor + (top − floor) × (1 − z(0)),  Σ z = 1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optimizer.model.desk import PeriodSum
from solvers.builder import FloatLike, ProblemBuilder

BEYOND = 1e-3


class Line(NamedTuple):
    """Whose columns and rows these are: a charge (or the bill itself), and the month that they are of."""

    owner: str
    month: str


def scalar(constant: float = 0.0) -> PeriodSum:
    """An expression of one entry."""
    made = PeriodSum(1)
    made.add_constant(constant)
    return made


def stacked(parts: Sequence[PeriodSum]) -> PeriodSum:
    """Expressions below each other as one."""
    whole = PeriodSum(sum(len(part.constant) for part in parts))
    at = 0
    for part in parts:
        entry, columns, values = part.triplets()
        whole.add(columns, values, entry + at)
        whole.constant[at : at + len(part.constant)] = part.constant
        at += len(part.constant)
    return whole


def highest(
    builder: ProblemBuilder,
    amounts: PeriodSum,
    floor: float,
    *,
    line: Line,
    symbol: str,
    exact: bool,
    least: FloatLike = 0.0,
    most: FloatLike = np.inf,
) -> PeriodSum:
    """max(floor, amounts) as an expression of one entry. `exact`: bound from above too; then `least` and `most` are
    what each amount lies between in any plan. `line`, `symbol`: whose it is, and what it is called."""
    owner, month = line
    count = len(amounts.constant)
    top = max(floor, float(np.max(most, initial=floor)))
    # Columns without end have cost HiGHS optima; this one is loose.
    end = top + BEYOND * max(1.0, abs(top))
    column = builder.columns(1, floor, end, owner=owner, symbol=symbol, part=month)
    made = scalar()
    made.add(column, 1.0, np.zeros(1, dtype=np.int64))
    entry, columns, values = amounts.triplets()
    each = [f"{month}:{k}" for k in range(count)]
    rows = builder.rows(count, amounts.constant, owner=owner, symbol=f"{symbol} at least", part=each)
    builder.add(rows, column, 1.0)
    builder.add(rows[entry], columns, -values)
    if exact:
        lowest = np.broadcast_to(np.asarray(least, dtype=float), (count,))
        chosen = builder.columns(count, 0.0, 1.0, integer=True, owner=owner, symbol=f"z of {symbol}", part=each)
        upper = amounts.constant + top - lowest
        rows = builder.rows(count, -np.inf, upper, owner=owner, symbol=f"{symbol} at most", part=each)
        builder.add(rows, column, 1.0)
        builder.add(rows[entry], columns, -values)
        builder.add(rows, chosen, top - lowest)
        none_chosen = builder.columns(
            1, 0.0, 1.0, integer=True, owner=owner, symbol=f"z of {symbol}", part=f"{month}:floor"
        )
        row = builder.rows(1, -np.inf, top, owner=owner, symbol=f"{symbol} at most", part=f"{month}:floor")
        builder.add(row, column, 1.0)
        builder.add(row, none_chosen, top - floor)
        one = builder.rows(1, 1.0, 1.0, owner=owner, symbol=f"one z of {symbol}", part=month)
        builder.add(one, np.r_[chosen, none_chosen], 1.0)
    return made
