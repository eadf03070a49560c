"""Collects columns, rows and coefficients as numpy triplets and turns them into a `Problem` once.

No expression language and no loop over periods: a variable is an array of column indices, a family of
constraints is an array of row indices, and one call writes the coefficients of both, broadcast.

Columns and rows may say whose they are (`owner`), what they stand for (`symbol`, `part`) and of which `period`, an
array that broadcasts to their shape; the built problem carries this as `Problem.labels`. See `solvers.labels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers.labels import Block, Labels, PeriodName, Side, block
from solvers.problem import Floats, Problem

Index = npt.NDArray[np.int64]
FloatLike = float | npt.NDArray[Any]


class ProblemBuilder:
    """Grows a problem column by column and row by row; `build()` may be called once all is written."""

    def __init__(self, period_name: PeriodName = str) -> None:
        """`period_name` says what a period is called in the names of columns and rows."""
        self._period_name = period_name
        self._column_blocks: list[Block] = []
        self._row_blocks: list[Block] = []
        self._columns = 0
        self._rows = 0
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._integer: list[npt.NDArray[np.bool_]] = []
        self._row_lower: list[Floats] = []
        self._row_upper: list[Floats] = []
        self._entries: list[tuple[Index, Index, Floats]] = []
        self._costs: list[tuple[Index, Floats]] = []
        self._references: list[tuple[Index, Floats]] = []
        self._offset = 0.0
        self._reference_offset = 0.0

    def columns(
        self,
        shape: int | tuple[int, ...],
        lower: FloatLike = 0.0,
        upper: FloatLike = np.inf,
        *,
        integer: bool = False,
        owner: str = "",
        symbol: str = "",
        part: str | Sequence[str] = "",
        period: Index | None = None,
    ) -> Index:
        """New columns; returns their indices in the given shape. Bounds broadcast to the shape."""
        if owner:
            self._column_blocks.append(block(self._columns, shape, owner, symbol, part, period))
        index = self._columns + np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
        self._columns += index.size
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), index.shape).ravel())
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=float), index.shape).ravel())
        self._integer.append(np.full(index.size, integer))
        return index

    def rows(
        self,
        shape: int | tuple[int, ...],
        lower: FloatLike = -np.inf,
        upper: FloatLike = np.inf,
        *,
        owner: str = "",
        symbol: str = "",
        part: str | Sequence[str] = "",
        period: Index | None = None,
    ) -> Index:
        """New empty rows with their limits; returns their indices in the given shape."""
        if owner:
            self._row_blocks.append(block(self._rows, shape, owner, symbol, part, period))
        index = self._rows + np.arange(int(np.prod(shape)), dtype=np.int64).reshape(shape)
        self._rows += index.size
        self._row_lower.append(np.broadcast_to(np.asarray(lower, dtype=float), index.shape).ravel())
        self._row_upper.append(np.broadcast_to(np.asarray(upper, dtype=float), index.shape).ravel())
        return index

    def add(self, rows: Index, columns: Index, values: FloatLike) -> None:
        """Coefficients of `columns` in `rows`; the three are broadcast against each other and summed."""
        r, c, v = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        self._entries.append((r.ravel(), c.ravel(), v.ravel()))

    def cost(self, columns: Index, values: FloatLike) -> None:
        """Objective coefficients, summed."""
        c, v = np.broadcast_arrays(columns, np.asarray(values, dtype=float))
        self._costs.append((c.ravel(), v.ravel()))

    def constant(self, value: float) -> None:
        """A constant of the objective."""
        self._offset += value

    def reference(self, columns: Index, values: FloatLike) -> None:
        """Coefficients of the gap's reference amount, summed."""
        c, v = np.broadcast_arrays(columns, np.asarray(values, dtype=float))
        self._references.append((c.ravel(), v.ravel()))

    def reference_constant(self, value: float) -> None:
        """A constant of the gap's reference amount."""
        self._reference_offset += value

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows so far."""
        return self._columns, self._rows

    def build(self) -> Problem:
        """The finished arrays; duplicate coefficients are summed, zeros dropped."""
        rows, columns, values = _joined(self._entries)
        order = np.lexsort((columns, rows))
        rows, columns, values = rows[order], columns[order], values[order]
        if len(rows):
            first = np.r_[True, (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])]
            values = np.add.reduceat(values, np.flatnonzero(first))
            rows, columns = rows[first], columns[first]
            keep = values != 0.0
            rows, columns, values = rows[keep], columns[keep], values[keep]
        row_start = np.zeros(self._rows + 1, dtype=np.int32)
        row_start[1:] = np.cumsum(np.bincount(rows, minlength=self._rows))
        return Problem(
            cost=_summed(self._costs, self._columns),
            lower=_flat(self._lower),
            upper=_flat(self._upper),
            integer=np.concatenate([*self._integer, np.zeros(0, dtype=np.bool_)]),
            row_start=row_start,
            column=columns.astype(np.int32),
            value=values,
            row_lower=_flat(self._row_lower),
            row_upper=_flat(self._row_upper),
            offset=self._offset,
            reference=_summed(self._references, self._columns),
            reference_offset=self._reference_offset,
            labels=Labels(
                Side("C", self._column_blocks, self._period_name), Side("R", self._row_blocks, self._period_name)
            ),
        )


def _flat(parts: list[Floats]) -> Floats:
    return np.concatenate([*parts, np.zeros(0)])


def _joined(parts: list[tuple[Index, Index, Floats]]) -> tuple[Index, Index, Floats]:
    empty = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([*(p[0] for p in parts), empty]),
        np.concatenate([*(p[1] for p in parts), empty]),
        np.concatenate([*(p[2] for p in parts), np.zeros(0)]),
    )


def _summed(parts: list[tuple[Index, Floats]], length: int) -> Floats:
    if not parts:
        return np.zeros(length)
    index = np.concatenate([p[0] for p in parts])
    sums = np.bincount(index, weights=np.concatenate([p[1] for p in parts]), minlength=length)
    return np.asarray(sums, dtype=np.float64)
