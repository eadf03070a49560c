"""Reserved capacity with service levels (domain section 4).

    delivered(t) ≤ committed(t) × z                     paid: price × delivered(t) × Δt
    short(t) = committed(t) × z − delivered(t)          costs: rate × short(t) × Δt

Each billing period the horizon touches, with C committed and D delivered GPU-hours (history, horizon and
expected rest), tiers a_1 > a_2 > … with credits c_1 < c_2 < …, and q_i = 1 where tier i is breached:

    D + Σ_i (θ_i − θ_{i+1}) q_i ≥ θ_1,   q_1 ≥ q_2 ≥ …,   θ_i = max(a_i C, D_min),   θ_last+1 = D_min
    credit = Σ_i (c_i − c_{i−1}) × C × price × q_i

D_min is what is delivered whatever the plan does; the one row is exact because the q are nested. Rows stand
at a_i × C, so that the solver's tolerance lies inside the rule's own (a_i − 1e-6) × C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from optimizer.model.contracts.block import ContractBlock
from optimizer.model.contracts.service import Service
from optimizer.model.desk import Model, Requirement
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import BillingRecord, Reserved, ReservedState
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.local_days import month_start, next_month_start
from optimizer.scenario.series import align
from optimizer.schedule import ContractReport, LedgerKind
from solvers.builder import Index
from solvers.problem import Floats

FLOOR = "availability floor"
"""Name of the requirement; its row stands in the last period of the billing period."""
MET = 1e-6
"""A tier is met where delivered ≥ (below − 1e-6) × committed."""
NOTICED = 1e-5
"""GPU-hours missed that are worth a word, as a share of those committed."""
MOST_SCALE = 1e6
"""Rows of less than a millionth of a GPU-hour stay small."""


@dataclass(frozen=True)
class Billing:
    """One billing period as this horizon sees it; hours are GPU-hours."""

    start: datetime
    end: datetime
    periods: npt.NDArray[np.int64]
    """The horizon's periods that lie in it."""
    history: BillingRecord
    rest_committed: float
    rest_delivered: float

    def line_period(self, committed: int) -> int:
        """Where its credit line stands: the last period within the committed part, else the last."""
        published = self.periods[self.periods < committed]
        return int(published[-1] if len(published) else self.periods[-1])


def billings(terms: Reserved, state: ReservedState, horizon: Horizon) -> list[Billing]:
    """The billing periods that the horizon touches, in order."""
    records = {localize(r.start, horizon.zone).timestamp(): r for r in state.billing}
    starts = np.array([s.timestamp() for s in horizon.starts])
    spans: list[tuple[datetime, datetime, float, float]] = []
    if terms.billing_periods:
        for period in terms.billing_periods:
            rest = period.rest_committed_gpu_hours
            done = rest if period.rest_delivered_gpu_hours is None else period.rest_delivered_gpu_hours
            span = localize(period.start, horizon.zone), localize(period.end, horizon.zone)
            spans.append((*span, rest, done))
    else:
        begin = month_start(horizon.starts[0], horizon.zone)
        while begin.timestamp() < horizon.end.timestamp():
            end = next_month_start(begin, horizon.zone)
            spans.append((begin, end, 0.0, 0.0))
            begin = end
    found = []
    for begin, end, rest, done in spans:
        inside = np.flatnonzero((starts >= begin.timestamp()) & (starts < end.timestamp()))
        if len(inside):
            history = records.get(begin.timestamp(), BillingRecord(start=begin))
            found.append(Billing(begin, end, inside, history, rest, done))
    return found


