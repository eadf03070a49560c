"""What every format gives: one price a row, with the start of its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.imports.clock import Minutes
from optimizer.imports.table import Table
from optimizer.imports.units import PriceUnit

Stamps = Literal["beginning", "ending"]
"""Whether a time tells the beginning of its interval or the end."""


@dataclass(frozen=True)
class Asked:
    """What the caller decides where a file has several, or does not say. None: the file decides."""

    location: str | None = None
    column: str | None = None
    stamps: Stamps | None = None


@dataclass(frozen=True, eq=False)
class Readings:
    """Rows in the file's order."""

    table: Table
    time_column: str
    price_column: str
    starts: Minutes
    """Minutes since 1970, UTC; NO_INSTANT for a row without a price in an hour that does not exist."""
    interval_minutes: int | None
    """Length of the intervals, where the format says it; else it follows from their distance."""
    notes: tuple[str, ...] = ()
    unit: PriceUnit | None = None
    """Unit of the prices, where the format says it; else the column's name or a title may."""
    stamps: Stamps | None = None
    """What the times tell, where the file says it."""
