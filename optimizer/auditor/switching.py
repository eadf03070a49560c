"""Items switched on and off (groups of a fleet, nodes of a pool, a generator), followed through the plan one by one.

The items stand in two queues, up and down. Who stops is the longest up, who starts the longest down; each must
have been so for its minimum time. An item whose state began A whole periods before the horizon stands in its
queue since period −A.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from optimizer.auditor.book import Ints, number
from optimizer.auditor.case import Case
from optimizer.scenario.switching import LONG_AGO_HOURS, Switching


@dataclass
class Cohort:
    """Items that changed together."""

    since: int
    """Period in which they came up or went down; negative before the horizon."""
    count: int
    hours: float | None = None
    """Hours in that state at the start of the horizon, for items that changed before it."""
    mode: str = ""
    """Mode of a fleet's groups before the horizon."""


@dataclass
class Queues:
    """Up and down items, the longest first."""

    up: deque[Cohort]
    down: deque[Cohort]

    @classmethod
    def of(cls, up: Iterable[Cohort], down: Iterable[Cohort]) -> Queues:
        """Queues of copies of the cohorts, which come in any order."""
        return cls(deque(sorted(up, key=_since)), deque(sorted(down, key=_since))).copy()

    def copy(self) -> Queues:
        def twin(queue: deque[Cohort]) -> deque[Cohort]:
            return deque(Cohort(c.since, c.count, c.hours, c.mode) for c in queue)

        return Queues(twin(self.up), twin(self.down))


def _since(cohort: Cohort) -> int:
    return cohort.since


@dataclass(frozen=True)
class Walk:
    """How the items of one fleet, pool or generator were switched."""

    starts: Ints
    """Items started in each period."""
    stops: Ints
    seam: Queues
    """The queues at the end of the committed part."""


def changes(up: Ints, up_before: int) -> tuple[Ints, Ints]:
    """Starts and stops of each period; none of both at once."""
    delta = np.diff(up, prepend=up_before)
    return np.maximum(delta, 0), np.maximum(-delta, 0)


def walk(case: Case, item: Switching, name: str, what: str, queues: Queues, up: Ints, warm_up: int = 0) -> Walk:
    """Follow the items through the plan; stops and starts before their time are written down.

    `up`: items up in each period. `warm_up`: periods that the minimum up time has at least."""
    up_before = sum(cohort.count for cohort in queues.up)
    starts, stops = changes(up, up_before)
    least_up = max(case.horizon.whole_periods(item.min_up_hours), warm_up)
    least_down = case.horizon.whole_periods(item.min_down_hours)
    seam = None
    for t in np.flatnonzero(starts | stops).tolist():
        if seam is None and t >= case.committed:
            seam = queues.copy()
        if starts[t]:
            early = _move(queues.down, queues.up, t, int(starts[t]), least_down)
            _report(case, "min_down", name, t, early, f"{what} start", "down", least_down)
        else:
            early = _move(queues.up, queues.down, t, int(stops[t]), least_up)
            _report(case, "min_up", name, t, early, f"{what} stop", "up", least_up)
    return Walk(starts, stops, seam or queues)


@dataclass
class _Early:
    """Items switched before their time."""

    count: int = 0
    periods: int = field(default=10**9)
    """Shortest time that one of them had."""


def _move(source: deque[Cohort], target: deque[Cohort], t: int, count: int, least: int) -> _Early:
    early = _Early()
    left = count
    while left and source:
        cohort = source[0]
        taken = min(left, cohort.count)
        left -= taken
        cohort.count -= taken
        if not cohort.count:
            source.popleft()
        age = t - cohort.since
        if taken and age < least:
            early.count += taken
            early.periods = min(early.periods, age)
    target.append(Cohort(t, count))
    return early


def _report(case: Case, rule: str, name: str, t: int, early: _Early, act: str, state: str, least: int) -> None:
    if not early.count:
        return
    message = (
        f"{early.count} {act} after {number(early.periods * case.hours)} h {state}; "
        f"the minimum is {number(least * case.hours)} h"
    )
    case.book.add(rule, name, t, message, amount=float(early.count), unit=act.split(maxsplit=1)[0])


def seam_age(case: Case, cohort: Cohort) -> tuple[int, float]:
    """Age of a cohort at the end of the committed part: whole periods, and hours."""
    hours = (case.committed - cohort.since) * case.hours
    if cohort.hours is not None:
        hours = cohort.hours + case.committed * case.hours
    hours = min(hours, LONG_AGO_HOURS)
    return case.ages(hours), hours
