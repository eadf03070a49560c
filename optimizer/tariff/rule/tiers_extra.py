"""What a month's tiers add to the energy cost at the first tier's rates (domain section 6).

Where all periods share their tiers' ends and steps, it is a function of the month's energy alone:

    extra(E, D) = (1 + l) × Σ_k p(k) × E in tier k,   p(k) = rate of tier k − rate of tier 1

| symbol | meaning |
|---|---|
| E0, E | the month's energy before the load, and in it [the load's unit × hours] |
| D0, D1 | billed demand that ends per kW go by (`rule.measured`) |
| u(k) | end of tier k; one that follows D is a(k) + b(k) × D |
| l | loss factor |

A load adds extra(E0 + E, D1) − extra(E0, D0).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import EnergyTier
from optimizer.tariff.rule.measured import MeasuredDemand
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import LoadSteps
from optimizer.tariff.rule.tiers import cost


@dataclass(frozen=True, eq=False)
class TierRule:
    """The tiers that all periods of a tariff's energy share. `before`: (months,) energy before the load."""

    tiers: tuple[EnergyTier, ...]
    loss_factor: float
    months: Months
    steps: LoadSteps
    before: Floats
    measured: MeasuredDemand

    @cached_property
    def prices(self) -> Floats:
        """p(k) with losses, (tiers,) [USD per unit × hour: per MWh where the load is in MW]."""
        rates = np.array([tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in self.tiers])
        return np.asarray((1.0 + self.loss_factor) * self.steps.unit_kw * (rates - rates[0]))

    @cached_property
    def per_kw(self) -> bool:
        """Whether any tier's end is per kW."""
        return any(tier.per_kw for tier in self.tiers)

    @cached_property
    def follows_demand(self) -> bool:
        """Whether any tier's end is per kW, and any price differs."""
        return self.per_kw and bool(self.prices.any())

    def ends(self, month: int, billed_kw: float) -> list[float]:
        """u(k) before one that is overtaken is closed, (tiers,)."""
        return [tier.end_kwh(int(self.months.days[month]), billed_kw) / self.steps.unit_kw for tier in self.tiers]

    def extra_usd(self, load: Floats) -> Floats:
        """What the load adds by tiers in each month, (months,)."""
        if not self.prices.any():
            return np.zeros(self.months.count)
        energy = self.before + self.months.sums(load) * self.steps.hours
        count = self.months.count
        billed = self.measured.billed_kw(load) if self.follows_demand else np.zeros(count)
        anyway = [self.measured.anyway_kw(month) if self.follows_demand else 0.0 for month in range(count)]
        paid = [self._usd(month, float(energy[month]), float(billed[month])) for month in range(count)]
        before = [self._usd(month, float(self.before[month]), anyway[month]) for month in range(count)]
        return np.asarray(np.array(paid) - np.array(before), dtype=float)

    def before_usd(self, month: int) -> float:
        """extra(E0, D0)."""
        return self._usd(month, float(self.before[month]), self.measured.anyway_kw(month))

    def _usd(self, month: int, energy: float, billed_kw: float) -> float:
        return cost(energy, self.ends(month, billed_kw), self.prices.tolist())
