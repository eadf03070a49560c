"""The scenario: all that a plan is made from, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from optimizer.scenario.base import CURRENCY_PATTERN, Model, Name, Whole
from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.contracts import Contract
from optimizer.scenario.faults import Fault
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.horizon import Horizon, Time, horizon_of
from optimizer.scenario.overrides import Override
from optimizer.scenario.pool import Pool
from optimizer.scenario.site import Site
from optimizer.scenario.state import State
from optimizer.scenario.supply import Supply

SCHEMA_VERSION = 1


class Scenario(Model):
    """One facility, one horizon, one plan's worth of prices and commitments."""

    schema_version: Annotated[Literal[1], Whole]
    """Version of this format; 1."""
    name: Name
    """What the scenario is called: it stands in its schedules."""
    description: Annotated[str, Field(max_length=5000)] = ""
    """For readers."""
    currency: Annotated[str, Field(pattern=CURRENCY_PATTERN)] = "USD"
    """The one currency of all money fields, as an ISO code; nothing is converted."""
    time: Time
    """The zone, the start and how far is planned."""
    site: Site
    """The grid connection, the weather and the halls."""
    supply: Supply
    """What imported energy costs."""
    bitcoin: Bitcoin | None = None
    """Needed where there are fleets."""
    fleets: Annotated[tuple[Fleet, ...], Field(max_length=1000)] = ()
    """ASIC machines; they need `bitcoin`."""
    pools: Annotated[tuple[Pool, ...], Field(max_length=1000)] = ()
    """GPU servers."""
    contracts: Annotated[tuple[Contract, ...], Field(max_length=10_000)] = ()
    """AI contracts: reserved, batch and spot."""
    overrides: Annotated[tuple[Override, ...], Field(max_length=1000)] = ()
    """What is held by hand, whatever the plan would rather do."""
    state: State = State()
    """How everything stands at the start of the horizon: the `state` of the plan before."""

    @cached_property
    def horizon(self) -> Horizon:
        """The grid of periods."""
        return horizon_of(self.time)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A variation. Its fields are checked across when it is planned (`unchecked_faults`), not here."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("horizon", None)
        copied.__dict__["_varied"] = True
        return copied

    def unchecked_faults(self) -> list[Fault]:
        """Faults across the fields of a variation; nothing for a scenario that was checked when it was made."""
        from optimizer.scenario.checks import faults_of

        return faults_of(self) if self.__dict__.get("_varied") else []

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        from optimizer.scenario.checks import faults_of

        faults = faults_of(self)
        if faults:
            raise PydanticCustomError("scenario", "{text}", {"text": "\n".join(map(str, faults)), "faults": faults})
        return self
