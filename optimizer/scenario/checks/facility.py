"""Checks of the site, its halls, fleets and pools."""

from __future__ import annotations

import numpy as np

from optimizer.scenario.checks.report import Report
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.flexibility import DemandResponse, Reserve
from optimizer.scenario.onsite import Asset
from optimizer.scenario.pool import Pool
from optimizer.scenario.site import Hall, PueTable, Site
from optimizer.scenario.supply import Supply
from optimizer.scenario.switching import LONG_AGO_HOURS

RESERVED_NAMES = ("site", "grid", "bitcoin", "day ahead")


def check(report: Report) -> None:
    scenario = report.scenario
    _names(report)
    _site(report, scenario.site)
    halls = [hall.name for hall in scenario.site.halls]
    for i, fleet in enumerate(scenario.fleets):
        report.known(f"fleets[{i}].hall", fleet.hall, halls, "hall")
        _fleet(report, f"fleets[{i}]", fleet)
    for i, pool in enumerate(scenario.pools):
        report.known(f"pools[{i}].hall", pool.hall, halls, "hall")
        _pool(report, f"pools[{i}]", pool)
    if scenario.fleets and scenario.bitcoin is None:
        report.add("bitcoin", "missing", "a hashprice, or what it follows from: there are fleets")


def _names(report: Report) -> None:
    scenario = report.scenario
    places = [
        *((f"site.halls[{i}].name", h.name) for i, h in enumerate(scenario.site.halls)),
        *((f"fleets[{i}].name", f.name) for i, f in enumerate(scenario.fleets)),
        *((f"pools[{i}].name", p.name) for i, p in enumerate(scenario.pools)),
        *((f"contracts[{i}].name", c.name) for i, c in enumerate(scenario.contracts)),
        *((f"supply.energy.adders[{i}].name", a.name) for i, a in enumerate(scenario.supply.energy.adders)),
        *(
            (f"supply.{part}[{i}].name", thing.name)
            for part, things in _listed(scenario.supply).items()
            for i, thing in enumerate(things)
        ),
    ]
    report.unique(places, "name")
    for place, name in places:
        if name in RESERVED_NAMES:
            report.add(place, f"{name!r} stands for the facility itself in schedules", "another name")


def _listed(supply: Supply) -> dict[str, tuple[Asset | Reserve | DemandResponse, ...]]:
    return {**supply.assets, "reserves": supply.reserves, "demand_response": supply.demand_response}


def _site(report: Report, site: Site) -> None:
    report.series("site.import_limit_mw", site.import_limit_mw, 0.0, 1e6, "min")
    report.series("site.export_limit_mw", site.export_limit_mw, 0.0, 1e6, "min")
    if site.ambient_c is not None:
        report.series("site.ambient_c", site.ambient_c, -90.0, 70.0)
    for i, hall in enumerate(site.halls):
        place = f"site.halls[{i}]"
        report.series(f"{place}.it_limit_mw", hall.it_limit_mw, 0.0, 1e6, "min")
        _cooling(report, place, hall)
        if not isinstance(hall.pue, PueTable):
            report.series(f"{place}.pue", hall.pue, 1.0, 10.0)
            continue
        table = hall.pue
        if len(table.ambient_c) != len(table.pue):
            report.add(
                f"{place}.pue",
                f"{len(table.ambient_c)} temperatures and {len(table.pue)} values",
                "as many of one as of the other",
            )
        if np.any(np.diff(table.ambient_c) <= 0):
            report.add(f"{place}.pue.ambient_c", f"{list(table.ambient_c)}", "rising temperatures")
        if site.ambient_c is None:
            report.add("site.ambient_c", "missing", f"temperatures, for the PUE table of hall {hall.name}")
    for i, order in enumerate(site.curtailment):
        place = f"site.curtailment[{i}]"
        start, end = report.local(f"{place}.start", order.start), report.local(f"{place}.end", order.end)
        if start and end and start.timestamp() >= end.timestamp():
            report.add(f"{place}.end", end.isoformat(), f"later than its start {start.isoformat()}")
    report.unique(((f"site.curtailment[{i}].name", o.name) for i, o in enumerate(site.curtailment)), "name")


