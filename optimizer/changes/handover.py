"""The state of one plan as the beginning of the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.places import faults_from
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State
from optimizer.schedule import ScheduleError
from optimizer.schedule.as_json import record_of

MOST_STATE_BYTES = 256_000_000
"""A schedule of a year holds its state among much else."""


def with_state(scenario: Scenario, state: State, source: str = "state") -> Scenario:
    """The scenario with this state in place of its own. Raises ScenarioError where the two do not fit: another moment,
    or items that the facility does not have."""
    taken = scenario.model_copy(update={"state": state})
    faults = taken.unchecked_faults()
    if faults:
        raise ScenarioError(faults, source)
    return taken


def read_state(path: str | Path) -> State:
    """The state in a file: a state as JSON, or a schedule.json, whose state it is. Raises ScenarioError with every
    fault: the file, the field, what was found, what is allowed."""
    source = str(path)
    allowed = "a state as JSON, or a schedule.json"
    try:
        size = Path(path).stat().st_size
        if size > MOST_STATE_BYTES:
            raise _refused(source, source, f"{size} bytes", f"at most {MOST_STATE_BYTES}")
        raw = json.loads(Path(path).read_bytes().decode("utf-8-sig"), parse_constant=_no_constant)
    except OSError as error:
        raise _refused(source, source, f"cannot be read ({error.strerror})", "an existing, readable file") from None
    except UnicodeDecodeError as error:
        raise _refused(source, source, f"byte {error.start} is not UTF-8", allowed) from None
    except (ValueError, RecursionError) as error:
        raise _refused(source, source, f"no valid JSON: {error}", allowed) from None
    if not isinstance(raw, dict):
        raise _refused(source, source, f"a {type(raw).__name__}", allowed)
    if raw.keys() & {"output_schema_version", "schema_version"}:
        return _state_of_schedule(raw, source)
    return _state(raw, source)


def _state_of_schedule(raw: dict[str, Any], source: str) -> State:
    try:
        state = record_of(raw).state
    except ScheduleError as error:
        assert error.fault is not None
        raise ScenarioError([error.fault], source) from None
    if state is None:
        found = "null: the schedule has no plan, and hands nothing over"
        raise _refused(source, "state", found, "the state that a plan ends in")
    return state


def _state(raw: dict[str, Any], source: str) -> State:
    try:
        return State.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        found = [Fault(f"state.{fault.place}", fault.found, fault.allowed) for fault in faults_from(error, raw)]
        raise ScenarioError(found, source) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no finite number")


def _refused(source: str, place: str, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Fault(place, found, allowed)], source)
