"""Toy reserve products and demand-response events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.model.power import powered
from tests.toys import clock

PARTS = ("reserves", "demand_response", "tariff")


def product(name: str = "ecrs", price: float | list[float] = 10.0, **changes: Any) -> dict[str, Any]:
    """An upward product that the toy miners may offer in, never called."""
    return {"name": name, "price_usd_per_mw_h": price, "providers": ["miners"]} | changes


def event(start: float, end: float, baseline: float | list[float] = 2.0, **changes: Any) -> dict[str, Any]:
    """1 MW committed below a baseline for 100 USD/MWh; times in hours from the start."""
    return {
        "name": "event",
        "start": clock(start),
        "end": clock(end),
        "baseline_mw": baseline,
        "committed_reduction_mw": 1.0,
        "payment_usd_per_mwh": 100.0,
    } | changes


def flexible(price: Sequence[float], **changes: Any) -> Scenario:
    """As `tests.model.power.powered`, with reserves and demand response by their names."""
    given = {part: changes.pop(part) for part in PARTS if part in changes}
    plain = powered(price, **changes)
    raw = plain.model_dump(exclude_unset=True)
    raw["supply"] |= given
    return Scenario.model_validate(raw)