class ReservedBlock(ContractBlock):
    """A reserved contract."""

    priority: ClassVar[int] = 0

    def __init__(self, model: Model, terms: Reserved, pools: Mapping[str, PoolBlock]) -> None:
        self._before = terms.begun(model.scenario.state.contracts.get(terms.name))
        self._model, self._terms = model, terms
        self.service = service = Service(model, terms, pools, self._before.accepted)
        self._committed = align(terms.committed_gpus, model.horizon)
        hours = model.horizon.hours
        service.gpus(self._committed)
        self._short = model.sum()
        self._short.add(np.broadcast_to(service.accepted, self._committed.shape), self._committed)
        self._short.add_sum(service.total, -1.0)
        model.limit(self._short, 0.0, np.inf, owner=terms.name, symbol="commitment")
        price = terms.price_usd_per_gpu_hour
        model.earn_sum(terms.name, LedgerKind.CONTRACT_REVENUE, service.total, price * hours)
        if terms.shortfall_usd_per_gpu_hour:
            usd = -terms.shortfall_usd_per_gpu_hour * hours
            model.earn_sum(terms.name, LedgerKind.SHORTFALL_PENALTY, self._short, usd)
        self._billings = billings(terms, self._before, model.horizon)
        self._breached = [] if service.declined else [self._service_level(b) for b in self._billings]
        service.show()
        committed = model.sum()
        committed.add(np.broadcast_to(service.accepted, self._committed.shape), self._committed)
        model.show(terms.name, "committed_gpus", committed)
        model.show(terms.name, "short_gpus", self._short)

    def _service_level(self, billing: Billing) -> Index:
        """Tiers, credit and floor of one billing period; returns the columns q (tiers,)."""
        model, terms, z = self._model, self._terms, self.service.accepted
        tiers = terms.tiers
        month = billing.start.isoformat()[:10]
        each_tier = [f"{month}_below_{tier.below:g}" for tier in tiers]
        horizon_committed = float(self._committed[billing.periods].sum()) * model.horizon.hours
        committed = billing.history.committed_gpu_hours + horizon_committed + billing.rest_committed
        sure = billing.history.delivered_gpu_hours + billing.rest_delivered
        period, columns, values = self.service.total.triplets()
        inside = np.isin(period, billing.periods)
        delivered = columns[inside], values[inside] * model.horizon.hours
        # Small commitments are scaled up, so that the solver's absolute tolerance stays inside the rule's.
        scale = min(max(1.0, 1.0 / committed), MOST_SCALE) if committed else 1.0
        if terms.availability_floor is not None and committed:
            need = terms.availability_floor * committed - sure
            rows = model.builder.rows(1, 0.0, np.inf, owner=terms.name, symbol=FLOOR, part=month)
            model.builder.add(rows, delivered[0], delivered[1] * scale)
            model.builder.add(rows, z, -need * scale)
            model.require(
                terms.name,
                FLOOR,
                "GPU-hours",
                rows,
                "is missed by {amount} GPU-hours",
                size=committed,
                periods=billing.periods[-1:],
                allowed=terms.availability_floor,
                per_row=1.0 / scale,
                span=billing.periods,
            )
        # θ_1 … θ_k and D_min, less what is sure.
        marks = np.array([*(max(t.below * committed - sure, 0.0) for t in tiers), 0.0])
        reachable = marks[:-1] > 0.0
        breached = model.builder.columns(
            len(tiers), 0.0, reachable.astype(float), integer=True, owner=terms.name, symbol="q", part=each_tier
        )
        if tiers and reachable.any():
            rows = model.builder.rows(1, 0.0, np.inf, owner=terms.name, symbol="service level", part=month)
            model.builder.add(rows, delivered[0], delivered[1] * scale)
            model.builder.add(rows, breached, -np.diff(marks) * scale)
            model.builder.add(rows, z, -marks[0] * scale)
            nested = model.builder.rows(len(tiers), 0.0, np.inf, owner=terms.name, symbol="tiers", part=each_tier)
            model.builder.add(nested, np.concatenate([z, breached[:-1]]), 1.0)
            model.builder.add(nested, breached, -1.0)
        shares = np.array([t.credit_share for t in tiers])
        fee = committed * terms.price_usd_per_gpu_hour
        line = billing.line_period(model.horizon.committed)
        at = np.full(len(tiers), line)
        model.earn(terms.name, LedgerKind.SERVICE_CREDIT, breached, -np.diff(shares, prepend=0.0) * fee, at)
        if billing.history.credit_booked_usd:
            booked = np.zeros(model.periods)
            booked[line] = billing.history.credit_booked_usd
            model.earn_constant(terms.name, LedgerKind.SERVICE_CREDIT, booked)
        return breached

    def tidy(self, x: Floats) -> None:
        """Read the breached tiers from what is delivered, by the rule."""
        limits = np.array([tier.below for tier in self._terms.tiers])
        for billing, breached in zip(self._billings, self._breached, strict=False):
            x[breached] = self.service.is_accepted(x) & (self._availability(x, billing)[0] < limits - MET)

    def _availability(self, x: Floats, billing: Billing) -> tuple[float, float]:
        """Availability of a billing period and its committed GPU-hours."""
        hours = self._model.horizon.hours
        delivered = float(self.service.total.value(x)[billing.periods].sum()) * hours
        promised = float(self._committed[billing.periods].sum()) * hours
        committed = billing.history.committed_gpu_hours + promised + billing.rest_committed
        total = billing.history.delivered_gpu_hours + delivered + billing.rest_delivered
        return (total / committed if committed else 1.0), committed

    def _credit(self, x: Floats, billing: Billing, breached: Index) -> tuple[float | None, float]:
        """The worst breached tier and its credit."""
        worst = round(float(x[breached].sum())) - 1
        if worst < 0:
            return None, 0.0
        tier = self._terms.tiers[worst]
        fee = self._availability(x, billing)[1] * self._terms.price_usd_per_gpu_hour
        return tier.below, tier.credit_share * fee

    def _hours(self, amount: Floats, periods: npt.NDArray[np.int64]) -> float:
        horizon = self._model.horizon
        return float(amount[periods[periods < horizon.committed]].sum()) * horizon.hours

    def report(self, x: Floats) -> list[ContractReport]:
        name, accepted = self._terms.name, self.service.is_accepted(x)
        delivered, short = self.service.total.value(x), self._short.value(x)
        if not self._billings:
            whole = np.arange(self._model.periods)
            return [
                ContractReport(
                    name=name,
                    kind="reserved",
                    accepted=accepted,
                    delivered_gpu_hours=self._hours(delivered, whole),
                    short_gpu_hours=self._hours(short, whole),
                )
            ]
        reports = []
        for i, billing in enumerate(self._billings):
            tier, credit = self._credit(x, billing, self._breached[i]) if accepted else (None, 0.0)
            reports.append(
                ContractReport(
                    name=name,
                    kind="reserved",
                    accepted=accepted,
                    billing_start=billing.start,
                    delivered_gpu_hours=self._hours(delivered, billing.periods),
                    short_gpu_hours=self._hours(short, billing.periods),
                    availability=self._availability(x, billing)[0] if accepted else 1.0,
                    credit_tier=tier,
                    credit_usd=credit,
                )
            )
        return reports

    def state(self, x: Floats) -> ReservedState:
        if not self.service.is_accepted(x):
            return ReservedState(kind="reserved", accepted=False)
        horizon = self._model.horizon
        seam = horizon.at(horizon.committed).timestamp()
        delivered = self.service.total.value(x)
        records = []
        for billing, breached in zip(self._billings, self._breached, strict=True):
            touched = bool((billing.periods < horizon.committed).any()) or billing.history in self._before.billing
            if touched and billing.end.timestamp() > seam:
                history = billing.history
                records.append(
                    BillingRecord(
                        start=billing.start,
                        committed_gpu_hours=history.committed_gpu_hours + self._hours(self._committed, billing.periods),
                        delivered_gpu_hours=history.delivered_gpu_hours + self._hours(delivered, billing.periods),
                        credit_booked_usd=self._credit(x, billing, breached)[1],
                    )
                )
        return ReservedState(kind="reserved", accepted=True, billing=tuple(records))

    def wanted(self, room: Floats, power_usd: Floats) -> Floats:
        """As committed; nothing of an optional contract that pays less than its power costs."""
        worth = not self._terms.optional or self._terms.price_usd_per_gpu_hour > power_usd.mean()
        return np.minimum(self._committed * worth, room)

    def explain(
        self, requirement: Requirement, amount: float, x: Floats, others: Sequence[Requirement]
    ) -> tuple[int, str] | None:
        """The first period in which the contract is short, and
        "contract acme needs 640 GPUs at 14:00, pool h100 can power 512 under the curtailment order"."""
        if requirement.name != FLOOR:
            return None
        horizon, terms, committed, inside = self._model.horizon, self._terms, self._committed, requirement.span
        gpus = {pool: on.value(x) for pool, on in zip(terms.pools, self.service.on_pool, strict=True)}
        short = committed - np.sum(list(gpus.values()), axis=0)
        lacking = inside[short[inside] > 1e-4 * np.maximum(committed[inside], 1.0)]
        missed = (
            f"availability floor of {terms.availability_floor:g} is missed by {amount:.6g} GPU-hours"
            f"{self._history_words(requirement, committed - short)}"
        )
        if not len(lacking):
            period = int(inside[0])
            since = horizon.clock_words(period)
            return period, f"contract {terms.name}: even if all is delivered from {since} on, its {missed}"
        period = int(lacking[0])
        powered = " and ".join(f"pool {pool} can power {gpus[pool][period]:.6g}" for pool in terms.pools)
        names = [other.full_name for other in others if period in other.span]
        under = f" under {' and '.join(dict.fromkeys(names))}" if names else ""
        when = horizon.clock_words(period)
        return period, (
            f"contract {terms.name} needs {committed[period]:.6g} GPUs at {when}, {powered}{under}; its {missed}"
        )

    def _history_words(self, requirement: Requirement, delivered: Floats) -> str:
        """What the billing period misses outside the horizon, and the best availability it can still have."""
        billing = next(b for b in self._billings if requirement.periods[0] in b.periods)
        history, hours = billing.history, self._model.horizon.hours
        missed = history.committed_gpu_hours - history.delivered_gpu_hours
        if missed <= NOTICED * max(history.committed_gpu_hours, 1.0):
            return ""
        due = float(self._committed[billing.periods].sum()) * hours
        had = float(delivered[billing.periods].sum()) * hours
        committed = history.committed_gpu_hours + due + billing.rest_committed
        best = (history.delivered_gpu_hours + had + billing.rest_delivered) / committed
        return (
            f"; its history already misses {missed:.6g} of {history.committed_gpu_hours:.6g} GPU-hours, and the best "
            f"availability still in reach is {best:.4g}"
        )
