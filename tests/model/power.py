"""Toy facilities with power made, stored or bought on site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Planned
from tests.toys import scenario

PARTS = ("renewables", "generators", "batteries", "ppas", "day_ahead", "carbon")


def powered(price: Sequence[float], **changes: Any) -> Scenario:
    """As `tests.toys.scenario`; fields of the supply beside energy are given by their names."""
    energy = {"price_usd_per_mwh": list(price)} | changes.pop("energy", {})
    supply = {"energy": energy} | {part: changes.pop(part) for part in PARTS if part in changes}
    return scenario(price, supply=supply, **changes)


def battery(energy_mwh: float = 1.0, efficiency: float = 1.0, **changes: Any) -> dict[str, Any]:
    """A battery of 1 MW without losses."""
    return {
        "name": "battery",
        "charge_limit_mw": 1.0,
        "discharge_limit_mw": 1.0,
        "energy_mwh": energy_mwh,
        "charge_efficiency": efficiency,
        "discharge_efficiency": efficiency,
    } | changes


def generator(capacity_mw: float = 1.0, fuel: float | list[float] = 60.0, **changes: Any) -> dict[str, Any]:
    """An engine without least load."""
    return {"name": "engine", "capacity_mw": capacity_mw, "fuel_usd_per_mwh": fuel} | changes


def renewable(capacity_mw: float = 1.0, factor: float | list[float] = 1.0, **changes: Any) -> dict[str, Any]:
    """A wind park."""
    return {"name": "wind", "capacity_mw": capacity_mw, "factor": factor} | changes


def never_at_once(found: Planned) -> None:
    """No battery charges and discharges, nor does the site import and export, in one period."""
    rows: dict[tuple[object, str], dict[str, float]] = {}
    for row in (*found.schedule.dispatch_rows, *found.schedule.look_ahead_dispatch_rows):
        rows.setdefault((row.start, row.item), {})[row.quantity] = row.value
    for values in rows.values():
        for one, other in (("charge_mw", "discharge_mw"), ("import_mw", "export_mw")):
            assert min(values.get(one, 0.0), values.get(other, 0.0)) == 0.0
