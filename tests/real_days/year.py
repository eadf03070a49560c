"""A West-Texas facility through 2024, hour by hour: decided on what was known, settled on what came.

Known: day-ahead prices of the committed day and yesterday's hashprice; behind the committed day the mean price of
the same hour in the month before. Came: real-time prices and the hashprice of the day itself. The data end with the
last hour of 2024 in UTC; behind it the last day is repeated, which only forecasts of the year's end look at.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from optimizer.changes.as_it_came import as_it_came
from optimizer.scenario.scenario import Scenario
from tests.real_days.facility import bundle

ZONE = "America/Chicago"
FIRST_FORECAST_USD = 25.0
"""Of January, which has no month before it."""


def facility(start: str = "2024-01-01", days: int = 1, look_ahead_periods: int = 0) -> Scenario:
    """The facility from a local day of 2024 on, with a demand charge, a 4CP-style charge, a battery and a reserve."""
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "west texas 2024",
            "time": {
                "zone": ZONE,
                "start": f"{start}T00:00:00",
                "committed_days": days,
                "look_ahead_periods": look_ahead_periods,
            },
            "bitcoin": {
                "pool_fee": 0.01,
                "hashprice_usd_per_ph_day": {
                    "known": _series("hashprice_known_usd_per_ph_day"),
                    "actual": _series("hashprice_usd_per_ph_day"),
                },
            },
            "site": {
                "import_limit_mw": 32.0,
                "ambient_c": _series("temp_c"),
                "halls": [
                    {
                        "name": "yard",
                        "it_limit_mw": 28.0,
                        "overhead_mw": 0.2,
                        "pue": {"ambient_c": [0.0, 20.0, 40.0], "pue": [1.04, 1.06, 1.12]},
                    },
                    {"name": "gpu hall", "it_limit_mw": 1.5, "overhead_mw": 0.05, "pue": 1.25},
                ],
            },
            "supply": _supply(),
            "fleets": _fleets(),
            "pools": [
                {
                    "name": "h100",
                    "hall": "gpu hall",
                    "nodes": 40,
                    "gpus_per_node": 8,
                    "off_power_w": 120.0,
                    "idle_power_w": 2000.0,
                    "peak_power_w": 10200.0,
                    "min_up_hours": 2.0,
                }
            ],
            "contracts": [
                {
                    "kind": "reserved",
                    "name": "inference",
                    "pools": ["h100"],
                    "committed_gpus": 192.0,
                    "price_usd_per_gpu_hour": 2.1,
                    "utilisation": 0.7,
                    "tiers": [{"below": 0.999, "credit_share": 0.1}, {"below": 0.99, "credit_share": 0.25}],
                },
                {
                    "kind": "spot",
                    "name": "market",
                    "pools": ["h100"],
                    "demand_gpus": 96.0,
                    "price_usd_per_gpu_hour": 0.9,
                    "gpu_unit": "node",
                },
            ],
        }
    )


def foresight(start: str, days: int) -> Scenario:
    """The facility as it came: what a plan of all the days at once would have had to know."""
    return as_it_came(facility(start, days))


def _supply() -> dict[str, Any]:
    return {
        "energy": {
            "price_usd_per_mwh": {
                "known": _series("da_price_usd_per_mwh"),
                "actual": _series("rt_price_usd_per_mwh"),
                "forecast": _timed(_mean_of_the_month_before(), "mean price of the hour, month before"),
            },
            "adders": [{"name": "delivery", "usd_per_mwh": 4.0}],
            "loss_factor": 0.015,
        },
        "tariff": {
            "name": "transmission and distribution",
            "demand": [{"name": "distribution", "tiers": [{"rate_usd_per_kw": 5.0}]}],
            "coincident": [
                {
                    "name": "4CP",
                    "rate_usd_per_kw": 13.75,
                    "windows": [{"months": [6, 7, 8, 9], "days": ["weekday"], "start": "15:00:00", "end": "18:00:00"}],
                }
            ],
            "fixed": {"usd_per_month": 2500.0},
        },
        "find_expected_peaks": True,
        "batteries": [
            {
                "name": "store",
                "charge_limit_mw": 4.0,
                "discharge_limit_mw": 4.0,
                "energy_mwh": 8.0,
                "charge_efficiency": 0.95,
                "discharge_efficiency": 0.95,
                "wear_usd_per_mwh": 6.0,
                "start_energy_mwh": 4.0,
                "end_energy_mwh": 4.0,
            }
        ],
        "reserves": [
            {
                "name": "ECRS",
                "price_usd_per_mw_h": 9.0,
                "providers": ["s21", "s19j-pro", "market", "store"],
                "response_minutes": 10.0,
                "duration_hours": 1.0,
                "max_mw": 10.0,
                "deployment_share": 0.04,
            }
        ],
    }


def _fleets() -> list[dict[str, Any]]:
    def modes(power_w: float, hashrate: float) -> list[dict[str, Any]]:
        return [
            {"name": "sleep", "power_w": 30.0},
            {"name": "low", "power_w": round(0.68 * power_w), "hashrate_th_per_s": 0.75 * hashrate},
            {"name": "normal", "power_w": power_w, "hashrate_th_per_s": hashrate},
        ]

    common = {"hall": "yard", "start_cost_usd": 8.0, "min_up_hours": 2.0, "min_down_hours": 1.0}
    return [
        {**common, "name": "s19j-pro", "units": 3000, "groups": 10, "modes": modes(3068.0, 104.0)},
        {
            **common,
            "name": "s21",
            "units": 5000,
            "groups": 20,
            "modes": modes(3500.0, 200.0),
            "starts_per_day": 40,
        },
    ]


def _series(column: str) -> dict[str, Any]:
    return _timed(bundle()[column].tolist(), f"bundle.csv, column {column}")


def _timed(values: list[float], source: str) -> dict[str, Any]:
    return {
        "start": bundle().index[0].to_pydatetime(),
        "interval_minutes": 60,
        "values": [*values, *values[-24:]],
        "source": source,
    }


@cache
def _mean_of_the_month_before() -> list[float]:
    """For every hour the mean day-ahead price of that hour of the day in the month before [USD/MWh]."""
    price = bundle()["da_price_usd_per_mwh"]
    local = price.index.tz_convert(ZONE)
    month = pd.Index(local.year * 12 + local.month)
    hour = pd.Index(local.hour)
    means = price.groupby([month, hour]).mean().to_dict()
    keys = zip(month - 1, hour, strict=True)
    return [round(float(means.get(key, FIRST_FORECAST_USD)), 4) for key in keys]
