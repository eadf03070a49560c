"""The audit's own ledger, and the schedule's ledger held against it line by line."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.auditor.book import SHARE, Book, Floats, number
from optimizer.auditor.rows import Periods
from optimizer.scenario.horizon import Horizon
from optimizer.schedule import LedgerKind, LedgerRow, Schedule
from optimizer.schedule.ledger_kind import kinds_of
from optimizer.schedule.vocabulary import ledger_kind

Line = tuple[str, str]
"""(item, kind)."""
KINDS = frozenset(kind.value for kind in LedgerKind)
GROSS_KINDS = kinds_of("revenue")
"""Kinds whose positive lines are the gross revenue."""


class Ledger:
    """Dollars by item, kind and period, each with the money at capacity that its tolerance is taken of."""

    def __init__(self, horizon: Horizon) -> None:
        self._horizon = horizon
        self._usd: dict[Line, Floats] = {}
        self._scale: dict[Line, Floats] = {}

    def post(self, item: str, kind: LedgerKind, usd: Floats, scale: Floats | float) -> None:
        """Add dollars, (periods,). `scale`: USD that the line would be at capacity."""
        line = (item, ledger_kind(kind))
        zeros = np.zeros(self._horizon.periods)
        self._usd[line] = self._usd.get(line, zeros) + usd
        self._scale[line] = self._scale.get(line, zeros) + np.abs(scale)

    def post_once(self, item: str, kind: LedgerKind, period: int, usd: float, scale: float) -> None:
        """Add dollars in one period."""
        at = np.zeros(self._horizon.periods)
        at[period] = 1.0
        self.post(item, kind, usd * at, scale * at)

    def lines(self) -> set[Line]:
        return set(self._usd)

    def usd(self, line: Line) -> Floats:
        """Dollars of a line, (periods,)."""
        return self._usd.get(line, np.zeros(self._horizon.periods))

    def scale(self, line: Line) -> Floats:
        """Dollars that a line would be at capacity, (periods,)."""
        return self._scale.get(line, np.zeros(self._horizon.periods))

    def tolerance(self, line: Line) -> Floats:
        """Dollars by which a line may be off, (periods,)."""
        return np.asarray(SHARE * np.maximum(1.0, np.maximum(np.abs(self.usd(line)), self.scale(line))))

    def total(self, end: int) -> float:
        """Profit of the periods before `end`."""
        return float(sum(usd[:end].sum() for usd in self._usd.values()))

    def total_tolerance(self, end: int) -> float:
        """Dollars by which that profit may be off: SHARE of it, and of all money moved or at capacity."""
        moved = sum(float(np.maximum(np.abs(usd), self._scale[line])[:end].sum()) for line, usd in self._usd.items())
        return SHARE * max(1.0, moved)

    def gross_revenue(self) -> float:
        """Positive lines of revenue over the whole horizon."""
        return float(sum(np.maximum(usd, 0.0).sum() for (_, kind), usd in self._usd.items() if kind in GROSS_KINDS))

    def rows(self, first: int, end: int) -> tuple[LedgerRow, ...]:
        """Its lines that are not zero, by period."""
        starts = self._horizon.starts
        found = [
            (int(t), line, float(usd[t]))
            for line, usd in self._usd.items()
            for t in np.flatnonzero(usd[first:end]) + first
        ]
        found.sort(key=lambda entry: entry[0])
        return tuple(LedgerRow(starts[t], item, str(kind), usd) for t, (item, kind), usd in found)


def compare(schedule: Schedule, own: Ledger, horizon: Horizon, periods: Periods, book: Book) -> None:
    """Hold the schedule's ledger, its total and its horizon's total against the audit's own."""
    cut, end = horizon.committed, horizon.periods
    table: dict[Line, dict[int, float]] = {}
    sums = [
        _read(schedule.ledger_rows, "committed part", 0, cut, periods, book, table),
        _read(schedule.look_ahead_ledger_rows, "look-ahead", cut, end, periods, book, table),
    ]
    for line in sorted(own.lines() | set(table), key=str):
        claimed = np.zeros(end)
        found = table.get(line, {})
        if found:
            claimed[list(found)] = list(found.values())
        item, kind = line
        usd = own.usd(line)
        for t in np.flatnonzero(~(np.abs(claimed - usd) <= own.tolerance(line))).tolist():
            off = float(claimed[t] - usd[t])
            if kind not in KINDS:
                known = f"the ledger has {number(claimed[t])} USD of {kind!r}, which is no kind of dollars"
            elif line not in own.lines():
                known = f"the ledger has {number(claimed[t])} USD of {kind}; nothing in the scenario earns or costs it"
            else:
                said = f"{number(claimed[t])} USD" if t in found else "no line (0 USD)"
                known = f"{kind} is {said}; recomputed it is {number(usd[t])} USD ({number(off)} off)"
            book.add("ledger", item, t, known, amount=off, unit="USD")
    _compare_total("profit_usd", schedule.profit_usd, sums[0], own.total(cut), own.total_tolerance(cut), book)
    whole = sums[0] + sums[1]
    name = "horizon_profit_usd"
    _compare_total(name, schedule.horizon_profit_usd, whole, own.total(end), own.total_tolerance(end), book)


def _read(
    rows: tuple[Any, ...],
    part: str,
    first: int,
    end: int,
    periods: Periods,
    book: Book,
    table: dict[Line, dict[int, float]],
) -> float:
    """Fill the table from ledger rows; their sum in USD."""
    total = 0.0
    for start, item, kind, usd in rows:
        period = periods.find(start)
        if not isinstance(usd, int | float) or not np.isfinite(usd):
            book.add("finite", str(item), period, f"{kind} is {usd!r}, no finite number of USD", unit="USD")
            continue
        total += usd
        if period is None:
            message = f"the ledger of the {part} has {kind} at {start}, where no period begins"
            book.add("rows", str(item), None, message, amount=float(usd), unit="USD")
            continue
        if not first <= period < end:
            message = f"{kind} stands in the ledger of the {part}, to which this period does not belong"
            book.add("rows", item, period, message, amount=float(usd), unit="USD")
        values = table.setdefault((item, kind), {})
        if period in values:
            book.add("rows", item, period, f"the ledger has {kind} more than once", amount=float(usd), unit="USD")
        values[period] = values.get(period, 0.0) + usd
    return total


def _compare_total(name: str, said: float | None, summed: float, own: float, tolerance: float, book: Book) -> None:
    if said is None or not np.isfinite(said):
        book.add("profit", "schedule", None, f"{name} is {said}; recomputed it is {number(own)} USD", unit="USD")
        return
    off = said - summed
    if not abs(off) <= SHARE * max(1.0, abs(said)):
        message = f"{name} is {number(said)} USD; the ledger's lines sum to {number(summed)} ({number(off)} off)"
        book.add("profit", "schedule", None, message, amount=off, unit="USD")
    off = said - own
    if not abs(off) <= tolerance:
        message = f"{name} is {number(said)} USD; recomputed it is {number(own)} ({number(off)} off)"
        book.add("profit", "schedule", None, message, amount=off, unit="USD")
