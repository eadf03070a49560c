"""The highest of several expressions, as a column.

    y ≥ floor,  y ≥ e(j) for all j

is enough where a higher y is never worth having. Elsewhere y is bound to one of them, with binaries z:

    y ≤ e(j) + (top − least(j)) × (1 − z(j)),  y ≤ floor + (top − floor) × (1 − z(0)),  Σ z = 1
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.model.desk import PeriodSum
from solvers.builder import FloatLike, ProblemBuilder

BEYOND = 1e-3


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
    exact: bool,
    least: FloatLike = 0.0,
    most: FloatLike = np.inf,
) -> PeriodSum:
    """max(floor, amounts) as an expression of one entry. `exact`: bound from above too; then `least` and `most` are
    what each amount lies between in any plan."""
    count = len(amounts.constant)
    top = max(floor, float(np.max(most, initial=floor)))
    # Columns without end have cost HiGHS optima; this one is loose.
    column = builder.columns(1, floor, top + BEYOND * max(1.0, abs(top)))
    made = scalar()
    made.add(column, 1.0, np.zeros(1, dtype=np.int64))
    entry, columns, values = amounts.triplets()
    rows = builder.rows(count, amounts.constant)
    builder.add(rows, column, 1.0)
    builder.add(rows[entry], columns, -values)
    if exact:
        lowest = np.broadcast_to(np.asarray(least, dtype=float), (count,))
        chosen = builder.columns(count, 0.0, 1.0, integer=True)
        rows = builder.rows(count, -np.inf, amounts.constant + top - lowest)
        builder.add(rows, column, 1.0)
        builder.add(rows[entry], columns, -values)
        builder.add(rows, chosen, top - lowest)
        none_chosen = builder.columns(1, 0.0, 1.0, integer=True)
        row = builder.rows(1, -np.inf, top)
        builder.add(row, column, 1.0)
        builder.add(row, none_chosen, top - floor)
        one = builder.rows(1, 1.0, 1.0)
        builder.add(one, np.r_[chosen, none_chosen], 1.0)
    return made
