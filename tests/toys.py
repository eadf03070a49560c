"""Toy parts of domain section 11: a group draws 1 MW and hashes 100 PH/s (100 USD an hour at 24 USD/PH/day);
a GPU draws 1 MW in use and nothing idle. PUE 1, hourly periods, everything off before, no fees, unless said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimizer.scenario.scenario import Scenario

HASHPRICE = 24.0


def group_fleet(groups: int = 1, **changes: Any) -> dict[str, Any]:
    """A fleet of toy groups; each is one machine of 1 MW and 100 PH/s."""
    fleet: dict[str, Any] = {
        "name": "miners",
        "hall": "hall",
        "units": groups,
        "groups": groups,
        "modes": [mode("normal")],
    }
    return fleet | changes


def mode(name: str, power_mw: float = 1.0, hashrate_ph_per_s: float = 100.0, **changes: Any) -> dict[str, Any]:
    """A mode of a toy group."""
    return {
        "name": name,
        "power_w": power_mw * 1e6,
        "hashrate_th_per_s": hashrate_ph_per_s * 1000.0,
    } | changes


def gpu_pool(gpus: int = 1, **changes: Any) -> dict[str, Any]:
    """A pool of one-GPU nodes that draw 1 MW in use and nothing idle."""
    pool: dict[str, Any] = {
        "name": "pool",
        "hall": "hall",
        "nodes": gpus,
        "gpus_per_node": 1,
        "idle_power_w": 0.0,
        "peak_power_w": 1e6,
    }
    return pool | changes


def scenario(price: Sequence[float] | dict[str, Any], **changes: Any) -> Scenario:
    """A facility with one hall and one price per period; `changes` replace or add top-level fields, and
    `time`, `site`, `hall`, `energy` are merged into their defaults."""
    periods = len(price) if isinstance(price, Sequence) else changes.pop("periods")
    time = {"zone": "UTC", "start": "2026-01-05T00:00:00", "committed_periods": periods}
    hall = {"name": "hall", "it_limit_mw": 1000.0} | changes.pop("hall", {})
    site = {"import_limit_mw": 1000.0, "halls": [hall]} | changes.pop("site", {})
    energy = {"price_usd_per_mwh": list(price)} if isinstance(price, Sequence) else dict(price)
    energy |= changes.pop("energy", {})
    raw: dict[str, Any] = {
        "schema_version": 1,
        "name": "toy",
        "time": time | changes.pop("time", {}),
        "site": site,
        "supply": {"energy": energy},
    }
    if "fleets" in changes:
        raw["bitcoin"] = {"hashprice_usd_per_ph_day": HASHPRICE}
    return Scenario.model_validate(raw | changes)
