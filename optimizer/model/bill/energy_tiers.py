"""What a month's tiers add to the energy cost at the first tier's rates, in the model (domain section 6).

| symbol | meaning |
|---|---|
| E0, E, D1, u(k) | as in `optimizer.tariff.rule.tiers_extra`, in MWh and kW |

The plan pays extra(E0 + E, D1) − extra(E0, D0). Ends that follow demand are a(k) + b(k) × D1, expressions themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.model.bill.maximum import Line, highest, scalar, stacked
from optimizer.model.bill.tier_cost import Weight, cost_of, reach
from optimizer.model.desk import PeriodSum
from optimizer.scenario.tariff import EnergyTier
from optimizer.tariff.rule.tiers_extra import TierRule
from solvers.builder import ProblemBuilder
from solvers.problem import Floats


def tier_line(rule: TierRule, month: int) -> Line:
    """Whose the columns of a month's tiers are."""
    return Line("grid", rule.months.labels[month])


def fixed_ends_usd(
    builder: ProblemBuilder, rule: TierRule, month: int, energy_mwh: PeriodSum, most_mwh: Floats, weight: Weight
) -> tuple[PeriodSum, Floats]:
    """What the plan's energy of a month pays for tiers whose ends are known, and the prices that it may meet.
    `most_mwh`: the most that the plan may take by the limits, and in any case."""
    before = float(rule.before[month])
    tiers = reach(before, before + float(most_mwh[0]), rule.ends(month, 0.0), rule.prices.tolist())
    if not tiers.prices.any():
        return scalar(), np.zeros(1)
    most = np.r_[tiers.widths[:-1], most_mwh[1]]
    widths = [scalar(float(width)) for width in tiers.widths[:-1]]
    ordered = weight.rewards_disorder(tiers.prices)
    line = tier_line(rule, month)
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
    amount = scalar(float(rule.before[month]))
    amount.add_sum(energy_mwh)
    most = np.r_[most_widths, most_mwh + float(rule.before[month])]
    ordered = weight.rewards_disorder(rule.prices)
    return cost_of(builder, amount, widths, rule.prices, line=tier_line(rule, month), ordered=ordered, most=most)


def _ends(
    builder: ProblemBuilder, rule: TierRule, month: int, billed_kw: PeriodSum, most_kw: float
) -> tuple[list[PeriodSum], list[float]]:
    """u(k) of all tiers but the last, and the most that each may be. One that an earlier end may overtake, as they
    are in different units, is the higher of the two."""
    none, one = rule.ends(month, 0.0)[:-1], rule.ends(month, 1.0)[:-1]
    most = np.maximum.accumulate(rule.ends(month, most_kw)[:-1]).tolist()
    made: list[PeriodSum] = []
    for k, (fixed, of_one) in enumerate(zip(none, one, strict=True)):
        end = scalar(fixed)
        end.add_sum(billed_kw, of_one - fixed)
        if k and _may_be_overtaken(rule.tiers[: k + 1]):
            both = stacked([made[-1], end])
            line, symbol = tier_line(rule, month), f"u{k + 1}"
            end = highest(builder, both, 0.0, line=line, symbol=symbol, exact=True, least=0.0, most=most[k])
        made.append(end)
    return made, most


def _may_be_overtaken(tiers: Sequence[EnergyTier]) -> bool:
    """Whether the last of the tiers has its end in another unit than one before it."""
    units = {next(unit for unit, end in enumerate(tier.ends()) if end is not None) for tier in tiers}
    return len(units) > 1
