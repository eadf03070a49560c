"""Halls, the meter and what stands behind it, and the bill, in the independent model."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from pulp import lpSum

from optimizer.scenario.onsite import Battery, Generator, GeneratorState
from optimizer.scenario.site import Hall, PueTable
from optimizer.scenario.tou import tou_price

from .world import Expression, World, switched

LEAST_IT_MW = 1e-5
"""A hall with IT power has at least so much."""
FAR_MW = 1e4


def import_limits(world: World) -> list[float]:
    site = world.scenario.site
    limits = world.series(site.import_limit_mw, "min")
    for order in site.curtailment:
        start, end = world.moment(order.start), world.moment(order.end)
        for t in world.periods:
            if start < world.begin(t + 1) - 1e-9 and end > world.begin(t) + 1e-9:
                limits[t] = min(limits[t], order.import_limit_mw)
    return limits


def pue(world: World, hall: Hall) -> list[float]:
    if not isinstance(hall.pue, PueTable):
        return world.series(hall.pue)
    ambient = world.ambient()
    assert ambient is not None
    xs, ys = hall.pue.ambient_c, hall.pue.pue
    found = []
    for celsius in ambient:
        at = bisect_right(xs, celsius)
        if at in (0, len(xs)):
            found.append(ys[0] if at == 0 else ys[-1])
        else:
            share = (celsius - xs[at - 1]) / (xs[at] - xs[at - 1])
            found.append(ys[at - 1] + share * (ys[at] - ys[at - 1]))
    return found


def facility_power(world: World) -> list[Expression]:
    """MW that the halls draw, by period."""
    total: list[list[Expression]] = [[] for _ in world.periods]
    for hall in world.scenario.site.halls:
        limits, factor = world.series(hall.it_limit_mw, "min"), pue(world, hall)
        for t in world.periods:
            power = lpSum(world.drawn[hall.name][t])
            world.hold(power <= limits[t])
            overhead: Expression = hall.overhead_mw
            if hall.overhead_off_with_hall and hall.overhead_mw:
                works = world.yes_or_no()
                world.hold(power <= FAR_MW * works)
                world.hold(power >= LEAST_IT_MW * works)
                overhead = hall.overhead_mw * works
            total[t].append(overhead + factor[t] * power)
    return [lpSum(halls) for halls in total]


def add_site(world: World) -> None:
    """The balance at the meter, and what energy, peaks and emissions cost."""
    supply, hours = world.scenario.supply, world.hours
    load = facility_power(world)
    limits, export_limits = import_limits(world), world.series(world.scenario.site.export_limit_mw, "min")
    made: list[list[Expression]] = [[] for _ in world.periods]
    taken: list[list[Expression]] = [[] for _ in world.periods]
    for renewable in supply.renewables:
        factor = world.series(renewable.factor)
        for t in world.periods:
            used = world.number(renewable.capacity_mw * factor[t])
            made[t].append(used)
            world.earn(-renewable.cost_usd_per_mwh * hours * used)
    for generator in supply.generators:
        _generator(world, generator, made)
    for battery in supply.batteries:
        _battery(world, battery, made, taken)
    imported: list[Expression] = []
    exported: list[Expression] = []
    for t in world.periods:
        imported.append(world.number(limits[t]))
        exported.append(world.number(export_limits[t]))
        if export_limits[t] > 0:
            buys = world.yes_or_no()
            world.hold(imported[t] <= limits[t] * buys)
            world.hold(exported[t] <= export_limits[t] * (1 - buys))
        world.hold(imported[t] + lpSum(made[t]) == load[t] + lpSum(taken[t]) + exported[t])
    _energy(world, imported, exported)
    _tariff(world, imported)
    if supply.carbon is not None:
        intensity = world.series(supply.carbon.intensity_kg_per_mwh)
        tonnes = lpSum(intensity[t] / 1000.0 * hours * imported[t] for t in world.periods)
        world.earn(-supply.carbon.price_usd_per_tonne * tonnes)
        if supply.carbon.cap_tonnes is not None:
            world.hold(tonnes <= supply.carbon.cap_tonnes - world.scenario.state.carbon_tonnes)


def _generator(world: World, generator: Generator, made: list[list[Expression]]) -> None:
    on = [world.yes_or_no() for _ in world.periods]
    output = [world.number() for _ in world.periods]
    fuel = world.series(generator.fuel_usd_per_mwh)
    state = world.scenario.state.generators.get(generator.name, GeneratorState())
    whole = world.scenario.horizon.whole_periods
    for t in world.periods:
        world.hold(output[t] >= generator.min_load_mw * on[t])
        world.hold(output[t] <= generator.capacity_mw * on[t])
        world.earn(-fuel[t] * world.hours * output[t])
        made[t].append(output[t])
    before = [(state.on, 1, world.age(state.hours))]
    up, down = whole(generator.min_up_hours), whole(generator.min_down_hours)
    switched(world, list(on), 1, before, up, down, generator.start_cost_usd)
    if generator.ramp_mw_per_hour is None:
        return
    least, within = generator.min_load_mw, generator.ramp_mw_per_hour * world.hours
    at_once = max(least, within)
    power: Expression = max(least, state.power_mw or 0.0) if state.on else 0.0
    was: Expression = float(state.on)
    for t in world.periods:
        # Beside an engine that was off, or goes off, the change is its whole output.
        world.hold(output[t] - power <= within + (at_once - within) * (1 - was))
        world.hold(power - output[t] <= within + (at_once - within) * (1 - on[t]))
        power, was = output[t], on[t]


def _battery(world: World, battery: Battery, made: list[list[Expression]], taken: list[list[Expression]]) -> None:
    given = world.scenario.state.batteries.get(battery.name)
    first = battery.start_energy_mwh if given is None else given.energy_mwh
    kept = (1.0 - battery.self_loss_per_hour) ** world.hours
    store: Expression = first
    for t in world.periods:
        charge, discharge = world.number(battery.charge_limit_mw), world.number(battery.discharge_limit_mw)
        charges = world.yes_or_no()
        world.hold(charge <= battery.charge_limit_mw * charges)
        world.hold(discharge <= battery.discharge_limit_mw * (1 - charges))
        energy = world.number(battery.energy_mwh)
        inflow = battery.charge_efficiency * world.hours * charge
        world.hold(energy == kept * store + inflow - world.hours / battery.discharge_efficiency * discharge)
        world.earn(-battery.wear_usd_per_mwh * world.hours * discharge)
        made[t].append(discharge)
        taken[t].append(charge)
        store = energy
    world.hold(store >= (first if battery.end_energy_mwh is None else battery.end_energy_mwh))


def _energy(world: World, imported: list[Expression], exported: list[Expression]) -> None:
    supply, hours = world.scenario.supply, world.hours
    energy = supply.energy
    if energy.tou is not None:
        price = [float(usd) for usd in tou_price(energy.tou, world.scenario.horizon)]
    else:
        assert energy.price_usd_per_mwh is not None
        price = world.series(energy.price_usd_per_mwh)
    adders = [world.series(adder.usd_per_mwh) for adder in energy.adders]
    sells = price if energy.export_price_usd_per_mwh is None else world.series(energy.export_price_usd_per_mwh)
    for t in world.periods:
        usd = (price[t] + sum(adder[t] for adder in adders)) * (1.0 + energy.loss_factor)
        world.earn(-usd * hours * imported[t])
        world.earn(sells[t] * hours * exported[t])
    for ppa in supply.ppas:
        quantity, spread = world.series(ppa.quantity_mw), world.series(ppa.spread_usd_per_mwh)
        agreed = world.series(ppa.price_usd_per_mwh)
        worth = sum(quantity[t] * (price[t] - spread[t] - agreed[t]) * hours for t in world.periods)
        decided = world.scenario.state.ppas.get(ppa.name)
        if ppa.optional:
            worth = max(0.0, worth) if decided is None else worth * decided
        world.earn(worth)


def _tariff(world: World, imported: list[Expression]) -> None:
    """Flat demand charges of one tier, metered by period, and coincident peaks by probability or known interval."""
    supply, horizon = world.scenario.supply, world.scenario.horizon
    tariff: Any = supply.tariff
    if tariff is None:
        return
    month_of = [f"{start:%Y-%m}" for start in horizon.starts]
    for charge in tariff.demand:
        (tier,) = charge.tiers
        for month in dict.fromkeys(month_of):
            so_far = next((m for m in world.scenario.state.tariff.months if m.month == month), None)
            before = 0.0 if so_far is None else so_far.peaks_mw.get(charge.name, 0.0)
            given = [p.peak_mw for p in supply.expected_peaks if (p.charge, p.month) == (charge.name, month)]
            before = max([before, *given])
            billed = world.number(None, before)
            for t in world.periods:
                if month_of[t] == month:
                    world.hold(billed >= imported[t])
            world.earn(-1000.0 * (tier.rate_usd_per_kw + tier.adjustment_usd_per_kw) * (billed - before))
    for charge in tariff.coincident:
        rate = 1000.0 * (charge.rate_usd_per_kw + charge.adjustment_usd_per_kw)
        if charge.probability is not None:
            share = world.series(charge.probability, "sum")
        else:
            share = [sum(p.weight * _overlap(world, t, p) for p in charge.peaks) for t in world.periods]
        for t in world.periods:
            world.earn(-rate * share[t] * imported[t])


def _overlap(world: World, t: int, peak: Any) -> float:
    """Share of a known peak's interval that lies in period t."""
    start, length = world.moment(peak.start), peak.minutes / 60.0
    return max(0.0, min(world.begin(t + 1), start + length) - max(world.begin(t), start)) / length
