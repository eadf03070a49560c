"""Rows as columns: what a file keeps of dispatch and ledger, one column for each (item, quantity) or (item, kind).

A row of a year says its item, its quantity and its moment a million times; a column says them once. Moments stand in
one list of the file, `starts`; value i of a column belongs to `starts[first + i]`, or where the moments do not follow
one another to `starts[at[i]]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Self

from pydantic import Field, model_validator

from optimizer.schedule.records import DispatchRow, LedgerRow, Record


class Column(Record):
    """Values of one thing over periods."""

    item: str
    """The item's name; `site`, `bitcoin`, `day ahead` and `grid` are no scenario's names."""
    first: int = Field(0, ge=0)
    """Index in `starts` of the first value, where the periods follow one another."""
    at: tuple[int, ...] | None = None
    """Index in `starts` of each value, where they do not."""

    @property
    def name(self) -> str:
        """The quantity, or the kind of dollars."""
        raise NotImplementedError

    @property
    def numbers(self) -> tuple[float, ...]:
        """Its values."""
        raise NotImplementedError

    @property
    def indices(self) -> Sequence[int]:
        """Index in `starts` of each value."""
        return range(self.first, self.first + len(self.numbers)) if self.at is None else self.at

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.at is not None and len(self.at) != len(self.numbers):
            raise ValueError(f"{len(self.numbers)} values at {len(self.at)} moments")
        return self


class DispatchColumn(Column):
    """A quantity of an item, period by period."""

    quantity: str
    """What is told; its unit, sign and meaning stand in optimizer/schedule/vocabulary.md."""
    values: tuple[float, ...]
    """One for each period."""

    @property
    def name(self) -> str:
        return self.quantity

    @property
    def numbers(self) -> tuple[float, ...]:
        return self.values


class LedgerColumn(Column):
    """Dollars of one kind of one item, in the periods in which there are any."""

    kind: str
    """The kind of dollars."""
    usd: tuple[float, ...]
    """Income positive, cost negative."""

    @property
    def name(self) -> str:
        return self.kind

    @property
    def numbers(self) -> tuple[float, ...]:
        return self.usd


class Starts:
    """The moments of a file, each once, in the order in which its rows name them; iterates over their texts."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._by_id: dict[int, tuple[datetime, int]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def index(self, start: datetime) -> int:
        """The place of a moment in the list, where it is put if it is new."""
        known = self._by_id.get(id(start))
        if known is not None:
            return known[1]
        found = self._texts.setdefault(start.isoformat(), len(self._texts))
        self._by_id[id(start)] = (start, found)  # the object is kept, so that its id stays its own
        return found


def dispatch_columns(rows: Iterable[DispatchRow], starts: Starts) -> list[dict[str, Any]]:
    """Dispatch as the columns of a file, by item and quantity in the order of their first rows."""
    table = _table(rows, starts)
    return [{"item": key[0], "quantity": key[1]} | _placed(at) | {"values": of} for key, (at, of) in table.items()]


def ledger_columns(rows: Iterable[LedgerRow], starts: Starts) -> list[dict[str, Any]]:
    """The ledger as the columns of a file, by item and kind in the order of their first rows."""
    table = _table(rows, starts)
    return [{"item": key[0], "kind": key[1]} | _placed(at) | {"usd": of} for key, (at, of) in table.items()]


def _table(
    rows: Iterable[DispatchRow] | Iterable[LedgerRow], starts: Starts
) -> dict[tuple[str, str], tuple[list[int], list[float]]]:
    """(index of each moment, values) by item and quantity or kind."""
    table: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
    index = starts.index
    for start, item, name, value in rows:
        column = table.get((item, name))
        if column is None:
            column = table[item, name] = ([], [])
        column[0].append(index(start))
        column[1].append(value)
    return table


def _placed(at: list[int]) -> dict[str, Any]:
    first = at[0]
    if at != list(range(first, first + len(at))):
        return {"at": at}
    return {"first": first} if first else {}


def dispatch_rows(columns: Iterable[DispatchColumn], starts: Sequence[datetime]) -> tuple[DispatchRow, ...]:
    """The rows of columns."""
    return tuple(map(DispatchRow._make, chain.from_iterable(_rows(column, starts) for column in columns)))


def ledger_rows(columns: Iterable[LedgerColumn], starts: Sequence[datetime]) -> tuple[LedgerRow, ...]:
    """The rows of columns."""
    return tuple(map(LedgerRow._make, chain.from_iterable(_rows(column, starts) for column in columns)))


def _rows(column: Column, starts: Sequence[datetime]) -> Iterator[tuple[datetime, str, str, float]]:
    moments = (starts[i] for i in column.indices)
    return zip(moments, repeat(column.item), repeat(column.name), column.numbers)
