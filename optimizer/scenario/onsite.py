"""Power made, stored and bought beside the grid's energy price (domain section 6)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, Model, Name, NonNegative, Power, Price
from optimizer.scenario.series import Series
from optimizer.scenario.switching import Switching


class Renewable(Model):
    """Wind or sun behind the meter: up to capacity × factor, the rest is curtailed."""

    name: Name
    """Its name in the schedule."""
    capacity_mw: Power
    """Most output."""
    factor: Series
    """Share of the capacity that the weather gives, 0 to 1."""
    cost_usd_per_mwh: Price = 0.0
    """Paid per MWh used (a physical PPA's contract price; 0 for a plant of one's own)."""


class Generator(Switching):
    """An engine or turbine of one's own."""

    name: Name
    """Its name in the schedule."""
    capacity_mw: Power
    """Most output."""
    min_load_mw: Power = 0.0
    """Least output when on."""
    fuel_usd_per_mwh: Series
    """Fuel and variable cost per MWh made."""


class Battery(Model):
    """A battery behind the meter; power at the meter, energy in store:
    e(t) = e(t−1) × (1 − self loss)^Δt + efficiency in × charge × Δt − discharge × Δt / efficiency out."""

    name: Name
    """Its name in the schedule."""
    charge_limit_mw: Power
    """Most charging power at the meter."""
    discharge_limit_mw: Power
    """Most discharging power at the meter."""
    energy_mwh: NonNegative
    """Most energy in store."""
    charge_efficiency: Annotated[float, Strict(), Field(gt=0, le=1)] = 0.95
    """Energy stored per energy drawn."""
    discharge_efficiency: Annotated[float, Strict(), Field(gt=0, le=1)] = 0.95
    """Energy given per energy taken from store."""
    self_loss_per_hour: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.0
    """Share of the energy in store that is lost each hour."""
    wear_usd_per_mwh: NonNegative = 0.0
    """Wear per MWh discharged, at the meter."""
    start_energy_mwh: NonNegative = 0.0
    """Energy in store at the start of the horizon; `state` takes its place."""
    end_energy_mwh: NonNegative | None = None
    """Least energy at the end of the whole horizon; default: what it starts with."""


class Ppa(Model):
    """A power purchase agreement settled in money: quantity × (market price − spread − contract price) × Δt,
    whatever is used. (One that delivers power behind the meter is a `Renewable` with its cost per MWh.)"""

    name: Name
    """Its name in the schedule."""
    kind: Literal["block", "as_produced"]
    """Whether the quantity is a block, or the profile of a plant."""
    quantity_mw: Series
    """The block, or the profile."""
    price_usd_per_mwh: Series
    """Contract price."""
    spread_usd_per_mwh: Series = 0.0
    """Basis between the hub of the contract and the meter."""
    optional: Flag = False
    """Whether the plan may decline it as a whole."""


class DayAhead(Model):
    """Two-settlement: a position bought at the day-ahead price; what differs from it settles at the energy price,
    which then is the real-time one."""

    price_usd_per_mwh: Series
    """Day-ahead price."""
    position_mw: Series | None = None
    """Position bought in each period; null: decided, between 0 and the import limit."""


class Carbon(Model):
    """Emissions of imported energy."""

    intensity_kg_per_mwh: Series
    """Emissions per MWh imported."""
    price_usd_per_tonne: NonNegative = 0.0
    """Price of emissions; 0: they are only reported."""
    cap_tonnes: NonNegative | None = None
    """Most emissions over the whole horizon, what `state` says was used before counted in: a hard rule."""
