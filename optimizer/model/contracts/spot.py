"""Spot capacity (domain section 4): up to a demand at a price, without duty.

GPUs(t) ≤ demand(t) × z          revenue = Σ_t price(t) × GPUs(t) × Δt
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.model.contracts.service import Service
from optimizer.model.desk import Model, PeriodSum
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import Spot
from optimizer.scenario.series import align
from optimizer.scenario.state import SpotState
from optimizer.schedule import ContractReport, LedgerKind
from solvers.problem import Floats


class SpotBlock:
    """A spot contract."""

    def __init__(self, model: Model, terms: Spot, pools: Mapping[str, PoolBlock]) -> None:
        state = model.scenario.state.contracts.get(terms.name)
        before = state if isinstance(state, SpotState) else SpotState(kind="spot")
        self._model, self._terms = model, terms
        self._service = service = Service(model, terms, pools, before.accepted)
        demand = align(terms.demand_gpus, model.horizon)
        self.price_usd_per_gpu_hour = price = align(terms.price_usd_per_gpu_hour, model.horizon)
        service.gpus(demand)
        sold = model.sum()
        sold.add_sum(service.total)
        sold.add(np.broadcast_to(service.accepted, demand.shape), -demand)
        model.limit(sold, -np.inf, 0.0, owner=terms.name, symbol="demand")
        model.earn_sum(terms.name, LedgerKind.CONTRACT_REVENUE, service.total, price * model.horizon.hours)
        service.show()
        model.show(terms.name, "price_usd_per_gpu_hour", price)

    @property
    def name(self) -> str:
        return self._terms.name

    @property
    def utilisation(self) -> float:
        return self._terms.utilisation

    @property
    def pools(self) -> list[PoolBlock]:
        """The pools that it may run on."""
        return self._service.pools

    def on_pool(self, pool: str) -> PeriodSum:
        """Its GPUs on one of them."""
        return self._service.on_pool[self._terms.pools.index(pool)]

    def settle(self, x: Floats) -> None:
        """Nothing to do."""

    def report(self, x: Floats) -> list[ContractReport]:
        horizon = self._model.horizon
        gpu_hours = self._service.total.value(x)[: horizon.committed].sum() * horizon.hours
        accepted = self._service.is_accepted(x)
        return [
            ContractReport(name=self._terms.name, kind="spot", accepted=accepted, delivered_gpu_hours=float(gpu_hours))
        ]

    def state(self, x: Floats) -> SpotState:
        return SpotState(kind="spot", accepted=self._service.is_accepted(x))
