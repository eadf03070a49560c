"""Overrides: items held on, off or at a power by hand (scenario `overrides`).

A period that a window touches at all is held for all of it. A fleet or pool is held at a power as near as whole
groups and nodes come: within half of the most that one of them draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from optimizer.auditor.book import measured, number, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.fleets import FleetFindings
from optimizer.auditor.onsite.asset import HeldTo
from optimizer.auditor.onsite.plant import Plant
from optimizer.auditor.pools import PoolFindings, nodes_in_order
from optimizer.scenario.horizon import localize
from optimizer.scenario.overrides import Override

RULE = "override"
COUNT_SLACK = 1e-6


def audit_overrides(case: Case, fleets: Sequence[FleetFindings], pools: Sequence[PoolFindings], plant: Plant) -> None:
    """Hold every override against what the plan does."""
    machines = {found.fleet.name: found for found in fleets}
    nodes = {found.pool.name: found for found in pools}
    assets = plant.by_name
    for override in case.scenario.overrides:
        name, held = override.item, list[HeldTo]()
        if name in machines:
            held = _fleet(override, machines[name])
        elif name in nodes:
            held = _pool(case, override, nodes[name])
        elif name in assets:
            held = list(assets[name].held_to(override))
        _check(case, override, held)


def _fleet(override: Override, found: FleetFindings) -> list[HeldTo]:
    fleet = found.fleet
    if override.power_mw is not None:
        group_mw = max(mode.power_w for mode in fleet.all_modes) * fleet.machines_per_group / 1e6
        slack = group_mw / 2 + share_of(found.capacity_mw)
        return [HeldTo("IT power", "MW", found.it_mw, override.power_mw, slack)]
    groups = np.zeros(len(found.it_mw))
    for mode in fleet.all_modes:
        if mode.hashrate_th_per_s > 0:
            groups += found.groups[mode.name]
    return [HeldTo("the number up", "groups", groups, fleet.groups if override.hold == "on" else 0, COUNT_SLACK)]


def _pool(case: Case, override: Override, found: PoolFindings) -> list[HeldTo]:
    pool = found.pool
    if override.power_mw is not None:
        node_mw = max(pool.peak_power_w, pool.idle_power_w, pool.off_power_w) / 1e6
        slack = node_mw / 2 + share_of(found.capacity_mw)
        return [HeldTo("IT power", "MW", found.it_mw, override.power_mw, slack)]
    due = nodes_in_order(case, pool) if override.hold == "on" else 0
    return [HeldTo("the number on", "nodes", found.nodes_on * 1.0, due, COUNT_SLACK)]


def _check(case: Case, override: Override, held: Sequence[HeldTo]) -> None:
    start, end = (localize(when, case.horizon.zone) for when in (override.start, override.end))
    touched = _touched(case, start.timestamp() / 60.0, end.timestamp() / 60.0)
    way = override.hold or f"at {number(override.power_mw or 0.0)} MW"
    for one in held:
        off = one.value - one.due
        for t in np.flatnonzero(touched & ~(np.abs(off) <= one.slack)).tolist():
            value, due = float(one.value[t]), float(one.value[t] - off[t])
            message = (
                f"it is held {way} by hand from {start.isoformat()} to {end.isoformat()}: "
                f"{one.what} is {measured(value, one.unit)}, where it has to be {number(due)}"
            )
            case.book.add(RULE, override.item, t, message, amount=float(off[t]), unit=one.unit)


def _touched(case: Case, first: float, last: float) -> npt.NDArray[np.bool_]:
    begin = case.horizon.start_minutes
    return np.asarray((first < begin + case.horizon.step_minutes) & (last > begin))
