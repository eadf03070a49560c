"""What a month's tiers add to the energy cost at the first tier's rates (domain section 6).

All periods share their tiers' ends and steps, so that it is a function of the month's energy alone:

    extra(E, D) = (1 + l) × Σ_k p(k) × E in tier k,   p(k) = 1000 × (rate of tier k − rate of tier 1) [USD/MWh]

| symbol | meaning |
|---|---|
| E0, E | the month's energy before this plan, and in it [MWh] |
| D0, D1 | billed demand that ends per kW go by, without and with this plan [kW]: the highest of the charges on every \
hour of the month; without any, its highest demand in the first charge's metering |
| u(k) | end of tier k [MWh]; one that follows D is a(k) + b(k) × D |

The plan pays extra(E0 + E, D1) − extra(E0, D0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.model.bill.demand import ChargeRule
from optimizer.model.bill.maximum import Line, highest, scalar, stacked
from optimizer.model.bill.metering import Blocks
from optimizer.model.bill.months import Months
from optimizer.model.bill.tier_cost import Weight, cost_of, reach
from optimizer.model.desk import PeriodSum
from optimizer.scenario.tariff import EnergyTier
from optimizer.tariff.tiers import cost
from solvers.builder import ProblemBuilder
from solvers.problem import Bools, Floats

KWH_PER_MWH = 1000.0


@dataclass(frozen=True, eq=False)
class TierRule:
    """The tiers of a tariff's energy. `whole`: blocks in whose demand ends per kW are measured where no charge is on
    every hour. `before_mwh`, `before_kw`: (months,) energy and highest demand of any hour before the plan. `always`:
    (months, charges) whether a charge is on every hour of a month."""

    tiers: tuple[EnergyTier, ...]
    loss_factor: float
    months: Months
    hours: float
    before_mwh: Floats
    before_kw: Floats
    charges: tuple[ChargeRule, ...]
    always: Bools
    whole: Blocks

    @cached_property
    def usd_per_mwh(self) -> Floats:
        """p(k) with losses, (tiers,)."""
        rates = np.array([tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in self.tiers])
        return np.asarray((1.0 + self.loss_factor) * KWH_PER_MWH * (rates - rates[0]))

    def line(self, month: int) -> Line:
        """Whose the columns of a month's tiers are."""
        return Line("grid", self.months.labels[month])

    @cached_property
    def per_kw(self) -> bool:
        """Whether any tier's end is per kW."""
        return any(tier.ends()[2] is not None or tier.ends()[3] is not None for tier in self.tiers)

    @cached_property
    def follows_demand(self) -> bool:
        """Whether any tier's end is per kW, and any price differs."""
        return self.per_kw and bool(self.usd_per_mwh.any())

    def highest_kw(self, import_mw: Floats) -> Floats:
        """Highest demand of any hour so far, this plan's included, (months,)."""
        return np.maximum(self.before_kw, self.whole.highest_kw(import_mw, self.every_block, self.months.count))

    def ends_mwh(self, month: int, billed_kw: float) -> list[float]:
        """u(k) before one that is overtaken is closed, (tiers,)."""
        return [tier.end_kwh(int(self.months.days[month]), billed_kw) / KWH_PER_MWH for tier in self.tiers]

    def on_every_hour(self, month: int) -> list[ChargeRule]:
        """Charges on every hour of a month."""
        return [rule for rule, always in zip(self.charges, self.always[month], strict=True) if always]

    @cached_property
    def every_block(self) -> Bools:
        return np.ones(len(self.whole.month), dtype=bool)

    def anyway_kw(self, month: int) -> float:
        """D0."""
        measuring = self.on_every_hour(month)
        floors = [rule.floor_kw for rule in measuring] or [self.before_kw, *(rule.seen_kw for rule in self.charges)]
        return max((float(floor[month]) for floor in floors), default=0.0)

    def billed_kw(self, import_mw: Floats) -> Floats:
        """D1, (months,)."""
        found = self.whole.highest_kw(import_mw, self.every_block, self.months.count)
        billed = {rule.name: rule.billed_kw(import_mw) for rule in self.charges}
        for month in range(self.months.count):
            measuring = [float(billed[rule.name][month]) for rule in self.on_every_hour(month)]
            found[month] = max(measuring) if measuring else max(found[month], self.anyway_kw(month))
        return found

    def extra_usd(self, import_mw: Floats) -> Floats:
        """What the plan pays for tiers in each month, (months,)."""
        if not self.usd_per_mwh.any():
            return np.zeros(self.months.count)
        energy = self.before_mwh + self.months.sums(import_mw) * self.hours
        count = self.months.count
        billed = self.billed_kw(import_mw) if self.follows_demand else np.zeros(count)
        anyway = [self.anyway_kw(month) if self.follows_demand else 0.0 for month in range(count)]
        paid = [self._usd(month, float(energy[month]), float(billed[month])) for month in range(count)]
        before = [self._usd(month, float(self.before_mwh[month]), anyway[month]) for month in range(count)]
        return np.asarray(np.array(paid) - np.array(before), dtype=float)

    def before_usd(self, month: int) -> float:
        """extra(E0, D0)."""
        return self._usd(month, float(self.before_mwh[month]), self.anyway_kw(month))

    def _usd(self, month: int, energy_mwh: float, billed_kw: float) -> float:
        return cost(energy_mwh, self.ends_mwh(month, billed_kw), self.usd_per_mwh.tolist())


