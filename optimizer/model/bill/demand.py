"""Demand charges by the rule (domain section 6): what a load bills, month by month. Nothing here is a decision.

| symbol | attribute |
|---|---|
| b(m), x(m) | `before_kw`, `expected_kw`: highest demand before this plan, and what is expected anyway |
| h(m) | `history_kw`, `anyway_kw`: share × highest demand looked back to without this plan's, without and with x |
| own(m), r(m) | `own_kw`, `looked_at_kw`: this plan's highest demand in the charge's and in its ratchet's windows |

    ratchet floor   F0(m) = h(m) with x;  F1(m) = max(F0(m), share × highest r(m') of the months looked back to)
    demand          cost(max(b, x, F1, own)) − cost(max(b, x, F1))
    ratchet         cost(max(b, x, F1)) − cost(max(b, x, F0))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.model.bill.metering import KW_PER_MW, Blocks, blocks_of
from optimizer.model.bill.months import Months
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import MonthSoFar
from optimizer.scenario.tariff import DemandCharge, Ratchet
from optimizer.tariff.clock import month_label
from optimizer.tariff.demand import in_force
from optimizer.tariff.local_steps import LocalSteps
from optimizer.tariff.tiers import cost
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class ChargeRule:
    """A demand charge over the horizon's months; all arrays but the blocks' are (months,), kW.

    `counted`, `looked_at`: (blocks,) blocks that count for the charge, and for its ratchet. `looks`: (months, months)
    whether the ratchet of the first looks back to the second.
    """

    charge: DemandCharge
    months: Months
    blocks: Blocks
    counted: Bools
    looked_at: Bools
    looks: Bools
    force: Bools
    before_kw: Floats
    expected_kw: Floats
    looked_at_before_kw: Floats
    history_kw: Floats
    anyway_kw: Floats

    @property
    def name(self) -> str:
        return self.charge.name

    @cached_property
    def ends_kw(self) -> tuple[float, ...]:
        return tuple(np.inf if tier.up_to_kw is None else tier.up_to_kw for tier in self.charge.tiers)

    @cached_property
    def usd_per_kw(self) -> tuple[float, ...]:
        return tuple(tier.rate_usd_per_kw + tier.adjustment_usd_per_kw for tier in self.charge.tiers)

    @property
    def share(self) -> float:
        return 0.0 if self.charge.ratchet is None else self.charge.ratchet.share

    @property
    def seen_kw(self) -> Floats:
        """What the month sees without the plan, ratchet aside."""
        return np.maximum(self.before_kw, self.expected_kw)

    @property
    def floor_kw(self) -> Floats:
        """What is billed without the plan."""
        return np.maximum(self.seen_kw, self.anyway_kw)

    @property
    def true_floor_kw(self) -> Floats:
        """The same without what is only expected."""
        return np.maximum(self.before_kw, self.history_kw)

    def usd(self, billed_kw: Floats) -> Floats:
        """The charge of each month; nothing where it is not in force."""
        owed = [cost(kw, self.ends_kw, self.usd_per_kw) for kw in billed_kw.tolist()]
        return np.where(self.force, owed, 0.0)

    def own_kw(self, import_mw: Floats) -> Floats:
        """Highest demand of this plan in the charge's windows."""
        return self.blocks.highest_kw(import_mw, self.counted, self.months.count)

    def looked_at_kw(self, import_mw: Floats) -> Floats:
        """Highest demand of this plan in the windows of the ratchet."""
        return self.blocks.highest_kw(import_mw, self.looked_at, self.months.count)

    def ratchet_kw(self, import_mw: Floats, *, expected: bool = True) -> Floats:
        """F1; with or without what earlier months are only expected to see."""
        looked_at = np.where(self.looks, self.looked_at_kw(import_mw), 0.0).max(axis=1)
        return np.asarray(np.maximum(self.anyway_kw if expected else self.history_kw, self.share * looked_at))

    def billed_kw(self, import_mw: Floats) -> Floats:
        """What the plan is held to: own demand, ratchet and what the month sees anyway."""
        return np.maximum(np.maximum(self.seen_kw, self.ratchet_kw(import_mw)), self.own_kw(import_mw))

    def demand_usd(self, import_mw: Floats) -> Floats:
        """What the plan pays for its own demand."""
        return self.usd(self.billed_kw(import_mw)) - self.usd(self._ratcheted_kw(import_mw))

    def ratchet_usd(self, import_mw: Floats) -> Floats:
        """What the plan pays for what its demand makes of later months by the ratchet."""
        return self.usd(self._ratcheted_kw(import_mw)) - self.usd(self.floor_kw)

    def _ratcheted_kw(self, import_mw: Floats) -> Floats:
        return np.maximum(self.seen_kw, self.ratchet_kw(import_mw))


