"""Checks of what is held by hand."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report
from optimizer.scenario.onsite.asset import Way
from optimizer.scenario.overrides import Override

MACHINES: frozenset[Way] = frozenset({"on", "off", "at a power"})
"""How fleets and pools can be held."""


def check(report: Report) -> None:
    scenario = report.scenario
    kinds = {
        "fleet": ([fleet.name for fleet in scenario.fleets], MACHINES),
        "pool": ([pool.name for pool in scenario.pools], MACHINES),
    } | {
        kind.word: ([asset.name for asset in scenario.supply.assets[place]], kind.ways_held)
        for place, kind in scenario.supply.kinds().items()
        if kind.ways_held
    }
    kind_of = {name: kind for kind, (names, _) in kinds.items() for name in names}
    *words, last = kinds
    for i, override in enumerate(scenario.overrides):
        place = f"overrides[{i}]"
        start, end = report.local(f"{place}.start", override.start), report.local(f"{place}.end", override.end)
        if start and end and start.timestamp() >= end.timestamp():
            report.add(f"{place}.end", end.isoformat(), f"later than its start {start.isoformat()}")
        if report.known(f"{place}.item", override.item, kind_of, f"{', '.join(words)} or {last}"):
            kind = kind_of[override.item]
            _way(report, place, override, kind, kinds[kind][1])


def _way(report: Report, place: str, override: Override, kind: str, ways: frozenset[Way]) -> None:
    """Whether an item of that kind can be held so."""
    if override.hold == "on" and "on" not in ways:
        report.add(f"{place}.hold", f"'on', of a {kind}", "'off', or a power_mw")
    if override.power_mw is not None and override.power_mw < 0 and "at a negative power" not in ways:
        report.add(f"{place}.power_mw", f"{override.power_mw:g}, of a {kind}", "at least 0")
