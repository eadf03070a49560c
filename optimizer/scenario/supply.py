"""What imported energy costs: a price series or a time-of-use calendar, adders and losses (section 6)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Model, Name, Price
from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.onsite import Battery, Carbon, DayAhead, Generator, Ppa, Renewable
from optimizer.scenario.series import Series


class TouWindow(ClockWindow):
    """A price in a window of the local clock. The first window that matches a moment sets its price."""

    name: Name
    """The window's name, e.g. `summer peak`."""
    price_usd_per_mwh: Price
    """Energy price inside it [USD/MWh]."""


class TouCalendar(Model):
    """A time-of-use tariff of energy."""

    windows: Annotated[tuple[TouWindow, ...], Field(min_length=1, max_length=200)]
    """In order: the first that matches counts; together they cover every moment of the horizon."""
    holidays: Annotated[str, Field(min_length=2, max_length=16)] | None = None
    """Calendar of public holidays: an ISO country, with a subdivision if wanted (`US`, `US-TX`). Without
    it no day is a holiday."""


class Adder(Model):
    """A charge per MWh on top of the energy price: delivery, ancillary services, a retailer's fee."""

    name: Name
    """What the charge is; its ledger lines carry the name."""
    usd_per_mwh: Series
    """USD per MWh of metered import, before losses; may be negative."""


class Energy(Model):
    """Cost of import = import × Δt × (price + adders) × (1 + loss factor)."""

    price_usd_per_mwh: Series | None = None
    """Day-ahead or real-time price [USD/MWh], which may be negative. Give this or `tou`."""
    tou: TouCalendar | None = None
    """Time-of-use prices. Give this or `price_usd_per_mwh`."""
    adders: Annotated[tuple[Adder, ...], Field(max_length=100)] = ()
    """Charges per MWh on top of the energy price."""
    loss_factor: Annotated[float, Strict(), Field(ge=0, le=1)] = 0.0
    """Delivery losses billed on top of metered energy, as a share of it."""
    export_price_usd_per_mwh: Series | None = None
    """Earned per MWh exported, may be negative; default: the energy price, without adders."""


class Supply(Model):
    """Where power comes from and what it costs."""

    energy: Energy
    """The bill for imported energy."""
    renewables: Annotated[tuple[Renewable, ...], Field(max_length=100)] = ()
    """Wind and sun behind the meter."""
    generators: Annotated[tuple[Generator, ...], Field(max_length=100)] = ()
    """Engines and turbines behind the meter."""
    batteries: Annotated[tuple[Battery, ...], Field(max_length=100)] = ()
    """Batteries behind the meter."""
    ppas: Annotated[tuple[Ppa, ...], Field(max_length=100)] = ()
    """Power purchase agreements settled in money."""
    day_ahead: DayAhead | None = None
    """Two-settlement; then the energy price is the real-time one."""
    carbon: Carbon | None = None
    """Emissions of imported energy: a report, a price, a cap."""
