"""Halls and the grid connection: PUE, overhead, limits, curtailment orders (section 5).

facility power = overhead + IT × PUE;  import = Σ facility power
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.auditor.book import Floats, number, relative, share_of
from optimizer.auditor.case import Case
from optimizer.scenario.horizon import localize
from optimizer.scenario.series import align
from optimizer.scenario.site import Hall, PueTable


@dataclass(frozen=True)
class Load:
    """IT power of a fleet or pool."""

    hall: str
    it_mw: Floats
    capacity_mw: float


def pue_of(case: Case, hall: Hall) -> Floats:
    """PUE, (periods,)."""
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


def audit_power(case: Case, loads: Sequence[Load]) -> tuple[Floats, Floats]:
    """Check halls, balance and limits. Returns import [MW] and the most it could be, both (periods,)."""
    needed = np.zeros(case.length)
    most = np.zeros(case.length)
    for hall in case.scenario.site.halls:
        facility, capacity = _audit_hall(case, hall, [load for load in loads if load.hall == hall.name])
        needed += facility
        most += capacity
    return needed, _audit_import(case, needed, most)


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
    pue = pue_of(case, hall)
    book.equal("input", name, "PUE", rows.take(name, "pue"), pue, unit="", tolerance=relative(pue))
    claimed = rows.take(name, "facility_mw")
    overhead = np.full(case.length, hall.overhead_mw)
    if hall.overhead_off_with_hall:
        dark = np.abs(it_mw) <= tolerance
        # Where IT power is within its tolerance of zero, yet not zero, either may be meant.
        near = dark & (np.abs(it_mw) > 1e-3 * tolerance) & (claimed > hall.overhead_mw / 2)
        overhead = np.where(dark & ~near, 0.0, hall.overhead_mw)
    facility = overhead + it_mw * pue
    most = hall.overhead_mw + np.minimum(limit, installed) * pue
    book.equal(
        "hall_power", name, "facility power", claimed, facility, unit="MW", tolerance=share_of(float(most.max()))
    )
    return facility, most


def _audit_import(case: Case, needed: Floats, most: Floats) -> Floats:
    """Balance at the meter and every limit on import; returns the most that it could be, (periods,)."""
    rows, book, site = case.rows, case.book, case.scenario.site
    connection = align(site.import_limit_mw, case.horizon, "min")
    tolerance = share_of(min(float(most.max()), float(connection.max())))
    claimed = rows.take("site", "import_mw")
    book.equal("balance", "site", "import", claimed, needed, unit="MW", tolerance=tolerance)
    tolerance = share_of(float(connection.max()))
    book.at_most(
        "import_limit", "site", "import", needed, connection, unit="MW", tolerance=tolerance, limit_name="import limit"
    )
    capped = connection.copy()
    begin = case.horizon.start_minutes
    end = begin + case.horizon.step_minutes
    for order in site.curtailment:
        first = localize(order.start, case.horizon.zone).timestamp() / 60.0
        last = localize(order.end, case.horizon.zone).timestamp() / 60.0
        touched = (first < end) & (last > begin)
        capped = np.where(touched, np.minimum(capped, order.import_limit_mw), capped)
        for t in np.flatnonzero(touched & (needed > order.import_limit_mw + tolerance)).tolist():
            over = float(needed[t] - order.import_limit_mw)
            message = (
                f"import is {number(needed[t])} MW, {number(over)} above the "
                f"{number(order.import_limit_mw)} MW of curtailment order {order.name}"
            )
            book.add("curtailment", "site", t, message, amount=over, unit="MW")
    given = rows.take("site", "import_limit_mw")
    book.equal("input", "site", "import limit (orders included)", given, capped, unit="MW", tolerance=relative(capped))
    return np.minimum(most, np.maximum(connection, 0.0))
