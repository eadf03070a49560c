"""Ramps of fleets and pools: how fast average IT power may change, and what the next plan has to know of it.

A step (a group in its most demanding mode, a node with its GPUs) may always be taken. Where ramp × Δt is less, two
periods are held against each other while the later begins less than step / ramp hours after the end of the earlier:
their powers differ by at most one step. To stay at the last power before the horizon breaks no ramp.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from optimizer.auditor.book import Floats, number, share_of
from optimizer.auditor.case import Case
from optimizer.scenario.state import MOST_EARLIER, EarlierPower

EDGE = 1e-9
"""Share of a period that two moments may be apart and still be one."""
SAME_HOURS = 1e-6
"""Ends as near as this are one."""
RULE = "ramp"


@dataclass(frozen=True)
class Ramp:
    """The ramp of a fleet or pool; its IT power is known from before the horizon to its end."""

    case: Case
    name: str
    mw_per_hour: float | None
    step_mw: float
    capacity_mw: float
    before_mw: float
    """Of the last period before the horizon."""
    earlier: Sequence[EarlierPower]
    power_mw: Floats
    """(periods,)."""

    @property
    def _hold_hours(self) -> float:
        """How long a step is held against what follows."""
        return self.step_mw / self.mw_per_hour if self.mw_per_hour else math.inf

    def _holds(self, hours: float) -> bool:
        """Whether a period that ended so many hours earlier still counts."""
        return hours < self._hold_hours - EDGE * self.case.hours

    def audit(self) -> None:
        """Hold every change of power against the ramp."""
        if self.mw_per_hour is None:
            return
        per_period, what = self.mw_per_hour * self.case.hours, "change of IT power"
        most = max(per_period, self.step_mw)
        if per_period >= self.step_mw * (1.0 - EDGE):
            change = np.abs(np.diff(self.power_mw, prepend=self.before_mw))
        else:
            change = self._change_of_steps(most)
            what = f"{what} within {number(self._hold_hours)} h"
        self.case.book.at_most(
            RULE, self.name, what, change, most, unit="MW", tolerance=share_of(self.capacity_mw), limit_name="ramp"
        )

    def _change_of_steps(self, most: float) -> Floats:
        """The largest difference [MW] of each period from the periods that it is held against, (periods,)."""
        count = 0
        while count < self.case.length and self._holds(count * self.case.hours):
            count += 1
        lowest = _of_the_last(np.minimum, self.power_mw, count, np.inf)
        highest = _of_the_last(np.maximum, self.power_mw, count, -np.inf)
        before = [(p.it_power_mw, p.ago_hours) for p in self.earlier]
        lows, highs = _Extremes(before, self.before_mw, min), _Extremes(before, self.before_mw, max)
        for t in range(count):
            held = self._hold_hours - (t + EDGE) * self.case.hours
            # Powers further apart than a step were never a plan's to choose: the last one may be kept.
            least = max(lows.since(held), self.before_mw - most)
            greatest = min(highs.since(held), self.before_mw + most)
            lowest[t], highest[t] = min(lowest[t], least), max(highest[t], greatest)
        return np.maximum(self.power_mw - lowest, highest - self.power_mw)

    def check_state(self, rule: str, said: Sequence[EarlierPower]) -> None:
        """Hold the earlier powers of the state against the plan: at every moment that they matter they leave the same
        room. Powers between the lowest and the highest that came after them say nothing and may be left out."""
        if self.mw_per_hour is None:
            return
        case, tolerance = self.case, share_of(self.capacity_mw)
        last = float(self.power_mw[case.committed - 1])
        own = [(float(self.power_mw[case.committed - 1 - k]), k * case.hours) for k in range(1, case.committed)]
        gone = case.committed * case.hours
        own += [(self.before_mw, gone), *((p.it_power_mw, p.ago_hours + gone) for p in self.earlier)]
        claimed = [(p.it_power_mw, p.ago_hours) for p in said]
        stale = [ended for _, ended in claimed if not self._holds(ended)]
        if stale:
            message = (
                f"earlier_power has one that ended {number(stale[0])} h ago; a step holds {number(self._hold_hours)} h"
            )
            case.book.add(rule, self.name, None, message, unit="h")
        known = [entry for entry in own if self._holds(entry[1])]
        for words, pick in (("lowest", min), ("highest", max)):
            right, wrong = _Extremes(known, last, pick), _Extremes(claimed, last, pick)
            for ended in sorted({*right.ended, *wrong.ended}):
                own_mw, said_mw = right.since(ended + SAME_HOURS), wrong.since(ended + SAME_HOURS)
                if abs(own_mw - said_mw) > tolerance and len(right.ended) < MOST_EARLIER:
                    message = (
                        f"earlier_power: the {words} power of periods that ended up to {number(ended)} h ago is "
                        f"{number(said_mw)} MW by the state; it is {number(own_mw)} MW"
                    )
                    case.book.add(rule, self.name, None, message, amount=said_mw - own_mw, unit="MW")
                    break


def _of_the_last(extreme: np.ufunc, values: Floats, count: int, nothing: float) -> Floats:
    """The extreme of the `count` values before each, (periods,), by windows that double; `nothing` where there are
    none."""
    found = np.full(len(values), nothing)
    window, length, taken = values.copy(), 1, 0
    left = count
    while left:
        if left & 1:
            shift = taken + 1  # the newest value that is not yet in
            if shift < len(values):
                found[shift:] = extreme(found[shift:], window[:-shift])
            taken += length
        left >>= 1
        if left:
            grown = window.copy()
            if length < len(values):
                grown[length:] = extreme(window[length:], window[:-length])
            window, length = grown, 2 * length
    return found


class _Extremes:
    """The lowest (or highest) of powers that ended so many hours ago or later, the last power among them."""

    def __init__(
        self, entries: Sequence[tuple[float, float]], last: float, pick: Callable[[float, float], float]
    ) -> None:
        """`entries`: (MW, hours since its end), in any order."""
        ordered = sorted(entries, key=lambda entry: entry[1])
        self.ended = [ended for _, ended in ordered]
        self._extremes = list(accumulate((mw for mw, _ in ordered), pick, initial=last))

    def since(self, hours: float) -> float:
        """Of the powers that ended less than so many hours ago."""
        return self._extremes[bisect_left(self.ended, hours)]
