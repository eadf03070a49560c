"""What grows with a scenario: a plan's parts at two sizes, as the ratio of their processor seconds.

A site with fleets, pools and contracts, and the same with more periods or more of each: what takes many more times as
long has something in it that grows faster than its scenario. Garbage collection waits meanwhile: when it comes, it
looks at whatever else this process holds.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimizer import Schedule, audit
from optimizer.model.formulation import formulate
from optimizer.planning.read import read_schedule
from optimizer.scenario.load import parse
from optimizer.scenario.scenario import Scenario
from solvers import Options, solve

REPEATS = 3
GAP = 0.05
"""Of the plans that are read back: their quality is not the question."""
WINDOW_HOURS = 8.0
"""A minimum up and down time: the sum of a window that grows with the resolution."""


def site(hours: int = 24, minutes: int = 60, items: int = 1) -> dict[str, Any]:
    """A scenario's document: for each item two fleets, a pool, a firm and a spot contract."""
    periods, draw = hours * 60 // minutes, random.Random(5)
    at = [period * minutes / 60 for period in range(periods)]
    swing = [math.sin(2 * math.pi * (hour - 9) / 24) for hour in at]
    switching = {"min_up_hours": WINDOW_HOURS, "min_down_hours": WINDOW_HOURS}
    halls = [
        {"name": "mine", "it_limit_mw": 40.0 * items, "overhead_mw": 0.5, "pue": 1.08},
        {"name": "ai", "it_limit_mw": 20.0 * items, "overhead_mw": 0.2, "pue": 1.25},
    ]
    return {
        "schema_version": 1,
        "name": f"{items} times {periods} periods",
        "time": {
            "zone": "America/Chicago",
            "start": "2024-01-08T00:00:00",
            "resolution_minutes": minutes,
            "committed_periods": periods,
        },
        "bitcoin": {"hashprice_usd_per_ph_day": 55.0},
        "site": {"import_limit_mw": 60.0 * items, "halls": halls},
        "supply": {"energy": {"price_usd_per_mwh": [45 + 30 * s + draw.gauss(0, 6) for s in swing]}},
        "fleets": [_fleet(k) | switching for k in range(2 * items)],
        "pools": [_pool(k) | switching for k in range(items)],
        "contracts": [terms for k in range(items) for terms in (_reserved(k), _spot(k, swing))],
    }


def _fleet(k: int) -> dict[str, Any]:
    modes = [
        {"name": "low", "power_w": 2400.0 + 30 * k, "hashrate_th_per_s": 150.0},
        {"name": "normal", "power_w": 3500.0 + 40 * k, "hashrate_th_per_s": 200.0},
    ]
    return {"name": f"fleet {k}", "hall": "mine", "units": 4000, "groups": 20, "modes": modes, "warm_up_hours": 0.5}


def _pool(k: int) -> dict[str, Any]:
    watts = {"peak_power_w": 10_000.0, "idle_power_w": 3000.0, "off_power_w": 50.0}
    return {"name": f"pool {k}", "hall": "ai", "nodes": 200, "gpus_per_node": 8} | watts


def _reserved(k: int) -> dict[str, Any]:
    paid = {"committed_gpus": 600.0, "price_usd_per_gpu_hour": 2.0}
    tiers = [{"below": 0.99, "credit_share": 0.1}, {"below": 0.95, "credit_share": 0.3}]
    return {"kind": "reserved", "name": f"firm {k}", "pools": [f"pool {k}"], "tiers": tiers} | paid


def _spot(k: int, swing: list[float]) -> dict[str, Any]:
    paid = {"demand_gpus": [300 + 200 * s for s in swing], "price_usd_per_gpu_hour": 1.1}
    return {"kind": "spot", "name": f"spot {k}", "pools": [f"pool {k}"]} | paid


def ratios(small: dict[str, int], large: dict[str, int]) -> dict[str, float]:
    """By part of a plan: its seconds at the large size to those at the small one."""
    before, after = parts(**small), parts(**large)
    return {part: after[part] / seconds for part, seconds in before.items()}


def entries(**size: int) -> int:
    """Entries of the rows of a site's model."""
    return formulate(Scenario.model_validate(site(**size))).problem.nonzeros


def parts(**size: int) -> dict[str, float]:
    """Processor seconds by part of a plan, the solver's own aside."""
    text = Scenario.model_validate(site(**size)).model_dump_json().encode()
    given, load_s = _timed(lambda: parse(text, form="json", folder=Path(), source="benchmark"))
    formulation, build_s = _timed(lambda: formulate(given))
    result = solve(formulation.problem, "highs", Options(gap=GAP, time_limit_s=60.0))
    schedule, read_s = _timed(lambda: read_schedule(formulation, result, GAP))
    findings, audit_s = _timed(lambda: audit(given, schedule))
    assert findings.ok, str(findings)
    with tempfile.TemporaryDirectory() as folder:
        files, write_s = _timed(lambda: schedule.write(folder))
        written = next(file for file in files if file.name == "schedule.json").read_bytes()
    _, parse_s = _timed(lambda: Schedule.from_json(written))
    return {
        "load": load_s,
        "build": build_s,
        "read back": read_s,
        "audit": audit_s,
        "write": write_s,
        "read a schedule": parse_s,
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What work comes to, and the median processor seconds that it takes, the first time aside."""
    done, taken = work(), []
    for _ in range(REPEATS):
        gc.collect()
        gc.disable()
        begun = time.process_time()
        done = work()
        taken.append(time.process_time() - begun)
        gc.enable()
    return done, statistics.median(taken)
