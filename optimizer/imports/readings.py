"""What every format gives: one price a row, with the start of its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.imports.clock import Minutes
from optimizer.imports.table import Table


@dataclass(frozen=True, eq=False)
class Readings:
    """Rows in the file's order; NaN where a row has no price."""

    table: Table
    time_column: str
    price_column: str
    starts: Minutes
    """Minutes since 1970, UTC."""
    prices: npt.NDArray[np.float64]
    interval_minutes: int | None
    """Length of the intervals, where the format says it; else it follows from their distance."""
    notes: tuple[str, ...] = ()
