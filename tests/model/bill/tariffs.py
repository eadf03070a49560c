"""Toy facilities under a utility's tariff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario
from optimizer.schedule import DemandLine
from tests.model.conftest import Planned
from tests.toys import group_fleet, scenario

SUPPLY = ("batteries", "renewables", "expected_peaks")


def under(
    tariff: dict[str, Any], price: Sequence[float] | int, groups: int = 1, *, state: Any = None, **changes: Any
) -> Scenario:
    """A facility of so many groups under a tariff. `price`: of energy by period, or how many periods there are where
    the tariff prices energy. `state`: that of the tariff."""
    periods = price if isinstance(price, int) else len(price)
    energy = changes.pop("energy", {})
    if not isinstance(price, int):
        energy = {"price_usd_per_mwh": list(price)} | energy
    supply = {"energy": energy, "tariff": {"name": "rate"} | tariff}
    supply |= {part: changes.pop(part) for part in SUPPLY if part in changes}
    if state is not None:
        changes["state"] = {"tariff": state}
    return scenario([0.0] * periods, **{"supply": supply, "fleets": [group_fleet(groups)]} | changes)


def charge(usd_per_kw: float = 0.01, name: str = "flat", **changes: Any) -> dict[str, Any]:
    """A demand charge of one rate on every hour."""
    return {"name": name, "tiers": [{"rate_usd_per_kw": usd_per_kw}]} | changes


def energy(*tiers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An energy period that always holds."""
    return {"name": "all", "tiers": list(tiers)} | changes


def kwh(usd: float, **changes: Any) -> dict[str, Any]:
    """A tier of energy."""
    return {"rate_usd_per_kwh": usd} | changes


def month(label: str = "2026-01", **changes: Any) -> dict[str, Any]:
    """The tariff's state with one month."""
    return {"months": [{"month": label} | changes]}


def line(found: Planned, charge: str = "flat", bill: int = 0) -> DemandLine:
    """A charge's line in a month's bill."""
    return next(demand for demand in found.schedule.bills[bill].demand if demand.charge == charge)


QUARTERS = {"resolution_minutes": 15}
LAST_HOUR = {"start": "2026-01-31T23:00:00"}
"""The horizon begins an hour before February."""
