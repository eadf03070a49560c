"""Cumulative tiers: a quantity billed block by block."""

from __future__ import annotations

from collections.abc import Sequence


def in_tiers(quantity: float, ends: Sequence[float]) -> list[float]:
    """How much of a quantity falls in each tier; the last end is infinite. A tier that ends before an earlier one, as
    those in different units may, holds nothing."""
    parts, begin = [], 0.0
    for end in ends:
        parts.append(max(0.0, min(quantity, end) - begin))
        begin = max(begin, end)
    return parts


def billed(quantity: float, ends: Sequence[float], rates: Sequence[float]) -> float:
    """What a quantity costs, each tier at its own rate."""
    return sum(part * rate for part, rate in zip(in_tiers(quantity, ends), rates, strict=True))
