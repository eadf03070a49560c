"""A tariff over the months of a load: all that its bill follows from but the load itself (domain section 6).

| symbol | attribute |
|---|---|
| τ(line) | `taxed`: sum of the taxes on a line, as a share |
| least(m) | `least_usd`: what energy + demand + fixed of a month come to at least |
| μ(m) | `short_usd`: what is missing to that |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.scenario.charges import CHARGES
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.tariff.rule.before import Before
from optimizer.tariff.rule.charge import ChargeRule, charge_rules
from optimizer.tariff.rule.measured import MeasuredDemand
from optimizer.tariff.rule.metering import blocks_of
from optimizer.tariff.rule.months import Months, months_of
from optimizer.tariff.rule.steps import LoadSteps
from optimizer.tariff.rule.tiers_extra import TierRule

COMPARED_WITH_MINIMUM: tuple[BillLine, ...] = tuple(
    kind.line for kind in CHARGES if kind.below_minimum and kind.line != "tax"
)


@dataclass(frozen=True, eq=False)
class BillRule:
    """A tariff over the months of a load."""

    tariff: Tariff
    steps: LoadSteps
    months: Months
    charges: tuple[ChargeRule, ...]
    measured: MeasuredDemand
    before: Before

    @property
    def fixed_usd(self) -> Floats:
        """The fixed charge of each month in full, (months,)."""
        fixed = self.tariff.fixed
        return np.asarray(fixed.usd_per_month + fixed.usd_per_day * self.months.days, dtype=float)

    @property
    def least_usd(self) -> Floats:
        """The least that each month's energy, demand and fixed charge come to, (months,)."""
        least = self.tariff.minimum
        return np.asarray((least.usd_per_month or 0.0) + (least.usd_per_day or 0.0) * self.months.days, dtype=float)

    @property
    def names_minimum(self) -> bool:
        """Whether the tariff has a minimum charge of months."""
        return self.tariff.minimum.usd_per_month is not None or self.tariff.minimum.usd_per_day is not None

    def short_usd(self, compared_usd: Floats) -> Floats:
        """What each month is short of its minimum, once it has ended, (months,). `compared_usd`: energy + demand +
        fixed."""
        if not self.names_minimum:
            return np.zeros(self.months.count)
        return np.asarray(np.maximum(self.least_usd - compared_usd, 0.0))

    def taxed(self, line: BillLine) -> float:
        """τ of a line. Energy and export that the tariff does not price are not taxed as its lines."""
        if line in ("energy", "export") and not self.tariff.energy:
            return 0.0
        return sum(tax.percent for tax in self.tariff.taxes if line in tax.lines) / 100.0

    def taxes(self, line: BillLine) -> list[tuple[str, float]]:
        """Taxes on a line by name, with their shares."""
        if line in ("energy", "export") and not self.tariff.energy:
            return []
        return [(tax.name, tax.percent / 100.0) for tax in self.tariff.taxes if line in tax.lines]

    def shared_tiers(self, loss_factor: float) -> TierRule | None:
        """What tiers add, of a tariff whose energy periods share them; None without rates of energy."""
        if not self.tariff.energy:
            return None
        before = np.array([self.before.energy.get(month, 0.0) for month in self.months.numbers])
        tiers = self.tariff.energy[0].tiers
        return TierRule(tiers, loss_factor, self.months, self.steps, before, self.measured)


def bill_rule(tariff: Tariff, steps: LoadSteps, before: Before | None = None) -> BillRule:
    """The rule of a tariff's bill over a load's steps, after what is known beside the load."""
    before = before or Before()
    months = months_of(steps)
    charges = charge_rules(tariff, steps, months, before)
    whole = charges[0].blocks if charges else blocks_of(steps, months, None, None)
    highest = np.array([before.highest_kw.get(month, 0.0) for month in months.numbers])
    measured = MeasuredDemand(months, charges, highest, whole, tariff.holidays)
    return BillRule(tariff, steps, months, charges, measured, before)
