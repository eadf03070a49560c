"""Feasible scenarios, each made infeasible by one edit whose violation is known by hand.

The facility's own part is drawn so that what it needs at least can be said in a line (overhead, what sleeps, groups
that have to stay up); round it stand things that ask for nothing: spare fleets, spot demand, reserves, a tariff.
"""

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


def _asleep(yard: Yard) -> float:
    """Miners that sleep at 0.1 MW a group; what the site draws at least [MW]."""
    groups = yard.rng.randint(3, 9)
    modes = [
        {"name": "sleep", "power_w": 20_000.0},
        {"name": "full", "power_w": 200_000.0, "hashrate_th_per_s": 20_000.0},
    ]
    yard.fleet(groups, modes=modes)
    return yard.overhead + 0.1 * groups * yard.pue


def _import_limit(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An import limit below overhead and what sleeps, in some periods by less than in others."""
    need = _asleep(yard) if yard.rng.random() < 0.6 else yard.overhead
    yard.quiet()
    inside = yard.window()
    short = [yard.some(0.02, 0.9) * need for _ in range(*inside)]
    limit = yard.where(inside, 0.0, 500.0)
    for t, much in zip(range(*inside), short, strict=True):
        limit[t] = need - much
    return (
        yard.scenario(),
        yard.scenario(site={"import_limit_mw": limit}),
        "site",
        "import limit",
        inside[0],
        max(short),
    )


def _order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order below overhead and what sleeps, beside one that can be kept."""
    need = _asleep(yard)
    yard.quiet()
    yard.site["curtailment"] = [yard.order(yard.window(), need + yard.some(0.1, 3.0), "earlier")]
    inside, short = yard.window(), yard.some(0.02, 0.9) * need
    orders = [*yard.site["curtailment"], yard.order(inside, need - short)]
    after = yard.scenario(site={"curtailment": orders})
    return yard.scenario(), after, "site", "curtailment order call", inside[0], short


def _order_minimum_up(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order while groups have to stay up."""
    groups = yard.rng.randint(2, 8)
    up, stay = yard.rng.randint(1, groups), yard.rng.randint(2, yard.periods - 1)
    yard.fleet(groups, min_up_hours=(stay + 1) * yard.hours)
    yard.up(up, groups, yard.hours)  # they stay up in periods 0 … stay − 1
    yard.quiet()
    begin = yard.rng.randint(0, stay - 1)
    need = yard.overhead + up * yard.pue
    short = yard.some(0.05, 0.95) * up * yard.pue
    inside = (begin, yard.rng.randint(begin + 1, yard.periods))
    after = yard.scenario(site={"curtailment": [yard.order(inside, need - short)]})
    return yard.scenario(), after, "site", "curtailment order call", begin, short


def _order_ramp(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order that comes sooner than a ramp can follow."""
    groups = yard.rng.randint(4, 9)
    step = yard.rng.randint(1, 2)
    yard.fleet(groups, ramp_mw_per_hour=(step + yard.some(0.0, 0.9)) / yard.hours)
    yard.up(groups, groups, 50.0)
    yard.quiet()
    begin = yard.rng.randint(0, min(yard.periods - 1, (groups - 1) // step - 1))
    left = groups - step * (begin + 1)  # whole groups only: what exceeds the step is of no use
    short = yard.some(0.05, 0.95) * left * yard.pue
    end = yard.rng.randint(begin + 1, yard.periods)
    order = yard.order((begin, end), yard.overhead + left * yard.pue - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", begin, short


def _order_override(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order while a fleet is held on; it has a low mode of 0.6 MW a group."""
    groups = yard.rng.randint(2, 8)
    modes = [
        {"name": "low", "power_w": 120_000.0, "hashrate_th_per_s": 15_000.0},
        {"name": "full", "power_w": 200_000.0, "hashrate_th_per_s": 20_000.0},
    ]
    yard.fleet(groups, modes=modes)
    yard.quiet()
    inside = yard.window()
    yard.overrides.append(yard.hold("miners", inside, hold="on"))
    least = 0.6 * groups * yard.pue
    short = yard.some(0.02, 0.98) * least
    order = yard.order(inside, yard.overhead + least - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", inside[0], short


def _override_order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A fleet held on under an order that leaves room for some groups."""
    groups = yard.rng.randint(2, 8)
    room = yard.rng.randint(0, groups - 1)
    yard.fleet(groups)
    yard.quiet()
    inside = yard.window()
    yard.site["curtailment"] = [yard.order(inside, yard.overhead + (room + yard.some(0.1, 0.9)) * yard.pue)]
    before = yard.scenario()
    yard.overrides.append(yard.hold("miners", inside, hold="on"))
    return before, yard.scenario(), "miners", "override", inside[0], float(groups - room)


def _hall_limit(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A hall's limit below what sleeps, or below groups that have to stay up."""
    if yard.rng.random() < 0.5:
        need, end = (_asleep(yard) - yard.overhead) / yard.pue, yard.periods
    else:
        groups = yard.rng.randint(2, 8)
        end = yard.rng.randint(2, yard.periods)
        yard.fleet(groups, min_up_hours=(end + 1) * yard.hours)
        yard.up(groups, groups, yard.hours)
        need = float(groups)
    yard.quiet()
    begin = yard.rng.randint(0, end - 1)
    short = yard.some(0.02, 0.95) * need
    limit = yard.where((begin, yard.periods), need - short, 400.0)
    return yard.scenario(), yard.scenario(hall={"it_limit_mw": limit}), "yard", "IT limit", begin, short


def _floor(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A floor that the nodes in order cannot deliver, over the whole billing period."""
    nodes = yard.rng.randint(4, 10)
    inside = yard.window()
    left = yard.rng.randint(0, nodes - 1)
    yard.pool(nodes, nodes_available=yard.where(inside, float(left), float(nodes)))
    gpus = 8.0 * nodes - yard.rng.randint(0, 7)
    yard.reserved(gpus, None)
    yard.quiet()
    lost = (gpus - min(gpus, 8.0 * left)) * (inside[1] - inside[0])
    best = 1.0 - lost / (gpus * yard.periods)
    before = yard.scenario()
    floor = round(min(1.0, best + yard.some(0.1, 1.0) * (1.0 - best)), 4)
    yard.contracts = [c | {"availability_floor": floor} if c["name"] == "acme" else c for c in yard.contracts]
    missed = (floor - best) * gpus * yard.periods * yard.hours
    return before, yard.scenario(), "acme", "availability floor", inside[0], missed


def _nodes(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Fewer nodes in order than a floor of 1 needs."""
    nodes = yard.rng.randint(4, 10)
    gpus = float(yard.rng.randint(8 * (nodes - 2) + 1, 8 * nodes))
    pool = yard.pool(nodes)
    yard.reserved(gpus, 1.0)
    yard.quiet()
    before = yard.scenario()
    inside = yard.window()
    need = -(-int(gpus) // 8)
    left = yard.rng.randint(0, need - 1)
    pool["nodes_available"] = yard.where(inside, left + 0.4, float(nodes))
    return before, yard.scenario(), "h100", "nodes available", inside[0], float(need - left)


def _floor_order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order under which a floor of 1 cannot be delivered."""
    nodes = yard.rng.randint(4, 10)
    gpus = float(yard.rng.randint(8, 8 * nodes))
    yard.pool(nodes)
    yard.reserved(gpus, 1.0)
    yard.quiet()
    inside = yard.window()
    need = (-(-int(gpus) // 8) * 0.02 + gpus * 0.01) * yard.pue
    short = yard.some(0.02, 0.95) * need
    order = yard.order(inside, yard.overhead + need - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", inside[0], short


def _history(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """History that no delivery makes good."""
    nodes = yard.rng.randint(2, 6)
    gpus, floor = 8.0 * nodes, yard.some(0.5, 0.95)
    yard.pool(nodes)
    billing = [{"start": yard.at(-20), "end": yard.at(yard.periods)}]
    yard.reserved(gpus, floor, billing_periods=billing)
    yard.quiet()
    before = gpus * 20 * yard.hours
    best_due = gpus * yard.periods * yard.hours
    enough = floor * (before + best_due) - best_due
    short = yard.some(0.05, 0.9) * enough

    def record(delivered: float) -> Fields:
        kept = {"start": yard.at(-20), "committed_gpu_hours": before, "delivered_gpu_hours": delivered}
        return {"contracts": {"acme": {"kind": "reserved", "billing": [kept]}}}

    fine, wrong = yard.scenario(state=record(before)), yard.scenario(state=record(enough - short))
    return fine, wrong, "acme", "availability floor", 0, short


def _end_charge(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An end charge above what can be stored until then."""
    size = yard.some(4.0, 20.0)
    limit, gain = yard.some(0.1, 0.3) * size / (yard.periods * yard.hours), yard.some(0.8, 1.0)
    start, loss = yard.some(0.1, 0.4) * size, yard.rng.choice((0.0, 0.01))
    battery: Fields = {
        "name": "cells",
        "charge_limit_mw": limit,
        "discharge_limit_mw": 5.0,
        "energy_mwh": size,
        "charge_efficiency": gain,
        "self_loss_per_hour": loss,
        "start_energy_mwh": start,
        "end_energy_mwh": 0.0,
    }
    yard.supply["batteries"] = [battery]
    yard.quiet()
    before = yard.scenario()
    reach = start
    for _ in range(yard.periods):
        reach = reach * (1.0 - loss) ** yard.hours + gain * limit * yard.hours
    short = yard.some(0.02, 0.95) * (size - reach)
    battery["end_energy_mwh"] = reach + short
    return before, yard.scenario(), "cells", "end charge", yard.periods - 1, short


def _carbon(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A carbon cap below what overhead and what sleeps emit."""
    need = _asleep(yard)
    intensity = [yard.some(50.0, 600.0) for _ in range(yard.periods)]
    yard.quiet()
    tonnes = need * sum(intensity) * yard.hours / 1000.0
    used = yard.some(0.0, 3.0)
    yard.state["carbon_tonnes"] = used
    short = yard.some(0.05, 0.95) * tonnes
    carbon = {"intensity_kg_per_mwh": intensity}
    before = yard.scenario(supply={"carbon": carbon})
    after = yard.scenario(supply={"carbon": carbon | {"cap_tonnes": used + tonnes - short}})
    return before, after, "site", "carbon cap", yard.periods - 1, short


def _barred(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Heat that bars the mode in which groups warm up."""
    groups, warm = yard.rng.randint(2, 8), yard.rng.randint(2, 4)
    warming = yard.rng.randint(1, groups)
    modes = [
        {"name": "off", "power_w": 0.0},
        {"name": "low", "power_w": 120_000.0, "hashrate_th_per_s": 15_000.0},
        {"name": "full", "power_w": 200_000.0, "hashrate_th_per_s": 20_000.0, "max_ambient_c": 30.0},
    ]
    yard.fleet(groups, modes=modes, warm_up_hours=(warm + 1) * yard.hours)
    yard.up(warming, groups, yard.hours)  # warming in periods 0 … warm − 1
    yard.quiet()
    hot = yard.rng.randint(0, warm - 1)
    ambient = yard.where((hot, hot + 1), yard.some(30.5, 45.0), 20.0)
    before = yard.scenario(site={"ambient_c": 20.0})
    after = yard.scenario(site={"ambient_c": ambient})
    return before, after, "miners", "mode full", hot, float(warming)


def _starts(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Fewer starts a day than an override needs."""
    groups = yard.rng.randint(2, 9)
    up = yard.rng.randint(0, groups - 1)
    fleet = yard.fleet(groups)
    yard.up(up, groups, 50.0)
    yard.start = yard.start.replace(hour=3)
    yard.quiet()
    yard.overrides.append(yard.hold("miners", (1, 3), hold="on"))
    before = yard.scenario()
    today = yard.rng.randint(0, 2)
    yard.state["fleets"]["miners"]["starts_today"] = today
    allowed = yard.rng.randint(0, groups - up - 1)
    fleet["starts_per_day"] = today + allowed
    return before, yard.scenario(), "miners", "starts per day", 0, float(groups - up - allowed)


def _generator(yard: Yard, **changes: Any) -> Fields:
    engine: Fields = {
        "name": "engine",
        "capacity_mw": 20.0,
        "min_load_mw": 8.0,
        "fuel_usd_per_mwh": 90.0,
    } | changes
    yard.supply["generators"] = [engine]
    return engine


def _export(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine held on with less load than its least, and nowhere to export to."""
    groups = yard.rng.randint(1, 4)
    yard.fleet(groups)
    engine = _generator(yard, min_load_mw=yard.some(10.0, 18.0))
    yard.quiet(load=False)
    inside = yard.window()
    yard.overrides.append(yard.hold("engine", inside, hold="on"))
    surplus = engine["min_load_mw"] - yard.overhead - groups * yard.pue
    short = yard.some(0.05, 1.0) * surplus
    before = yard.scenario(site={"export_limit_mw": 20.0})
    after = yard.scenario(site={"export_limit_mw": surplus - short})
    return before, after, "site", "export limit", inside[0], short


def _engine_stays_on(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine that minimum up time keeps on, without a load."""
    stay = yard.rng.randint(1, yard.periods - 1)
    engine = _generator(yard, min_load_mw=yard.some(10.0, 18.0))
    yard.state["generators"] = {"engine": {"on": True, "hours": yard.hours}}
    yard.quiet(load=False)
    before = yard.scenario()
    engine["min_up_hours"] = (stay + 1) * yard.hours
    return before, yard.scenario(), "engine", "minimum up time", 0, 1.0


def _engine_held_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine held off that overhead and a floor need."""
    need = _asleep(yard)
    _generator(yard, min_load_mw=0.0)
    yard.site["import_limit_mw"] = need * yard.some(0.1, 0.9)
    yard.quiet()
    before = yard.scenario()
    inside = yard.window()
    yard.overrides.append(yard.hold("engine", inside, hold="off"))
    return before, yard.scenario(), "engine", "override", inside[0], 1.0


def _engine_too_small(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order below what overhead needs beside all that an engine and the sun give."""
    need = yard.overhead + 10.0
    yard.hall["overhead_mw"] = need
    capacity, sun = yard.some(1.0, 4.0), yard.some(1.0, 4.0)
    _generator(yard, capacity_mw=capacity, min_load_mw=0.0)
    factor = [yard.some(0.0, 1.0) for _ in range(yard.periods)]
    yard.supply["renewables"] = [{"name": "roof", "capacity_mw": sun, "factor": factor}]
    yard.quiet()
    begin = yard.rng.randint(0, yard.periods - 1)
    left = need - capacity - sun * factor[begin]
    short = yard.some(0.05, 0.95) * left
    order = yard.order((begin, begin + 1), left - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", begin, short


def _order_battery(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order under which the store and the discharge limit carry too little of the overhead."""
    need = yard.overhead + 10.0
    yard.hall["overhead_mw"] = need
    give, out, size = yard.some(1.0, 4.0), yard.some(0.8, 1.0), yard.some(1.0, 6.0)
    battery = {
        "name": "cells",
        "charge_limit_mw": 5.0,
        "discharge_limit_mw": give,
        "energy_mwh": size,
        "discharge_efficiency": out,
        "start_energy_mwh": size,
        "end_energy_mwh": 0.0,
    }
    yard.supply["batteries"] = [battery]
    yard.quiet()
    begin = yard.rng.randint(0, yard.periods - 1)
    left = need - min(give, size * out / yard.hours)
    short = yard.some(0.05, 0.95) * left
    order = yard.order((begin, begin + 1), left - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", begin, short


def _run_under_way(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A job under way that cannot be stopped, with nodes missing."""
    nodes = yard.rng.randint(3, 8)
    used = yard.rng.randint(2, nodes)
    length = yard.rng.randint(2, yard.periods)
    pool = yard.pool(nodes)
    job: Fields = {
        "kind": "batch",
        "name": "training",
        "pools": ["h100"],
        "gpu_hours": 8.0 * used * (length + 2) * yard.hours,
        "release": yard.at(-4),
        "deadline": yard.at(yard.periods + 4),
        "max_gpus": 8.0 * used,
        "preemptible": False,
        "price_usd_per_gpu_hour": 3.0,
    }
    yard.contracts.append(job)
    done = 8.0 * used * 2 * yard.hours
    yard.state["contracts"] = {
        "training": {"kind": "batch", "started": True, "running": True, "pool": "h100", "done_gpu_hours": done}
    }
    yard.quiet()
    before = yard.scenario()
    begin = yard.rng.randint(0, length - 1)
    left = yard.rng.randint(0, used - 1)
    pool["nodes_available"] = yard.where((begin, yard.periods), float(left), float(nodes))
    return before, yard.scenario(), "h100", "nodes available", begin, float(used - left)


def _on_and_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A fleet held on and off at once."""
    groups = yard.rng.randint(1, 8)
    yard.fleet(groups)
    yard.quiet()
    first = yard.rng.randint(0, yard.periods - 2)
    yard.overrides.append(yard.hold("miners", (first, yard.periods), hold="on"))
    before = yard.scenario()
    begin = yard.rng.randint(0, yard.periods - 1)
    yard.overrides.append(yard.hold("miners", (begin, yard.periods), hold="off"))
    return before, yard.scenario(), "miners", "override", max(first, begin), float(groups)


def _power_and_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A fleet held at a power and off at once: it may be half a group off the power, all of it up."""
    groups = yard.rng.randint(2, 8)
    yard.fleet(groups)
    yard.quiet()
    inside = yard.window()
    power = yard.rng.randint(1, groups)
    yard.overrides.append(yard.hold("miners", inside, hold="off"))
    before = yard.scenario()
    yard.overrides.append(yard.hold("miners", inside, power_mw=float(power)))
    return before, yard.scenario(), "miners", "override", inside[0], power - 0.5


def _battery_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A battery held at discharging more than is in store."""
    size = yard.some(1.0, 4.0)
    power = (size + yard.some(0.2, 2.0)) / yard.hours
    battery = {
        "name": "cells",
        "charge_limit_mw": 5.0,
        "discharge_limit_mw": 100.0,
        "energy_mwh": size,
        "discharge_efficiency": 1.0,
        "start_energy_mwh": size,
        "end_energy_mwh": 0.0,
    }
    yard.supply["batteries"] = [battery]
    yard.site["export_limit_mw"] = 200.0
    yard.quiet()
    before = yard.scenario()
    begin = yard.rng.randint(0, yard.periods - 1)
    yard.overrides.append(yard.hold("cells", (begin, begin + 1), power_mw=-power))
    return before, yard.scenario(), "cells", "override", begin, power - size / yard.hours


def _renewable_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A solar plant held at more than the weather gives."""
    factor = [yard.some(0.1, 0.9) for _ in range(yard.periods)]
    yard.hall["overhead_mw"] = 30.0
    yard.supply["renewables"] = [{"name": "roof", "capacity_mw": 10.0, "factor": factor}]
    yard.quiet()
    before = yard.scenario()
    inside = yard.window()
    power = 10.0 * min(factor[slice(*inside)]) + yard.some(0.1, 0.9)
    yard.overrides.append(yard.hold("roof", inside, power_mw=power))
    off = [power - 10.0 * factor[t] for t in range(*inside)]
    first = next(t for t, much in zip(range(*inside), off, strict=True) if much > 0)
    # Held at a power it may also be too much below what it gives: the power itself can always be used less.
    return before, yard.scenario(), "roof", "override", first, max(off)


def _pool_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order while nodes are held on, idle."""
    nodes = yard.rng.randint(10, 60)
    yard.pool(nodes)
    yard.quiet()
    inside = yard.window()
    yard.overrides.append(yard.hold("h100", inside, hold="on"))
    least = 0.02 * nodes * yard.pue
    short = yard.some(0.02, 0.98) * least
    after = yard.scenario(site={"curtailment": [yard.order(inside, yard.overhead + least - short)]})
    return yard.scenario(), after, "site", "curtailment order call", inside[0], short


def _minimum_down(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Nodes that went off just now, and a floor of 1 that needs some of them."""
    nodes = yard.rng.randint(3, 8)
    off = yard.rng.randint(1, nodes)
    pool = yard.pool(nodes)
    yard.reserved(8.0 * nodes, 1.0)
    cohorts = [
        {"on": False, "nodes": off, "hours": yard.hours},
        {"on": True, "nodes": nodes - off, "hours": 40.0},
    ]
    yard.state["pools"] = {"h100": {"nodes": cohorts}}
    yard.quiet()
    before = yard.scenario()
    pool["min_down_hours"] = (1 + yard.rng.randint(1, 3)) * yard.hours
    return before, yard.scenario(), "h100", "minimum down time", 0, float(off)


def _minimum_up(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Groups that came up just now under a limit that leaves room for some."""
    groups = yard.rng.randint(2, 8)
    room = yard.rng.randint(0, groups - 1)
    fleet = yard.fleet(groups)
    yard.up(groups, groups, yard.hours)
    yard.quiet()
    yard.site["import_limit_mw"] = yard.overhead + (room + yard.some(0.1, 0.9)) * yard.pue
    before = yard.scenario()
    fleet["min_up_hours"] = (1 + yard.rng.randint(1, 4)) * yard.hours
    return before, yard.scenario(), "miners", "minimum up time", 0, float(groups - room)


def _ramp(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A ramp too slow for a limit that holds from the start."""
    groups = yard.rng.randint(4, 9)
    room = yard.rng.randint(0, groups - 2)
    fleet = yard.fleet(groups)
    yard.up(groups, groups, 50.0)
    yard.quiet()
    yard.site["import_limit_mw"] = yard.overhead + (room + yard.some(0.1, 0.9)) * yard.pue
    before = yard.scenario()
    step = yard.some(0.1, 0.95) * (groups - room)
    fleet["ramp_mw_per_hour"] = step / yard.hours
    return before, yard.scenario(), "miners", "ramp", 0, groups - room - step


def _cooling(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Heat in which the modes of cooling that hold carry less than what sleeps."""
    need = (_asleep(yard) - yard.overhead) / yard.pue
    yard.quiet()
    short = yard.some(0.05, 0.9) * need
    modes = [
        {"name": "air", "power_share": 0.1, "max_ambient_c": 30.0},
        {"name": "wet", "power_share": 0.3, "it_limit_mw": need - short},
    ]
    yard.hall = {key: value for key, value in yard.hall.items() if key != "pue"} | {"cooling": modes}
    begin = yard.rng.randint(0, yard.periods - 1)
    before = yard.scenario(site={"ambient_c": 20.0})
    after = yard.scenario(site={"ambient_c": yard.where((begin, yard.periods), 35.0, 20.0)})
    return before, after, "yard", "cooling", begin, short


MAKERS: Makers = {
    "import limit below overhead": _import_limit,
    "order below what sleeps": _order,
    "order against minimum up time": _order_minimum_up,
    "order against a ramp": _order_ramp,
    "order against an override": _order_override,
    "override against an order": _override_order,
    "hall limit": _hall_limit,
    "availability floor raised": _floor,
    "nodes missing for a floor": _nodes,
    "order against a floor": _floor_order,
    "history below a floor": _history,
    "end charge": _end_charge,
    "carbon cap": _carbon,
    "barred mode of a warm-up": _barred,
    "starts per day": _starts,
    "generator's minimum and export": _export,
    "generator kept on": _engine_stays_on,
    "generator held off": _engine_held_off,
    "order beyond generator and sun": _engine_too_small,
    "order beyond a battery": _order_battery,
    "run under way and missing nodes": _run_under_way,
    "overrides on and off": _on_and_off,
    "overrides at a power and off": _power_and_off,
    "battery held below empty": _battery_held,
    "renewable held above the weather": _renewable_held,
    "order against a pool held on": _pool_held,
    "minimum down time": _minimum_down,
    "minimum up time": _minimum_up,
    "ramp": _ramp,
    "cooling in heat": _cooling,
}


def edited(seed: int) -> Edited:
    """The edited scenario of a seed; kinds take turns."""
    kind = list(MAKERS)[seed % len(MAKERS)]
    yard = Yard(seed)
    before, after, item, requirement, period, amount = MAKERS[kind](yard)
    return Edited(kind, before, after, item, requirement, before.horizon.label(period), amount)
