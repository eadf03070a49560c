"""Reserved capacity with service levels."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, GpuHours, LocalTime, Model, Rate, Share
from optimizer.scenario.contracts.terms import ContractTerms
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series


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
