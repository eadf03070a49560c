"""A West-Texas facility on a real local day of 2024, with real GPU jobs as batch contracts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from optimizer.scenario.scenario import Scenario
from tests.shared_data import FOLDER

ZONE = "America/Chicago"
HALVING_HEIGHT = 840_000
HALVING_AT = datetime.fromisoformat("2024-04-20T00:09:27+00:00")


@cache
def bundle() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "bundle_ercot_2024" / "bundle.csv", parse_dates=["ts_utc"])
    return frame.set_index("ts_utc")


@cache
def jobs() -> pd.DataFrame:
    """Jobs of a Microsoft cluster, as they arrived from 2021-03-04 on."""
    return pd.read_csv(FOLDER / "ai" / "ms_itp2021_cluster06_jobs.csv", parse_dates=["arrival_utc"])


def day(date: str, *, derived: bool = False, look_ahead_days: int = 0) -> Scenario:
    """The facility on a local day. With `derived`, hashprice follows from height, difficulty, fees and price."""
    start = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(ZONE))
    bitcoin: dict[str, Any] = {"pool_fee": 0.01}
    if derived:
        height = HALVING_HEIGHT - (HALVING_AT - start).total_seconds() / 600.0
        bitcoin |= {
            "btc_price_usd": _series("btc_price_known_usd"),
            "difficulty": _series("difficulty"),
            "fees_btc_per_block": 0.8,
            "block_height": height,
        }
    else:
        bitcoin["hashprice_usd_per_ph_day"] = _series("hashprice_known_usd_per_ph_day")
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": f"west texas {date}",
            "time": {
                "zone": ZONE,
                "start": f"{date}T00:00:00",
                "committed_days": 1,
                "look_ahead_days": look_ahead_days,
            },
            "bitcoin": bitcoin,
            "site": {
                "import_limit_mw": 60.0,
                "ambient_c": _series("temp_c"),
                "halls": [
                    {
                        "name": "yard",
                        "it_limit_mw": 52.0,
                        "overhead_mw": 0.3,
                        "pue": {"ambient_c": [0.0, 20.0, 40.0], "pue": [1.04, 1.06, 1.12]},
                    },
                    {"name": "gpu hall", "it_limit_mw": 3.0, "overhead_mw": 0.1, "pue": 1.25},
                ],
            },
            "supply": {
                "energy": {
                    "price_usd_per_mwh": _series("rt_price_usd_per_mwh"),
                    "adders": [{"name": "delivery", "usd_per_mwh": 4.0}],
                    "loss_factor": 0.015,
                }
            },
            "fleets": _fleets(),
            "pools": [
                {
                    "name": "h100",
                    "hall": "gpu hall",
                    "nodes": 64,
                    "gpus_per_node": 8,
                    "off_power_w": 120.0,
                    "idle_power_w": 2000.0,
                    "peak_power_w": 10200.0,
                    "start_cost_usd": 2.0,
                    "min_up_hours": 2.0,
                }
            ],
            "contracts": [*_standing_contracts(), *_batch_contracts(start)],
        }
    )


def _series(column: str) -> dict[str, Any]:
    frame = bundle()
    return {
        "start": frame.index[0].to_pydatetime(),
        "interval_minutes": 60,
        "values": frame[column].tolist(),
        "source": f"bundle.csv, column {column}",
    }


def _fleets() -> list[dict[str, Any]]:
    def modes(power_w: float, hashrate: float) -> list[dict[str, Any]]:
        return [
            {"name": "sleep", "power_w": 30.0},
            {"name": "low", "power_w": round(0.68 * power_w), "hashrate_th_per_s": 0.75 * hashrate},
            {"name": "normal", "power_w": power_w, "hashrate_th_per_s": hashrate},
        ]

    return [
        {
            "name": "s19j-pro",
            "hall": "yard",
            "units": 6000,
            "groups": 20,
            "modes": modes(3068.0, 104.0),
            "start_cost_usd": 8.0,
            "min_up_hours": 2.0,
            "min_down_hours": 1.0,
            "running_cost_usd_per_machine_hour": 0.01,
        },
        {
            "name": "s21",
            "hall": "yard",
            "units": 5400,
            "groups": 18,
            "modes": modes(3500.0, 200.0),
            "start_cost_usd": 10.0,
            "warm_up_hours": 1.0,
            "starts_per_day": 36,
            "availability": 0.98,
            "running_cost_usd_per_machine_hour": 0.012,
        },
        {
            "name": "m60s",
            "hall": "yard",
            "units": 3600,
            "groups": 12,
            "modes": modes(3441.0, 186.0),
            "start_cost_usd": 9.0,
            "ramp_mw_per_hour": 8.0,
            "min_down_hours": 2.0,
        },
    ]


def _standing_contracts() -> list[dict[str, Any]]:
    return [
        {
            "kind": "reserved",
            "name": "acme-inference",
            "pools": ["h100"],
            "committed_gpus": 256.0,
            "price_usd_per_gpu_hour": 2.1,
            "utilisation": 0.7,
            "tiers": [{"below": 0.99, "credit_share": 0.1}, {"below": 0.95, "credit_share": 0.3}],
        },
        {
            "kind": "spot",
            "name": "spot-market",
            "pools": ["h100"],
            "demand_gpus": 120.0,
            "price_usd_per_gpu_hour": 0.9,
            "gpu_unit": "node",
        },
    ]


def _batch_contracts(start: datetime) -> list[dict[str, Any]]:
    """Six jobs that arrived in the first hours of a day of the trace, moved to this day."""
    arrived = jobs()
    trace_day = pd.Timestamp("2021-03-15", tz="UTC")
    chosen = arrived[(arrived["arrival_utc"] >= trace_day) & (arrived["gpus"] >= 4) & (arrived["duration_h"] >= 1.0)]
    contracts = []
    for position, job in enumerate(chosen.head(6).itertuples()):
        after = min(4, int((job.arrival_utc - trace_day) / pd.Timedelta(hours=1)))
        release = start + timedelta(hours=after)
        deadline = start + timedelta(hours=22)
        gpu_hours = min(float(job.gpu_hours), float(job.gpus) * 12.0)
        contract: dict[str, Any] = {
            "kind": "batch",
            "name": f"job-{job.job_id}".replace("_", "-"),
            "pools": ["h100"],
            "gpu_hours": gpu_hours,
            "release": release,
            "deadline": deadline,
            "max_gpus": float(job.gpus),
            "price_usd_per_gpu_hour": 1.2,
            "penalty_usd_per_gpu_hour": 0.5,
        }
        if position % 3 == 1:
            contract |= {"preemptible": False, "completion_usd": 20.0}
        if position % 3 == 2:
            contract |= {"min_gpus": float(job.gpus), "restart_gpu_hours": 0.5 * float(job.gpus)}
        contracts.append(contract)
    return contracts
