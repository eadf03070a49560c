"""Random facilities with ramps, the same on grids of 60, 30, 15 and 5 minutes.

A finer grid may do all that a coarser one does, and so never plans worse, where the coarser one can do no more at once:
ramp × 1 h is at most one step of a fleet or pool; an engine's is at most its least output, and its output changes
freely while it is on. (Where ramp × Δt is more than a step, hours take it at once, and quarters in four parts.)
"""

from __future__ import annotations

import random
from typing import Any

from optimizer import plan
from optimizer.scenario.horizon import RESOLUTIONS
from optimizer.scenario.scenario import Scenario

GAP = 1e-6
NEAR_USD = 1e-3
Fields = dict[str, Any]


class Facility:
    """One seed's facility."""

    def __init__(self, seed: int, hours: int = 3) -> None:
        self._rng = rng = random.Random(104_729 * seed + 7)
        self._hours = hours
        self._state: Fields = {}
        self._fields: Fields = {
            "schema_version": 1,
            "name": f"resolutions {seed}",
            "bitcoin": {"hashprice_usd_per_ph_day": 24.0},
            "fleets": [self._fleet(f"fleet {k}") for k in range(rng.choice((1, 1, 2)))],
            "state": self._state,
        }
        self._price = self._series(-20, 180)
        self._limit_mw = self._series(4, 12)
        self._fuel = self._series(20, 120) if rng.random() < 0.6 else None
        self._engine = None if self._fuel is None else self._generator()
        self._pool = self._nodes() if rng.random() < 0.5 else None
        self._demand = self._series(0, 10)
        self._committed = self._series(0, 6)

    def at(self, minutes: int) -> Scenario:
        """The facility on periods of so many minutes."""
        times = 60 // minutes

        def spread(values: list[float]) -> list[float]:
            return [value for value in values for _ in range(times)]

        supply: Fields = {"energy": {"price_usd_per_mwh": spread(self._price)}}
        if self._engine is not None and self._fuel is not None:
            supply["generators"] = [self._engine | {"fuel_usd_per_mwh": spread(self._fuel)}]
        fields = self._fields | {
            "time": {
                "zone": "UTC",
                "start": "2026-03-03T00:00:00",
                "resolution_minutes": minutes,
                "committed_periods": self._hours * times,
            },
            "site": {
                "import_limit_mw": spread(self._limit_mw),
                "halls": [{"name": "hall", "it_limit_mw": 100.0}],
            },
            "supply": supply,
        }
        if self._pool is not None:
            terms: Fields = {"pools": ["pool"], "price_usd_per_gpu_hour": 30.0}
            reserved = {"kind": "reserved", "name": "reserved", "shortfall_usd_per_gpu_hour": 40.0}
            fields["pools"] = [self._pool]
            fields["contracts"] = [
                terms | {"kind": "spot", "name": "spot", "demand_gpus": spread(self._demand)},
                terms | reserved | {"committed_gpus": spread(self._committed)},
            ]
        return Scenario.model_validate(fields)

    def _series(self, low: int, high: int) -> list[float]:
        return [float(self._rng.randint(low, high)) for _ in range(self._hours)]

    def _switching(self, step_mw: float) -> Fields:
        rng = self._rng
        item: Fields = {"ramp_mw_per_hour": round(step_mw * rng.choice((0.15, 0.3, 0.4, 0.7, 1.0)), 4)}
        if rng.random() < 0.4:
            item["start_cost_usd"] = float(rng.randint(1, 20))
        if rng.random() < 0.3:
            item["min_up_hours"] = rng.choice((0.5, 1.0, 1.5))
        if rng.random() < 0.3:
            item["min_down_hours"] = rng.choice((0.5, 1.0, 1.5))
        return item

    def _earlier(self, last_mw: float, step_mw: float) -> list[Fields]:
        rng = self._rng
        return [
            {
                "it_power_mw": round(max(0.0, last_mw + step_mw * rng.choice((-1.0, -0.5, 0.5, 1.0))), 4),
                "ago_hours": hours,
            }
            for hours in (1.0, 2.0)
            if rng.random() < 0.4
        ]

    def _fleet(self, name: str) -> Fields:
        rng = self._rng
        group_mw, groups = rng.choice((0.5, 1.0, 2.0)), rng.randint(2, 5)
        machine_mw = group_mw / 4
        modes: list[Fields] = [{"name": "full", "power_w": machine_mw * 1e6, "hashrate_th_per_s": machine_mw * 1e5}]
        if rng.random() < 0.4:
            modes.append({"name": "low", "power_w": machine_mw * 6e5, "hashrate_th_per_s": machine_mw * 7.5e4})
        fleet: Fields = {"name": name, "hall": "hall", "units": 4 * groups, "groups": groups, "modes": modes}
        if rng.random() < 0.3:
            fleet["warm_up_hours"] = 0.5
        up = rng.randint(0, groups)
        self._state.setdefault("fleets", {})[name] = {
            "groups": [
                {"mode": "full", "groups": up, "hours": rng.choice((0.5, 5.0))},
                {"mode": "off", "groups": groups - up, "hours": rng.choice((0.5, 5.0))},
            ],
            "earlier_power": self._earlier(up * group_mw, group_mw),
        }
        return fleet | self._switching(group_mw)

    def _nodes(self) -> Fields:
        rng = self._rng
        pool: Fields = {
            "name": "pool",
            "hall": "hall",
            "nodes": rng.randint(2, 4),
            "gpus_per_node": 4,
            "idle_power_w": 1e5,
            "peak_power_w": 4e5,
        }
        if rng.random() < 0.5:
            nodes = [{"on": True, "nodes": 1, "hours": 5.0}, {"on": False, "nodes": pool["nodes"] - 1}]
            self._state["pools"] = {"pool": {"nodes": nodes, "earlier_power": self._earlier(0.1, 0.4)}}
        return pool | self._switching(0.4)

    def _generator(self) -> Fields:
        rng = self._rng
        least_mw = rng.choice((1.0, 2.0))
        engine: Fields = {"name": "engine", "min_load_mw": least_mw, "capacity_mw": least_mw}
        engine |= self._switching(least_mw)
        if engine["ramp_mw_per_hour"] > 0.6 * least_mw:
            engine["capacity_mw"] = round(least_mw + engine["ramp_mw_per_hour"] / 12.0, 6)
        if rng.random() < 0.4:
            running = {"on": True, "hours": 5.0, "power_mw": rng.choice((least_mw, engine["capacity_mw"]))}
            self._state["generators"] = {"engine": running}
        return engine


def worse(seed: int) -> str | None:
    """Where a finer grid plans worse than a coarser one; None where none does."""
    facility = Facility(seed)
    found: dict[int, float] = {}
    for minutes in RESOLUTIONS:
        outcome = (schedule := plan(facility.at(minutes), gap=GAP)).outcome
        if schedule.horizon_profit_usd is None:
            if outcome.status != "infeasible" or found:
                return f"{minutes} minutes: {outcome.status}, after {found}"
            continue
        reach = schedule.horizon_profit_usd + (outcome.gap_usd or 0.0)
        best = max(found.values(), default=-1e30)
        if outcome.status != "proven" or reach < best - NEAR_USD - GAP * abs(best):
            return f"{minutes} minutes: {outcome.status} {reach:.6f}, after {found}"
        found[minutes] = schedule.horizon_profit_usd
    return None
