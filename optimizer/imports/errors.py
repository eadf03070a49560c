"""What is wrong with a price file, and where."""

from __future__ import annotations

from optimizer.errors import WattshiftError


class PriceFileError(WattshiftError, ValueError):
    """A price file that cannot be read as one series. `row` is the line of the file (the row of the sheet),
    1 being the first; `found` and `allowed` say what stands there and what may."""

    def __init__(
        self, file: str, found: str, allowed: str = "", *, row: int | None = None, column: str | None = None
    ) -> None:
        self.file = file
        self.row = row
        self.column = column
        self.found = found
        self.allowed = allowed
        place = file
        if row is not None:
            place += f", row {row}"
        if column is not None:
            place += f", column {column!r}"
        super().__init__(f"{place}: {found}; {allowed}" if allowed else f"{place}: {found}")
