"""Reserved capacity with service levels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, GpuHours, LocalTime, Model, NonNegative, Rate, Share
from optimizer.scenario.checker import Checker
from optimizer.scenario.contracts.terms import LEAST_GPUS, ContractSoFar, ContractTerms
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.local_days import month_start, next_month_start
from optimizer.scenario.pool import Pool
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Floats, Series, align, moved

MOST_GPU_HOURS = 1e12
"""Of a history; the next plan's is a little longer, and still a number that the state takes."""


class BillingRecord(Model):
    """What has happened so far in a billing period of a reserved contract."""

    start: LocalTime
    """Start of the billing period."""
    committed_gpu_hours: NonNegative = 0.0
    """GPU-hours committed so far in it."""
    delivered_gpu_hours: NonNegative = 0.0
    """GPU-hours delivered so far in it."""
    credit_booked_usd: Annotated[float, Strict(), Field(ge=0, le=1e18)] = 0.0
    """Expected credit that earlier plans have booked; this plan books the change."""


class ReservedState(ContractSoFar):
    """What has become of a reserved contract so far."""

    kind: Literal["reserved"]
    """The kind of the contract."""
    billing: Annotated[tuple[BillingRecord, ...], Field(max_length=500)] = ()
    """What has happened so far in each billing period that is not over."""


class SlaTier(Model):
    """Availability below `below` costs `credit_share` of the billing period's fee."""

    below: Annotated[float, Strict(), Field(gt=0, le=1)]
    """Availability (delivered / committed GPU-hours of the billing period) below which the tier is
    breached. It is met where delivered ≥ (below − 1e-6) × committed."""
    credit_share: Share
    """Credit as a share of the fee (committed GPU-hours × price). The worst breached tier alone applies."""


class BillingPeriod(Model):
    """A span over which availability is judged, and what is expected of it after the horizon."""

    start: LocalTime
    """Start of the span."""
    end: LocalTime
    """End of the span (not inside it)."""
    rest_committed_gpu_hours: GpuHours = 0.0
    """GPU-hours committed between the end of the horizon and the end of this period."""
    rest_delivered_gpu_hours: GpuHours | None = None
    """How many of them are expected to be delivered; default: all."""


