"""Cumulative tiers: a quantity billed block by block."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def in_tiers(quantity: float, ends: Sequence[float]) -> list[float]:
    """How much of a quantity falls in each tier; `ends` rise, the last is infinite."""
    return [max(0.0, min(quantity, end) - begin) for begin, end in pairwise([0.0, *ends])]


def billed(quantity: float, ends: Sequence[float], rates: Sequence[float]) -> float:
    """What a quantity costs, each tier at its own rate."""
    return sum(part * rate for part, rate in zip(in_tiers(quantity, ends), rates, strict=True))
