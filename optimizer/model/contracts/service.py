"""What every AI contract does in the model: acceptance, GPUs on pools, and the report of both.

A contract is accepted (z = 1), declined (z = 0), or, where it is optional and not yet decided, a binary
decision. Its GPUs on a pool come in fractions, whole GPUs or whole nodes: GPUs = unit(pool) × column.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import ContractTerms
from solvers.builder import FloatLike, Index
from solvers.problem import Floats


class Service:
    """A contract's acceptance and its GPUs."""

    def __init__(
        self,
        model: Model,
        terms: ContractTerms,
        pools: Mapping[str, PoolBlock],
        accepted: bool | None,
    ) -> None:
        """`accepted` is what the state says; only an optional contract can be declined."""
        self.model, self.terms = model, terms
        self.pools = [pools[name] for name in terms.pools]
        self.open = terms.optional and accepted is None
        lower, upper = (0.0, 1.0) if self.open else (1.0, 1.0)
        if terms.optional and accepted is False:
            lower, upper = 0.0, 0.0
        self.declined = upper == 0.0
        self.accepted = model.builder.columns(1, lower, upper, integer=True, owner=terms.name, symbol="z")
        self.total = model.sum()
        self.on_pool = [model.sum() for _ in self.pools]

    @property
    def units(self) -> list[int]:
        """GPUs per step on each pool: 1, or a whole node's."""
        return [p.pool.gpus_per_node if self.terms.gpu_unit == "node" else 1 for p in self.pools]

    def gpus(self, most: Floats, periods: npt.NDArray[np.int64] | None = None) -> Index:
        """Columns (pools, periods) of steps on each pool, with at most `most` (periods,) GPUs on each; in all periods
        of the horizon, or in the given ones."""
        integer = self.terms.gpu_unit != "fraction"
        which = self.model.every_period if periods is None else periods
        columns = []
        for i, (pool, unit) in enumerate(zip(self.pools, self.units, strict=True)):
            # Not what is available: a row keeps that, which explanations may relax.
            upper = np.minimum(most, float(pool.gpus)) / unit
            upper = np.floor(upper + 1e-9) if integer else upper
            column = self.model.builder.columns(
                len(which),
                0.0,
                upper[which],
                integer=integer,
                owner=self.terms.name,
                symbol="GPUs",
                part=pool.pool.name,
                period=which,
            )
            self.run(i, column, float(unit), which)
            columns.append(column)
        return np.stack(columns)

    def run(self, pool: int, columns: Index, gpus: FloatLike, period: npt.NDArray[np.int64] | None = None) -> None:
        """GPUs per unit of columns on one of the contract's pools."""
        self.pools[pool].use(columns, gpus, self.terms.utilisation, period)
        self.on_pool[pool].add(columns, gpus, period)
        self.total.add(columns, gpus, period)

    def show(self) -> None:
        """Report GPUs in all and by pool, and what they add to idle power."""
        model, name = self.model, self.terms.name
        model.show(name, "gpus", self.total)
        power = model.sum()
        for pool, gpus in zip(self.pools, self.on_pool, strict=True):
            model.set_point(name, f"gpus[{pool.pool.name}]", gpus, pool.gpus_most)
            power.add_sum(gpus, pool.mw_per_gpu(self.terms.utilisation))
        model.show(name, "it_mw", power)

    def is_accepted(self, x: Floats) -> bool:
        return bool(x[self.accepted[0]] > 0.5)
