"""Engines and turbines behind the meter, and how they stand between two plans."""

from __future__ import annotations

from typing import ClassVar

from optimizer.scenario.base import Flag, Hours, Model, Power
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.onsite.asset import Asset, Way
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series
from optimizer.scenario.switching import LONG_AGO_HOURS, Switching

SAME_MW = 1e-6
"""Outputs as near as this are one."""


class GeneratorState(Model):
    """How a generator stands."""

    on: Flag = False
    """Whether it runs."""
    hours: Hours = LONG_AGO_HOURS
    """Hours since it was switched on or off."""
    power_mw: Power | None = None
    """Average output of the period before the horizon, for ramps; default: 0, or its least when on."""


class Generator(Asset, Switching):
    """An engine or turbine of one's own."""

    capacity_mw: Power
    """Most output."""
    min_load_mw: Power = 0.0
    """Least output when on."""
    fuel_usd_per_mwh: Series
    """Fuel and variable cost per MWh made."""

    word: ClassVar[str] = "generator"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("output_mw", "MW", "electricity made", set_point=True),
        Quantity("on", "engines", "1 where it runs", set_point=True),
        Quantity("started", "0/1", "1 where it is started"),
        Quantity("stopped", "0/1", "1 where it is stopped"),
    )
    ways_held: ClassVar[frozenset[Way]] = frozenset({"on", "off", "at a power"})
    may_have_to_run: ClassVar[bool] = True
    durations: ClassVar[tuple[str, ...]] = ("min_up_hours", "min_down_hours")
    columns: ClassVar = {"made": {"output_mw": 1.0}}

    def summary(self) -> str:
        return f"{self.min_load_mw:.4g} to {self.capacity_mw:.4g} MW"

    def check(self, checker: Checker, place: str) -> None:
        checker.series(f"{place}.fuel_usd_per_mwh", self.fuel_usd_per_mwh, -1e6, 1e6)
        if self.min_load_mw > self.capacity_mw:
            allowed = f"at most capacity_mw, {self.capacity_mw:g}"
            checker.add(f"{place}.min_load_mw", f"{self.min_load_mw:g}", allowed)
        ramp = self.ramp_mw_per_hour
        if ramp is not None and not self.min_load_mw and ramp * LONG_AGO_HOURS < self.capacity_mw:
            checker.add(
                f"{place}.ramp_mw_per_hour",
                f"{ramp:g}, of generator {self.name!r}: {checker.ramp_words(ramp)}, its least output is 0 MW, so it "
                f"could never run",
                f"at least {self.capacity_mw / LONG_AGO_HOURS:g}, or no ramp",
            )

    def check_state(self, checker: Checker, place: str, said: GeneratorState | None, where: str) -> None:
        ramp = self.ramp_mw_per_hour
        if ramp is None or said is None or not said.on:
            return
        above_mw = (said.power_mw or 0.0) - self.min_load_mw
        if above_mw > max(ramp * LONG_AGO_HOURS, SAME_MW):
            checker.add(
                f"{place}.ramp_mw_per_hour",
                f"{ramp:g}, of generator {self.name!r}: {checker.ramp_words(ramp)}, a stop leaves its least output of "
                f"{self.min_load_mw:g} MW, so from the {said.power_mw:g} MW of {where} it could never stop",
                f"at least {above_mw / LONG_AGO_HOURS:g}, or no ramp",
            )

    def begun(self, said: GeneratorState | None) -> GeneratorState:
        return said or GeneratorState()

    def most_made_mw(self, horizon: Horizon) -> float:
        return self.capacity_mw
