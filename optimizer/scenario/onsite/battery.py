"""Batteries behind the meter, and how they stand between two plans."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Model, NonNegative, Power
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.onsite.asset import Asset, Way
from optimizer.scenario.quantity import Quantity


class BatteryState(Model):
    """How a battery stands."""

    energy_mwh: NonNegative
    """Energy in store."""


class Battery(Asset):
    """A battery behind the meter; power at the meter, energy in store:
    e(t) = e(t−1) × (1 − self loss)^Δt + efficiency in × charge × Δt − discharge × Δt / efficiency out."""

    charge_limit_mw: Power
    """Most charging power at the meter."""
    discharge_limit_mw: Power
    """Most discharging power at the meter."""
    energy_mwh: NonNegative
    """Most energy in store."""
    charge_efficiency: Annotated[float, Strict(), Field(gt=0, le=1)] = 0.95
    """Energy stored per energy drawn."""
    discharge_efficiency: Annotated[float, Strict(), Field(gt=0, le=1)] = 0.95
    """Energy given per energy taken from store."""
    self_loss_per_hour: Annotated[float, Strict(), Field(ge=0, lt=1)] = 0.0
    """Share of the energy in store that is lost each hour."""
    wear_usd_per_mwh: NonNegative = 0.0
    """Wear per MWh discharged, at the meter."""
    start_energy_mwh: NonNegative = 0.0
    """Energy in store at the start of the horizon; `state` takes its place."""
    end_energy_mwh: NonNegative | None = None
    """Least energy at the end of the whole horizon; default: what it starts with."""

    word: ClassVar[str] = "battery"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("charge_mw", "MW", "taken up, at the meter", set_point=True),
        Quantity("discharge_mw", "MW", "given, at the meter", set_point=True),
        Quantity("energy_mwh", "MWh", "stored at the end of the period"),
    )
    ways_held: ClassVar[frozenset[Way]] = frozenset({"off", "at a power", "at a negative power"})
    offers_reserve: ClassVar[bool] = True
    columns: ClassVar = {"battery": {"charge_mw": 1.0, "discharge_mw": -1.0}}

    def summary(self) -> str:
        power = f"{self.charge_limit_mw:.4g} MW in, {self.discharge_limit_mw:.4g} MW out"
        return f"{power}, {self.energy_mwh:.4g} MWh"

    def check(self, checker: Checker, place: str) -> None:
        if self.end_energy_mwh is not None and self.end_energy_mwh > self.energy_mwh:
            checker.add(f"{place}.end_energy_mwh", f"{self.end_energy_mwh:g}", self._at_most)

    def check_state(self, checker: Checker, place: str, said: BatteryState | None, where: str) -> None:
        held = self.begun(said).energy_mwh
        where = f"{place}.start_energy_mwh" if said is None else f"{where}.energy_mwh"
        if held > self.energy_mwh:
            checker.add(where, f"{held:g}", self._at_most)

    @property
    def _at_most(self) -> str:
        return f"at most energy_mwh, {self.energy_mwh:g}"

    def begun(self, said: BatteryState | None) -> BatteryState:
        return BatteryState(energy_mwh=self.start_energy_mwh) if said is None else said

    def settled(self) -> Self:
        return self.model_copy(update={"end_energy_mwh": 0.0})

    def with_end_stated(self, said: BatteryState | None) -> Self:
        if self.end_energy_mwh is not None:
            return self
        return self.model_copy(update={"end_energy_mwh": self.begun(said).energy_mwh})

    def most_taken_mw(self, horizon: Horizon) -> float:
        return self.charge_limit_mw

    def most_given_mw(self, horizon: Horizon) -> float:
        return self.discharge_limit_mw
