"""The surroundings of an edit: a facility whose least needs can be said in a line."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from optimizer.scenario.scenario import Scenario

Fields = dict[str, Any]
STARTS = (
    ("UTC", "2026-01-05T00:00:00"),
    ("America/Chicago", "2026-03-08T00:00:00"),  # the clock skips an hour
    ("America/Chicago", "2026-11-01T00:00:00"),  # the clock repeats an hour
    ("Europe/Berlin", "2026-05-31T21:00:00"),  # a month begins inside
)


@dataclass(frozen=True)
class Edited:
    """A scenario before and after its edit, and what an explanation has to name."""

    kind: str
    before: Scenario
    after: Scenario
    item: str
    requirement: str
    start: str
    amount: float


class Yard:
    """Draws the surroundings of an edit."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(104_729 * seed + 7)
        self.step = self.rng.choice((60, 60, 30, 15))
        self.hours = self.step / 60.0
        self.periods = self.rng.randint(5, 10)
        self.zone, start = self.rng.choice(STARTS)
        self.start = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(self.zone))
        self.pue = round(self.rng.uniform(1.0, 1.4), 2)
        self.overhead = round(self.rng.uniform(0.2, 2.0), 2)
        self.site: Fields = {"import_limit_mw": 500.0, "curtailment": []}
        self.hall: Fields = {
            "name": "yard",
            "it_limit_mw": 400.0,
            "pue": self.pue,
            "overhead_mw": self.overhead,
        }
        self.supply: Fields = {}
        self.fleets: list[Fields] = []
        self.pools: list[Fields] = []
        self.contracts: list[Fields] = []
        self.overrides: list[Fields] = []
        self.state: Fields = {}

    def at(self, period: float) -> str:
        """ISO start of a period, with its offset."""
        return datetime.fromtimestamp(
            self.start.timestamp() + period * self.step * 60.0, ZoneInfo(self.zone)
        ).isoformat()

    def some(self, low: float, high: float) -> float:
        return round(self.rng.uniform(low, high), 3)

    def window(self, first: int = 0) -> tuple[int, int]:
        """Periods from … to before …, not before `first`."""
        begin = self.rng.randint(first, self.periods - 1)
        return begin, min(self.periods, begin + self.rng.randint(1, 3))

    def where(self, inside: tuple[int, int], value: float, else_value: float) -> list[float]:
        return [value if inside[0] <= t < inside[1] else else_value for t in range(self.periods)]

    def fleet(self, groups: int, **changes: Any) -> Fields:
        """Groups of five machines; their full power is 1 MW, their low power 0.6 MW."""
        fleet: Fields = {
            "name": "miners",
            "hall": "yard",
            "units": 5 * groups,
            "groups": groups,
            "modes": [
                {"name": "off", "power_w": 0.0},
                {"name": "full", "power_w": 200_000.0, "hashrate_th_per_s": 20_000.0},
            ],
        } | changes
        self.fleets.append(fleet)
        return fleet

    def up(self, groups: int, of: int, hours: float) -> None:
        """So many of the miners' groups came up so long ago."""
        cohorts = [{"mode": "full", "groups": groups, "hours": hours}, {"mode": "off", "groups": of - groups}]
        self.state.setdefault("fleets", {})["miners"] = {"groups": cohorts}

    def pool(self, nodes: int, **changes: Any) -> Fields:
        """Nodes of 8 GPUs: 0.02 MW idle, 0.1 MW at work."""
        pool: Fields = {
            "name": "h100",
            "hall": "yard",
            "nodes": nodes,
            "gpus_per_node": 8,
            "idle_power_w": 20_000.0,
            "peak_power_w": 100_000.0,
        } | changes
        self.pools.append(pool)
        return pool

    def reserved(self, gpus: float | list[float], floor: float | None, **changes: Any) -> Fields:
        contract: Fields = {
            "kind": "reserved",
            "name": "acme",
            "pools": ["h100"],
            "committed_gpus": gpus,
            "price_usd_per_gpu_hour": 2.0,
            "availability_floor": floor,
            "billing_periods": [{"start": self.at(0), "end": self.at(self.periods)}],
        } | changes
        self.contracts.append(contract)
        return contract

    def order(self, inside: tuple[int, int], limit: float, name: str = "call") -> Fields:
        return {"name": name, "start": self.at(inside[0]), "end": self.at(inside[1]), "import_limit_mw": limit}

    def hold(self, item: str, inside: tuple[int, int], **how: Any) -> Fields:
        return {"item": item, "start": self.at(inside[0]), "end": self.at(inside[1])} | how

    def quiet(self, load: bool = True) -> None:
        """Things that ask for nothing; without `load`, none that could draw power."""
        rng = self.rng
        self.halls: list[Fields] = [{"name": "shed", "it_limit_mw": 50.0, "pue": 1.1}]
        if load and rng.random() < 0.6:
            spare = {
                "name": "spare",
                "hall": rng.choice(("yard", "shed")),
                "min_down_hours": 2.0,
                "start_cost_usd": 5.0,
            }
            keep = list(self.fleets)
            self.fleet(rng.randint(1, 4), **spare)
            if rng.random() < 0.5:
                self.fleets = [self.fleets[-1], *keep]
        if load and rng.random() < 0.6:
            self.pool(rng.randint(1, 4), name="cloud", hall="shed")
            self.contracts.append(
                {
                    "kind": "spot",
                    "name": "spot",
                    "pools": ["cloud"],
                    "demand_gpus": 8.0,
                    "price_usd_per_gpu_hour": 20.0,
                }
            )
            if rng.random() < 0.5:
                self.contracts.append(
                    {
                        "kind": "batch",
                        "name": "job",
                        "pools": ["cloud"],
                        "gpu_hours": 12.0,
                        "release": self.at(0),
                        "deadline": self.at(self.periods),
                        "max_gpus": 8.0,
                        "min_gpus": 2.0,
                        "restart_gpu_hours": 1.0,
                        "price_usd_per_gpu_hour": 10.0,
                        "penalty_usd_per_gpu_hour": 5.0,
                        "optional": rng.random() < 0.5,
                    }
                )
        if rng.random() < 0.3 and any(f["name"] == "spare" for f in self.fleets):
            product = {"name": "ECRS", "price_usd_per_mw_h": 10.0, "providers": ["spare"], "deployment_share": 0.1}
            self.supply["reserves"] = [product]
        if rng.random() < 0.3:
            ppa = {"name": "wind deal", "kind": "block", "quantity_mw": 2.0, "price_usd_per_mwh": 40.0}
            self.supply["ppas"] = [ppa]
        if rng.random() < 0.3:
            flat = {"name": "flat", "tiers": [{"rate_usd_per_kw": 8.0}]}
            self.supply["tariff"] = {"name": "industrial", "demand": [flat]}

    def scenario(self, **changes: Any) -> Scenario:
        """What has been drawn so far, with changes of `site`, `hall`, `supply` and top-level fields."""
        site = self.site | changes.pop("site", {})
        halls = [self.hall | changes.pop("hall", {}), *self.halls]
        energy = {"price_usd_per_mwh": [float(self.rng.randint(-20, 150)) for _ in range(self.periods)]}
        fields: Fields = {
            "schema_version": 1,
            "name": "edited",
            "time": {
                "zone": self.zone,
                "start": self.at(0),
                "resolution_minutes": self.step,
                "committed_periods": self.periods - 1,
                "look_ahead_periods": 1,
            },
            "site": site | {"halls": halls},
            "supply": {"energy": energy} | self.supply | changes.pop("supply", {}),
            "fleets": self.fleets,
            "pools": self.pools,
            "contracts": self.contracts,
            "overrides": self.overrides,
            "state": self.state,
        } | changes
        if fields["fleets"]:
            fields["bitcoin"] = {"hashprice_usd_per_ph_day": 24.0}
        return Scenario.model_validate(fields)


Makers = dict[str, Callable[[Yard], tuple[Scenario, Scenario, str, str, int, float]]]
"""By kind of edit: before, after, and the item, requirement, first period and amount to be named."""


def asleep(yard: Yard) -> float:
    """Miners that sleep at 0.1 MW a group; what the site draws at least [MW]."""
    groups = yard.rng.randint(3, 9)
    modes = [
        {"name": "sleep", "power_w": 20_000.0},
        {"name": "full", "power_w": 200_000.0, "hashrate_th_per_s": 20_000.0},
    ]
    yard.fleet(groups, modes=modes)
    return yard.overhead + 0.1 * groups * yard.pue
