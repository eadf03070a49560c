"""What an operator holds by hand, whatever a plan would rather do."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from optimizer.scenario.base import LocalTime, Model, Name, Number


class Override(Model):
    """An item held on, off or at a power for a window; a period that it touches is held for all of it."""

    item: Name
    """Name of a fleet, pool, generator, battery or renewable."""
    start: LocalTime
    """Start of the window."""
    end: LocalTime
    """End of the window (not inside it)."""
    hold: Literal["on", "off"] | None = None
    """`on`: every group in a mode with hashrate, every available node on, the generator running. `off`: none; a
    battery rests, a renewable is curtailed. Give this or `power_mw`."""
    power_mw: Number | None = None
    """Average power: IT power of a fleet or pool (as near as whole groups and GPUs come: within half of the most that
    one group or node draws), output of a generator or renewable, charging (positive) or discharging (negative) of a
    battery. Give this or `hold`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.hold is None) == (self.power_mw is None):
            raise PydanticCustomError("override", "either `hold` or `power_mw`")
        return self
