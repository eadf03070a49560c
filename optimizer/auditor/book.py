"""The auditor's notebook: violations as they are found, and the comparisons that find most of them.

Tolerances: SHARE of capacity on power, GPUs and GPU-hours, SHARE of the amount on money (at least of 1 USD),
WHOLE on counts.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.auditor.findings import Violation
from optimizer.scenario.horizon import Horizon

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

SHARE = 1e-6
"""Relative tolerance: of capacity (physics) or of the amount (money)."""
WHOLE = 1e-6
"""Distance of a count from a whole number."""
LEAST = 2e-3
"""Smallest capacity that a tolerance is taken of: schedules leave out what is below 1e-9."""
MOST_EACH = 20
"""Violations of one rule by one item that are listed one by one; the rest are summed up in one."""


def number(value: float) -> str:
    """A number as messages show it."""
    return f"{value:.9g}"


def measured(value: float, unit: str) -> str:
    """A number with its unit, if it has one."""
    return f"{number(value)} {unit}" if unit else number(value)


def same_moment(a: datetime | None, b: datetime | None) -> bool:
    """Whether two moments (or two absences) are one."""
    if a is None or b is None:
        return a is b
    return a.tzinfo is not None and b.tzinfo is not None and a.timestamp() == b.timestamp()


class Book:
    """Collects violations; many of one kind are summed up."""

    def __init__(self, horizon: Horizon) -> None:
        self._horizon = horizon
        self._found: list[Violation] = []
        self._count: Counter[tuple[str, str]] = Counter()
        self._worst: dict[tuple[str, str], Violation] = {}

    def add(
        self,
        rule: str,
        item: str,
        period: int | None,
        message: str,
        *,
        amount: float | None = None,
        unit: str = "",
    ) -> None:
        """Write a violation down. `period`: index, None where no single period is at fault."""
        start = None if period is None else self._horizon.label(period)
        size = None if amount is None or not np.isfinite(amount) else float(amount)
        violation = Violation(rule, item, start, size, unit, message)
        key = (rule, item)
        self._count[key] += 1
        if self._count[key] <= MOST_EACH:
            self._found.append(violation)
            return
        worst = self._worst.get(key)
        if worst is None or abs(size or 0.0) > abs(worst.amount or 0.0):
            self._worst[key] = violation

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All, in the order found; each rule's overflow after them, named by its worst."""
        rest = [
            Violation(
                worst.rule,
                worst.item,
                worst.start,
                worst.amount,
                worst.unit,
                f"and {self._count[key] - MOST_EACH} more of this kind; the worst of them: {worst.message}",
            )
            for key, worst in self._worst.items()
        ]
        return (*self._found, *rest)

    def equal(
        self,
        rule: str,
        item: str,
        what: str,
        claimed: Floats,
        own: Floats,
        *,
        unit: str,
        tolerance: float | Floats,
    ) -> None:
        """Hold what the schedule says, (periods,), against the audit's own figure."""
        off = claimed - own
        bad = np.flatnonzero(~(np.abs(off) <= tolerance))
        for period in bad.tolist():
            self.add(
                rule,
                item,
                period,
                f"{what} is given as {measured(claimed[period], unit)}; "
                f"it comes to {number(own[period])} ({number(off[period])} off)",
                amount=float(off[period]),
                unit=unit,
            )

    def at_most(
        self,
        rule: str,
        item: str,
        what: str,
        value: Floats,
        limit: Floats | float,
        *,
        unit: str,
        tolerance: float | Floats,
        limit_name: str = "limit",
    ) -> None:
        """Hold a value, (periods,), against a limit."""
        over = value - limit
        bad = np.flatnonzero(~(over <= tolerance))
        for period in bad.tolist():
            self.add(
                rule,
                item,
                period,
                f"{what} is {measured(value[period], unit)}, {number(over[period])} above its "
                f"{limit_name} of {number(value[period] - over[period])}",
                amount=float(over[period]),
                unit=unit,
            )

    def at_least(
        self,
        rule: str,
        item: str,
        what: str,
        value: Floats,
        limit: Floats | float,
        *,
        unit: str,
        tolerance: float | Floats,
        limit_name: str = "least",
    ) -> None:
        """Hold a value, (periods,), against the least that it must be; the amount is what is missing."""
        missing = limit - value
        bad = np.flatnonzero(~(missing <= tolerance))
        for period in bad.tolist():
            self.add(
                rule,
                item,
                period,
                f"{what} is {measured(value[period], unit)}, {number(missing[period])} below its "
                f"{limit_name} of {number(value[period] + missing[period])}",
                amount=float(missing[period]),
                unit=unit,
            )

    def not_negative(self, rule: str, item: str, what: str, value: Floats, *, unit: str, tolerance: float) -> None:
        """Refuse negative values, (periods,)."""
        for period in np.flatnonzero(~(value >= -tolerance)).tolist():
            self.add(
                rule,
                item,
                period,
                f"{what} is {measured(value[period], unit)}, negative",
                amount=float(value[period]),
                unit=unit,
            )


def share_of(capacity: float) -> float:
    """Tolerance on a quantity of this capacity."""
    return SHARE * max(abs(capacity), LEAST)


def relative(own: Floats) -> Floats:
    """Tolerance on prices and other given figures."""
    return SHARE * np.maximum(1.0, np.abs(own))
