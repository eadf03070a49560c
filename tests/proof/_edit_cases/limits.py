"""Edits of limits, orders, floors and history."""

from __future__ import annotations

from optimizer.scenario.scenario import Scenario
from tests.proof._edit_cases.yard import Fields, Yard, asleep


def import_limit(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An import limit below overhead and what sleeps, in some periods by less than in others."""
    need = asleep(yard) if yard.rng.random() < 0.6 else yard.overhead
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


def order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """An order below overhead and what sleeps, beside one that can be kept."""
    need = asleep(yard)
    yard.quiet()
    yard.site["curtailment"] = [yard.order(yard.window(), need + yard.some(0.1, 3.0), "earlier")]
    inside, short = yard.window(), yard.some(0.02, 0.9) * need
    orders = [*yard.site["curtailment"], yard.order(inside, need - short)]
    after = yard.scenario(site={"curtailment": orders})
    return yard.scenario(), after, "site", "curtailment order call", inside[0], short


def order_minimum_up(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def order_ramp(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def order_override(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def override_order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def hall_limit(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A hall's limit below what sleeps, or below groups that have to stay up."""
    if yard.rng.random() < 0.5:
        need, end = (asleep(yard) - yard.overhead) / yard.pue, yard.periods
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


def floor(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def nodes(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def floor_order(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def history(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def end_charge(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def carbon(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
    """A carbon cap below what overhead and what sleeps emit."""
    need = asleep(yard)
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


def barred(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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


def starts(yard: Yard) -> tuple[Scenario, Scenario, str, str, int, float]:
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
