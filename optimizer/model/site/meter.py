"""The grid connection (domain section 5): balance, limits and orders.

| symbol | meaning |
|---|---|
| i(t), x(t) | import and export [MW at the meter] |
| y(t) | 1 where it may import, 0 where it may export; binary, only where it is needed |

    i(t) + Σ renewables used + Σ generation + Σ discharge = Σ_halls facility power + Σ charge + x(t)
    i(t) ≤ import limit(t), and ≤ the limit of each order whose window touches the period
    x(t) ≤ export limit(t)
    i(t) ≤ most draw(t) × y(t);  x(t) ≤ most supply(t) × (1 − y(t))

**Where y is left out.** Importing while exporting pays only where a MWh exported earns more than a MWh imported
costs in all (adders, losses and carbon included; a day-ahead position and PPAs settle whatever is imported). In
other periods both can be cut by the smaller of the two: nothing else changes, a carbon cap and limits only gain,
and no money is lost; `settle` does so, as import and export are then the two sides of what the others leave.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.model.bill.month_bill import Dollars, MonthsSoFar
from optimizer.model.bill.tariff import TariffBlock, bill_rule
from optimizer.model.desk import LIMIT_WORDS, Model, PeriodSum
from optimizer.model.site.hall import most_facility_mw
from optimizer.model.supply.carbon import add_carbon
from optimizer.model.supply.day_ahead import add_day_ahead
from optimizer.model.supply.energy import (
    add_energy,
    add_export,
    energy_price,
    export_price,
    least_import_cost,
    sold_to_tariff,
)
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.overrides import Override
from optimizer.scenario.series import align
from optimizer.scenario.site import CurtailmentOrder
from solvers.builder import Index
from solvers.problem import Bools, Floats

LEAST_ADVANTAGE_USD = 1e-9
"""Per MWh: export that earns less than this above the cost of import is not worth importing for."""


def touched(held: CurtailmentOrder | Override, horizon: Horizon) -> Bools:
    """Periods that the window of an order or override touches, (periods,)."""
    to_start = horizon.hours_until(localize(held.start, horizon.zone))
    to_end = horizon.hours_until(localize(held.end, horizon.zone))
    return np.asarray((to_start < horizon.hours - 1e-9) & (to_end > 1e-9))


class GridBlock:
    """Import and export at the meter, what limits them and what they cost."""

    def __init__(self, model: Model, demand: Sequence[PeriodSum], supply: Sequence[PeriodSum]) -> None:
        """`demand`: power of halls, and of batteries (charging less discharging); `supply`: power made on site."""
        self._model = model
        ample_mw = _ample_mw(model)
        self.import_mw: Index = model.builder.columns(model.periods, 0.0, ample_mw)
        self.export_mw: Index | None = None
        self._needed = model.sum()
        """What is needed from outside: import less export."""
        for power in demand:
            self._needed.add_sum(power)
        for power in supply:
            self._needed.add_sum(power, -1.0)
        imported = model.sum()
        imported.add(self.import_mw, 1.0)
        self._limit = limit = self._import_limits(imported)
        model.show("site", "import_mw", imported)
        model.show("site", "import_limit_mw", limit)
        add_energy(model, imported)
        self.tariff = self._tariff()
        balance = model.sum()
        balance.add_sum(self._needed)
        balance.add(self.import_mw, -1.0)
        self._most_export = most_export = align(model.scenario.site.export_limit_mw, model.horizon, "min")
        # Generators may be made to run with nowhere to go: then the export limit is what gives the reason.
        if most_export.any() or model.scenario.supply.generators:
            self.export_mw = model.builder.columns(model.periods, 0.0, ample_mw)
            balance.add(self.export_mw, 1.0)
            self._export(self.export_mw, most_export)
        model.limit(balance, 0.0, 0.0)
        self._emitted_kg = add_carbon(model, imported)
        add_day_ahead(model, limit)

    def _import_limits(self, imported: PeriodSum) -> Floats:
        """Rows of the import limit and of orders; returns the tightest, (periods,)."""
        model, site, horizon = self._model, self._model.scenario.site, self._model.horizon
        limit = align(site.import_limit_mw, horizon, "min")
        size = float(limit.max())
        rows = model.limit(imported, -np.inf, limit)
        model.require("site", "import limit", "MW", rows, LIMIT_WORDS, size=size, allowed=limit)
        for order in site.curtailment:
            periods = np.flatnonzero(touched(order, horizon))
            if len(periods):
                rows = model.limit(imported, -np.inf, order.import_limit_mw, periods)
                name, most = f"curtailment order {order.name}", order.import_limit_mw
                model.require("site", name, "MW", rows, LIMIT_WORDS, size=size, periods=periods, allowed=most)
                limit[periods] = np.minimum(limit[periods], order.import_limit_mw)
        return limit

    def _tariff(self) -> TariffBlock | None:
        """The rest of the utility's bill."""
        rule, supply, horizon = bill_rule(self._model.scenario), self._model.scenario.supply, self._model.horizon
        if rule is None:
            return None
        base = energy_price(supply, horizon) * horizon.hours * (1.0 + supply.energy.loss_factor)
        return TariffBlock(self._model, rule, self.import_mw, base, self._limit, _most_draw_mw(self._model))

    def _export(self, columns: Index, most: Floats) -> None:
        """Limit, price and rows that keep import from export where that could pay."""
        model, scenario = self._model, self._model.scenario
        exported = model.sum()
        exported.add(columns, 1.0)
        rows = model.limit(exported, -np.inf, most)
        size = max(1.0, float(most.max()))
        model.require("site", "export limit", "MW", rows, LIMIT_WORDS, size=size, allowed=most)
        if not most.any():
            return
        add_export(model, exported)
        model.show("site", "export_mw", exported)
        model.show("site", "export_limit_mw", most)
        price = export_price(scenario.supply, model.horizon)
        if self.tariff is not None and sold_to_tariff(scenario.supply):
            price = price + self.tariff.tax_export(exported, price)
        gain = price - least_import_cost(scenario)
        periods = np.flatnonzero((gain > LEAST_ADVANTAGE_USD) & (most > 0.0))
        if not len(periods):
            return
        importing = model.builder.columns(len(periods), 0.0, 1.0, integer=True)
        supply = _most_supply_mw(model)[periods]
        rows = model.builder.rows((2, len(periods)), -np.inf, np.stack([np.zeros(len(periods)), supply]))
        model.builder.add(rows[0], self.import_mw[periods], 1.0)
        model.builder.add(rows[0], importing, -_most_draw_mw(model)[periods])
        model.builder.add(rows[1], columns[periods], 1.0)
        model.builder.add(rows[1], importing, supply)

    @property
    def most_import_mw(self) -> Floats:
        """No plan imports more than this without exporting, (periods,)."""
        return np.minimum(self._limit, _most_draw_mw(self._model))

    @property
    def fall_room_mw(self) -> PeriodSum:
        """By how much import less export could fall."""
        room = self._model.sum()
        room.add(self.import_mw, 1.0)
        room.add_constant(self._most_export)
        if self.export_mw is not None:
            room.add(self.export_mw, -1.0)
        return room

    @property
    def rise_room_mw(self) -> PeriodSum:
        """By how much import could rise."""
        room = self._model.sum()
        room.add_constant(self._limit)
        room.add(self.import_mw, -1.0)
        return room

    def settle(self, x: Floats) -> None:
        """Import and export as the two sides of what is needed from outside."""
        needed = self._needed.value(x)
        x[self.import_mw] = np.maximum(needed, 0.0)
        if self.export_mw is not None:
            x[self.export_mw] = np.maximum(-needed, 0.0)

    def months_so_far(self, x: Floats, ledger: Dollars) -> MonthsSoFar | None:
        """The tariff's months after the committed part; None without a tariff."""
        if self.tariff is None:
            return None
        return MonthsSoFar(self.tariff.rule, x[self.import_mw], ledger, self._model.scenario.state.tariff)

    def carbon_tonnes(self, x: Floats) -> float:
        """Emissions that count to the cap after the committed part."""
        committed = self._model.horizon.committed
        emitted = float(self._emitted_kg.value(x)[:committed].sum())
        return self._model.scenario.state.carbon_tonnes + emitted / 1000.0


def _most_draw_mw(model: Model) -> Floats:
    """No plan imports more than this without exporting, whatever the limits, (periods,)."""
    halls = sum((most_facility_mw(model, hall) for hall in model.scenario.site.halls), np.zeros(model.periods))
    return halls + sum(battery.charge_limit_mw for battery in model.scenario.supply.batteries)


def _ample_mw(model: Model) -> Floats:
    """More than any plan imports or exports, (periods,). It binds nothing, and is there for HiGHS 1.13.1: where import
    and export have no upper end its cuts lose the optima of some small plans and call the rest proven."""
    return 2.0 * (_most_draw_mw(model) + _most_supply_mw(model)) + 1.0


def _most_supply_mw(model: Model) -> Floats:
    """No plan exports more than this without importing, whatever the limits, (periods,)."""
    supply = model.scenario.supply
    made = sum(g.capacity_mw for g in supply.generators) + sum(b.discharge_limit_mw for b in supply.batteries)
    weather = (r.capacity_mw * align(r.factor, model.horizon) for r in supply.renewables)
    return np.asarray(sum(weather, np.full(model.periods, made)))
