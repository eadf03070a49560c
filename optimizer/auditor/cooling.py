"""Cooling modes of a hall, from which its PUE follows (section 5).

Of the modes that hold at the period's mean temperature and that can cool the hall's IT power, the one with the least
power share is taken, the first of equals:  PUE = 1 + its share. Where none holds, the hall has no IT power.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.auditor.book import Floats, number, share_of
from optimizer.auditor.case import Case
from optimizer.scenario.site import CoolingMode, Hall

RULE = "cooling"
DEGREES_SLACK = 1e-9
"""A mean of temperatures is only as exact as its arithmetic."""
Flags = npt.NDArray[np.bool_]


def holds(case: Case, mode: CoolingMode) -> Flags:
    """Whether a mode holds at the temperature of each period, (periods,)."""
    fits = np.ones(case.length, dtype=bool)
    if case.ambient is None:
        return fits
    if mode.min_ambient_c is not None:
        fits &= case.ambient >= mode.min_ambient_c - DEGREES_SLACK
    if mode.max_ambient_c is not None:
        fits &= case.ambient <= mode.max_ambient_c + DEGREES_SLACK
    return fits


def least_pue(case: Case, hall: Hall) -> Floats:
    """PUE of the cheapest mode that holds, whatever it can cool, (periods,); 1 where none holds."""
    share = np.full(case.length, np.inf)
    for mode in hall.cooling:
        share = np.where(holds(case, mode), np.minimum(share, mode.power_share), share)
    return np.where(np.isfinite(share), 1.0 + share, 1.0)


def most_cooled_mw(case: Case, hall: Hall) -> Floats:
    """Most IT power [MW] that any mode that holds can cool, (periods,); no limit without cooling modes."""
    if not hall.cooling:
        return np.full(case.length, np.inf)
    most = np.zeros(case.length)
    for mode in hall.cooling:
        limit = np.inf if mode.it_limit_mw is None else mode.it_limit_mw
        most = np.where(holds(case, mode), np.maximum(most, limit), most)
    return most


def audit_cooling(case: Case, hall: Hall, it_mw: Floats, installed_mw: float) -> Floats:
    """Check which mode is taken in each period; the PUE that follows, (periods,)."""
    name = hall.name
    said = np.stack([case.rows.take_whole(name, f"cooling[{m.name}]", 1, "(0 or 1)") for m in hall.cooling])
    fits = np.stack([holds(case, mode) for mode in hall.cooling])
    pue = np.ones(case.length)
    for t in range(case.length):
        modes = [mode for mode, fit in zip(hall.cooling, fits[:, t].tolist(), strict=True) if fit]
        taken = [mode for mode, count in zip(hall.cooling, said[:, t].tolist(), strict=True) if count]
        mode = _due(case, hall, t, modes, taken, float(it_mw[t]), share_of(installed_mw))
        if mode is not None:
            pue[t] = 1.0 + mode.power_share
    return pue


def _due(
    case: Case,
    hall: Hall,
    t: int,
    modes: Sequence[CoolingMode],
    taken: Sequence[CoolingMode],
    it_mw: float,
    tolerance: float,
) -> CoolingMode | None:
    """The mode that a period has to have, of those that hold. On a limit, either neighbour may be taken."""
    about: dict[str, Any] = {"amount": it_mw, "unit": "MW"}
    weather = "" if case.ambient is None else f" at {number(case.ambient[t])} °C"
    if not modes and it_mw > tolerance:
        message = f"its IT power is {number(it_mw)} MW; no cooling mode holds{weather}, so it may have none"
        case.book.add(RULE, hall.name, t, message, **about)
    due = _cheapest(modes, it_mw - tolerance)
    if modes and due is None:
        due = max(modes, key=_limit)
        over = it_mw - _limit(due)
        message = (
            f"its IT power is {number(it_mw)} MW, {number(over)} above the {number(_limit(due))} MW that any "
            f"cooling mode that holds{weather} can cool"
        )
        case.book.add(RULE, hall.name, t, message, amount=over, unit="MW")
        return due
    # Beside a limit the next dearer mode may be meant.
    other = _cheapest(modes, it_mw + tolerance)
    if other is not None and list(taken) == [other]:
        return other
    if list(taken) != ([] if due is None else [due]):
        said = " and ".join(mode.name for mode in taken) or "no mode"
        own = "none" if due is None else f"{due.name}, the cheapest that holds{weather} and cools {number(it_mw)} MW"
        case.book.add(RULE, hall.name, t, f"{said} is taken; it has to be {own}", **about)
    return due


def _limit(mode: CoolingMode) -> float:
    return np.inf if mode.it_limit_mw is None else mode.it_limit_mw


def _cheapest(modes: Sequence[CoolingMode], it_mw: float) -> CoolingMode | None:
    """The mode with the least share that can cool so much, the first of equals."""
    able = [mode for mode in modes if _limit(mode) >= it_mw]
    return min(able, key=lambda mode: mode.power_share, default=None)