def fixed_ends_usd(
    builder: ProblemBuilder, rule: TierRule, month: int, energy_mwh: PeriodSum, most_mwh: Floats, weight: Weight
) -> tuple[PeriodSum, Floats]:
    """What the plan's energy of a month pays for tiers whose ends are known, and the prices that it may meet.
    `most_mwh`: the most that the plan may take by the limits, and in any case."""
    before = float(rule.before_mwh[month])
    tiers = reach(before, before + float(most_mwh[0]), rule.ends_mwh(month, 0.0), rule.usd_per_mwh.tolist())
    if not tiers.prices.any():
        return scalar(), np.zeros(1)
    most = np.r_[tiers.widths[:-1], most_mwh[1]]
    widths = [scalar(float(width)) for width in tiers.widths[:-1]]
    ordered = weight.rewards_disorder(tiers.prices)
    line = rule.line(month)
    cost_usd = cost_of(builder, energy_mwh, widths, tiers.prices, line=line, ordered=ordered, most=most)
    return cost_usd, tiers.prices


def ends_by_demand_usd(
    builder: ProblemBuilder,
    rule: TierRule,
    month: int,
    energy_mwh: PeriodSum,
    most_mwh: float,
    billed_kw: PeriodSum,
    most_kw: float,
    weight: Weight,
) -> PeriodSum:
    """extra(E0 + E, D1) of a month, where ends are per kW of a billed demand that is an expression."""
    ends, highest_ends = _ends(builder, rule, month, billed_kw, most_kw)
    widths, most_widths = [ends[0]], [highest_ends[0]]
    for later, earlier in zip(ends[1:], ends[:-1], strict=True):
        width = scalar()
        width.add_sum(later)
        width.add_sum(earlier, -1.0)
        widths.append(width)
    most_widths += highest_ends[1:]
    amount = scalar(float(rule.before_mwh[month]))
    amount.add_sum(energy_mwh)
    most = np.r_[most_widths, most_mwh + float(rule.before_mwh[month])]
    ordered = weight.rewards_disorder(rule.usd_per_mwh)
    return cost_of(builder, amount, widths, rule.usd_per_mwh, line=rule.line(month), ordered=ordered, most=most)


def _ends(
    builder: ProblemBuilder, rule: TierRule, month: int, billed_kw: PeriodSum, most_kw: float
) -> tuple[list[PeriodSum], list[float]]:
    """u(k) of all tiers but the last, and the most that each may be. One that an earlier end may overtake, as they
    are in different units, is the higher of the two."""
    none, one = rule.ends_mwh(month, 0.0)[:-1], rule.ends_mwh(month, 1.0)[:-1]
    most = np.maximum.accumulate(rule.ends_mwh(month, most_kw)[:-1]).tolist()
    made: list[PeriodSum] = []
    for k, (fixed, of_one) in enumerate(zip(none, one, strict=True)):
        end = scalar(fixed)
        end.add_sum(billed_kw, of_one - fixed)
        if k and _may_be_overtaken(rule.tiers[: k + 1]):
            both = stacked([made[-1], end])
            line, symbol = rule.line(month), f"u{k + 1}"
            end = highest(builder, both, 0.0, line=line, symbol=symbol, exact=True, least=0.0, most=most[k])
        made.append(end)
    return made, most


def _may_be_overtaken(tiers: Sequence[EnergyTier]) -> bool:
    """Whether the last of the tiers has its end in another unit than one before it."""
    units = {next(unit for unit, end in enumerate(tier.ends()) if end is not None) for tier in tiers}
    return len(units) > 1
