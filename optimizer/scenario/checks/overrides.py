"""Checks of what is held by hand."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report
from optimizer.scenario.overrides import Override


def check(report: Report) -> None:
    scenario, supply = report.scenario, report.scenario.supply
    kinds = {
        "fleet": [fleet.name for fleet in scenario.fleets],
        "pool": [pool.name for pool in scenario.pools],
        "generator": [generator.name for generator in supply.generators],
        "battery": [battery.name for battery in supply.batteries],
        "renewable": [renewable.name for renewable in supply.renewables],
    }
    kind_of = {name: kind for kind, names in kinds.items() for name in names}
    for i, override in enumerate(scenario.overrides):
        place = f"overrides[{i}]"
        start, end = report.local(f"{place}.start", override.start), report.local(f"{place}.end", override.end)
        if start and end and start.timestamp() >= end.timestamp():
            report.add(f"{place}.end", end.isoformat(), f"later than its start {start.isoformat()}")
        if report.known(f"{place}.item", override.item, kind_of, "fleet, pool, generator, battery or renewable"):
            _way(report, place, override, kind_of[override.item])


def _way(report: Report, place: str, override: Override, kind: str) -> None:
    """Whether an item of that kind can be held so."""
    if override.hold == "on" and kind in {"battery", "renewable"}:
        report.add(f"{place}.hold", f"'on', of a {kind}", "'off', or a power_mw")
    if override.power_mw is not None and override.power_mw < 0 and kind != "battery":
        report.add(f"{place}.power_mw", f"{override.power_mw:g}, of a {kind}", "at least 0")
