"""The billed demand that ends of energy tiers per kW (hours of use) go by (domain section 6).

| symbol | meaning |
|---|---|
| D0, D1 | without and with the load [kW] |

It is the highest billed demand of the charges on every hour of the month; without any, the month's highest demand in
the first charge's metering.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.scenario.series import Floats
from optimizer.tariff.clock import Flags
from optimizer.tariff.rule.charge import ChargeRule
from optimizer.tariff.rule.metering import Blocks
from optimizer.tariff.rule.months import Months, on_every_hour


@dataclass(frozen=True, eq=False)
class MeasuredDemand:
    """`before_kw`: (months,) highest demand of any hour before the load. `whole`: blocks in whose demand ends per kW
    are measured where no charge is on every hour."""

    months: Months
    charges: tuple[ChargeRule, ...]
    before_kw: Floats
    whole: Blocks
    holidays: str | None

    @cached_property
    def always(self) -> Flags:
        """Whether a charge is on every hour of a month, (months, charges)."""
        held = [on_every_hour(rule.charge, self.months, self.holidays) for rule in self.charges]
        return np.array(held, dtype=bool).reshape(len(self.charges), self.months.count).T

    def on_every_hour(self, month: int) -> list[ChargeRule]:
        """Charges on every hour of a month."""
        return [rule for rule, always in zip(self.charges, self.always[month], strict=True) if always]

    @cached_property
    def every_block(self) -> Flags:
        return np.ones(len(self.whole.month), dtype=bool)

    def highest_kw(self, load: Floats) -> Floats:
        """Highest demand of any hour so far, the load's included, (months,)."""
        return np.maximum(self.before_kw, self.whole.highest_kw(load, self.every_block, self.months.count))

    def anyway_kw(self, month: int) -> float:
        """D0."""
        measuring = self.on_every_hour(month)
        floors = [rule.floor_kw for rule in measuring] or [self.before_kw, *(rule.seen_kw for rule in self.charges)]
        return max((float(floor[month]) for floor in floors), default=0.0)

    def billed_kw(self, load: Floats) -> Floats:
        """D1, (months,)."""
        found = self.whole.highest_kw(load, self.every_block, self.months.count)
        billed = {rule.name: rule.billed_kw(load) for rule in self.charges}
        for month in range(self.months.count):
            measuring = [float(billed[rule.name][month]) for rule in self.on_every_hour(month)]
            found[month] = max(measuring) if measuring else max(found[month], self.anyway_kw(month))
        return found
