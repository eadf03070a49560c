"""Where a command's scenario comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.scenario.scenario import Scenario

STATE_HELP = "State to begin with: the schedule.json of the plan before, or its state; replaces the scenario's."
SCENARIO_HELP = "A folder with scenario.toml, a .toml, a .json, or - for JSON on stdin."


def read_scenario(argument: str, state: Path | None = None) -> Scenario:
    """The scenario that an argument names; `-` reads JSON from stdin, its files from the current folder. With a state,
    it begins with that one."""
    from optimizer.changes.handover import read_state, with_state

    given = _read(argument)
    return given if state is None else with_state(given, read_state(state), str(state))


def _read(argument: str) -> Scenario:
    from optimizer.scenario.load import MOST_SCENARIO_BYTES, load, parse

    if argument == "-":
        data = sys.stdin.buffer.read(MOST_SCENARIO_BYTES + 1)
        return parse(data, form="json", folder=Path(), source="stdin")
    return load(argument)
