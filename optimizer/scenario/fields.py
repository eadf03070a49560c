"""The fields of a scenario, each checked by itself; `scenario.scenario` holds them together."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from optimizer.scenario.base import CURRENCY_PATTERN, Model, Name, Whole
from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.contracts import Contract
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.horizon import Horizon, Time, horizon_of
from optimizer.scenario.overrides import Override
from optimizer.scenario.pool import Pool
from optimizer.scenario.site import Site
from optimizer.scenario.state import State
from optimizer.scenario.supply import Supply


class ScenarioFields(Model):
    """What a scenario says, before its fields are held against each other."""

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
