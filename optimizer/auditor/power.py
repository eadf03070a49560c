"""Halls: PUE, overhead, limits (section 5).

facility power = overhead + IT × PUE
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.auditor.book import Floats, relative, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.cooling import audit_cooling
from optimizer.auditor.meter import Flow
from optimizer.scenario.series import align
from optimizer.scenario.site import Hall, PueTable


@dataclass(frozen=True)
class Load:
    """IT power of a fleet or pool."""

    hall: str
    it_mw: Floats
    capacity_mw: float


def pue_of(case: Case, hall: Hall) -> Floats:
    """PUE of a hall without cooling modes, (periods,)."""
    if not isinstance(hall.pue, PueTable):
        return align(hall.pue, case.horizon)
    points = sorted(zip(hall.pue.ambient_c, hall.pue.pue, strict=True))
    if case.ambient is None:
        return np.full(case.length, points[0][1])
    return np.asarray([_between(points, degrees) for degrees in case.ambient.tolist()])


def _between(points: list[tuple[float, float]], degrees: float) -> float:
    """Linear between the points, clamped at the ends."""
    if degrees <= points[0][0]:
        return points[0][1]
    for (low, below), (high, above) in pairwise(points):
        if degrees <= high:
            return below + (above - below) * (degrees - low) / (high - low) if high > low else above
    return points[-1][1]


def audit_power(case: Case, loads: Sequence[Load]) -> Flow:
    """Check the halls; their facility power."""
    needed = np.zeros(case.length)
    most = np.zeros(case.length)
    for hall in case.scenario.site.halls:
        facility, capacity = _audit_hall(case, hall, [load for load in loads if load.hall == hall.name])
        needed += facility
        most += capacity
    return Flow(needed, most)


def _audit_hall(case: Case, hall: Hall, loads: list[Load]) -> tuple[Floats, Floats]:
    """Facility power [MW] and the most that it could be, both (periods,)."""
    rows, book, name = case.rows, case.book, hall.name
    it_mw = np.zeros(case.length)
    for load in loads:
        it_mw += load.it_mw
    limit = align(hall.it_limit_mw, case.horizon, "min")
    installed = sum(load.capacity_mw for load in loads)
    tolerance = share_of(installed)
    book.equal("hall_power", name, "IT power", rows.take(name, "it_mw"), it_mw, unit="MW", tolerance=tolerance)
    highest = float(limit.max())
    book.at_most(
        "hall_limit", name, "IT power", it_mw, limit, unit="MW", tolerance=share_of(highest), limit_name="IT limit"
    )
    pue = audit_cooling(case, hall, it_mw, installed) if hall.cooling else pue_of(case, hall)
    book.equal("input", name, "PUE", rows.take(name, "pue"), pue, unit="", tolerance=relative(pue))
    claimed = rows.take(name, "facility_mw")
    overhead = np.full(case.length, hall.overhead_mw)
    if hall.overhead_off_with_hall:
        dark = np.abs(it_mw) <= tolerance
        # Where IT power is within its tolerance of zero, yet not zero, either may be meant.
        near = dark & (it_mw != 0.0) & (claimed > hall.overhead_mw / 2)
        overhead = np.where(dark & ~near, 0.0, hall.overhead_mw)
    facility = overhead + it_mw * pue
    most = hall.overhead_mw + np.minimum(limit, installed) * pue
    book.equal(
        "hall_power", name, "facility power", claimed, facility, unit="MW", tolerance=share_of(float(most.max()))
    )
    return facility, most
