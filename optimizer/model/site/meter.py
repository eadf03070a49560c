"""The grid connection (domain section 5): balance, limits and orders.

| symbol | meaning |
|---|---|
| i(t), x(t) | import and export [MW at the meter] |

    i(t) + Σ_assets power given = Σ_halls facility power + Σ_assets power taken + x(t)
    i(t) ≤ import limit(t), and ≤ the limit of each order whose window touches the period

What passes the meter is billed by others: `formulate` names them. They write between the import and the balance.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from optimizer.model.desk import LIMIT_WORDS, Model, PeriodSum
from optimizer.model.site.hall import most_facility_mw
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.overrides import Override
from optimizer.scenario.series import align
from optimizer.scenario.site import CurtailmentOrder
from solvers.builder import Index
from solvers.problem import Bools, Floats


def touched(held: CurtailmentOrder | Override, horizon: Horizon) -> Bools:
    """Periods that the window of an order or override touches, (periods,)."""
    to_start = horizon.hours_until(localize(held.start, horizon.zone))
    to_end = horizon.hours_until(localize(held.end, horizon.zone))
    return np.asarray((to_start < horizon.hours - 1e-9) & (to_end > 1e-9))


class GridBlock:
    """Import and export at the meter, and what limits them.

    `import_mw`: (periods,) columns. `export_mw`: the same once `open_export` has been called; None where the site
    never exports. `imported`: import as an expression [MW]. `limit_mw`, `export_limit_mw`: (periods,), orders
    included. `most_draw_mw`: no plan imports more than this without exporting, whatever the limits; `most_supply_mw`:
    none exports more than this without importing; both (periods,).
    """

    def __init__(self, model: Model, halls: Iterable[PeriodSum], on_site: Iterable[PeriodSum]) -> None:
        """`halls`: facility power; `on_site`: power at the meter of what makes and stores it, given less taken."""
        self._model = model
        self.most_draw_mw, self.most_supply_mw = _most_draw_mw(model), _most_supply_mw(model)
        self.import_mw: Index = self._columns("i")
        self.export_mw: Index | None = None
        self._needed = model.sum()
        """What is needed from outside: import less export."""
        for power in halls:
            self._needed.add_sum(power)
        for power in on_site:
            self._needed.add_sum(power, -1.0)
        self.imported = model.sum()
        self.imported.add(self.import_mw, 1.0)
        self.limit_mw = self._import_limits()
        self.export_limit_mw = align(model.scenario.site.export_limit_mw, model.horizon, "min")
        model.show("site", "import_mw", self.imported)
        model.show("site", "import_limit_mw", self.limit_mw)

    def _columns(self, symbol: str) -> Index:
        model, every = self._model, self._model.every_period
        return model.builder.columns(model.periods, 0.0, self._ample_mw, owner="site", symbol=symbol, period=every)

    @property
    def _ample_mw(self) -> Floats:
        """More than any plan imports or exports, (periods,). It binds nothing, and is there for HiGHS 1.13.1: where
        import and export have no upper end its cuts lose the optima of some small plans and call the rest proven."""
        return 2.0 * (self.most_draw_mw + self.most_supply_mw) + 1.0

    def _import_limits(self) -> Floats:
        """Rows of the import limit and of orders; returns the tightest, (periods,)."""
        model, site, horizon = self._model, self._model.scenario.site, self._model.horizon
        limit = align(site.import_limit_mw, horizon, "min")
        size = float(limit.max())
        rows = model.limit(self.imported, -np.inf, limit, owner="site", symbol="import limit")
        model.require("site", "import limit", "MW", rows, LIMIT_WORDS, size=size, allowed=limit)
        for order in site.curtailment:
            periods = np.flatnonzero(touched(order, horizon))
            if len(periods):
                name, most = f"curtailment order {order.name}", order.import_limit_mw
                rows = model.limit(
                    self.imported, -np.inf, most, periods, owner="site", symbol="curtailment order", part=order.name
                )
                model.require("site", name, "MW", rows, LIMIT_WORDS, size=size, periods=periods, allowed=most)
                limit[periods] = np.minimum(limit[periods], order.import_limit_mw)
        return limit

    def open_export(self) -> Index | None:
        """Make the columns of export, where the site has any."""
        # What may have to run has nowhere to go then: the export limit is what gives the reason.
        forced = any(asset.may_have_to_run for asset in self._model.scenario.supply.every_asset)
        if forced or self.export_limit_mw.any():
            self.export_mw = self._columns("x")
        return self.export_mw

    def close(self) -> None:
        """Write the balance: import and export are what is needed from outside."""
        balance = self._model.sum()
        balance.add_sum(self._needed)
        balance.add(self.import_mw, -1.0)
        if self.export_mw is not None:
            balance.add(self.export_mw, 1.0)
        self._model.limit(balance, 0.0, 0.0, owner="site", symbol="balance")

    @property
    def most_import_mw(self) -> Floats:
        """No plan imports more than this without exporting, (periods,)."""
        return np.minimum(self.limit_mw, self.most_draw_mw)

    @property
    def fall_room_mw(self) -> PeriodSum:
        """By how much import less export could fall."""
        room = self._model.sum()
        room.add(self.import_mw, 1.0)
        room.add_constant(self.export_limit_mw)
        if self.export_mw is not None:
            room.add(self.export_mw, -1.0)
        return room

    @property
    def rise_room_mw(self) -> PeriodSum:
        """By how much import could rise."""
        room = self._model.sum()
        room.add_constant(self.limit_mw)
        room.add(self.import_mw, -1.0)
        return room

    def tidy(self, x: Floats) -> None:
        """Import and export as the two sides of what is needed from outside."""
        needed = self._needed.value(x)
        x[self.import_mw] = np.maximum(needed, 0.0)
        if self.export_mw is not None:
            x[self.export_mw] = np.maximum(-needed, 0.0)


def _most_draw_mw(model: Model) -> Floats:
    halls = sum((most_facility_mw(model, hall) for hall in model.scenario.site.halls), np.zeros(model.periods))
    taken = sum(asset.most_taken_mw(model.horizon) for asset in model.scenario.supply.every_asset)
    return np.asarray(halls + taken)


def _most_supply_mw(model: Model) -> Floats:
    given = [asset.most_given_mw(model.horizon) for asset in model.scenario.supply.every_asset]
    # Numbers first, series after: sums are the same to the last bit whatever the order of kinds.
    given.sort(key=np.ndim)
    return np.asarray(sum(given, np.zeros(model.periods)))
