"""Energy rates of a tariff (section 6): the rate of a time-of-use period, and what tiers add by the month's energy.

A plan takes only tariffs whose periods all have the same tier ends and the same steps from rate to rate. Then

    cost = Σ_t import × Δt × first rate(t) × (1 + loss)  +  extra(month's energy, billed demand)
    extra(E, D) = (1 + loss) × Σ_k (rate_k − rate_1) × E in tier k
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.auditor.bill.demand import KW_PER_MW, ChargeFindings
from optimizer.auditor.bill.metering import blocks_of
from optimizer.auditor.bill.months import Month, post_month_line
from optimizer.auditor.bill.tiers import billed
from optimizer.auditor.book import Floats
from optimizer.auditor.case import Case
from optimizer.auditor.clockwork import Clock
from optimizer.auditor.meter import Meter
from optimizer.scenario.tariff import Tariff
from optimizer.schedule import LedgerKind

KWH_PER_MWH = 1000.0


def first_rates(clock: Clock, tariff: Tariff) -> Floats:
    """Rate of the first tier at each step [USD/MWh], (steps,)."""
    firsts = [period.tiers[0] for period in tariff.energy]
    return _by_step(clock, tariff, [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in firsts])


def sell_rates(clock: Clock, tariff: Tariff) -> Floats:
    """Credit for export at each step [USD/MWh], (steps,)."""
    return _by_step(clock, tariff, [period.tiers[0].sell_usd_per_kwh or 0.0 for period in tariff.energy])


def _by_step(clock: Clock, tariff: Tariff, usd_per_kwh: Sequence[float]) -> Floats:
    """What the first energy period that holds each step says, in MWh."""
    values = np.zeros(len(clock.minutes))
    for period, value in reversed(list(zip(tariff.energy, usd_per_kwh, strict=True))):
        values[clock.inside(period.windows, tariff.holidays)] = value * KWH_PER_MWH
    return values


def over_periods(clock: Clock, periods: int, values: Floats) -> Floats:
    """Mean of the steps' values over each period, (periods,)."""
    among = clock.period >= 0
    total = np.bincount(clock.period[among], weights=values[among], minlength=periods)
    return np.asarray(total / np.bincount(clock.period[among], minlength=periods))


def post_tiers(case: Case, clock: Clock, meter: Meter, month: Month, charges: Sequence[ChargeFindings]) -> None:
    """Post what tiers beyond the first add for the month's energy."""
    tariff = case.scenario.supply.tariff
    assert tariff is not None
    if not tariff.energy or len(tariff.energy[0].tiers) == 1:
        return
    energy, before = meter.import_mw * case.hours, month.so_far.import_mwh
    demand = BilledDemand(case, clock, meter, month, charges)
    without = _extra(case, tariff, month, before, demand.without_plan())
    whole, committed = (
        _extra(case, tariff, month, before + float(energy[month.first : end].sum()), demand_mw) - without
        for end, demand_mw in ((month.end, demand.whole()), (month.seam, demand.committed()))
    )
    steps = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in tariff.energy[0].tiers]
    most = before + float(meter.most_mw[month.first : month.end].sum()) * case.hours
    widest = max(abs(step - steps[0]) for step in steps) * KWH_PER_MWH * _lossy(case)
    post_month_line(case, month, "grid", LedgerKind.ENERGY, -whole, -committed, widest * most)


def _extra(case: Case, tariff: Tariff, month: Month, energy_mwh: float, demand_mw: float) -> float:
    """What the tiers beyond the first add for the month's energy so far [USD]."""
    tiers = tariff.energy[0].tiers
    rates = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in tiers]
    ends = [tier.end_kwh(month.days, demand_mw * KW_PER_MW) for tier in tiers]
    return _lossy(case) * billed(energy_mwh * KWH_PER_MWH, ends, [rate - rates[0] for rate in rates])


def _lossy(case: Case) -> float:
    return 1.0 + case.scenario.supply.energy.loss_factor


def highest_that_tiers_end_by(case: Case, meter: Meter, month: Month, charges: Sequence[ChargeFindings]) -> float:
    """Highest demand of any hour of a month at the end of the committed part [MW]; 0 where no tier of energy goes by
    it, as none ends in kWh per kW or a charge holds at every moment."""
    tariff = case.scenario.supply.tariff
    tiers = [] if tariff is None else [tier for period in tariff.energy for tier in period.tiers]
    per_kw = any(tier.up_to_kwh_per_kw is not None or tier.up_to_kwh_per_kw_day is not None for tier in tiers)
    if not per_kw or any(month.number in charge.always for charge in charges):
        return 0.0
    return BilledDemand(case, case.clock, meter, month, charges).of_any_hour()


class BilledDemand:
    """Billed demand of a month [MW], which tiers in kWh per kW end by: the highest of the charges that hold at every
    moment of it; where there is none, the highest demand of all hours as the first charge meters it."""

    def __init__(self, case: Case, clock: Clock, meter: Meter, month: Month, charges: Sequence[ChargeFindings]) -> None:
        self._month = month
        self._charges = [charge for charge in charges if month.number in charge.always]
        self._anyway = max([month.so_far.peak_mw, *(charge.anyway(month) for charge in charges)])
        first = charges[0].terms if charges else None
        blocks = blocks_of(clock, case.horizon, None if first is None else first.metering_minutes)
        opened = None if first is None else case.scenario.state.tariff.open_intervals.get(first.name)
        demand = np.where(blocks.month == month.number, blocks.demand(meter.import_mw, opened), 0.0)
        published = blocks.start_minutes < float(case.horizon.start_minutes[0]) + case.committed * 60.0 * case.hours
        self._whole, self._committed = float(demand.max()), float(demand[published].max())

    def of_any_hour(self) -> float:
        """Highest demand of any hour of the month at the end of the committed part."""
        return max(self._month.so_far.peak_mw, self._committed)

    def without_plan(self) -> float:
        """If the plan did nothing."""
        if self._charges:
            return max(charge.without_plan(self._month) for charge in self._charges)
        return self._anyway

    def whole(self) -> float:
        """With all that the plan does."""
        if self._charges:
            return max(charge.with_plan(self._month, charge.whole) for charge in self._charges)
        return max(self._anyway, self._whole)

    def committed(self) -> float:
        """With what its committed part does."""
        if self._charges:
            return max(charge.with_plan(self._month, charge.committed) for charge in self._charges)
        return max(self._anyway, self._committed)
