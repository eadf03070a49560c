"""What every AI contract says."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from optimizer.scenario.base import Flag, Model, Name, Share
from optimizer.scenario.quantity import Quantity


class ContractTerms(Model):
    """The common part of a contract: which pools may serve it, and how its GPUs are counted."""

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
