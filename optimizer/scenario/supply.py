"""What imported energy costs: a price series or a time-of-use calendar, adders and losses (section 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, Model, MonthText, Name, Power, Price
from optimizer.scenario.carbon import Carbon
from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.flexibility import DemandResponse, Reserve
from optimizer.scenario.onsite import Asset, Battery, Generator, Ppa, Renewable
from optimizer.scenario.series import Series
from optimizer.scenario.tariff import Tariff


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
    """Day-ahead or real-time price [USD/MWh], which may be negative. Give this, `tou` or energy rates of a tariff."""
    tou: TouCalendar | None = None
    """Time-of-use prices. Give this, `price_usd_per_mwh` or energy rates of a tariff."""
    adders: Annotated[tuple[Adder, ...], Field(max_length=100)] = ()
    """Charges per MWh on top of the energy price."""
    loss_factor: Annotated[float, Strict(), Field(ge=0, le=1)] = 0.0
    """Delivery losses billed on top of metered energy, as a share of it."""
    export_price_usd_per_mwh: Series | None = None
    """Earned per MWh exported, may be negative; default: the energy price, without adders; under a tariff's energy
    rates what it says it buys at (`sell_usd_per_kwh`)."""


class ExpectedPeak(Model):
    """The demand that a month is expected to see anyway: a plan is not charged for it."""

    charge: Name
    """Name of the tariff's demand charge."""
    month: MonthText
    """The local calendar month."""
    peak_mw: Power
    """Highest demand in the charge's windows that the month will see whatever this plan does."""


class Supply(Model):
    """Where power comes from and what it costs."""

    energy: Energy = Energy()
    """The bill for imported energy."""
    tariff: Tariff | None = None
    """The utility's tariff: demand charges, ratchets, coincident peaks, fixed and minimum charges, taxes, and energy
    rates where `energy` has no price."""
    expected_peaks: Annotated[tuple[ExpectedPeak, ...], Field(max_length=1000)] = ()
    """Demand that months are expected to see anyway; plans pay for what they add above it."""
    find_expected_peaks: Flag = False
    """Find the expected peaks by a relaxation of the plan over the rest of the month; the series have to reach there.
    Peaks that are given stay."""
    reserves: Annotated[tuple[Reserve, ...], Field(max_length=100)] = ()
    """Reserve products that capacity may be offered in."""
    demand_response: Annotated[tuple[DemandResponse, ...], Field(max_length=1000)] = ()
    """Events in which import is to stay below a baseline."""
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

    @classmethod
    def kinds(cls) -> dict[str, type[Asset]]:
        """The kinds of asset on site, by the field that lists them, in the order of the fields."""
        items = {place: (*get_args(field.annotation), None)[0] for place, field in cls.model_fields.items()}
        return {place: kind for place, kind in items.items() if isinstance(kind, type) and issubclass(kind, Asset)}

    @property
    def assets(self) -> dict[str, tuple[Asset, ...]]:
        """Everything on site, by the field that lists it."""
        return {place: getattr(self, place) for place in self.kinds()}

    @property
    def every_asset(self) -> tuple[Asset, ...]:
        """Everything on site, in the order of appearance."""
        return tuple(asset for assets in self.assets.values() for asset in assets)

    def with_assets(self, change: Callable[[str, Any], Asset]) -> Supply:
        """A copy with every asset changed; `change` is called with the field that lists it and the asset."""
        changed = {place: tuple(change(place, asset) for asset in assets) for place, assets in self.assets.items()}
        return self.model_copy(update=changed)
