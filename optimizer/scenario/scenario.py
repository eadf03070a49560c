"""The scenario: all that a plan is made from, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from optimizer.scenario.checks import faults_of
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.fields import ScenarioFields


class Scenario(ScenarioFields):
    """One facility, one horizon, one plan's worth of prices and commitments."""

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A variation. Its fields are checked across when it is planned (`unchecked_faults`), not here."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("horizon", None)
        copied.__dict__["_varied"] = True
        return copied

    def unchecked_faults(self) -> list[Fault]:
        """Faults across the fields of a variation; nothing for a scenario that was checked when it was made."""
        return faults_of(self) if self.__dict__.get("_varied") else []

    def check_variation(self) -> None:
        """Raise ScenarioError where a variation does not hold together."""
        faults = self.unchecked_faults()
        if faults:
            raise ScenarioError(faults, f"variation of {self.name}")

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        faults = faults_of(self)
        if faults:
            raise PydanticCustomError("scenario", "{text}", {"text": "\n".join(map(str, faults)), "faults": faults})
        return self
