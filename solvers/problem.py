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

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


class ProblemError(ValueError):
    """The arrays are no problem that a solver may see (NaN, infinite cost, crossed shapes)."""


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

    def objective(self, x: Floats) -> float:
        """The objective at x, constants included."""
        return float(self.cost @ x + self.offset)

    def relaxed(self) -> Problem:
        """The same problem with every column continuous."""
        return replace(self, integer=np.zeros(self.columns, dtype=np.bool_))

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
        for name, array in (("cost", self.cost), ("value", self.value)):
            bad = np.flatnonzero(~np.isfinite(array))
            if len(bad):
                raise ProblemError(f"{name}[{bad[0]}] is {array[bad[0]]}; it must be finite")
        if not np.isfinite(self.offset):
            raise ProblemError(f"offset is {self.offset}; it must be finite")
        for name, array in (
            ("lower", self.lower),
            ("upper", self.upper),
            ("row_lower", self.row_lower),
            ("row_upper", self.row_upper),
        ):
            bad = np.flatnonzero(np.isnan(array))
            if len(bad):
                raise ProblemError(f"{name}[{bad[0]}] is NaN; it must be a number or ±inf")
        if len(self.column) and (self.column.min() < 0 or self.column.max() >= n):
            raise ProblemError("a row names a column that does not exist")