Expected = Mapping[tuple[str, str], float]
"""Demand [MW] that is expected anyway, by charge and month (`2026-08`)."""


def charge_rules(scenario: Scenario, steps: LocalSteps, months: Months) -> tuple[ChargeRule, ...]:
    """The demand charges of a scenario's tariff."""
    tariff, state = scenario.supply.tariff, scenario.state.tariff
    records = {record.month: record for record in state.months}
    expected = {(peak.charge, peak.month): peak.peak_mw for peak in scenario.supply.expected_peaks}
    known: dict[object, Blocks] = {}
    rules = []
    for charge in () if tariff is None else tariff.demand:
        begun = state.open_intervals.get(charge.name)
        metered = (charge.metering_minutes, begun and (begun.start, begun.import_mwh))
        if metered not in known:
            known[metered] = blocks_of(steps, months, charge.metering_minutes, begun)
        rules.append(_rule(charge, months, known[metered], records, expected))
    return tuple(rules)


def _rule(
    charge: DemandCharge, months: Months, blocks: Blocks, records: Mapping[str, MonthSoFar], expected: Expected
) -> ChargeRule:
    nothing = MonthSoFar(month=months.labels[0])
    of_month = [records.get(label, nothing) for label in months.labels]
    looked_at_before = np.array([record.look_back_mw.get(charge.name, 0.0) * KW_PER_MW for record in of_month])
    seen_anyway = np.array([expected.get((charge.name, label), 0.0) * KW_PER_MW for label in months.labels])
    looks = np.zeros((months.count, months.count), dtype=bool)
    history, anyway = np.zeros(months.count), np.zeros(months.count)
    looked_at = np.zeros(len(blocks.month), dtype=bool)
    if charge.ratchet is not None:
        looked_at = blocks.counted(charge.ratchet.windows)
        for at in range(months.count):
            earlier = looked_back_to(charge.ratchet, months.first + at)
            looks[at, [month - months.first for month in earlier if month >= months.first]] = True
            mw = (records.get(month_label(month), nothing).look_back_mw.get(charge.name, 0.0) for month in earlier)
            history[at] = charge.ratchet.share * max(mw, default=0.0) * KW_PER_MW
            anyway[at] = max(history[at], charge.ratchet.share * float(np.max(seen_anyway[looks[at]], initial=0.0)))
    return ChargeRule(
        charge=charge,
        months=months,
        blocks=blocks,
        counted=blocks.counted(charge.windows),
        looked_at=looked_at,
        looks=looks,
        force=np.array([in_force(charge, month) for month in months.month_of_year.tolist()]),
        before_kw=np.array([record.peaks_mw.get(charge.name, 0.0) * KW_PER_MW for record in of_month]),
        expected_kw=seen_anyway,
        looked_at_before_kw=looked_at_before,
        history_kw=history,
        anyway_kw=anyway,
    )


def looked_back_to(ratchet: Ratchet, month: int) -> list[int]:
    """The months (since the year 0) whose demand a month's ratchet looks at."""
    return [m for m in range(month - ratchet.look_back_months, month) if m % 12 + 1 in ratchet.months]
