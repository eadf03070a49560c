"""Checks across fields; every fault of a scenario at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.scenario.faults import Fault

if TYPE_CHECKING:
    from optimizer.scenario.scenario import Scenario


def faults_of(scenario: Scenario) -> list[Fault]:
    """All faults."""
    return []
