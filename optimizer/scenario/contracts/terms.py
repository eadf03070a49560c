"""What every AI contract says, and what every kind of contract is asked by the rest of the program."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from optimizer.scenario.base import Flag, Model, Name, Share
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.pool import Pool
from optimizer.scenario.quantity import Quantity

LEAST_GPUS = 1e-6
"""The fewest GPUs that a plan can tell from none."""


class ContractSoFar(Model):
    """What has become of a contract so far: the common part of every kind's state."""

    kind: str
    """The kind of the contract."""
    accepted: Flag | None = None
    """Whether it was accepted; null: still open (an optional contract is then a decision)."""

    @property
    def gave_work_up(self) -> bool:
        """Whether an earlier plan gave up what was owed, so that what ran before was for nothing."""
        return False


class ContractTerms(Model):
    """The common part of a contract: which pools may serve it, and how its GPUs are counted.

    A kind says by itself what the commands need to know of it; `said` is what the scenario's state says of the
    contract, None where it says nothing.
    """

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("gpus", "GPUs", "GPUs in all"),
        Quantity("gpus", "GPUs", "GPUs on each of its pools", of="POOL", set_point=True),
        Quantity("it_mw", "MW", "what its GPUs add to idle power"),
    )

    name: Name
    """The contract's name, unique among all items."""
    pools: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    """Pools it may run on; it may use several at once."""
    utilisation: Share = 1.0
    """How hard its GPUs work, as a share of (peak − idle) power."""
    gpu_unit: Literal["fraction", "gpu", "node"] = "fraction"
    """Whether GPU counts may be fractions, or come in whole GPUs or whole nodes."""
    optional: Flag = False
    """Whether the plan may decline it as a whole; a declined contract earns and costs nothing."""
    kind: str
    """The kind of the contract."""

    so_far: ClassVar[type[ContractSoFar]]
    """The class of its state."""
    offers_reserve: ClassVar[bool] = False
    """Whether its GPUs may be a provider of reserve products: nobody is owed them."""
    gets_done: ClassVar[bool] = False
    """Whether it is work with an end, of which a report says when it is done."""
    intricate: ClassVar[bool] = True
    """Whether a plan with it takes longer to search for ties."""
    least_words: ClassVar[str] = "the limit would fall below 0"
    """Why it cannot be moved down by as many GPU-hours as `with_gpu_hours` was asked for."""

    @abstractmethod
    def summary(self) -> str:
        """What is agreed, for a line of the overview: "at 2 per GPU-hour"."""

    @abstractmethod
    def check(self, checker: Checker, place: str, pools: Sequence[Pool], said: ContractSoFar | None) -> None:
        """Add the faults of its terms. `place`: where it stands in the document; `pools`: those of its pools that there
        are."""

    @abstractmethod
    def with_gpu_hours(self, horizon: Horizon, period: int, gpu_hours: float) -> Self | None:
        """The contract with so many GPU-hours more (below 0: fewer) that may or must be served: in the period where it
        speaks of periods, else in all. None where that leaves less than nothing."""

    def check_state(self, checker: Checker, place: str, said: ContractSoFar) -> None:
        """Add the faults of its state beside its terms; `place`: where the state stands."""

    def begun(self, said: ContractSoFar | None) -> ContractSoFar:
        """Its state at the start of the horizon: what is said, else that nothing has happened yet."""
        return said if isinstance(said, self.so_far) else self.so_far(kind=self.kind)

    def notes(self, horizon: Horizon) -> Iterator[str]:
        """One sentence for each of its inputs that the grid of periods changes."""
        yield from ()

    def spans(self) -> Iterator[tuple[str, datetime]]:
        """Spans of its own that it names, each with its end."""
        yield from ()

    def in_part(self, horizon: Horizon, first: int, end: int, rest_from: int) -> Self:
        """The contract in the periods from `first` on, before `end`, of a horizon, where what it says of the time
        behind the horizon begins at period `rest_from`. Its series are cut elsewhere (`optimizer.changes.part`)."""
        return self
