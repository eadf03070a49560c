"""Where a command's scenario comes from."""

from __future__ import annotations

import sys
from pathlib import Path

from optimizer.scenario.load import MOST_SCENARIO_BYTES, load, parse
from optimizer.scenario.scenario import Scenario

SCENARIO_HELP = "A folder with scenario.toml, a .toml, a .json, or - for JSON on stdin."


def read_scenario(argument: str) -> Scenario:
    """The scenario that an argument names; `-` reads JSON from stdin, its files from the current folder."""
    if argument == "-":
        data = sys.stdin.buffer.read(MOST_SCENARIO_BYTES + 1)
        return parse(data, form="json", folder=Path(), source="stdin")
    return load(argument)
