"""Where the utility's bill stands after the committed part: each month's bill so far, and what the next plan goes on
from (domain sections 6, 8). Costs are positive here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from optimizer.model.bill.booking import month_of_moment
from optimizer.model.bill.planned import PlannedBill
from optimizer.scenario.horizon import stamp
from optimizer.scenario.state import MonthSoFar, OpenInterval, TariffState
from optimizer.scenario.tariff import BillLine
from optimizer.schedule import DemandLine, LedgerKind, MonthBill
from optimizer.tariff.clock import month_label
from optimizer.tariff.rule.charge import ChargeRule, looked_back_to
from optimizer.tariff.rule.steps import KW_PER_MW
from solvers.problem import Floats

LEAST_MW = 1e-9
"""Less demand than this is arithmetic."""
Dollars = Mapping[tuple[str, str], Floats]
"""The ledger: dollars of periods by (item, kind), income positive."""


class MonthsSoFar:
    """A tariff's months after the committed part of a plan."""

    def __init__(self, bill: PlannedBill, import_mw: Floats, ledger: Dollars, known: TariffState) -> None:
        """`import_mw`: (periods,). `known`: how the bill stood before."""
        self._plan, self._rule, self._ledger, self._known = bill, bill.rule, ledger, known
        self._load = bill.booking.committed(import_mw)

    def bills(self) -> tuple[MonthBill, ...]:
        """The bill so far of each month that the committed part touches."""
        return tuple(self._bill(month) for month in self._touched())

    def state(self) -> TariffState:
        """The month under way, earlier ones that ratchets may still look back to, and metering intervals under way."""
        rule = self._rule
        horizon = self._plan.booking.horizon
        here = month_of_moment(horizon, horizon.committed)
        looked_at = {record.month: dict(record.look_back_mw) for record in self._known.months}
        for month in self._touched():
            looked_at[rule.months.labels[month]] = self._looked_at_mw(month)
        ratchets = [charge.charge.ratchet for charge in rule.charges if charge.charge.ratchet is not None]
        reached = {month for ratchet in ratchets for month in looked_back_to(ratchet, here)}
        earlier = [
            MonthSoFar(month=label, look_back_mw=looked_at[label])
            for label in map(month_label, sorted(reached))
            if any(mw > 0.0 for mw in looked_at.get(label, {}).values())
        ]
        if not rule.months.first <= here < rule.months.first + len(self._touched()):
            return TariffState(months=tuple(earlier), open_intervals=self._open())
        months = (*earlier, self._record(here - rule.months.first))
        return TariffState(months=months, open_intervals=self._open())

    def _open(self) -> dict[str, OpenInterval]:
        """Metering intervals that the committed part ends in: those of a past that a re-plan goes on from."""
        horizon = self._plan.booking.horizon
        seam = horizon.at(horizon.committed)
        found = {c.name: c.blocks.open_at(seam.timestamp() / 60.0, self._load) for c in self._rule.charges}
        return {
            name: OpenInterval(
                start=stamp(datetime.fromtimestamp(block[0] * 60.0, UTC).astimezone(horizon.zone)), import_mwh=block[1]
            )
            for name, block in found.items()
            if block is not None
        }

    def _touched(self) -> list[int]:
        """Months with a committed period, from the first on."""
        return np.flatnonzero(self._plan.booking.last_committed >= 0).tolist()

    def _record(self, month: int) -> MonthSoFar:
        """A month that is under way."""
        bill = self._bill(month)
        return MonthSoFar(
            month=bill.month,
            fixed_booked=True,
            import_mwh=bill.import_mwh,
            energy_usd=bill.energy_usd,
            adders_usd=bill.adders_usd,
            coincident_usd=bill.coincident_usd,
            peaks_mw={line.charge: line.peak_mw for line in bill.demand},
            peak_mw=self._highest_mw(month),
            look_back_mw=self._looked_at_mw(month),
        )

    def _highest_mw(self, month: int) -> float:
        """Highest demand of any hour of a month, where energy tiers end by it."""
        tiers, measured = self._plan.tiers, self._rule.measured
        if tiers is None or not tiers.per_kw or measured.on_every_hour(month):
            return 0.0
        return float(measured.highest_kw(self._load)[month]) / KW_PER_MW

    def _looked_at_mw(self, month: int) -> dict[str, float]:
        """Highest demand of a month in the windows of each ratchet that may look back to it."""
        of_year = int(self._rule.months.month_of_year[month])
        return {
            charge.name: self._looked_at_kw(charge, month) / KW_PER_MW
            for charge in self._rule.charges
            if charge.charge.ratchet is not None and of_year in charge.charge.ratchet.months
        }

    def _looked_at_kw(self, charge: ChargeRule, month: int) -> float:
        return max(float(charge.looked_at_before_kw[month]), float(charge.looked_at_kw(self._load)[month]))

    def _bill(self, month: int) -> MonthBill:
        rule, record = self._rule, self._plan.records[month]
        demand = tuple(self._line(charge, month) for charge in rule.charges if charge.force[month])
        lines: dict[BillLine, float] = {
            "energy": record.energy_usd + self._cost(LedgerKind.ENERGY, month),
            "demand": sum(line.usd for line in demand),
            "coincident": record.coincident_usd + self._cost(LedgerKind.COINCIDENT_PEAK, month),
            "fixed": float(rule.fixed_usd[month]),
        }
        lines["minimum"] = self._minimum(month, lines)
        adders = record.adders_usd + self._cost(LedgerKind.ADDERS, month)
        tax = sum(rule.taxed(line) * usd for line, usd in lines.items())
        imported = float(rule.months.sums(self._load)[month]) * rule.steps.hours
        return MonthBill(
            month=rule.months.labels[month],
            import_mwh=record.import_mwh + imported,
            energy_usd=lines["energy"],
            adders_usd=adders,
            demand=demand,
            demand_usd=lines["demand"],
            coincident_usd=lines["coincident"],
            fixed_usd=lines["fixed"],
            minimum_usd=lines["minimum"],
            tax_usd=tax,
            total_usd=sum(lines.values()) + adders + tax,
        )

    def _minimum(self, month: int, lines: Mapping[BillLine, float]) -> float:
        """What is short of the minimum, once the month has ended."""
        if not self._plan.booking.ended_committed[month]:
            return 0.0
        energy = lines["energy"] if self._rule.tariff.energy else 0.0
        compared = np.full(self._rule.months.count, energy + lines["demand"] + lines["fixed"])
        return float(self._rule.short_usd(compared)[month])

    def _cost(self, kind: LedgerKind, month: int, item: str | None = None) -> float:
        """What a month's committed periods cost by the ledger."""
        usd = np.zeros(len(self._load))
        for (whose, of), dollars in self._ledger.items():
            if of == kind and item in (None, whose):
                usd = usd - dollars
        return float(self._rule.months.sums(self._plan.booking.committed(usd))[month])

    def _line(self, charge: ChargeRule, month: int) -> DemandLine:
        ratchet = charge.charge.ratchet
        peak = max(float(charge.before_kw[month]), float(charge.own_kw(self._load)[month]))
        peak = peak if peak > LEAST_MW * KW_PER_MW else 0.0
        billed = charge.line(peak, float(charge.ratchet_kw(self._load, expected=False)[month]))
        hands_on = 0.0
        if ratchet is not None and int(self._rule.months.month_of_year[month]) in ratchet.months:
            hands_on = ratchet.share * self._looked_at_kw(charge, month)
        return DemandLine(
            charge=charge.name,
            before_mw=float(charge.before_kw[month]) / KW_PER_MW,
            expected_mw=float(charge.expected_kw[month]) / KW_PER_MW,
            peak_mw=billed.peak_kw / KW_PER_MW,
            ratchet_mw=billed.ratchet_kw / KW_PER_MW,
            billed_mw=billed.billed_kw / KW_PER_MW,
            usd=billed.usd,
            added_usd=self._cost(LedgerKind.DEMAND, month, charge.name)
            + self._cost(LedgerKind.RATCHET, month, charge.name),
            hands_on_mw=hands_on / KW_PER_MW,
        )
