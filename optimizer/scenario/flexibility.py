"""What a facility sells of its flexibility: reserve capacity, and reductions when called (domain section 6)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import LocalTime, Model, Name, Power, Rate
from optimizer.scenario.quantity import Quantity, Sign
from optimizer.scenario.series import Series

Direction = Literal["up", "down", "symmetric"]


class Reserve(Model):
    """A reserve product: megawatts kept ready and paid per MW and hour, used now and then.

    Up is what the grid calls up: less load, more discharge. What is offered is not used in the plan; its expected
    deployment is charged at what it loses. No megawatt and no stored energy is offered twice.
    """

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("offered_mw", "MW", "sold"),
        Quantity("price_usd_per_mw_h", "USD/MW/h", "paid per MW sold and hour", sign=Sign.EITHER),
        Quantity(
            "up_mw",
            "MW",
            "what the provider (FLEET MODE with hashrate, CONTRACT POOL, BATTERY) could draw less or give more",
            of="PROVIDER",
            set_point=True,
        ),
        Quantity("down_mw", "MW", "what the provider could draw more or give less", of="PROVIDER", set_point=True),
    )

    name: Name
    """Its name in the schedule, e.g. `ECRS`."""
    direction: Direction = "up"
    """`up`: load drops, batteries discharge. `down`: load rises, batteries charge. `symmetric`: both, equally much."""
    price_usd_per_mw_h: Series
    """Paid per MW offered and hour."""
    providers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1000)]
    """Who may offer: names of fleets, spot contracts and batteries."""
    response_minutes: Annotated[float, Strict(), Field(gt=0, le=1440)] = 10.0
    """Time within which the power has to change: ramps limit what can be offered."""
    duration_hours: Annotated[float, Strict(), Field(gt=0, le=168)] = 1.0
    """Time for which a battery's store has to back its offer."""
    min_block_mw: Power = 0.0
    """Least offer of the product in a period in which it is offered at all."""
    max_mw: Series | None = None
    """Most that is bought; default: no limit."""
    deployment_share: Series = 0.0
    """Share of the offered energy that is expected to be called, 0 to 1."""


class DemandResponse(Model):
    """A commitment to reduce import below a baseline while an event lasts."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("baseline_mw", "MW", "what the reduction is measured from"),
        Quantity("reduction_mw", "MW", "reduction that is paid; 0 outside the event"),
    )

    name: Name
    """Its name in the schedule."""
    start: LocalTime
    """Start of the event."""
    end: LocalTime
    """End of the event (not inside it)."""
    baseline_mw: Series
    """Import that the reduction is measured from."""
    committed_reduction_mw: Power
    """Reduction that is committed, and the most that is paid."""
    payment_usd_per_mwh: Rate
    """Paid per MWh of reduction, up to the committed one."""
    penalty_usd_per_mwh: Rate = 0.0
    """Charged per MWh that the committed reduction is short of."""
