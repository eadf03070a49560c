"""What a quantity costs under tiers with cumulative ends.

cost(x) = Σ_k rate_k × max(0, min(x, end_k) − end_{k−1}),  end_0 = 0, the last end infinite
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.scenario.series import Floats


def in_tiers(quantity: float, ends: Sequence[float]) -> Floats:
    """The part of a quantity that falls into each tier, (tiers,). An end below an earlier one closes its tier."""
    upper = np.maximum.accumulate(np.asarray(ends, dtype=float))
    lower = np.concatenate([[0.0], upper[:-1]])
    return np.asarray(np.maximum(0.0, np.minimum(quantity, upper) - np.minimum(quantity, lower)))


def cost(quantity: float, ends: Sequence[float], rates: Sequence[float]) -> float:
    """The cost of a quantity, in the rates' money."""
    return float(in_tiers(quantity, ends) @ np.asarray(rates, dtype=float))
