"""Demand charges and their ratchets (section 6), month by month.

billed = max(own peak, ratchet);  ratchet = share × highest demand of the months looked back to

The plan pays for what it adds: with B = max(peak so far, expected peak), F0 and F1 the ratchet without and with this
plan's own demand in earlier months of the horizon, and `own` its highest block,

    ratchet: cost(max(B, F1)) − cost(max(B, F0))        demand: cost(max(B, F1, own)) − cost(max(B, F1))
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.auditor.bill.expected_peaks import Peaks
from optimizer.auditor.bill.metering import MeteringBlocks, blocks_of
from optimizer.auditor.bill.months import Month, post_month_line
from optimizer.auditor.bill.tiers import billed
from optimizer.auditor.book import Floats, Ints
from optimizer.auditor.case import Case
from optimizer.auditor.clockwork import Clock, Flags, month_number
from optimizer.auditor.meter import Meter
from optimizer.scenario.state import OpenInterval
from optimizer.scenario.tariff import DemandCharge
from optimizer.schedule import LedgerKind

KW_PER_MW = 1000.0


@dataclass(frozen=True)
class PeaksSeen:
    """What one charge sees of a part of the horizon: highest demand [MW] by month."""

    own: dict[int, float]
    """In the charge's windows."""
    look_back: dict[int, float]
    """In the windows that its ratchet looks back to."""


@dataclass(frozen=True)
class ChargeFindings:
    """One demand charge: its history, what the plan does to it, and what its months cost."""

    terms: DemandCharge
    peaks: dict[int, float]
    """Highest demand before the plan, by month [MW]."""
    looked_back: dict[int, float]
    """The same in the ratchet's windows."""
    expected: dict[int, float]
    """Expected peaks of the horizon's months [MW]."""
    whole: PeaksSeen
    committed: PeaksSeen
    always: frozenset[int]
    """Months of the horizon in which its windows hold every moment."""

    def in_force(self, month: Month) -> bool:
        """Whether any of its windows names the month."""
        return any(month.of_year in window.months for window in self.terms.windows)

    def looks_at(self, month: int) -> bool:
        """Whether its ratchet may look back to a month."""
        return self.terms.ratchet is not None and month % 12 + 1 in self.terms.ratchet.months

    def anyway(self, month: Month) -> float:
        """Demand that the month sees without this plan [MW]."""
        return max(self.peaks.get(month.number, 0.0), self.expected.get(month.number, 0.0))

    def floor(self, month: Month, part: PeaksSeen | None, *, expecting: bool) -> float:
        """What earlier months make the billed demand at least [MW]. `part`: of the plan, None without it;
        `expecting`: expected peaks of earlier months count too."""
        ratchet = self.terms.ratchet
        if ratchet is None:
            return 0.0
        highest = 0.0
        for earlier in range(month.number - ratchet.look_back_months, month.number):
            if not self.looks_at(earlier):
                continue
            highest = max(highest, self.looked_back.get(earlier, 0.0))
            if expecting:
                highest = max(highest, self.expected.get(earlier, 0.0))
            if part is not None:
                highest = max(highest, part.look_back.get(earlier, 0.0))
        return ratchet.share * highest

    def without_plan(self, month: Month) -> float:
        """Billed demand if the plan did nothing [MW]."""
        return max(self.anyway(month), self.floor(month, None, expecting=True))

    def ratcheted(self, month: Month, part: PeaksSeen) -> float:
        """The same with the ratchet of what the plan does in earlier months."""
        return max(self.anyway(month), self.floor(month, part, expecting=True))

    def with_plan(self, month: Month, part: PeaksSeen) -> float:
        """The same with all that the plan does."""
        return max(self.ratcheted(month, part), part.own.get(month.number, 0.0))

    def cost(self, demand_mw: float) -> float:
        """What a month of so much billed demand costs [USD]."""
        ends = [math.inf if tier.up_to_kw is None else tier.up_to_kw for tier in self.terms.tiers]
        return billed(demand_mw * KW_PER_MW, ends, _rates(self.terms))

    def scale(self, most_mw: float) -> float:
        """What it costs at most at so much demand, whatever the signs of its rates [USD]."""
        return max(map(abs, _rates(self.terms))) * KW_PER_MW * most_mw


def _rates(terms: DemandCharge) -> list[float]:
    return [tier.rate_usd_per_kw + tier.adjustment_usd_per_kw for tier in terms.tiers]


def read_charges(case: Case, clock: Clock, meter: Meter, months: list[Month], expected: Peaks) -> list[ChargeFindings]:
    """Every demand charge of the tariff over the horizon and over its committed part."""
    tariff, state = case.scenario.supply.tariff, case.scenario.state.tariff
    assert tariff is not None
    committed_mw = np.where(np.arange(case.length) < case.committed, meter.import_mw, 0.0)
    numbers = {month.number for month in months}
    lengths = {terms.metering_minutes for terms in tariff.demand}
    blocks = {minutes: blocks_of(clock, case.horizon, minutes) for minutes in lengths}
    charges = []
    for terms in tariff.demand:
        name, ratchet = terms.name, terms.ratchet
        held = clock.inside(terms.windows, tariff.holidays)
        recalled = held if ratchet is None else clock.inside(ratchet.windows, tariff.holidays)
        opened = state.open_intervals.get(name)
        whole, committed = (
            _part(blocks[terms.metering_minutes], import_mw, opened, held, recalled)
            for import_mw in (meter.import_mw, committed_mw)
        )
        charges.append(
            ChargeFindings(
                terms=terms,
                peaks={month_number(m.month): m.peaks_mw.get(name, 0.0) for m in state.months},
                looked_back={month_number(m.month): m.look_back_mw.get(name, 0.0) for m in state.months},
                expected={m: mw for (charge, m), mw in expected.items() if charge == name and m in numbers},
                whole=whole,
                committed=committed,
                always=frozenset(month for month in numbers if held[clock.month == month].all()),
            )
        )
    return charges


def _part(
    blocks: MeteringBlocks, import_mw: Floats, opened: OpenInterval | None, held: Flags, recalled: Flags
) -> PeaksSeen:
    demand = blocks.demand(import_mw, opened)
    return PeaksSeen(*(_highest(demand, blocks.counting(steps), blocks.month) for steps in (held, recalled)))


def _highest(demand: Floats, counts: Flags, month: Ints) -> dict[int, float]:
    return {int(m): float(demand[counts & (month == m)].max(initial=0.0)) for m in np.unique(month)}


def post_demand(case: Case, month: Month, charges: list[ChargeFindings], most_mw: float) -> None:
    """Post what the plan adds to the month's demand charges."""
    for charge in charges:
        if not charge.in_force(month):
            continue
        name = charge.terms.name
        scale = charge.scale(max(most_mw, charge.with_plan(month, charge.whole)))
        own, ratchet = zip(*(_added(charge, month, part) for part in (charge.whole, charge.committed)), strict=True)
        post_month_line(case, month, name, LedgerKind.DEMAND, -own[0], -own[1], scale)
        if charge.terms.ratchet is not None:
            post_month_line(case, month, name, LedgerKind.RATCHET, -ratchet[0], -ratchet[1], scale)


def _added(charge: ChargeFindings, month: Month, part: PeaksSeen) -> tuple[float, float]:
    """USD that a part of the plan adds to the month's charge: by its own demand, by ratchets."""
    without, ratcheted = charge.cost(charge.without_plan(month)), charge.cost(charge.ratcheted(month, part))
    return charge.cost(charge.with_plan(month, part)) - ratcheted, ratcheted - without
