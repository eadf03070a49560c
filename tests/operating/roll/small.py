"""A small facility that can be rolled: a group, a battery, known and actual prices of as many days as wanted."""

from __future__ import annotations

from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.toys import HASHPRICE, group_fleet

START = "2026-03-28T00:00:00"
"""Berlin's clocks go forward on the second day."""


def timed(values: list[float], start: str = "2026-03-28T00:00:00+01:00") -> dict[str, Any]:
    return {"start": start, "interval_minutes": 60, "values": values}


def prices(days: int, shift: int = 0) -> list[float]:
    """Cheap and dear hours, another pattern every day."""
    return [float(20 + (37 * (hour + shift) + 11 * (hour // 24)) % 140) for hour in range(24 * days)]


def small(days: int = 6, **changes: Any) -> Scenario:
    """`days` of prices; `changes` replace top-level fields."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "name": "small",
        "time": {"zone": "Europe/Berlin", "start": START, "committed_days": 1, "look_ahead_periods": 6},
        "site": {"import_limit_mw": 6.0, "halls": [{"name": "hall", "it_limit_mw": 10.0}]},
        "supply": {
            "energy": {"price_usd_per_mwh": {"known": timed(prices(days)), "actual": timed(prices(days, 3))}},
            "tariff": {
                "name": "tariff",
                "demand": [{"name": "flat", "tiers": [{"rate_usd_per_kw": 0.05}]}],
                "fixed": {"usd_per_month": 30.0},
            },
            "batteries": [
                {
                    "name": "store",
                    "charge_limit_mw": 1.0,
                    "discharge_limit_mw": 1.0,
                    "energy_mwh": 3.0,
                    "charge_efficiency": 0.9,
                    "discharge_efficiency": 0.9,
                }
            ],
        },
        "bitcoin": {"hashprice_usd_per_ph_day": HASHPRICE},
        "fleets": [group_fleet(3, min_up_hours=3.0, min_down_hours=2.0, starts_per_day=4, start_cost_usd=5.0)],
    }
    return Scenario.model_validate(document | changes)
