"""Small tariffs and loads that can be billed on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.scenario.tariff import Tariff
from optimizer.tariff import MeteredLoad

CENTRAL = "America/Chicago"


def tariff(**fields: Any) -> Tariff:
    """A tariff of these fields alone."""
    return Tariff.model_validate({"name": "by hand", **fields})


def energy(*tiers: dict[str, Any], **period: Any) -> dict[str, Any]:
    """A period of energy."""
    return {"name": "all", "tiers": list(tiers), **period}


def kwh(rate: float, **fields: Any) -> dict[str, Any]:
    """A tier of energy."""
    return {"rate_usd_per_kwh": rate, **fields}


def demand(*tiers: dict[str, Any] | float, **charge: Any) -> dict[str, Any]:
    """A demand charge; a number is a tier without end."""
    read = [tier if isinstance(tier, dict) else {"rate_usd_per_kw": tier} for tier in tiers]
    return {"name": "demand", "tiers": read, **charge}


def load(values: Any, start: str = "2024-01-01T00:00", minutes: int = 60, zone: str = CENTRAL) -> MeteredLoad:
    """A load from a local start."""
    return MeteredLoad(datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)), minutes, np.asarray(values))


def local_span(start: str, end: str, kw: float = 1.0, minutes: int = 60, zone: str = CENTRAL) -> MeteredLoad:
    """A constant load between two local times."""
    first, last = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (start, end))
    steps = round((last.timestamp() - first.timestamp()) / 60 / minutes)
    return load(np.full(steps, kw), start, minutes, zone)
