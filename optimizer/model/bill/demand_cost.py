"""Demand charges in the model: columns of highest demand, and what they cost (domain section 6).

| symbol | meaning |
|---|---|
| d(b) | demand of metering block b [kW], a sum of import (`tariff.rule.metering`) |
| O(w, m) | highest demand of the blocks of month m that count in windows w; one column for all charges of these |
| P(c, m) | what charge c is held to in month m |

    O(w, m) ≥ d(b)                                   one row a block that can be above what is billed anyway
    P(c, m) ≥ O(c, m),  ≥ share × O(ratchet of c, m') of the months looked back to,  ≥ what is billed anyway
    cost = tiers of P above what is billed anyway

Where a higher P could be worth having (rates below 0, a minimum charge that is taxed more than demand, energy tiers
that end later with it), P and O are bound to true demands: `model.bill.maximum`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.maximum import Line, highest, scalar, stacked
from optimizer.model.bill.tier_cost import Reach, Weight, cost_of, reach
from optimizer.model.desk import PeriodSum
from optimizer.tariff.rule.charge import ChargeRule
from optimizer.tariff.rule.metering import Blocks
from solvers.builder import Index, ProblemBuilder
from solvers.problem import Bools, Floats

Key = tuple[int, bytes, int]


@dataclass
class _Wanted:
    """A column of highest demand that somebody needs above `floor_kw`."""

    blocks: Blocks
    counted: Bools
    month: int
    floor_kw: float
    exact: bool
    line: Line
    made: PeriodSum | None = None


class PeakColumns:
    """Highest demand by set of blocks. All that is needed is said first (`want`), then taken (`take`)."""

    def __init__(self, builder: ProblemBuilder, import_mw: Index, reach_mw: Floats, most_mw: Floats) -> None:
        """`reach_mw`, `most_mw`: (periods,) the most that import may be by the limits, and in any case."""
        self.builder = builder
        self._import, self._reach_mw, self._most_mw = import_mw, reach_mw, most_mw
        self._wanted: dict[Key, _Wanted] = {}

    def most_kw(self, blocks: Blocks, counted: Bools, month: int) -> tuple[float, float]:
        """The highest demand that a month may see by the limits, and in any case."""
        inside = counted & (blocks.month == month)
        reached, most = (blocks.demand_kw(mw)[inside] for mw in (self._reach_mw, self._most_mw))
        return float(np.max(reached, initial=0.0)), float(np.max(most, initial=0.0))

    def want(self, blocks: Blocks, counted: Bools, month: int, floor_kw: float, *, exact: bool, line: Line) -> None:
        """A month's highest demand is needed where it is above a floor; `exact`: bound from above too. The first `line`
        that needs it gives the name."""
        key = _key(blocks, counted, month)
        wanted = self._wanted.setdefault(key, _Wanted(blocks, counted, month, floor_kw, exact, line))
        wanted.floor_kw = min(wanted.floor_kw, floor_kw)
        wanted.exact |= exact

    def take(self, blocks: Blocks, counted: Bools, month: int) -> tuple[PeriodSum, float]:
        """max(floor, highest demand) as an expression [kW], and its floor: the lowest that was said."""
        wanted = self._wanted[_key(blocks, counted, month)]
        if wanted.made is None:
            wanted.made = self._made(wanted)
        return wanted.made, wanted.floor_kw

    def _made(self, wanted: _Wanted) -> PeriodSum:
        blocks = wanted.blocks
        above = blocks.demand_kw(self._reach_mw) > wanted.floor_kw
        used = np.flatnonzero(wanted.counted & (blocks.month == wanted.month) & above)
        if not len(used):
            return scalar(wanted.floor_kw)
        entry_of = np.full(len(blocks.month), -1)
        entry_of[used] = np.arange(len(used))
        inside = entry_of[blocks.block] >= 0
        demand = PeriodSum(len(used))
        demand.add_constant(blocks.carried_kw[used])
        columns = self._import[blocks.interval[inside]]
        demand.add(columns, blocks.kw_per_unit[inside], entry_of[blocks.block[inside]])
        return highest(
            self.builder,
            demand,
            wanted.floor_kw,
            line=wanted.line,
            symbol="O",
            exact=wanted.exact,
            least=blocks.carried_kw[used],
            most=blocks.demand_kw(self._most_mw)[used],
        )


def line_of(rule: ChargeRule, month: int) -> Line:
    """Whose a charge's columns of a month are."""
    return Line(rule.name, rule.months.labels[month])


