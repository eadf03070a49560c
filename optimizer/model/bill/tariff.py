"""The utility's bill in the plan (domain section 6): tiers of energy, demand, ratchets, coincident peaks, fixed and
minimum charges, taxes.

| symbol | meaning |
|---|---|
| X(m) | what tiers add to the month's energy (`model.bill.energy_tiers`) |
| C(c,m) | what charge c costs above what is billed anyway (`model.bill.demand_cost`) |
| L(m) | energy + demand + fixed of a month in full, as its minimum charge compares them |
| μ(m) | what is short of the minimum, for months that end in the horizon |
| τ(line) | sum of the taxes on a line, as a share |

    − (1 + τ(energy)) × X(m) − (1 + τ(demand)) × Σ_c C(c,m) − (1 + τ(minimum)) × μ(m)
    μ(m) ≥ least(m) − L(m),  μ(m) ≥ 0

beside lines of single periods: energy, coincident peaks, fixed charges and the taxes on them. Dollars of months are
booked by the rule from the solution's import (`Model.book`); the objective's columns only weigh them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from optimizer.model.bill.coincident import usd_per_mw
from optimizer.model.bill.demand_cost import HeldTo, PeakColumns, column_of, held_to
from optimizer.model.bill.energy_tiers import ends_by_demand_usd, fixed_ends_usd
from optimizer.model.bill.maximum import Line, highest, scalar, stacked
from optimizer.model.bill.planned import PlannedBill, planned_bill
from optimizer.model.bill.so_far import Dollars, MonthsSoFar
from optimizer.model.desk import Model, PeriodSum, Reader
from optimizer.scenario.tariff import BillLine
from optimizer.schedule import LedgerKind
from optimizer.tariff.prices import energy_price
from optimizer.tariff.rule.charge import ChargeRule
from solvers.builder import Index
from solvers.problem import Floats


class TariffBlock:
    """The columns, dollars and lines of a tariff."""

    def __init__(self, model: Model, bill: PlannedBill, import_mw: Index, reach_mw: Floats, most_mw: Floats) -> None:
        """`import_mw`: (periods,) columns. `reach_mw`, `most_mw`: the most that import may be by the limits, and in
        any case, (periods,)."""
        self.bill, self.rule = bill, bill.rule
        self._model, self._import = model, import_mw
        self._base = np.zeros(model.periods)
        """What energy costs at the first tier's rates, (periods,) [USD per MW]."""
        if self.rule.tariff.energy:
            supply, horizon = model.scenario.supply, model.horizon
            self._base = energy_price(supply, horizon) * horizon.hours * (1.0 + supply.energy.loss_factor)
        self._reach_mw, self._most_mw = np.minimum(reach_mw, most_mw), most_mw
        self._of_periods()
        self._of_months()
        self._book()

    def _of_periods(self) -> None:
        """Lines of single periods, and the fixed charge."""
        model, rule = self._model, self.rule
        imported = model.sum()
        imported.add(self._import, 1.0)
        for charge in rule.tariff.coincident:
            usd = usd_per_mw(charge, rule, model.horizon)
            model.earn_sum(charge.name, LedgerKind.COINCIDENT_PEAK, imported, -usd)
            self._tax_sum("coincident", imported, -usd)
        self._tax_sum("energy", imported, -self._base)
        open_months = np.array([not record.fixed_booked for record in self.bill.records])
        fixed = self.bill.booking.at(self.bill.booking.booked_once, np.where(open_months, rule.fixed_usd, 0.0))
        if fixed.any():
            model.earn_constant("grid", LedgerKind.FIXED, -fixed)
            for name, share in self.rule.taxes("fixed"):
                model.earn_constant(name, LedgerKind.TAX, -share * fixed)

    def tax_export(self, exported: PeriodSum, usd_per_mwh: Floats) -> Floats:
        """Taxes on what the tariff pays for export; returns what they add to its price, (periods,) [USD/MWh]."""
        self._tax_sum("export", exported, usd_per_mwh * self._model.horizon.hours)
        return usd_per_mwh * self.rule.taxed("export")

    def _tax_sum(self, line: BillLine, amount: PeriodSum, usd: Floats) -> None:
        for name, share in self.rule.taxes(line):
            self._model.earn_sum(name, LedgerKind.TAX, amount, share * usd)

    def _of_months(self) -> None:
        """Objective terms of what hangs on whole months."""
        rule = self.rule
        peaks = PeakColumns(self._model.builder, self._import, self._reach_mw, self._most_mw)
        said = [self._say(peaks, month) for month in range(rule.months.count)]
        for month, (paid, seen) in enumerate(said):
            held_kw = {h.rule.name: column_of(peaks, h) for h in paid}
            usd = {h.rule.name: h.cost(peaks, held_kw[h.rule.name]) for h in paid}
            for cost in usd.values():
                self._model.weigh(cost, -(1.0 + rule.taxed("demand")))
            extra = self._tiers(peaks, month, paid, held_kw)
            if self.bill.has_minimum[month]:
                usd |= {h.rule.name: h.cost(peaks, column_of(peaks, h)) for h in seen}
                compared = {h.rule.name: h for h in (*paid, *seen)}
                self._minimum(month, [(h, usd[name]) for name, h in compared.items()], extra)

    def _measures(self, rule: ChargeRule, month: int) -> bool:
        """Whether ends of energy tiers hang on the charge's demand."""
        tiers = self.bill.tiers
        return tiers is not None and tiers.follows_demand and rule in tiers.measured.on_every_hour(month)

    def _say(self, peaks: PeakColumns, month: int) -> tuple[list[HeldTo], list[HeldTo]]:
        """Say which demands of a month are needed: what is paid, and, where it differs, what the minimum sees."""
        bill = self.bill
        measured_exactly = bill.measured_exactly(month)
        held, truly = [], []
        for charge in bill.rule.charges:
            if not charge.force[month]:
                continue
            measures = self._measures(charge, month)
            exact = measures and measured_exactly
            weight, floor = bill.demand_weight(charge, month), float(charge.floor_kw[month])
            held.append(held_to(peaks, charge, month, floor, weight, exact=exact, needed=measures))
            if bill.sees_apart(charge, month):
                weight, floor = bill.seen_weight(), float(charge.true_floor_kw[month])
                truly.append(held_to(peaks, charge, month, floor, weight, exact=False, needed=False))
        tiers, measured = bill.tiers, bill.rule.measured
        if tiers is not None and tiers.follows_demand and not measured.on_every_hour(month):
            floor, line = measured.anyway_kw(month), self._line(month)
            peaks.want(measured.whole, measured.every_block, month, floor, exact=measured_exactly, line=line)
        return held, truly

    def _tiers(
        self, peaks: PeakColumns, month: int, held: list[HeldTo], held_kw: dict[str, PeriodSum]
    ) -> tuple[PeriodSum, Floats]:
        """X(m) with its objective term, and the prices that it may meet."""
        rule, model, nothing = self.rule, self._model, (scalar(), np.zeros(1))
        tiers, inside = self.bill.tiers, rule.months.of_interval == month
        if tiers is None or not tiers.prices.any():
            return nothing
        energy, hours = scalar(), model.horizon.hours
        energy.add(self._import[inside], hours, np.zeros(1, dtype=np.int64))
        most = np.array([self._reach_mw[inside].sum(), self._most_mw[inside].sum()]) * hours
        weight = self.bill.weight("energy", month)
        if not tiers.follows_demand:
            extra, prices = fixed_ends_usd(model.builder, tiers, month, energy, most, weight)
        else:
            billed, most_kw = self._billed(peaks, month, held, held_kw)
            extra = ends_by_demand_usd(model.builder, tiers, month, energy, float(most[1]), billed, most_kw, weight)
            extra.add_constant(-tiers.before_usd(month))
            prices = tiers.prices
        model.weigh(extra, -(1.0 + rule.taxed("energy")))
        return extra, prices

    def _billed(
        self, peaks: PeakColumns, month: int, held: list[HeldTo], held_kw: dict[str, PeriodSum]
    ) -> tuple[PeriodSum, float]:
        """D1 [kW] and the most that it may be."""
        measured = self.rule.measured
        floor, measuring = measured.anyway_kw(month), [h for h in held if self._measures(h.rule, month)]
        if measuring:
            most_kw = max(h.most_kw for h in measuring)
            amounts, floors = [held_kw[h.rule.name] for h in measuring], {h.floor_kw for h in measuring}
        else:
            most_kw = max(peaks.most_kw(measured.whole, measured.every_block, month)[1], floor)
            whole, whole_floor = peaks.take(measured.whole, measured.every_block, month)
            amounts, floors = [whole], {whole_floor}
        if len(amounts) == 1 and floors == {floor}:
            return amounts[0], most_kw
        exact = self.bill.measured_exactly(month)
        whole, line = stacked(amounts), self._line(month)
        billed = highest(self._model.builder, whole, floor, line=line, symbol="D1", exact=exact, most=most_kw)
        return billed, most_kw

    def _minimum(self, month: int, demand: list[tuple[HeldTo, PeriodSum]], extra: tuple[PeriodSum, Floats]) -> None:
        """μ(m), from what each charge costs above its floor, and what tiers add with the prices that they may meet."""
        rule, inside = self.rule, self.rule.months.of_interval == month
        compared = scalar(float(rule.fixed_usd[month]))
        lowest = most_usd = float(rule.fixed_usd[month])
        for held, usd in demand:
            anyway = held.rule.usd(np.full(rule.months.count, held.floor_kw))[month]
            compared.add_constant(anyway)
            compared.add_sum(usd)
            low, high = held.bounds_usd()
            lowest, most_usd = lowest + anyway + low, most_usd + anyway + high
        if rule.tariff.energy:
            before = self.bill.records[month].energy_usd
            compared.add_constant(before)
            compared.add(self._import[inside], self._base[inside], np.zeros(1, dtype=np.int64))
            of_tiers_usd, prices = extra
            compared.add_sum(of_tiers_usd)
            energy = self._base[inside] * self._most_mw[inside]
            most_mwh = float(self._most_mw[inside].sum()) * self._model.horizon.hours
            of_tiers = most_mwh * np.r_[0.0, prices]
            shift = abs(float(of_tiers_usd.constant[0]))
            lowest += before + float(np.minimum(energy, 0.0).sum() + of_tiers.min()) - shift
            most_usd += before + float(np.maximum(energy, 0.0).sum() + of_tiers.max()) + shift
        short = scalar(float(rule.least_usd[month]))
        short.add_sum(compared, -1.0)
        weight = 1.0 + rule.taxed("minimum")
        least, most = (float(rule.least_usd[month]) - usd for usd in (most_usd, lowest))
        line, exact = self._line(month), weight < 0.0
        missing = highest(self._model.builder, short, 0.0, line=line, symbol="μ", exact=exact, least=least, most=most)
        self._model.weigh(missing, -weight)

    def _book(self) -> None:
        """Ledger lines of months, by the rule."""
        model, bill, booking = self._model, self.bill, self.bill.booking

        def placed(of: Callable[[Floats], Floats], x: Floats) -> Floats:
            load = self._load(x)
            return -booking.placed(of(load), of(booking.committed(load)))

        def share_of(share: float, reader: Reader, x: Floats) -> Floats:
            return share * reader(x)

        def booked(item: str, kind: LedgerKind, line: BillLine, reader: Reader) -> None:
            model.book(item, kind, reader)
            for name, share in self.rule.taxes(line):
                model.book(name, LedgerKind.TAX, partial(share_of, share, reader))

        if bill.tiers is not None and bill.tiers.prices.any():
            booked("grid", LedgerKind.ENERGY, "energy", partial(placed, bill.tiers_usd))
        for charge in self.rule.charges:
            booked(charge.name, LedgerKind.DEMAND, "demand", partial(placed, charge.demand_usd))
            if charge.charge.ratchet is not None:
                booked(charge.name, LedgerKind.RATCHET, "demand", partial(placed, charge.ratchet_usd))
        if bill.has_minimum.any():
            booked("grid", LedgerKind.MINIMUM, "minimum", self._read_minimum)

    def _read_minimum(self, x: Floats) -> Floats:
        bill, months, load = self.bill, self.rule.months, self._load(x)
        energy = months.sums(self._base * load) + bill.tiers_usd(load)
        energy += [record.energy_usd for record in bill.records]
        missing = bill.minimum_usd(load, energy if self.rule.tariff.energy else np.zeros(months.count))
        return bill.booking.at(bill.booking.last, -missing)

    def _line(self, month: int) -> Line:
        """Whose columns and rows are that belong to the bill itself."""
        return Line("grid", self.rule.months.labels[month])

    def _load(self, x: Floats) -> Floats:
        """Import of each period [MW]."""
        return np.asarray(x[self._import])

    def months_so_far(self, x: Floats, ledger: Dollars) -> MonthsSoFar:
        """The tariff's months after the committed part."""
        return MonthsSoFar(self.bill, self._load(x), ledger, self._model.scenario.state.tariff)


def add_tariff(model: Model, import_mw: Index, reach_mw: Floats, most_mw: Floats) -> TariffBlock | None:
    """Write the rest of the utility's bill; nothing without a tariff. See `TariffBlock`."""
    bill = planned_bill(model.scenario)
    return None if bill is None else TariffBlock(model, bill, import_mw, reach_mw, most_mw)
