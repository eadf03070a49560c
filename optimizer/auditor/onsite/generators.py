"""Engines and turbines behind the meter: on or off, between least and most output, ramp, fuel (section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, Ints, share_of
from optimizer.auditor.case import Case, Expected, Fields
from optimizer.auditor.fields import check_fields
from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings, HeldTo
from optimizer.auditor.switching import Cohort, Queues, Walk, seam_age, walk
from optimizer.scenario.onsite import Generator, GeneratorState
from optimizer.scenario.overrides import Override
from optimizer.scenario.series import align
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind

COUNT_SLACK = 1e-6
HOURS_SLACK = 1e-5
"""Tolerance on an age in hours."""


@dataclass(frozen=True)
class GeneratorFindings(AssetFindings):
    """What the rest of the audit needs of a generator."""

    generator: Generator
    made: Flow
    on: Ints
    """1 where it runs, (periods,)."""
    walk: Walk
    drawn: Flow | None = None

    def held_to(self, override: Override) -> list[HeldTo]:
        """On, off, or its output."""
        power, held = override.power_mw, []
        if power != 0:
            running = override.hold == "on" or power is not None
            held.append(HeldTo("on", "", self.on * 1.0, float(running), COUNT_SLACK))
        if power is not None:
            held.append(HeldTo("output", "MW", self.made.mw, power, share_of(self.generator.capacity_mw)))
        return held

    def check_state(self, case: Case, rule: str, said: GeneratorState) -> None:
        """On or off, for how long, at what output; hours may be exact or those of the whole periods that count."""
        generator, seam = self.generator, self.walk.seam
        age, hours = seam_age(case, (seam.up or seam.down)[0])
        whole = min(age * case.hours, LONG_AGO_HOURS)
        near_whole = abs(said.hours - whole) <= HOURS_SLACK
        output = float(self.made.mw[case.committed - 1])
        fields: Fields = {
            "on": Expected(bool(seam.up)),
            "hours": Expected(whole if near_whole else hours, "h", HOURS_SLACK),
            "power_mw": Expected(output, "MW", share_of(generator.capacity_mw)),
        }
        check_fields(case.book, rule, generator.name, "", fields, said)


def audit_generator(case: Case, generator: Generator, before: GeneratorState) -> GeneratorFindings:
    """Check a generator and post its money."""
    rows, name = case.rows, generator.name
    output = rows.take(name, "output_mw")
    on = rows.take_whole(name, "on", 1, "(0 or 1)")
    _check_load(case, generator, output, on)
    walked = _check_switching(case, generator, on, before)
    _check_ramp(case, generator, output, on, before)
    fuel = align(generator.fuel_usd_per_mwh, case.horizon) * case.hours
    case.ledger.post(name, LedgerKind.FUEL, -fuel * output, fuel * generator.capacity_mw)
    case.ledger.post(name, LedgerKind.START, -generator.start_cost_usd * walked.starts, generator.start_cost_usd)
    return GeneratorFindings(generator, Flow(output, np.full(case.length, generator.capacity_mw)), on, walked)


def _check_load(case: Case, generator: Generator, output: Floats, on: Ints) -> None:
    """Output between its least and its capacity when on, none when off."""
    book, name = case.book, generator.name
    tolerance = share_of(generator.capacity_mw)
    book.not_negative("range", name, "output", output, unit="MW", tolerance=tolerance)
    running = np.where(on > 0, output, 0.0)
    book.at_most(
        "generator_capacity",
        name,
        "output",
        running,
        generator.capacity_mw,
        unit="MW",
        tolerance=tolerance,
        limit_name="capacity",
    )
    least = generator.min_load_mw * (on > 0)
    book.at_least(
        "generator_min_load", name, "output", running, least, unit="MW", tolerance=tolerance, limit_name="minimum load"
    )
    idle = np.where(on > 0, 0.0, output)
    limit_name = "limit, as it is off,"
    book.at_most("generator_off", name, "output", idle, 0.0, unit="MW", tolerance=tolerance, limit_name=limit_name)


def _check_ramp(case: Case, generator: Generator, output: Floats, on: Ints, before: GeneratorState) -> None:
    """Output from period to period while it is on; a start reaches, and a stop leaves, its minimum load at least."""
    if generator.ramp_mw_per_hour is None:
        return
    within = generator.ramp_mw_per_hour * case.hours
    at_once = max(within, generator.min_load_mw)
    least = generator.min_load_mw
    given = max(least if before.power_mw is None else before.power_mw, least) if before.on else 0.0
    earlier, was_on = np.append(given, output[:-1]), np.append(int(before.on), on[:-1])
    most = np.where((on > 0) & (was_on > 0), within, at_once)
    case.book.at_most(
        "ramp",
        generator.name,
        "change of output",
        np.abs(output - earlier),
        most,
        unit="MW",
        tolerance=share_of(generator.capacity_mw),
        limit_name="ramp",
    )


def _check_switching(case: Case, generator: Generator, on: Ints, before: GeneratorState) -> Walk:
    """Starts and stops, and the minimum times between them."""
    name = generator.name
    held = [Cohort(-case.ages(before.hours), 1, before.hours)]
    queues = Queues.of(held if before.on else [], [] if before.on else held)
    walked = walk(case, generator, name, "units", queues, on)
    for word, own in (("started", walked.starts), ("stopped", walked.stops)):
        said = case.rows.take_whole(name, word, 1, "(0 or 1)")
        for t in np.flatnonzero(said != own).tolist():
            was = int(on[t - 1]) if t else int(before.on)
            message = f"{word} is {int(said[t])}; on goes from {was} to {int(on[t])}, so it is {int(own[t])}"
            case.book.add("flow", name, t, message, amount=float(said[t] - own[t]), unit="units")
    return walked
