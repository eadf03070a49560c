"""Spot capacity (domain section 4): up to a demand at a price, without duty.

GPUs(t) ≤ demand(t) × z          revenue = Σ_t price(t) × GPUs(t) × Δt
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from optimizer.model.contracts.block import ContractBlock
from optimizer.model.contracts.service import Service
from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import Spot, SpotState
from optimizer.scenario.series import align
from optimizer.schedule import ContractReport, LedgerKind
from solvers.problem import Floats


class SpotBlock(ContractBlock):
    """A spot contract."""

    priority: ClassVar[int] = 2

    def __init__(self, model: Model, terms: Spot, pools: Mapping[str, PoolBlock]) -> None:
        before = terms.begun(model.scenario.state.contracts.get(terms.name))
        self._model, self._terms = model, terms
        self.service = service = Service(model, terms, pools, before.accepted)
        self._demand = demand = align(terms.demand_gpus, model.horizon)
        self._price = price = align(terms.price_usd_per_gpu_hour, model.horizon)
        service.gpus(demand)
        sold = model.sum()
        sold.add_sum(service.total)
        sold.add(np.broadcast_to(service.accepted, demand.shape), -demand)
        model.limit(sold, -np.inf, 0.0, owner=terms.name, symbol="demand")
        model.earn_sum(terms.name, LedgerKind.CONTRACT_REVENUE, service.total, price * model.horizon.hours)
        service.show()
        model.show(terms.name, "price_usd_per_gpu_hour", price)

    @property
    def interrupted_usd_per_gpu_hour(self) -> Floats:
        return self._price

    def wanted(self, room: Floats, power_usd: Floats) -> Floats:
        """Its demand, where it pays more than its power costs."""
        return np.minimum(np.where(self._price > power_usd, self._demand, 0.0), room)

    def tidy(self, x: Floats) -> None:
        """Nothing to do."""

    def report(self, x: Floats) -> list[ContractReport]:
        horizon = self._model.horizon
        gpu_hours = self.service.total.value(x)[: horizon.committed].sum() * horizon.hours
        accepted = self.service.is_accepted(x)
        return [
            ContractReport(name=self._terms.name, kind="spot", accepted=accepted, delivered_gpu_hours=float(gpu_hours))
        ]

    def state(self, x: Floats) -> SpotState:
        return SpotState(kind="spot", accepted=self.service.is_accepted(x))
