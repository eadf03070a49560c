"""Ramps of fleets and pools (domain section 3): how fast average IT power may change.

| symbol | meaning |
|---|---|
| P(t) | average IT power of period t [MW] |
| R, S | ramp [MW per hour]; one step: a group in its most demanding mode, a node with its GPUs [MW] |
| M | max(S, R × Δt): the most that may change |
| N | periods that a step holds for: ceil(S / (R × Δt)), at least 1 |

    |P(t) − P(t−k)| ≤ M        1 ≤ k ≤ N

One step may always be taken; where R × Δt is less than it, the next one only after S / R hours. A plan of a coarser
grid with R × Δt ≤ S keeps these rows on every finer grid that divides it, because ceilings of quotients nest.

For N > 1 these are N rows a period. Running extremes of blocks of N periods say the same with a fixed number of
columns and rows a period (van Herk, 1992; Gil and Werman, 1993): any N + 1 neighbouring periods are the end of one
block and the beginning of the next.

    p⁺(t) ≥ P(t), p⁺(t−1)      p⁻(t) ≤ P(t), p⁻(t−1)        from the beginning of the block
    s⁺(t) ≥ P(t), s⁺(t+1)      s⁻(t) ≤ P(t), s⁻(t+1)        from its end
    p⁺(t) − s⁻(t−N) ≤ M        s⁺(t−N) − p⁻(t) ≤ M          p⁺ − p⁻ ≤ M at the end of each block

A period before the horizon binds the periods that begin less than S / R hours after its end. To stay at the last power
is always allowed: what happened before is no plan's to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.scenario.state import MOST_EARLIER, EarlierPower
from solvers.builder import Index
from solvers.problem import Floats

EDGE = 1e-9
"""Share of a period by which a duration may miss a whole number of them; MW below which two powers are one."""
WORDS = "allows a change of {{allowed}} MW{within} {{when}}, at least {{needed}} MW are needed"


@dataclass(frozen=True)
class Ramp:
    """The ramp of a fleet or pool, and its powers before the horizon."""

    mw_per_hour: float | None
    """None: it has no ramp."""
    step_mw: float
    last_mw: float
    """Average IT power of the last period before the horizon."""
    earlier: Sequence[EarlierPower]

    @property
    def step_hours(self) -> float:
        """How long a step holds for."""
        return self.step_mw / self.mw_per_hour if self.mw_per_hour else np.inf

    def periods(self, hours: float) -> int:
        """N, for periods of so many hours."""
        return max(1, int(np.ceil(min(self.step_hours / hours, 1e9) - EDGE)))

    def require(self, model: Model, item: str, power_mw: PeriodSum) -> None:
        """Rows that keep an item's average IT power within the ramp."""
        if self.mw_per_hour is None:
            return
        hours = model.horizon.hours
        most = max(self.step_mw, self.mw_per_hour * hours)
        length = self.periods(hours)
        if length == 1:
            self._between_neighbours(model, item, power_mw, most)
            return
        said = [
            self._since_before(model, item, power_mw, most),
            *self._over_stretches(model, item, power_mw, most, min(length, model.periods)),
        ]
        rows, periods = (np.concatenate(parts) for parts in zip(*said, strict=True))
        words, size = WORDS.format(within=f" within {self.step_hours:.6g} h"), max(most, self.last_mw)
        model.require(item, "ramp", "MW", rows, words, size=size, periods=periods, allowed=most)

    def _between_neighbours(self, model: Model, item: str, power_mw: PeriodSum, most: float) -> None:
        change = model.sum()
        change.add_sum(power_mw)
        period, columns, values = power_mw.triplets()
        later = period + 1 < model.periods
        change.add(columns[later], -values[later], period[later] + 1)
        change.add_constant(-np.concatenate([[self.last_mw], power_mw.constant[:-1]]))
        rows = model.limit(change, -most, most, owner=item, symbol="ramp")
        words, size = WORDS.format(within=""), max(most, self.last_mw)
        model.require(item, "ramp", "MW", rows, words, size=size, allowed=most)

    def _since_before(self, model: Model, item: str, power_mw: PeriodSum, most: float) -> tuple[Index, Index]:
        """What the periods before the horizon leave to its first ones: rows, and the period of each."""
        entries = sorted([(0.0, self.last_mw), *((power.ago_hours, power.it_power_mw) for power in self.earlier)])
        ended, before = np.array(entries).T
        bound_hours = self.step_hours - (np.arange(model.periods) + EDGE) * model.horizon.hours
        bound = np.searchsorted(ended, bound_hours)  # how many of them still bind each period
        periods = np.flatnonzero(bound)
        latest = bound[periods] - 1
        low = np.minimum(np.maximum.accumulate(before)[latest] - most, self.last_mw)
        high = np.maximum(np.minimum.accumulate(before)[latest] + most, self.last_mw)
        return model.limit(power_mw, low, high, periods, owner=item, symbol="ramp", part="before"), periods

    def _over_stretches(
        self, model: Model, item: str, power_mw: PeriodSum, most: float, length: int
    ) -> Iterator[tuple[Index, Index]]:
        """No two of any `length` + 1 neighbouring periods further apart than `most`: rows, and the period of each."""
        every = model.every_period
        first = every[every % length > 0]  # all but the first of their blocks
        ends = np.unique(np.append(every[length - 1 :: length], every[-1]))
        extremes: dict[str, Index] = {}
        for symbol, sign, here, there in (
            ("p high", 1.0, first, first - 1),
            ("p low", -1.0, first, first - 1),
            ("s high", 1.0, first - 1, first),
            ("s low", -1.0, first - 1, first),
        ):
            columns = model.builder.columns(model.periods, owner=item, symbol=symbol, period=every)
            beyond = model.sum()
            beyond.add(columns, sign)
            beyond.add_sum(power_mw, -sign)
            model.limit(beyond, 0.0, np.inf, owner=item, symbol=symbol, part="power")
            carried = model.builder.rows(len(here), 0.0, np.inf, owner=item, symbol=symbol, part="block", period=here)
            model.builder.add(carried, columns[here], sign)
            model.builder.add(carried, columns[there], -sign)
            extremes[symbol] = columns
        across = every[length:]
        pairs = [
            (ends, extremes["p high"][ends], extremes["p low"][ends]),
            (across, extremes["p high"][across], extremes["s low"][across - length]),
            (across, extremes["s high"][across - length], extremes["p low"][across]),
        ]
        for part, (periods, high, low) in zip(("in a block", "up", "down"), pairs, strict=True):
            rows = model.builder.rows(len(periods), -np.inf, most, owner=item, symbol="ramp", part=part, period=periods)
            model.builder.add(rows, high, 1.0)
            model.builder.add(rows, low, -1.0)
            yield rows, periods

    def earlier_after(self, power_mw: Floats, hours: float) -> tuple[EarlierPower, ...]:
        """The powers that the next plan is held against beside the last, after periods with these powers of so many
        hours each: of the last S / R hours those that lie above or below all that came after them, the latest first."""
        if self.mw_per_hour is None:
            return ()
        count = len(power_mw)
        held = int(min(count - 1, np.ceil(min(self.step_hours / hours, 1e9)) + 1))
        past = [(float(power_mw[count - 1 - k]), k * hours) for k in range(1, held + 1)]
        if held == count - 1:
            past.append((self.last_mw, count * hours))
            past += [(power.it_power_mw, power.ago_hours + count * hours) for power in self.earlier]
        lowest = highest = float(power_mw[-1])
        kept: list[EarlierPower] = []
        for mw, ended in sorted(past, key=lambda entry: entry[1]):
            if ended >= self.step_hours - EDGE * hours:
                break
            if mw < lowest - EDGE or mw > highest + EDGE:
                kept.append(EarlierPower(it_power_mw=max(0.0, mw), ago_hours=ended))
                lowest, highest = min(lowest, mw), max(highest, mw)
        return tuple(kept[:MOST_EARLIER])
