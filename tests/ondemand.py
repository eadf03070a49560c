"""A kind of contract that the package does not have, defined wholly here: terms, state, block and rules of "ondemand",
GPUs sold by the hour as spot capacity is. What stands below is all that a new kind takes, and `ondemand()` is what its
line in each of the three tables does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, Literal, Self

import numpy as np

from optimizer.auditor import contracts as audited
from optimizer.auditor.book import SHARE, Floats, relative, share_of
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.contracts.served import Served
from optimizer.model import contracts as modelled
from optimizer.model.contracts.block import ContractBlock
from optimizer.model.contracts.service import Service
from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.checker import Checker
from optimizer.scenario.contracts import ContractSoFar, ContractTerms
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.kinds import contract_kind
from optimizer.scenario.pool import Pool
from optimizer.scenario.series import Series, align, moved
from optimizer.schedule import ContractReport, LedgerKind

KIND = "ondemand"


class OnDemandState(ContractSoFar):
    """What has become of an on-demand contract so far."""

    kind: Literal["ondemand"]
    """The kind of the contract."""


class OnDemand(ContractTerms):
    """GPUs sold by the hour up to a demand series at a price series."""

    kind: Literal["ondemand"]
    """Says that this is an on-demand contract."""
    demand_gpus: Series
    """Most GPUs that can be sold in each period."""
    price_usd_per_gpu_hour: Series
    """Paid per GPU-hour."""

    so_far: ClassVar[type[ContractSoFar]] = OnDemandState
    offers_reserve: ClassVar[bool] = True
    intricate: ClassVar[bool] = False

    def summary(self) -> str:
        return "whoever comes"

    def check(self, checker: Checker, place: str, pools: Sequence[Pool], said: ContractSoFar | None) -> None:
        checker.series(f"{place}.demand_gpus", self.demand_gpus, 0.0, 1e7)
        checker.series(f"{place}.price_usd_per_gpu_hour", self.price_usd_per_gpu_hour, -1e6, 1e6)

    def with_gpu_hours(self, horizon: Horizon, period: int, gpu_hours: float) -> Self | None:
        demand = moved(align(self.demand_gpus, horizon), period, gpu_hours / horizon.hours)
        return None if demand is None else self.model_copy(update={"demand_gpus": demand})


class OnDemandBlock(ContractBlock):
    """GPUs(t) ≤ demand(t) × z          revenue = Σ_t price(t) × GPUs(t) × Δt"""

    priority: ClassVar[int] = 2

    def __init__(self, model: Model, terms: OnDemand, pools: Mapping[str, PoolBlock]) -> None:
        before = terms.begun(model.scenario.state.contracts.get(terms.name))
        self._model, self._terms = model, terms
        self.service = service = Service(model, terms, pools, before.accepted)
        self._demand = align(terms.demand_gpus, model.horizon)
        self._price = align(terms.price_usd_per_gpu_hour, model.horizon)
        service.gpus(self._demand)
        sold = model.sum()
        sold.add_sum(service.total)
        sold.add(np.broadcast_to(service.accepted, self._demand.shape), -self._demand)
        model.limit(sold, -np.inf, 0.0, owner=terms.name, symbol="sold")
        model.earn_sum(terms.name, LedgerKind.CONTRACT_REVENUE, service.total, self._price * model.horizon.hours)
        service.show()

    @property
    def interrupted_usd_per_gpu_hour(self) -> Floats:
        return self._price

    def wanted(self, room: Floats, power_usd: Floats) -> Floats:
        return np.minimum(np.where(self._price > power_usd, self._demand, 0.0), room)

    def tidy(self, x: Floats) -> None:
        """Nothing to do."""

    def report(self, x: Floats) -> list[ContractReport]:
        horizon, accepted = self._model.horizon, self.service.is_accepted(x)
        sold = float(self.service.total.value(x)[: horizon.committed].sum() * horizon.hours)
        return [ContractReport(name=self._terms.name, kind=KIND, accepted=accepted, delivered_gpu_hours=sold)]

    def state(self, x: Floats) -> OnDemandState:
        return OnDemandState(kind=KIND, accepted=self.service.is_accepted(x))


def check_terms(case: Case, served: Served[OnDemand]) -> Fields:
    """Check an on-demand contract and post its money."""
    terms, name = served.contract, served.name
    demand, usd = align(terms.demand_gpus, case.horizon), price(case, terms)
    most = min(served.most_gpus, float(demand.max()))
    if served.accepted:
        slack = share_of(most)
        case.book.at_most(
            "ondemand_demand", name, "gpus", served.gpus, demand, unit="GPUs", tolerance=slack, limit_name="demand"
        )
        scale = np.abs(usd) * demand * case.hours + relative(usd)
        case.ledger.post(name, LedgerKind.CONTRACT_REVENUE, usd * served.gpus * case.hours, scale)
    sold = float(served.gpus[: case.committed].sum() * case.hours) if served.accepted else 0.0
    case.reports.append(
        {
            "name": Expected(name),
            "kind": Expected(KIND),
            "accepted": Expected(served.accepted),
            "billing_start": Expected(None),
            "delivered_gpu_hours": Expected(sold, "GPU-hours", SHARE * max(1.0, most * case.hours * case.committed)),
        }
    )
    return {"kind": Expected(KIND), "accepted": Expected(served.accepted)}


def price(case: Case, terms: OnDemand) -> Floats:
    """What a GPU-hour earns, (periods,)."""
    return align(terms.price_usd_per_gpu_hour, case.horizon)


@contextmanager
def ondemand() -> Iterator[None]:
    """While this is open, the package knows the kind."""
    modelled.KINDS[KIND] = OnDemandBlock
    audited.KINDS[KIND] = audited.Rules(check_terms, price)
    try:
        with contract_kind(KIND, OnDemand):
            yield
    finally:
        del modelled.KINDS[KIND], audited.KINDS[KIND]
