"""The boundary between model and solvers: one mixed-integer linear problem as arrays.

    maximise    cost · x + offset
    subject to  row_lower ≤ A x ≤ row_upper
                lower     ≤   x ≤ upper
                x[j] integer where integer[j]

A is stored by rows (CSR). Every route takes exactly these arrays; none of them knows what a row means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from solvers.labels import Labels

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST_COEFFICIENT = 1e15
"""HiGHS and SCIP take no larger ones."""


class ProblemError(ValueError):
    """The arrays are no problem that a solver may see (NaN, infinite cost, crossed shapes)."""

    exit_code = 2
    """What a command ends with that is told so."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A mixed-integer linear problem, to be maximised.

    Shapes: n columns, m rows, k non-zeros. `cost`, `lower`, `upper`, `integer`: (n,);
    `row_lower`, `row_upper`: (m,); `row_start`: (m + 1,); `column`, `value`: (k,).
    Bounds may be ±inf; everything else is finite. `reference` (n,) and `reference_offset` give the amount
    `reference · x + reference_offset` of which 1 % is the least denominator of the gap (see `solvers.gap`).
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: Bools
    row_start: Ints
    column: Ints
    value: Floats
    row_lower: Floats
    row_upper: Floats
    offset: float = 0.0
    reference: Floats | None = None
    reference_offset: float = 0.0
    labels: Labels | None = None
    """Whose columns and rows these are; no route needs it."""

    @property
    def columns(self) -> int:
        return len(self.cost)

    @property
    def rows(self) -> int:
        return len(self.row_lower)

    @property
    def nonzeros(self) -> int:
        return len(self.value)

    @property
    def integers(self) -> int:
        return int(self.integer.sum())

    @property
    def limited(self) -> bool:
        """Whether the columns' own bounds keep the objective finite, so that it cannot be unbounded."""
        limits = np.where(self.cost > 0, self.upper, -self.lower)
        return bool(np.isfinite(limits[self.cost != 0]).all())

    def objective(self, x: Floats) -> float:
        """The objective at x, constants included."""
        return float(self.cost @ x + self.offset)

    def rows_of_values(self) -> Ints:
        """The row (k,) of each non-zero."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.row_start))

    def activity(self, x: Floats) -> Floats:
        """A x (m,): the value of each row at x (n,)."""
        if not self.nonzeros:
            return np.zeros(self.rows)
        weights = self.value * x[self.column]
        sums = np.bincount(self.rows_of_values(), weights=weights, minlength=self.rows)
        return np.asarray(sums, dtype=np.float64)

    def relaxed(self) -> Problem:
        """The same problem with every column continuous."""
        return replace(self, integer=np.zeros(self.columns, dtype=np.bool_))

    def with_rows_of(self, more: Problem) -> Problem:
        """This problem with the rows of another one on the same columns behind its own."""
        labels = self.labels
        if labels is not None and more.labels is not None:
            labels = replace(labels, rows=labels.rows.behind(more.labels.rows, self.rows))
        return replace(
            self,
            labels=labels,
            row_start=np.concatenate([self.row_start, self.nonzeros + more.row_start[1:]]).astype(np.int32),
            column=np.concatenate([self.column, more.column]),
            value=np.concatenate([self.value, more.value]),
            row_lower=np.concatenate([self.row_lower, more.row_lower]),
            row_upper=np.concatenate([self.row_upper, more.row_upper]),
        )

    def without_rows(self, rows: Index) -> Problem:
        """This problem without some of its rows, nor names: what it allows at best bounds what the whole one does."""
        kept = np.ones(self.rows, dtype=np.bool_)
        kept[rows] = False
        entries = np.diff(self.row_start)
        inside = np.repeat(kept, entries)
        return replace(
            self,
            labels=None,
            row_start=np.append(0, np.cumsum(entries[kept])).astype(np.int32),
            column=self.column[inside],
            value=self.value[inside],
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
        )

    def check(self) -> None:
        """Raise ProblemError unless shapes agree and every number is one that a solver may see.

        Crossed bounds are no error here: they are an infeasible problem, and the routes say so.
        """
        n, m = self.columns, self.rows
        shapes = {
            "lower": (self.lower, n),
            "upper": (self.upper, n),
            "integer": (self.integer, n),
            "row_start": (self.row_start, m + 1),
            "row_upper": (self.row_upper, m),
            "value": (self.value, len(self.column)),
        }
        for name, (array, length) in shapes.items():
            if len(array) != length:
                raise ProblemError(f"{name} has {len(array)} entries, expected {length}")
        if self.reference is not None and len(self.reference) != n:
            raise ProblemError(f"reference has {len(self.reference)} entries, expected {n}")
        finite = [("cost", self.cost), ("value", self.value)]
        if self.reference is not None:
            finite.append(("reference", self.reference))
        for name, array in finite:
            bad = np.flatnonzero(~np.isfinite(array))
            if len(bad):
                raise ProblemError(f"{name}[{bad[0]}] is {array[bad[0]]}; it must be finite")
        bad = np.flatnonzero(np.abs(self.value) > MOST_COEFFICIENT)
        if len(bad):
            raise ProblemError(f"value[{bad[0]}] is {self.value[bad[0]]}; at most {MOST_COEFFICIENT:g} in size")
        for name, number in (("offset", self.offset), ("reference_offset", self.reference_offset)):
            if not np.isfinite(number):
                raise ProblemError(f"{name} is {number}; it must be finite")
        for name, array, never in (
            ("lower", self.lower, np.inf),
            ("upper", self.upper, -np.inf),
            ("row_lower", self.row_lower, np.inf),
            ("row_upper", self.row_upper, -np.inf),
        ):
            bad = np.flatnonzero(np.isnan(array) | (array == never))
            if len(bad):
                other = "−∞" if never > 0 else "+∞"
                raise ProblemError(f"{name}[{bad[0]}] is {array[bad[0]]}; it must be a number or {other}")
        self._check_matrix()

    def _check_matrix(self) -> None:
        start, column = self.row_start, self.column
        if start[0] != 0 or start[-1] != len(column) or (np.diff(start) < 0).any():
            raise ProblemError("row_start must rise from 0 to the number of non-zeros")
        if not len(column):
            return
        if column.min() < 0 or column.max() >= self.columns:
            raise ProblemError("a row names a column that does not exist")
        # Solvers disagree on a coefficient given twice: one sums, one refuses. Ascending columns, which the
        # builder writes, have none; only others are sorted to see.
        row = self.rows_of_values()
        same = row[1:] == row[:-1]
        if (same & (column[1:] <= column[:-1])).any():
            order = np.lexsort((column, row))
            column = column[order]
            twice = np.flatnonzero(same & (column[1:] == column[:-1]))
            if len(twice):
                raise ProblemError(f"row {row[twice[0]]} names column {column[twice[0]]} twice")
