"""Checks across fields: every fault of a scenario at once, each with its place, what was found, what is
allowed. What a single field may hold is checked by the field's own type."""

from __future__ import annotations

from optimizer.scenario.checks import contracts, facility, flexibility, markets, onsite, overrides, state, tariff
from optimizer.scenario.checks.report import Report
from optimizer.scenario.faults import Fault
from optimizer.scenario.fields import ScenarioFields
from optimizer.scenario.horizon import TimeError


def faults_of(scenario: ScenarioFields) -> list[Fault]:
    """All faults, in the order of the document."""
    report = Report(scenario)
    try:
        report.horizon = scenario.horizon
    except TimeError as error:
        report.add(f"time.{error.field}", str(error), "")
    facility.check(report)
    markets.check(report)
    tariff.check(report)
    onsite.check(report)
    flexibility.check(report)
    contracts.check(report)
    overrides.check(report)
    state.check(report)
    return report.faults
