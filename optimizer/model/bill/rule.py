"""A tariff over the months of a plan's horizon, and what its dollars may weigh in the objective (domain section 6).

**Weights.** A dollar of energy or demand weighs 1 + τ of its line where the month is above its minimum, τ less
τ(minimum) where it is below. Only where such a weight times a rate is below 0 is more demand worth having, and only
then are binaries needed: `model.bill.tier_cost.Weight`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.demand import ChargeRule, charge_rules
from optimizer.model.bill.energy_tiers import TierRule
from optimizer.model.bill.metering import KW_PER_MW, blocks_of
from optimizer.model.bill.months import Months, months_of
from optimizer.model.bill.tier_cost import Weight
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import MonthSoFar
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.tariff.clock import LocalClock
from optimizer.tariff.local_steps import local_steps, whole_months
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class BillRule:
    """A tariff over the months of a horizon: all that the bill follows from but the load."""

    tariff: Tariff
    months: Months
    records: tuple[MonthSoFar, ...]
    """What has happened in each of them so far."""
    charges: tuple[ChargeRule, ...]
    tiers: TierRule | None

    @property
    def fixed_usd(self) -> Floats:
        """The fixed charge of each month in full."""
        return np.asarray(
            self.tariff.fixed.usd_per_month + self.tariff.fixed.usd_per_day * self.months.days, dtype=float
        )

    @property
    def least_usd(self) -> Floats:
        """The least that each month's energy, demand and fixed charge come to."""
        least = self.tariff.minimum
        return np.asarray((least.usd_per_month or 0.0) + (least.usd_per_day or 0.0) * self.months.days, dtype=float)

    @property
    def has_minimum(self) -> Bools:
        """Months whose minimum charge is this plan's."""
        return self.months.ended & self.names_minimum

    @property
    def names_minimum(self) -> bool:
        """Whether the tariff has a minimum charge of months."""
        return self.tariff.minimum.usd_per_month is not None or self.tariff.minimum.usd_per_day is not None

    def taxed(self, line: BillLine) -> float:
        """τ of a line."""
        if line in ("energy", "export") and not self.tariff.energy:
            return 0.0
        return sum(tax.percent for tax in self.tariff.taxes if line in tax.lines) / 100.0

    def tiers_usd(self, import_mw: Floats) -> Floats:
        """What the plan pays for tiers of energy, (months,)."""
        return np.zeros(self.months.count) if self.tiers is None else self.tiers.extra_usd(import_mw)

    def minimum_usd(self, import_mw: Floats, energy_usd: Floats) -> Floats:
        """What months that end in the horizon are short of the minimum. `energy_usd`: (months,) in full."""
        demand = sum((rule.usd(_truly_billed(rule, import_mw)) for rule in self.charges), np.zeros(self.months.count))
        short = np.maximum(self.least_usd - (energy_usd + demand + self.fixed_usd), 0.0)
        return np.where(self.has_minimum, short, 0.0)

    def weight(self, line: BillLine, month: int) -> Weight:
        """What a dollar of a line may weigh in a month."""
        above = 1.0 + self.taxed(line)
        below = self.taxed(line) - self.taxed("minimum") if self.has_minimum[month] else above
        return Weight(min(above, below), max(above, below))

    def sees_apart(self, charge: ChargeRule, month: int) -> bool:
        """Whether the minimum compares another demand than what is paid: one without what is only expected."""
        return bool(self.has_minimum[month]) and charge.floor_kw[month] != charge.true_floor_kw[month]

    def demand_weight(self, charge: ChargeRule, month: int) -> Weight:
        """What a dollar of what is paid for a charge may weigh."""
        above = 1.0 + self.taxed("demand")
        return Weight(above, above) if self.sees_apart(charge, month) else self.weight("demand", month)

    def seen_weight(self) -> Weight:
        """What a dollar of demand weighs that only the minimum sees."""
        below = -(1.0 + self.taxed("minimum"))
        return Weight(min(below, 0.0), max(below, 0.0))

    def measured_exactly(self, month: int) -> bool:
        """Whether energy could become cheaper by a billed demand that is not there: by tiers that end later."""
        if self.tiers is None or not self.tiers.follows_demand:
            return False
        return self.weight("energy", month).rewards_more(-np.diff(self.tiers.usd_per_mwh))

    def rewards_demand(self) -> bool:
        """Whether a higher demand could be worth having for its own sake."""
        for month in range(self.months.count):
            if self.measured_exactly(month):
                return True
            for charge in (c for c in self.charges if c.force[month]):
                rates = np.array(charge.usd_per_kw)
                weights = [self.demand_weight(charge, month)]
                weights += [self.seen_weight()] if self.sees_apart(charge, month) else []
                if any(weight.rewards_more(rates) for weight in weights):
                    return True
        return False


def _truly_billed(rule: ChargeRule, import_mw: Floats) -> Floats:
    """Billed demand, nothing that is only expected in it."""
    held = np.maximum(rule.before_kw, rule.ratchet_kw(import_mw, expected=False))
    return np.maximum(held, rule.own_kw(import_mw))


def bill_rule(scenario: Scenario) -> BillRule | None:
    """The bill of a scenario's tariff; None without one."""
    tariff, horizon = scenario.supply.tariff, scenario.horizon
    if tariff is None:
        return None
    months, steps = months_of(horizon), local_steps(horizon, tariff.holidays)
    known = {record.month: record for record in scenario.state.tariff.months}
    records = tuple(known.get(label, MonthSoFar(month=label)) for label in months.labels)
    charges, tiers = charge_rules(scenario, steps, months), None
    if tariff.energy:
        first = tariff.demand[0] if tariff.demand else None
        begun = scenario.state.tariff.open_intervals.get(first.name) if first else None
        whole = blocks_of(steps, months, first.metering_minutes if first else None, begun)
        tiers = TierRule(
            tiers=tariff.energy[0].tiers,
            loss_factor=scenario.supply.energy.loss_factor,
            months=months,
            hours=horizon.hours,
            before_mwh=np.array([record.import_mwh for record in records]),
            before_kw=np.array([record.peak_mw * KW_PER_MW for record in records]),
            charges=charges,
            always=_on_every_hour(charges, months, whole_months(horizon, tariff.holidays)),
            whole=charges[0].blocks if charges else whole,
        )
    return BillRule(tariff, months, records, charges, tiers)


def _on_every_hour(charges: tuple[ChargeRule, ...], months: Months, clock: LocalClock) -> Bools:
    """Whether each charge's windows hold every step of each month, (months, charges)."""
    held = np.ones((months.count, len(charges)), dtype=bool)
    here = (clock.month >= months.first) & (clock.month < months.first + months.count)
    for at, rule in enumerate(charges):
        held[clock.month[here & ~clock.inside(rule.charge.windows)] - months.first, at] = False
    return held