def _cooling(report: Report, place: str, hall: Hall) -> None:
    if not hall.cooling:
        return
    report.unique(((f"{place}.cooling[{i}].name", mode.name) for i, mode in enumerate(hall.cooling)), "name")
    if hall.pue != 1.0:  # what a dumped scenario names too
        report.add(f"{place}.pue", "given beside cooling", "one of the two: PUE follows from the cooling modes")
    for i, mode in enumerate(hall.cooling):
        low, high = mode.min_ambient_c, mode.max_ambient_c
        if (low is not None or high is not None) and report.scenario.site.ambient_c is None:
            report.add("site.ambient_c", "missing", f"temperatures, for the limits of {place}.cooling[{i}]")
        if low is not None and high is not None and low > high:
            report.add(f"{place}.cooling[{i}].max_ambient_c", f"{high:g}", f"at least min_ambient_c, {low:g}")


def _fleet(report: Report, place: str, fleet: Fleet) -> None:
    if fleet.units % fleet.groups:
        report.add(
            f"{place}.units",
            f"{fleet.units} machines in {fleet.groups} groups",
            "a number that the groups divide",
        )
    modes = [*((f"{place}.modes[{i}].name", m.name) for i, m in enumerate(fleet.modes))]
    report.unique(modes, "name")
    if all(mode.hashrate_th_per_s == 0 for mode in fleet.modes):
        report.add(f"{place}.modes", "no mode has a hashrate", "at least one mode that hashes")
    if all(m.hashrate_th_per_s > 0 for m in fleet.modes) and any(m.name == "off" for m in fleet.modes):
        report.add(f"{place}.modes", "the mode `off` has a hashrate", "another name: `off` is understood")
    for i, mode in enumerate(fleet.modes):
        if mode.max_ambient_c is not None and report.scenario.site.ambient_c is None:
            report.add("site.ambient_c", "missing", f"temperatures, for {place}.modes[{i}].max_ambient_c")
    if fleet.all_modes and not _has_cool_rest(fleet):
        report.add(f"{place}.modes", "every mode without hashrate is barred by heat", "one that never is")
    report.series(f"{place}.availability", fleet.availability, 0.0, 1.0)
    group_mw = fleet.machines_per_group * max(mode.power_w for mode in fleet.all_modes) / 1e6
    _ramp(report, place, fleet, f"fleet {fleet.name!r}", group_mw, "a group in its most demanding mode")


def _has_cool_rest(fleet: Fleet) -> bool:
    return any(m.hashrate_th_per_s == 0 and m.max_ambient_c is None for m in fleet.all_modes)


def _ramp(report: Report, place: str, item: Fleet | Pool, who: str, step_mw: float, what: str) -> None:
    """A ramp is one that lets a second step follow the first."""
    if item.ramp_mw_per_hour is None or step_mw <= item.ramp_mw_per_hour * LONG_AGO_HOURS:
        return
    report.add(
        f"{place}.ramp_mw_per_hour",
        f"{item.ramp_mw_per_hour:g}, of {who}: {report.ramp_words(item.ramp_mw_per_hour)}, {what} is a step of "
        f"{step_mw:g} MW, so after one step it could never run up or stop any further",
        f"at least {step_mw / LONG_AGO_HOURS:g}, or no ramp",
    )


def _pool(report: Report, place: str, pool: Pool) -> None:
    node_mw = max(pool.peak_power_w, pool.idle_power_w, pool.off_power_w) / 1e6
    _ramp(report, place, pool, f"pool {pool.name!r}", node_mw, "a node with its GPUs")
    if pool.idle_power_w > pool.peak_power_w:
        report.add(f"{place}.peak_power_w", f"{pool.peak_power_w:g}", f"at least idle_power_w, {pool.idle_power_w:g}")
    if pool.nodes_available is not None:
        report.series(f"{place}.nodes_available", pool.nodes_available, 0.0, np.inf, "min")
