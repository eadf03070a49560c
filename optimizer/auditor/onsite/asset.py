"""What the rest of the audit asks of every kind of asset on site. The answers here are those of an asset that hands
nothing on, offers nothing and cannot be held by hand; a kind gives its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from optimizer.auditor.book import Floats
from optimizer.auditor.case import Case
from optimizer.auditor.meter import Flow
from optimizer.auditor.reserve_parts import Backing, Part
from optimizer.scenario.overrides import Override


@dataclass(frozen=True)
class HeldTo:
    """A quantity that an override fixes."""

    what: str
    unit: str
    value: Floats
    """(periods,)."""
    due: Floats | float
    slack: float


class AssetFindings(Protocol):
    """What the audit found of an asset, and how it is held against the rest of the schedule. It is made by a call with
    (case, terms, state at the start), which checks the asset and posts its money."""

    made: Flow | None
    """What it gives at the meter; None: nothing, whatever the plan."""
    drawn: Flow | None
    """What it takes at the meter."""

    def at_price(self, case: Case, energy_price: Floats) -> None:
        """Post what follows from the energy price [USD/MWh], (periods,), once it is known."""
        return

    def held_to(self, override: Override) -> Sequence[HeldTo]:
        """What an override asks of it."""
        return ()

    def reserve_parts(self, case: Case) -> Sequence[Part]:
        """What it can offer as reserve."""
        return ()

    def backing(self, case: Case) -> Sequence[Backing]:
        """The energy that has to stand behind its offers of all products."""
        return ()

    def check_state(self, case: Case, rule: str, said: Any) -> None:
        """Hold what the next plan's state says of it against what became of it."""
        return
