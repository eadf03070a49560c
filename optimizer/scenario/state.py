"""What one plan hands to the next (domain section 8). Everything defaults to "nothing before": all items
off since long ago, no work done, no history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import (
    CountOrZero,
    Flag,
    Hours,
    Model,
    Moment,
    MonthText,
    Name,
    NonNegative,
    Number,
    Power,
)
from optimizer.scenario.contracts import ContractState
from optimizer.scenario.onsite.battery import BatteryState
from optimizer.scenario.onsite.generator import GeneratorState
from optimizer.scenario.switching import LONG_AGO_HOURS


class Groups(Model):
    """Groups of a fleet that are alike: same mode, same age."""

    mode: Name
    """The mode that they are in."""
    groups: CountOrZero
    """How many they are."""
    hours: Hours = LONG_AGO_HOURS
    """Hours since they came up (a mode with hashrate) or went down (a mode without). Groups up for less than
    the warm-up are still warming up, in the mode they entered."""


MOST_EARLIER = 10_000
"""Earlier powers that are remembered, the latest first."""


class EarlierPower(Model):
    """Average IT power of a period before the last one: a step taken since holds for a while."""

    it_power_mw: Power
    """Its average IT power."""
    ago_hours: Hours
    """Hours from its end to the start of the horizon."""


EarlierPowers = Annotated[tuple[EarlierPower, ...], Field(max_length=MOST_EARLIER)]


class FleetState(Model):
    """How the groups of a fleet stand."""

    groups: Annotated[tuple[Groups, ...], Field(max_length=10_000)] = ()
    """All groups; together as many as the fleet has. Default: all in the first mode without hashrate."""
    starts_today: CountOrZero = 0
    """Group starts so far in the local day in which the horizon begins."""
    it_power_mw: Power | None = None
    """Average IT power of the period before the horizon, for ramps; default: what the groups' modes draw."""
    earlier_power: EarlierPowers = ()
    """Where ramp × Δt is less than one step, the next step is held against these as well: of the last step / ramp
    hours the powers above or below all that came later. Default: the same power for so long."""


class Nodes(Model):
    """Nodes of a pool that are alike."""

    on: Flag
    """Whether they are on."""
    nodes: CountOrZero
    """How many they are."""
    hours: Hours = LONG_AGO_HOURS
    """Hours since they were switched on or off."""


class PoolState(Model):
    """How the nodes of a pool stand."""

    nodes: Annotated[tuple[Nodes, ...], Field(max_length=10_000)] = ()
    """All nodes; default: all off."""
    it_power_mw: Power | None = None
    """Average IT power of the period before the horizon; default: the nodes at idle and off power."""
    earlier_power: EarlierPowers = ()
    """As of a fleet."""


class MonthSoFar(Model):
    """What has happened in a calendar month so far, for its bill; of earlier months only what ratchets look back to."""

    month: MonthText
    """The local calendar month."""
    fixed_booked: Flag = False
    """Whether a plan has booked its fixed charge."""
    import_mwh: NonNegative = 0.0
    """Energy imported so far, which tiers count from."""
    energy_usd: Number = 0.0
    """What energy has cost so far, without adders."""
    adders_usd: Number = 0.0
    """What adders have cost so far."""
    coincident_usd: Number = 0.0
    """Expected cost of coincident peaks so far."""
    peaks_mw: dict[Name, Power] = Field(default_factory=dict)
    """Highest demand so far in each demand charge's windows, by its name."""
    peak_mw: Power = 0.0
    """Highest demand so far of any hour, as the first demand charge meters it: energy tiers per kW end by it where no
    charge is on every hour."""
    look_back_mw: dict[Name, Power] = Field(default_factory=dict)
    """Highest demand so far in the windows that each charge's ratchet looks back to, by the charge's name."""


class OpenInterval(Model):
    """A metering interval that has begun before the horizon."""

    start: Moment
    """Its start."""
    import_mwh: NonNegative
    """Energy imported in it so far."""


class TariffState(Model):
    """How the utility's bill stands."""

    months: Annotated[tuple[MonthSoFar, ...], Field(max_length=200)] = ()
    """The month under way, and earlier ones that ratchets look back to; one that is missing saw no demand."""
    open_intervals: dict[Name, OpenInterval] = Field(default_factory=dict)
    """By demand charge, its metering interval that is under way; without it nothing was imported in it so far."""


class State(Model):
    """The moment between two plans."""

    at: Moment | None = None
    """The moment; where given, it is the start of the horizon."""
    block_height: Annotated[float, Strict(), Field(ge=0, le=10_000_000)] | None = None
    """Height of the chain; takes the place of `bitcoin.block_height`."""
    fleets: dict[Name, FleetState] = Field(default_factory=dict)
    """By name of the fleet; one that is not named stands at the default."""
    pools: dict[Name, PoolState] = Field(default_factory=dict)
    """By name of the pool; one that is not named stands at the default."""
    contracts: dict[Name, ContractState] = Field(default_factory=dict)
    """By name of the contract; one that is not named has not begun."""
    generators: dict[Name, GeneratorState] = Field(default_factory=dict)
    """By name of the generator; one that is not named is off since long ago."""
    batteries: dict[Name, BatteryState] = Field(default_factory=dict)
    """By name of the battery; one that is not named has its `start_energy_mwh`."""
    ppas: dict[Name, Flag] = Field(default_factory=dict)
    """By name of the PPA: whether it was accepted; one that is not named is still open."""
    tariff: TariffState = TariffState()
    """Peaks, energy and charges of the month so far, and the demand of earlier months."""
    carbon_tonnes: NonNegative = 0.0
    """Emissions so far that count to the cap."""

    @classmethod
    def places_of(cls, places: Iterable[str]) -> list[str]:
        """Those of the fields of `supply` whose assets hand something on: it stands in a field of that name here."""
        return [place for place in places if place in cls.model_fields]

    def of_assets(self, place: str) -> Mapping[str, Any]:
        """What it says of the assets that `supply` lists in a field, by name; nothing of a kind that has no state."""
        return getattr(self, place, {})

    def with_assets(self, place: str, said: Mapping[str, Any]) -> State:
        """A copy that says this of the assets that `supply` lists in a field."""
        return self.model_copy(update={place: dict(said)})