def _key(blocks: Blocks, counted: Bools, month: int) -> Key:
    return id(blocks), np.packbits(counted).tobytes(), month


@dataclass(frozen=True, eq=False)
class HeldTo:
    """What a charge is held to in a month: max(floor, own demand, ratchet) [kW], of which a dollar weighs `weight`.

    `reached`: the tiers above the floor. `most_kw`: the most that it may be in any plan.
    """

    rule: ChargeRule
    month: int
    floor_kw: float
    weight: Weight
    exact: bool
    needed: bool
    reached: Reach
    most_kw: float

    @property
    def line(self) -> Line:
        return line_of(self.rule, self.month)

    @property
    def said(self) -> bool:
        """Whether a plan changes it and something hangs on it: then it has a column."""
        return bool(len(self.reached.prices)) and (self.needed or bool(self.reached.prices.any()))

    def cost(self, peaks: PeakColumns, held_kw: PeriodSum) -> PeriodSum:
        """What it costs above its floor [USD]."""
        if not self.reached.prices.any():
            return scalar()
        above = scalar(-self.floor_kw)
        above.add_sum(held_kw)
        widths = [scalar(float(width)) for width in self.reached.widths[:-1]]
        most = np.r_[self.reached.widths[:-1], self.most_kw - self.floor_kw]
        ordered = self.weight.rewards_disorder(self.reached.prices)
        prices = self.reached.prices
        return cost_of(peaks.builder, above, widths, prices, line=self.line, ordered=ordered, most=most)

    def bounds_usd(self) -> tuple[float, float]:
        """Least and most of `cost`."""
        above = (self.most_kw - self.floor_kw) * np.r_[0.0, self.reached.prices]
        return float(above.min()), float(above.max())


def held_to(
    peaks: PeakColumns, rule: ChargeRule, month: int, floor_kw: float, weight: Weight, *, exact: bool, needed: bool
) -> HeldTo:
    """Say that a charge's demand of a month is needed. `exact`: whatever it costs itself; `needed`: even where it
    costs nothing."""
    reached_kw, most_kw = peaks.most_kw(rule.blocks, rule.counted, month)
    for earlier in _looks(rule, month):
        reached, most = (rule.share * kw for kw in peaks.most_kw(rule.blocks, rule.looked_at, earlier))
        reached_kw, most_kw = max(reached_kw, reached), max(most_kw, most)
    tiers = reach(floor_kw, reached_kw, rule.ends_kw, rule.usd_per_kw)
    exact = exact or weight.rewards_more(tiers.prices)
    held = HeldTo(rule, month, floor_kw, weight, exact, needed, tiers, max(most_kw, floor_kw))
    if held.said:
        peaks.want(rule.blocks, rule.counted, month, floor_kw, exact=exact, line=held.line)
        for earlier in _looks(rule, month):
            line, floor = line_of(rule, earlier), floor_kw / rule.share
            peaks.want(rule.blocks, rule.looked_at, earlier, floor, exact=exact, line=line)
    return held


def column_of(peaks: PeakColumns, held: HeldTo) -> PeriodSum:
    """P(c, m) as an expression [kW]."""
    rule, month, floor = held.rule, held.month, held.floor_kw
    if not held.said:
        return scalar(floor)
    own, own_floor = peaks.take(rule.blocks, rule.counted, month)
    earlier = [peaks.take(rule.blocks, rule.looked_at, at)[0] for at in _looks(rule, month)]
    if not earlier and own_floor == floor:
        return own
    amounts = [own]
    for looked_at in earlier:
        share = scalar()
        share.add_sum(looked_at, rule.share)
        amounts.append(share)
    whole = stacked(amounts)
    return highest(peaks.builder, whole, floor, line=held.line, symbol="P", exact=held.exact, most=held.most_kw)


def _looks(rule: ChargeRule, month: int) -> list[int]:
    """Months of the horizon that the ratchet looks back to."""
    return np.flatnonzero(rule.looks[month]).tolist() if rule.share > 0.0 else []
