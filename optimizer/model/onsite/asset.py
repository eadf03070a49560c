"""What the model asks of every kind of asset on site. The answers here are those of an asset that is no power at the
meter, hands nothing on and cannot be held by hand; a kind gives its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from optimizer.model.desk import PeriodSum
from optimizer.model.flexibility.provider import Part
from optimizer.model.override_rows import OverrideRows
from solvers.builder import Index
from solvers.problem import Floats


class AssetBlock(Protocol):
    """An asset on the model. Its constructor, called with (model, terms, state at the start), writes it."""

    power_mw: PeriodSum | None = None
    """Power at the meter, given above 0 and taken below; None: none, whatever the plan."""
    curtailable: Index | None = None
    """Columns (periods,) [MW] of power that a plan may always take less of."""

    def override(self, rows: OverrideRows) -> None:
        """Write the rows of an override that its kind can be held by (`Asset.ways_held`)."""

    def reserve_parts(self) -> Sequence[Part]:
        """What can be called of it as reserve; of a kind that offers it (`Asset.offers_reserve`)."""
        return ()

    def tidy(self, x: Floats) -> None:
        """Put x (columns,) in the form that the rules define, in place."""

    def state(self, x: Floats) -> Any:
        """What the next plan's state says of it; of a kind that the state has a field for."""


@runtime_checkable
class Store(Protocol):
    """An asset that stores power: what it charges and discharges at once burns energy."""

    def alone(self, t: int, x: Floats) -> float:
        """Charge or discharge alone in period t, from the energy before it; returns the power saved [MW]."""

    def discharge_less(self, t: int, x: Floats, power_mw: float) -> float:
        """Discharge less by so much in period t, or as far as it does; returns by how much [MW]."""

    def store(self, t: int, x: Floats) -> None:
        """The energy at the end of period t, as it follows."""


def tidy_assets(assets: Iterable[AssetBlock], x: Floats, import_mw: Index) -> None:
    """Every asset in its own form; stores charge or discharge alone, their energy follows, and what they no longer need
    import gives less of, then what can be curtailed, in place. `optimizer.model.onsite.battery` says why."""
    blocks = list(assets)
    for block in blocks:
        block.tidy(x)
    stores = [block for block in blocks if isinstance(block, Store)]
    if not stores:
        return
    curtailable = [block.curtailable for block in blocks if block.curtailable is not None]
    used = sum((x[columns] for columns in curtailable), np.zeros(len(import_mw)))
    spare = x[import_mw] + used
    for t in range(len(spare)):
        spare[t] -= sum(store.alone(t, x) for store in stores)
        for store in stores:
            if spare[t] < 0.0:
                spare[t] += store.discharge_less(t, x, -float(spare[t]))
            store.store(t, x)
    less = (used > spare) & (used > 0.0)
    share = np.divide(np.maximum(spare, 0.0), used, out=np.ones_like(used), where=less)
    for columns in curtailable:
        x[columns] *= share
