"""A fault of the input: where it is, what was found, what is allowed."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.errors import WattshiftError

MOST_SHOWN = 200
"""Faults that the text of an error spells out."""


@dataclass(frozen=True)
class Fault:
    """`place` is the path in the scenario, e.g. `contracts[2].deadline`."""

    place: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.place}: {self.found}; {self.allowed}" if self.allowed else f"{self.place}: {self.found}"


class ScenarioError(WattshiftError, ValueError):
    """The scenario cannot be planned; `faults` lists all that is wrong with it."""

    def __init__(self, faults: list[Fault], source: str = "scenario") -> None:
        self.faults = faults
        self.source = source
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = [f"{source}: {count}", *(f"  {fault}" for fault in faults[:MOST_SHOWN])]
        if len(faults) > MOST_SHOWN:
            lines.append(f"  … and {len(faults) - MOST_SHOWN} more")
        super().__init__("\n".join(lines))
