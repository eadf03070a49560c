"""What a plan shows of an item, period by period: name, unit, sign and meaning of a quantity.

Every kind of item names its own quantities in its own file (`Model.shows`); `optimizer.schedule.vocabulary` gathers
them, and from there come the checks of the model and the audit, the published schema and the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """Which values there are."""

    NOT_NEGATIVE = "at least 0"
    NOT_POSITIVE = "at most 0"
    EITHER = "either sign"

    def allows(self, value: float) -> bool:
        """Whether a value is of this sign."""
        return self is Sign.EITHER or (value >= 0.0 if self is Sign.NOT_NEGATIVE else value <= 0.0)


@dataclass(frozen=True)
class Quantity:
    """A quantity of one kind of item: one value for each period."""

    name: str
    """With its unit at the end, e.g. `import_mw`; without what stands in brackets behind it."""
    unit: str
    meaning: str
    of: str = ""
    """What stands in brackets behind the name, for each of which there is one: `MODE` of `groups[MODE]`."""
    sign: Sign = Sign.NOT_NEGATIVE
    set_point: bool = False
    """Whether it may be a decision that is published for others to carry out."""

    @property
    def label(self) -> str:
        """The name as pages write it: `groups[MODE]`."""
        return f"{self.name}[{self.of}]" if self.of else self.name

    def names(self, quantity: str) -> bool:
        """Whether a quantity's name in a schedule, e.g. `groups[eco]`, is one of this."""
        name, bracket, rest = quantity.partition("[")
        inside = len(rest) > 1 and rest.endswith("]")
        return name == self.name and (inside if self.of else not bracket)