class Reserved(ContractTerms):
    """GPUs committed by period, paid by the GPU-hour delivered, with credits for what is missing."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        *ContractTerms.shows,
        Quantity("committed_gpus", "GPUs", "what is promised; 0 where the contract is declined"),
        Quantity("short_gpus", "GPUs", "promised and not delivered"),
    )

    kind: Literal["reserved"]
    """Says that this is a reserved contract."""
    committed_gpus: Series
    """GPUs committed in each period."""
    price_usd_per_gpu_hour: Rate
    """Paid per GPU-hour delivered (or, take-or-pay, made available)."""
    take_or_pay: Flag = False
    """Paid per GPU-hour made available: GPUs held on powered nodes count as delivered, and draw power at the
    contract's utilisation, used or not. Hours not made available are unpaid. The plan's equations are the
    same either way; the flag says what is metered."""
    tiers: Annotated[tuple[SlaTier, ...], Field(max_length=20)] = ()
    """SLA tiers, mildest first: `below` falling, `credit_share` rising."""
    shortfall_usd_per_gpu_hour: Rate = 0.0
    """On top, per GPU-hour short in this horizon."""
    availability_floor: Share | None = None
    """Availability of each billing period below which a plan is invalid: a hard rule."""
    billing_periods: Annotated[tuple[BillingPeriod, ...], Field(max_length=500)] = ()
    """Spans over which availability is judged. Without any: each calendar month that the horizon touches, of
    which only the horizon and the history in `state` count."""

    so_far: ClassVar[type[ContractSoFar]] = ReservedState
    intricate: ClassVar[bool] = False

    def summary(self) -> str:
        return f"at {self.price_usd_per_gpu_hour:g} per GPU-hour, {len(self.tiers)} SLA tiers"

    def begun(self, said: ContractSoFar | None) -> ReservedState:
        return said if isinstance(said, ReservedState) else ReservedState(kind="reserved")

    def with_gpu_hours(self, horizon: Horizon, period: int, gpu_hours: float) -> Self | None:
        committed = moved(align(self.committed_gpus, horizon), period, gpu_hours / horizon.hours)
        return None if committed is None else self.model_copy(update={"committed_gpus": committed})

    def spans(self) -> Iterator[tuple[str, datetime]]:
        for period in self.billing_periods:
            yield f"contract {self.name}: its billing period from {period.start.isoformat()}", period.end

    def in_part(self, horizon: Horizon, first: int, end: int, rest_from: int) -> Self:
        """What is committed between the part and the rest that it states counts to that rest."""
        if end == rest_from:
            return self
        begins = horizon.start_minutes
        low, high, sign = (end, rest_from, 1.0) if end < rest_from else (rest_from, end, -1.0)
        hours = align(self.committed_gpus, horizon) * horizon.hours
        periods: list[BillingPeriod] = []
        changed = False
        stated = self.billing_periods or _months(horizon, first, end)
        if not self.billing_periods and any(_off_grid(billing.start, horizon) for billing in stated):
            return self  # stated, spans begin with a period; calendar months need not
        for billing in stated:
            start, stop = (localize(when, horizon.zone).timestamp() / 60.0 for when in (billing.start, billing.end))
            inside = (begins >= start) & (begins < stop)
            more = sign * float(hours[low:high][inside[low:high]].sum())
            touched = bool(more) and bool(inside[first:end].any())
            periods.append(_grown(billing, more) if touched else billing)
            changed = changed or touched
        return self.model_copy(update={"billing_periods": tuple(periods)}) if changed else self

    def check(self, checker: Checker, place: str, pools: Sequence[Pool], said: ContractSoFar | None) -> None:
        committed = checker.series(f"{place}.committed_gpus", self.committed_gpus, 0.0, 1e7)
        if committed is not None and ((committed > 0) & (committed < LEAST_GPUS)).any():
            least = committed[committed > 0].min()
            checker.add(
                f"{place}.committed_gpus", f"{least:g}", f"0, or at least {LEAST_GPUS:g}: no plan can tell less from 0"
            )
        for i, (mild, hard) in enumerate(zip(self.tiers, self.tiers[1:], strict=False), start=1):
            if hard.below >= mild.below:
                checker.add(
                    f"{place}.tiers[{i}].below", f"{hard.below:g} after {mild.below:g}", "falling: mildest tier first"
                )
            if hard.credit_share < mild.credit_share:
                checker.add(
                    f"{place}.tiers[{i}].credit_share",
                    f"{hard.credit_share:g} after {mild.credit_share:g}",
                    "rising: a worse breach costs more",
                )
        self._check_billing(checker, place)
        # With history and rest, what can still be delivered is the model's to say.
        alone = not (self.optional or self.begun(said).billing or self.billing_periods)
        if committed is not None and pools and alone:
            self._check_floor(checker, place, committed, pools)

    def _check_billing(self, checker: Checker, place: str) -> None:
        before = -math.inf
        for i, period in enumerate(self.billing_periods):
            here = f"{place}.billing_periods[{i}]"
            start, end = checker.local(f"{here}.start", period.start), checker.local(f"{here}.end", period.end)
            if start is None or end is None or checker.horizon is None:
                continue
            if start.timestamp() >= end.timestamp():
                checker.add(f"{here}.end", end.isoformat(), f"later than its start {start.isoformat()}")
            if start.timestamp() < before:
                checker.add(f"{here}.start", start.isoformat(), "not before the end of the period before")
            before = end.timestamp()
            done = period.rest_delivered_gpu_hours
            if done is not None and done > period.rest_committed_gpu_hours:
                checker.add(
                    f"{here}.rest_delivered_gpu_hours",
                    f"{done:g}",
                    f"at most the {period.rest_committed_gpu_hours:g} committed",
                )
            for side, when in (("start", start), ("end", end)):
                steps = checker.horizon.hours_until(when)[0] / checker.horizon.hours
                inside = 0 < steps < checker.horizon.periods
                if inside and abs(steps - round(steps)) > 1e-9:
                    checker.add(f"{here}.{side}", when.isoformat(), "the start of a period of the horizon")

    def _check_floor(self, checker: Checker, place: str, committed: Floats, pools: Sequence[Pool]) -> None:
        """An SLA floor that no capacity could meet is refused here, with the numbers."""
        horizon, share = checker.horizon, self.availability_floor
        if horizon is None or share is None:
            return
        capacity = np.zeros(len(committed))
        for pool in pools:
            nodes = np.full(len(committed), float(pool.nodes))
            if pool.nodes_available is not None:
                available = checker.series(f"{place}.pools", pool.nodes_available, 0.0, np.inf, "min")
                if available is None:
                    return
                nodes = np.minimum(nodes, np.floor(available + 1e-9))
            capacity += nodes * pool.gpus_per_node
        hours = horizon.hours
        for month in np.unique(horizon.month):
            inside = horizon.month == month
            owed = committed[inside].sum() * hours
            most = np.minimum(committed, capacity)[inside].sum() * hours
            if most < (share - 1e-6) * owed:
                checker.add(
                    f"{place}.availability_floor",
                    f"{share:g} of {owed:g} GPU-hours from {horizon.label(int(np.argmax(inside)))} on",
                    f"at most {most / owed:.6g}: its pools have {capacity[inside].min():g} GPUs",
                )

    def check_state(self, checker: Checker, place: str, said: ContractSoFar) -> None:
        state = self.begun(said)
        starts = []
        for i, record in enumerate(state.billing):
            here = f"{place}.billing[{i}]"
            start = checker.local(f"{here}.start", record.start)
            if start is not None and start in starts:
                checker.add(f"{here}.start", start.isoformat(), "each billing period once")
            starts.append(start)
            if record.committed_gpu_hours > MOST_GPU_HOURS:
                checker.add(
                    f"{here}.committed_gpu_hours", f"{record.committed_gpu_hours:g}", f"at most {MOST_GPU_HOURS:g}"
                )
            if record.delivered_gpu_hours > record.committed_gpu_hours * (1 + 1e-9):
                checker.add(
                    f"{here}.delivered_gpu_hours",
                    f"{record.delivered_gpu_hours:g}",
                    f"at most the {record.committed_gpu_hours:g} committed",
                )
            if self.optional and state.accepted is None:
                checker.add(f"{place}.accepted", "null, with a billing history", "true or false")


def _grown(billing: BillingPeriod, more: float) -> BillingPeriod:
    """A billing period whose rest is larger by so many GPU-hours, all of them delivered."""
    rest = max(0.0, billing.rest_committed_gpu_hours + more)
    done = billing.rest_delivered_gpu_hours
    delivered = None if done is None else min(rest, max(0.0, done + more))
    return billing.model_copy(update={"rest_committed_gpu_hours": rest, "rest_delivered_gpu_hours": delivered})


def _months(horizon: Horizon, first: int, end: int) -> tuple[BillingPeriod, ...]:
    """The calendar months that some periods touch."""
    months, begin = [], month_start(horizon.at(first), horizon.zone)
    while begin < horizon.at(end):
        after = next_month_start(begin, horizon.zone)
        months.append(BillingPeriod.model_construct(start=begin, end=after))
        begin = after
    return tuple(months)


def _off_grid(when: datetime, horizon: Horizon) -> bool:
    steps = float(horizon.hours_until(when)[0]) / horizon.hours
    return abs(steps - round(steps)) > 1e-9
