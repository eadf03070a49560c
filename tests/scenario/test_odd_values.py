"""Any field with any odd value: the scenario is refused with its faults, or it is one that can be planned."""

from __future__ import annotations

import copy
import json
import random
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from optimizer.planning.plan import plan_and_audit
from optimizer.report.overview import overview
from optimizer.scenario.faults import ScenarioError
from optimizer.scenario.load import parse
from tests.cli.rich import RICH

Keys = tuple[str | int, ...]
MISSING = "(left out)"
ODD: list[Any] = [
    *(MISSING, None, True, False, "", "x", "old", "sleep", [], [[]], {}, {"a": 1}),
    *(0, 1, -1, 2, 0.0, -1.0, 0.5, 1e6, 1e15, 1e300, 10**30, [1.0], [0.0] * 10, [1e6] * 10),
    *("2026-01-05T03:30:00", "2199-12-31T23:00:00", "1900-01-01T00:00:00", "Asia/Kathmandu"),
]
CASES, PLANS = 500, 25


def places(document: Any, above: Keys = ()) -> Iterator[Keys]:
    """All places of the document below the top."""
    below = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in below:
        yield (*above, key)
        if isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield from places(value, (*above, key))


def changed(document: Any, keys: Keys, value: Any) -> Any:
    document = copy.deepcopy(document)
    here = document
    for key in keys[:-1]:
        here = here[key]
    if value == MISSING:
        del here[keys[-1]]
    else:
        here[keys[-1]] = value
    return document


@pytest.mark.parametrize("seed", [1, 2])
def test_odd_values_are_refused_or_planned(seed: int) -> None:
    def iso(when: date) -> str:
        return when.isoformat()

    document = json.loads(json.dumps(tomllib.loads(RICH), default=iso))
    everywhere = [(keys, value) for keys in places(document) for value in ODD]
    refused = planned = 0
    for keys, value in random.Random(seed).sample(everywhere, CASES):
        text = json.dumps(changed(document, keys, value))
        try:
            given = parse(text.encode(), form="json", folder=Path())
        except ScenarioError as error:
            refused += 1
            assert error.faults and all(fault.place and fault.found for fault in error.faults), (keys, value)
            continue
        assert overview(given).startswith(given.name)
        if planned < PLANS:
            planned += 1
            schedule, findings = plan_and_audit(given, time_limit_s=5.0)
            assert findings.ok, (keys, value, str(findings))
            assert schedule.outcome.status in {"proven", "feasible", "infeasible"}, (keys, value)
    assert refused > CASES / 2 and planned == PLANS
