"""Export at the meter (domain sections 5, 6): its limit, what it earns, and that nothing is imported beside it.

| symbol | meaning |
|---|---|
| i(t), x(t) | import and export [MW at the meter] |
| r(t) | export price [USD/MWh], taxes of a tariff on it included |
| y(t) | 1 where it may import, 0 where it may export; binary, only where it is needed |

    + x(t) × Δt × r(t)
    x(t) ≤ export limit(t)
    i(t) ≤ most draw(t) × y(t);  x(t) ≤ most supply(t) × (1 − y(t))

**Where y is left out.** Importing while exporting pays only where a MWh exported earns more than a MWh imported
costs in all (adders, losses and carbon included; a day-ahead position and PPAs settle whatever is imported). In
other periods both can be cut by the smaller of the two: nothing else changes, a carbon cap and limits only gain,
and no money is lost; `GridBlock.tidy` does so, as import and export are then the two sides of what the others leave.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.bill.tariff import TariffBlock
from optimizer.model.desk import LIMIT_WORDS, Model, PeriodSum
from optimizer.model.site.meter import GridBlock
from optimizer.model.supply.energy import least_import_cost
from optimizer.schedule import LedgerKind
from optimizer.tariff.prices import export_price, sold_to_tariff
from solvers.problem import Floats

LEAST_ADVANTAGE_USD = 1e-9
"""Per MWh: export that earns less than this above the cost of import is not worth importing for."""


def add_export(model: Model, grid: GridBlock, tariff: TariffBlock | None) -> None:
    """Write the export of a site that may have some, its dollars, and what keeps it from import."""
    columns = grid.open_export()
    if columns is None:
        return
    limit = grid.export_limit_mw
    exported = model.sum()
    exported.add(columns, 1.0)
    rows = model.limit(exported, -np.inf, limit, owner="site", symbol="export limit")
    size = max(1.0, float(limit.max()))
    model.require("site", "export limit", "MW", rows, LIMIT_WORDS, size=size, allowed=limit)
    if not limit.any():
        return
    price = _earn(model, exported, tariff)
    model.show("site", "export_mw", exported)
    model.show("site", "export_limit_mw", limit)
    _not_beside_import(model, grid, price)


def _earn(model: Model, exported: PeriodSum, tariff: TariffBlock | None) -> Floats:
    """Pay for the export and report its price; returns r(t), (periods,)."""
    supply = model.scenario.supply
    price = export_price(supply, model.horizon)
    model.earn_sum("grid", LedgerKind.EXPORT, exported, price * model.horizon.hours)
    model.show("site", "export_price_usd_per_mwh", price)
    if tariff is not None and sold_to_tariff(supply):
        price = price + tariff.tax_export(exported, price)
    return price


def _not_beside_import(model: Model, grid: GridBlock, price: Floats) -> None:
    """Keep import from export where both at once could pay."""
    gain = price - least_import_cost(model.scenario)
    periods = np.flatnonzero((gain > LEAST_ADVANTAGE_USD) & (grid.export_limit_mw > 0.0))
    if not len(periods):
        return
    assert grid.export_mw is not None
    importing = model.builder.columns(len(periods), 0.0, 1.0, integer=True, owner="site", symbol="y", period=periods)
    supply = grid.most_supply_mw[periods]
    rows = model.builder.rows(
        (2, len(periods)),
        -np.inf,
        np.stack([np.zeros(len(periods)), supply]),
        owner="site",
        symbol="never both",
        part=("import", "export"),
        period=periods,
    )
    model.builder.add(rows[0], grid.import_mw[periods], 1.0)
    model.builder.add(rows[0], importing, -grid.most_draw_mw[periods])
    model.builder.add(rows[1], grid.export_mw[periods], 1.0)
    model.builder.add(rows[1], importing, supply)
