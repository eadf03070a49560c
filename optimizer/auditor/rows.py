"""Dispatch rows, looked up by item and quantity; what is missing, double, unknown or misplaced is found here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from optimizer.auditor.book import WHOLE, Book, Floats, Ints, number
from optimizer.scenario.horizon import Horizon
from optimizer.schedule import Schedule
from optimizer.schedule.vocabulary import Vocabulary


class Periods:
    """Finds the period that begins at a moment; the moments of one schedule repeat a great deal."""

    def __init__(self, horizon: Horizon) -> None:
        self._by_minute = {minute: t for t, minute in enumerate(horizon.start_minutes.tolist())}
        self._by_id: dict[int, tuple[datetime, int]] = {}

    def find(self, start: datetime) -> int | None:
        """The period's index; None where no period of the horizon begins then."""
        known = self._by_id.get(id(start))
        # The object is kept, so that its id stays its own.
        if known is not None:
            return known[1]
        if not isinstance(start, datetime) or start.tzinfo is None:
            return None
        period = self._by_minute.get(start.timestamp() / 60.0)
        if period is not None:
            self._by_id[id(start)] = (start, period)
        return period


class Rows:
    """The dispatch of both parts as arrays over the horizon's periods."""

    def __init__(
        self, schedule: Schedule, vocabulary: Vocabulary, horizon: Horizon, periods: Periods, book: Book
    ) -> None:
        self._vocabulary = vocabulary
        self._horizon = horizon
        self._periods = periods
        self._book = book
        self._table: dict[tuple[str, str], dict[int, Any]] = {}
        self._taken: set[tuple[str, str]] = set()
        cut = horizon.committed
        self._read(schedule.dispatch_rows, "committed part", 0, cut)
        self._read(schedule.look_ahead_dispatch_rows, "look-ahead", cut, horizon.periods)

    def _read(self, rows: tuple[Any, ...], part: str, first: int, end: int) -> None:
        table, find = self._table, self._periods.find
        for start, item, quantity, value in rows:
            period = find(start)
            if period is None:
                text = start.isoformat() if isinstance(start, datetime) else repr(start)
                message = f"a row of the {part} gives {quantity} at {text}, where no period begins"
                self._book.add("rows", str(item), None, message)
                continue
            values = table.get((item, quantity))
            if values is None:
                values = table[item, quantity] = {}
            if not first <= period < end:
                message = f"{quantity} stands in the rows of the {part}, to which this period does not belong"
                self._book.add("rows", item, period, message)
            if period in values:
                self._book.add("rows", item, period, f"{quantity} is given more than once")
                continue
            values[period] = value

    def take(self, item: str, quantity: str) -> Floats:
        """What the schedule says of a quantity, (periods,); 0 where it says nothing, which is written down. Raises
        VocabularyError where the item's class does not name it (`shows`)."""
        self._vocabulary.quantity(item, quantity)
        self._taken.add((item, quantity))
        count = self._horizon.periods
        found = self._table.get((item, quantity), {})
        values = np.zeros(count)
        if found:
            values[list(found)] = _as_floats(list(found.values()))
        if len(found) < count:
            missing = [t for t in range(count) if t not in found]
            message = f"{quantity} is missing in {len(missing)} of {count} periods"
            self._book.add("completeness", item, missing[0], message, amount=float(len(missing)), unit="rows")
        broken = np.flatnonzero(~np.isfinite(values))
        for period in broken.tolist():
            self._book.add("finite", item, period, f"{quantity} is {found[period]!r}, no finite number")
            values[period] = 0.0
        return values

    def take_whole(self, item: str, quantity: str, most: int | Ints, what: str, rule: str = "whole") -> Ints:
        """A count, (periods,), that must be whole and between 0 and `most`; rounded."""
        values = self.take(item, quantity)
        whole = np.rint(values)
        for period in np.flatnonzero(np.abs(values - whole) > WHOLE).tolist():
            off = abs(float(values[period] - whole[period]))
            message = f"{quantity} is {number(values[period])}, no whole number of {what}"
            self._book.add(rule, item, period, message, amount=off, unit=what)
        limit = np.broadcast_to(np.asarray(most, dtype=float), whole.shape)
        for period in np.flatnonzero((whole < 0) | (whole > limit)).tolist():
            beyond = float(whole[period] if whole[period] < 0 else whole[period] - limit[period])
            message = f"{quantity} is {number(whole[period])}; allowed are 0 to {number(limit[period])} {what}"
            self._book.add("range", item, period, message, amount=beyond, unit=what)
        # Absurd counts are written down above; clipped, they stay inside integer arithmetic.
        return np.clip(whole, -1e9, 1e9).astype(np.int64)

    def close(self) -> None:
        """Write down all rows that nothing in the scenario explains."""
        for (item, quantity), values in self._table.items():
            if (item, quantity) in self._taken:
                continue
            refusal = self._vocabulary.refusal(item, quantity)
            self._book.add("rows", str(item), min(values), refusal, amount=float(len(values)), unit="rows")


def _as_floats(values: list[Any]) -> Floats:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return np.asarray([v if isinstance(v, int | float) else np.nan for v in values], dtype=float)
