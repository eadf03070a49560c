"""The scenario under check, and the faults found so far."""

from __future__ import annotations

from optimizer.scenario.checker import Checker
from optimizer.scenario.fields import ScenarioFields


class Report(Checker):
    """The scenario under check, its horizon (None where its time is at fault) and the faults so far."""

    def __init__(self, scenario: ScenarioFields) -> None:
        super().__init__()
        self.scenario = scenario
