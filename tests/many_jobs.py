"""Many small jobs that may stop and go on, on nodes that cost to start: what a solver alone finds nothing good for."""

from __future__ import annotations

from random import Random
from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.toys import clock

DAY_USD_PER_MWH = (20, 30, 60, 180, -5, 12, 25, 40, 20, 60, 30, 180, 25, 12, 40, 20, -5, 60, 30, 25, 180, 40, 20, 12)
NODES = 20


def many_jobs(jobs: int, periods: int = 24, window: int | None = None, seed: int = 1, **more: Any) -> Scenario:
    """`jobs` jobs of 1 to 22 GPU-hours on up to three GPUs, with restart work. `window`: mean periods between release
    and deadline, over more than one day; None: to the end of the horizon, from one of its first twelve hours on."""
    rng = Random(seed)
    day = len(DAY_USD_PER_MWH)
    price = [DAY_USD_PER_MWH[t % day] * (1.0 if periods <= day else rng.uniform(0.7, 1.3)) for t in range(periods)]
    contracts = []
    for i in range(jobs):
        gpus = 1 + i % 3
        release = i % min(12, max(1, periods // 2)) if window is None else rng.randrange(periods - 12)
        length = periods if window is None else max(6, int(window * rng.uniform(0.6, 1.4)))
        longest = max(1, min(periods, release + length) - release - 2)
        contracts.append(
            {
                "kind": "batch",
                "name": f"j{i:03d}",
                "pools": ["p"],
                "gpu_hours": round(min(1.0 + (i * 3.3) % 7.3, longest) * gpus, 1),
                "release": clock(float(release)),
                "deadline": clock(float(min(periods, release + length))),
                "max_gpus": float(gpus),
                "min_gpus": 1.0,
                "price_usd_per_gpu_hour": 0.9,
                "penalty_usd_per_gpu_hour": 0.4,
                "gpu_unit": "gpu",
                "restart_gpu_hours": 0.1 * gpus,
            }
        )
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": f"{jobs} jobs",
            "time": {"zone": "UTC", "start": clock(0.0), "committed_periods": periods},
            "site": {"import_limit_mw": 1.0, "halls": [{"name": "hall", "it_limit_mw": 1.0, "pue": 1.2}]},
            "supply": {"energy": {"price_usd_per_mwh": price}},
            "pools": [
                {
                    "name": "p",
                    "hall": "hall",
                    "nodes": NODES,
                    "gpus_per_node": 8,
                    "idle_power_w": 2000,
                    "peak_power_w": 10200,
                    "start_cost_usd": 0.5,
                    "min_up_hours": 2,
                }
            ],
            "contracts": contracts,
        }
        | more
    )
