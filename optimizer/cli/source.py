"""Where a command's scenario comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.scenario.scenario import Scenario
    from optimizer.scenario.state import State

STATE_HELP = "State to begin with: the schedule.json of the plan before, or its state; replaces the scenario's."
SCENARIO_HELP = "A folder with scenario.toml, a .toml, a .json, or - for JSON on stdin."


def read_scenario(argument: str, state: Path | None = None) -> Scenario:
    """The scenario that an argument names; `-` reads JSON from stdin, its files from the current folder. With a state,
    it begins with that one."""
    from optimizer.changes.handover import read_state
    from optimizer.scenario.faults import ScenarioError

    begin = None if state is None else read_state(state)
    try:
        return _read(argument, begin)
    except ScenarioError as error:
        if begin is None or any(not fault.place.startswith("state") for fault in error.faults):
            raise
        raise ScenarioError(error.faults, str(state)) from None  # the scenario is right, the two do not fit


def _read(argument: str, state: State | None) -> Scenario:
    from optimizer.scenario.load import MOST_SCENARIO_BYTES, load, parse

    if argument == "-":
        data = sys.stdin.buffer.read(MOST_SCENARIO_BYTES + 1)
        return parse(data, form="json", folder=Path(), source="stdin", state=state)
    return load(argument, state)
