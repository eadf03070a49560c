"""Writes a problem as an MPS file whose numbers read back to the last bit.

MPS knows no direction that all readers agree on, so the file minimises −cost · x − offset.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from solvers.problem import Bools, Floats, Problem


def kept_rows(problem: Problem) -> Bools:
    """The rows (m,) that are written: those with any limit. MPS would read others as objectives."""
    return np.isfinite(problem.row_lower) | np.isfinite(problem.row_upper)


def write(problem: Problem, path: Path, *, named: bool = False) -> None:
    """Write the file. Columns are named C0, C1, … and rows R0, R1, … by their index in the problem.

    `named`: by what they stand for (`solvers.labels`), for people who read the file; what has no label is named by its
    index. Solvers get the short names: with the long ones a day takes 2.5 to 3 times as long to write and the file is
    four times as large, for the same optimum.
    """
    columns, rows = _names(problem, named)
    lines = ["NAME problem", "ROWS", " N OBJ"]
    kinds, sides, ranges = _row_kinds(problem)
    kept = np.flatnonzero(kept_rows(problem)).tolist()
    lines += [f" {kinds[i]} {rows[i]}" for i in kept]
    lines.append("COLUMNS")
    lines += _columns(problem, columns, rows)
    lines.append("RHS")
    lines.append(f" RHS OBJ {problem.offset!r}")  # the objective's right side is minus its constant
    values = sides.tolist()
    lines += [f" RHS {rows[i]} {values[i]!r}" for i in kept]
    if len(ranges):
        lines.append("RANGES")
        widths = (problem.row_upper[ranges] - problem.row_lower[ranges]).tolist()
        lines += [f" RNG {rows[i]} {width!r}" for i, width in zip(ranges.tolist(), widths, strict=True)]
    lines.append("BOUNDS")
    lines += _bounds(problem, columns)
    lines.append("ENDATA")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def _names(problem: Problem, named: bool) -> tuple[list[str], list[str]]:
    """The names of all columns and rows."""
    if named and problem.labels is not None:
        return problem.labels.columns.names(problem.columns), problem.labels.rows.names(problem.rows)
    return [f"C{j}" for j in range(problem.columns)], [f"R{i}" for i in range(problem.rows)]


def _row_kinds(problem: Problem) -> tuple[list[str], Floats, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    low, high = problem.row_lower, problem.row_upper
    equal = low == high
    kinds = np.where(equal, "E", np.where(np.isfinite(low), "G", "L")).tolist()
    ranges = np.flatnonzero(~equal & np.isfinite(low) & np.isfinite(high))
    return kinds, np.where(np.isfinite(low), low, high), ranges


def _columns(problem: Problem, names: list[str], row_names: list[str]) -> list[str]:
    written = kept_rows(problem)
    row, column, value = problem.rows_of_values(), problem.column, problem.value
    kept = written[row]
    order = np.argsort(column[kept], kind="stable")
    rows, columns, values = row[kept][order], column[kept][order], value[kept][order]
    start = np.searchsorted(columns, np.arange(problem.columns + 1)).tolist()
    entries = [f" {row_names[i]} {v!r}" for i, v in zip(rows.tolist(), values.tolist(), strict=True)]
    lines: list[str] = []
    inside = False
    for j, (cost, integer) in enumerate(zip((-problem.cost).tolist(), problem.integer.tolist(), strict=True)):
        if integer != inside:
            inside = integer
            lines.append(f" M{j} 'MARKER' '{'INTORG' if integer else 'INTEND'}'")
        name = f" {names[j]}"
        lines.append(f"{name} OBJ {cost!r}")  # also where it is 0: a column has to be named to exist
        lines += [name + entry for entry in entries[start[j] : start[j + 1]]]
    if inside:
        lines.append(" M 'MARKER' 'INTEND'")
    return lines


def _bounds(problem: Problem, names: list[str]) -> list[str]:
    """Both bounds of every column: readers differ in what they assume of integer columns without any."""
    # COIN guesses from the first line whether the section has a name, so every line has all four fields.
    lines: list[str] = []
    for name, low, high in zip(names, problem.lower.tolist(), problem.upper.tolist(), strict=True):
        lines.append(f" MI BND {name} -1e30" if low == -np.inf else f" LO BND {name} {low!r}")
        lines.append(f" PL BND {name} 1e30" if high == np.inf else f" UP BND {name} {high!r}")
    return lines
