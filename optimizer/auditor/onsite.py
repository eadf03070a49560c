"""All that makes, stores and sells power on site, and what of it the next plan's state must say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from optimizer.auditor.batteries import BatteryFindings, audit_battery
from optimizer.auditor.book import share_of
from optimizer.auditor.carbon import CarbonFindings
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.fields import check_fields
from optimizer.auditor.generators import GeneratorFindings, audit_generator
from optimizer.auditor.meter import Flow
from optimizer.auditor.renewables import audit_renewable
from optimizer.auditor.switching import seam_age
from optimizer.scenario.onsite import GeneratorState
from optimizer.scenario.state import State
from optimizer.scenario.switching import LONG_AGO_HOURS

HOURS_SLACK = 1e-5
"""Tolerance on an age in hours."""


@dataclass(frozen=True)
class Plant:
    """What is on site beside the halls."""

    renewables: Sequence[Flow]
    generators: Sequence[GeneratorFindings]
    batteries: Sequence[BatteryFindings]
    ppas: dict[str, bool] = field(default_factory=dict)
    """Whether each power purchase agreement is in force."""

    @property
    def made(self) -> list[Flow]:
        """What it gives at the meter."""
        made = [*self.renewables, *(found.flow for found in self.generators)]
        return made + [found.discharge for found in self.batteries]

    @property
    def drawn(self) -> list[Flow]:
        """What it takes at the meter."""
        return [found.charge for found in self.batteries]


def audit_plant(case: Case) -> Plant:
    """Check everything that makes or stores power, and post its money."""
    supply = case.scenario.supply
    return Plant(
        renewables=[audit_renewable(case, renewable) for renewable in supply.renewables],
        generators=[audit_generator(case, generator) for generator in supply.generators],
        batteries=[audit_battery(case, battery) for battery in supply.batteries],
    )


def check_onsite_state(case: Case, rule: str, state: State, plant: Plant, carbon: CarbonFindings) -> None:
    """Hold the state after the committed part against what became of the plant; names are checked elsewhere."""
    book, last = case.book, case.committed - 1
    emitted: Fields = {"carbon_tonnes": Expected(carbon.tonnes, "t", carbon.slack)}
    check_fields(book, rule, "state", "", emitted, state)
    for found in plant.generators:
        said = state.generators.get(found.generator.name)
        if said is not None:
            _check_generator(case, rule, found, said)
    for stored in plant.batteries:
        name = stored.battery.name
        if name in state.batteries:
            energy = Expected(float(stored.energy_mwh[last]), "MWh", stored.energy_slack)
            check_fields(book, rule, name, "", {"energy_mwh": energy}, state.batteries[name])
    for name, accepted in plant.ppas.items():
        if name in state.ppas:
            record = SimpleNamespace(accepted=state.ppas[name])
            check_fields(book, rule, name, "", {"accepted": Expected(accepted)}, record)


def _check_generator(case: Case, rule: str, found: GeneratorFindings, said: GeneratorState) -> None:
    """On or off, for how long, at what output; hours may be exact or those of the whole periods that count."""
    generator, seam = found.generator, found.walk.seam
    age, hours = seam_age(case, (seam.up or seam.down)[0])
    whole = min(age * case.hours, LONG_AGO_HOURS)
    near_whole = abs(said.hours - whole) <= HOURS_SLACK
    output = float(found.flow.mw[case.committed - 1])
    fields: Fields = {
        "on": Expected(bool(seam.up)),
        "hours": Expected(whole if near_whole else hours, "h", HOURS_SLACK),
        "power_mw": Expected(output, "MW", share_of(generator.capacity_mw)),
    }
    check_fields(case.book, rule, generator.name, "", fields, said)
