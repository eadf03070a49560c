"""Edits of generators, batteries, overrides and of what machines may do."""

from __future__ import annotations

from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.proof._edit_cases.yard import Fields, Yard, asleep


def generator(yard: Yard, **changes: Any) -> Fields:
    engine: Fields = {
        "name": "engine",
        "capacity_mw": 20.0,
        "min_load_mw": 8.0,
        "fuel_usd_per_mwh": 90.0,
    } | changes
    yard.supply["generators"] = [engine]
    return engine


def export(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine held on with less load than its least, and nowhere to export to."""
    groups = yard.rng.randint(1, 4)
    yard.fleet(groups)
    engine = generator(yard, min_load_mw=yard.some(10.0, 18.0))
    yard.quiet(load=False)
    inside = yard.window()
    yard.overrides.append(yard.hold("engine", inside, hold="on"))
    surplus = engine["min_load_mw"] - yard.overhead - groups * yard.pue
    short = yard.some(0.05, 1.0) * surplus
    before = yard.scenario(site={"export_limit_mw": 20.0})
    after = yard.scenario(site={"export_limit_mw": surplus - short})
    return before, after, "site", "export limit", inside[0], short


def engine_stays_on(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine that minimum up time keeps on, without a load."""
    stay = yard.rng.randint(1, yard.periods - 1)
    engine = generator(yard, min_load_mw=yard.some(10.0, 18.0))
    yard.state["generators"] = {"engine": {"on": True, "hours": yard.hours}}
    yard.quiet(load=False)
    before = yard.scenario()
    engine["min_up_hours"] = (stay + 1) * yard.hours
    return before, yard.scenario(), "engine", "minimum up time", 0, 1.0


def engine_held_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An engine held off that overhead and a floor need."""
    need = asleep(yard)
    generator(yard, min_load_mw=0.0)
    yard.site["import_limit_mw"] = need * yard.some(0.1, 0.9)
    yard.quiet()
    before = yard.scenario()
    inside = yard.window()
    yard.overrides.append(yard.hold("engine", inside, hold="off"))
    return before, yard.scenario(), "engine", "override", inside[0], 1.0


def engine_too_small(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order below what overhead needs beside all that an engine and the sun give."""
    need = yard.overhead + 10.0
    yard.hall["overhead_mw"] = need
    capacity, sun = yard.some(1.0, 4.0), yard.some(1.0, 4.0)
    generator(yard, capacity_mw=capacity, min_load_mw=0.0)
    factor = [yard.some(0.0, 1.0) for _ in range(yard.periods)]
    yard.supply["renewables"] = [{"name": "roof", "capacity_mw": sun, "factor": factor}]
    yard.quiet()
    begin = yard.rng.randint(0, yard.periods - 1)
    left = need - capacity - sun * factor[begin]
    short = yard.some(0.05, 0.95) * left
    order = yard.order((begin, begin + 1), left - short)
    after = yard.scenario(site={"curtailment": [order]})
    return yard.scenario(), after, "site", "curtailment order call", begin, short


def order_battery(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def run_under_way(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def on_and_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def power_and_off(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def battery_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def renewable_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def pool_held(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def minimum_down(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def minimum_up(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def ramp(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def cooling(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """Heat in which the modes of cooling that hold carry less than what sleeps."""
    need = (asleep(yard) - yard.overhead) / yard.pue
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
