"""What every kind of asset on site is asked by the rest of the program. The answers here are those of an asset that
neither makes nor takes power, hands nothing on and cannot be held by hand; a kind gives its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from optimizer.scenario.base import Model, Name
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon

Way = Literal["on", "off", "at a power", "at a negative power"]
"""How an override can hold an item."""


class Asset(Model):
    """The terms of an asset on site. `said` is what the scenario's state says of it, None where it says nothing."""

    name: Name
    """Its name in the schedule."""

    word: ClassVar[str]
    """What one is called in messages."""
    ways_held: ClassVar[frozenset[Way]] = frozenset()
    """How an override can hold it; where empty it cannot be held."""
    offers_reserve: ClassVar[bool] = False
    """Whether it can be a provider of reserve products."""
    at_market_price: ClassVar[bool] = False
    """Whether its money follows from a market's energy price, which energy rates of a tariff are not."""
    costs_power: ClassVar[bool] = True
    """Whether its ledger lines are part of what the site's power costs (cost shares); else it is a deal in money."""
    may_have_to_run: ClassVar[bool] = False
    """Whether a plan may have to take power from it that it does not want (least output, minimum times)."""
    intricate: ClassVar[bool] = True
    """Whether a plan with it takes longer to search for ties."""
    durations: ClassVar[tuple[str, ...]] = ()
    """Fields in hours that are rounded up to whole periods."""
    columns: ClassVar[Mapping[str, Mapping[str, float]]] = {}
    """Columns of the report's table that it stands in, each as the sum of its quantities times a factor."""

    @property
    def least_usd_per_mwh(self) -> float:
        """Least cost of a MWh that it gives and that could be left; below 0 a plan may take what it does not need."""
        return 0.0

    def summary(self) -> str:
        """What it is, for a line of the overview."""
        return ""

    def check(self, checker: Checker, place: str) -> None:
        """Add the faults of its terms; `place`: where it stands in the document."""

    def check_state(self, checker: Checker, place: str, said: Any, where: str) -> None:
        """Add the faults of its state beside its terms; `where`: place of the state."""

    def begun(self, said: Any) -> Any:
        """Its state at the start of the horizon, for what the model and the audit begin with."""
        return said

    def with_acceptance(self, said: Any, accepted: bool) -> Any:
        """Its state, where a published plan accepted or declined it."""
        return said

    def settled(self) -> Self:
        """The asset in a scenario that only holds what was published: nothing is asked of the time behind."""
        return self

    def with_end_stated(self, said: Any) -> Self:
        """The asset with what the end of the horizon asks of it stated, so that a later start asks for the same."""
        return self

    def most_taken_mw(self, horizon: Horizon) -> Any:
        """Most power that it takes at the meter, a number or (periods,)."""
        return 0.0

    def most_made_mw(self, horizon: Horizon) -> Any:
        """Most power that it makes, a number or (periods,); what it stored before is not made."""
        return 0.0

    def most_given_mw(self, horizon: Horizon) -> Any:
        """Most power that it gives at the meter, a number or (periods,)."""
        return self.most_made_mw(horizon)
