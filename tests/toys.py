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


DAY = "2026-01-05T"


def clock(hour: float) -> str:
    """Local clock time so many hours after the toys' start."""
    minutes = round(hour * 60)
    days, minutes = divmod(minutes, 24 * 60)
    return f"2026-01-{5 + days:02d}T{minutes // 60:02d}:{minutes % 60:02d}:00"


def batch(gpu_hours: float = 3.0, deadline: float = 4.0, **changes: Any) -> dict[str, Any]:
    """A batch job on the toy pool, one GPU at most, 100 USD per GPU-hour; times in hours from the start."""
    job: dict[str, Any] = {
        "kind": "batch",
        "name": "job",
        "pools": ["pool"],
        "gpu_hours": gpu_hours,
        "release": clock(0.0),
        "deadline": clock(deadline),
        "max_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
    }
    for name in ("release", "hard_end"):
        if name in changes:
            changes[name] = clock(changes[name])
    return job | changes


def reserved(**changes: Any) -> dict[str, Any]:
    """One GPU reserved on the toy pool at 100 USD per GPU-hour."""
    return {
        "kind": "reserved",
        "name": "acme",
        "pools": ["pool"],
        "committed_gpus": 1.0,
        "price_usd_per_gpu_hour": 100.0,
    } | changes


def spot(demand_gpus: float | list[float] = 1.0, price: float | list[float] = 100.0, **changes: Any) -> dict[str, Any]:
    """Spot demand on the toy pool."""
    return {
        "kind": "spot",
        "name": "spot",
        "pools": ["pool"],
        "demand_gpus": demand_gpus,
        "price_usd_per_gpu_hour": price,
    } | changes
