"""A scenario's tariff over the months of its horizon, and what its dollars may weigh in the objective.

**Weights.** A dollar of energy or demand weighs 1 + τ of its line where the month is above its minimum, τ less
τ(minimum) where it is below. Only where such a weight times a rate is below 0 is more demand worth having, and only
then are binaries needed: `model.bill.tier_cost.Weight`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.bill.booking import Booking, booking_of
from optimizer.model.bill.tier_cost import Weight
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import MonthSoFar
from optimizer.scenario.tariff import BillLine
from optimizer.tariff.clock import month_number
from optimizer.tariff.rule.before import Before
from optimizer.tariff.rule.bill_rule import BillRule, bill_rule
from optimizer.tariff.rule.charge import ChargeRule
from optimizer.tariff.rule.steps import KW_PER_MW, planned_steps
from optimizer.tariff.rule.tiers_extra import TierRule
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class PlannedBill:
    """The rule of a plan's bill, where its dollars are booked, and what they may weigh."""

    rule: BillRule
    booking: Booking
    records: tuple[MonthSoFar, ...]
    """What has happened in each month so far."""
    tiers: TierRule | None

    @property
    def has_minimum(self) -> Bools:
        """Months whose minimum charge is this plan's."""
        return self.booking.ended & self.rule.names_minimum

    def tiers_usd(self, import_mw: Floats) -> Floats:
        """What the plan pays for tiers of energy, (months,)."""
        return np.zeros(self.rule.months.count) if self.tiers is None else self.tiers.extra_usd(import_mw)

    def minimum_usd(self, import_mw: Floats, energy_usd: Floats) -> Floats:
        """What months that end in the horizon are short of the minimum. `energy_usd`: (months,) in full."""
        count = self.rule.months.count
        demand = sum((charge.billed_usd(import_mw) for charge in self.rule.charges), np.zeros(count))
        short = self.rule.short_usd(energy_usd + demand + self.rule.fixed_usd)
        return np.where(self.has_minimum, short, 0.0)

    def weight(self, line: BillLine, month: int) -> Weight:
        """What a dollar of a line may weigh in a month."""
        above = 1.0 + self.rule.taxed(line)
        below = self.rule.taxed(line) - self.rule.taxed("minimum") if self.has_minimum[month] else above
        return Weight(min(above, below), max(above, below))

    def sees_apart(self, charge: ChargeRule, month: int) -> bool:
        """Whether the minimum compares another demand than what is paid: one without what is only expected."""
        return bool(self.has_minimum[month]) and charge.floor_kw[month] != charge.true_floor_kw[month]

    def demand_weight(self, charge: ChargeRule, month: int) -> Weight:
        """What a dollar of what is paid for a charge may weigh."""
        above = 1.0 + self.rule.taxed("demand")
        return Weight(above, above) if self.sees_apart(charge, month) else self.weight("demand", month)

    def seen_weight(self) -> Weight:
        """What a dollar of demand weighs that only the minimum sees."""
        below = -(1.0 + self.rule.taxed("minimum"))
        return Weight(min(below, 0.0), max(below, 0.0))

    def measured_exactly(self, month: int) -> bool:
        """Whether energy could become cheaper by a billed demand that is not there: by tiers that end later."""
        if self.tiers is None or not self.tiers.follows_demand:
            return False
        return self.weight("energy", month).rewards_more(-np.diff(self.tiers.prices))

    def rewards_demand(self) -> bool:
        """Whether a higher demand could be worth having for its own sake."""
        for month in range(self.rule.months.count):
            if self.measured_exactly(month):
                return True
            for charge in (c for c in self.rule.charges if c.force[month]):
                rates = np.array(charge.usd_per_kw)
                weights = [self.demand_weight(charge, month)]
                weights += [self.seen_weight()] if self.sees_apart(charge, month) else []
                if any(weight.rewards_more(rates) for weight in weights):
                    return True
        return False


def planned_bill(scenario: Scenario) -> PlannedBill | None:
    """The bill of a scenario's tariff; None without one."""
    tariff, horizon = scenario.supply.tariff, scenario.horizon
    if tariff is None:
        return None
    rule = bill_rule(tariff, planned_steps(horizon, tariff.holidays), _before(scenario))
    known = {record.month: record for record in scenario.state.tariff.months}
    records = tuple(known.get(label, MonthSoFar(month=label)) for label in rule.months.labels)
    tiers = rule.shared_tiers(scenario.supply.energy.loss_factor)
    return PlannedBill(rule, booking_of(horizon, rule.months), records, tiers)


def _before(scenario: Scenario) -> Before:
    """What the state knows of the tariff's months, and what they are expected to see."""
    state = scenario.state.tariff
    months = {month_number(record.month): record for record in state.months}
    return Before(
        peak_kw={(name, at): mw * KW_PER_MW for at, of in months.items() for name, mw in of.peaks_mw.items()},
        look_back_kw={(name, at): mw * KW_PER_MW for at, of in months.items() for name, mw in of.look_back_mw.items()},
        expected_kw={
            (peak.charge, month_number(peak.month)): peak.peak_mw * KW_PER_MW for peak in scenario.supply.expected_peaks
        },
        highest_kw={at: record.peak_mw * KW_PER_MW for at, record in months.items()},
        energy={at: record.import_mwh for at, record in months.items()},
        open_intervals=state.open_intervals,
    )
