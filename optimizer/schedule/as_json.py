"""The one reader of schedules as JSON.

`solve -o` writes the object to `schedule.json`, `solve --json` prints the same with what belongs beside it: both are
read. Files of `schema_version` 1, with one object a row, are read as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from optimizer.scenario.faults import Fault
from optimizer.scenario.places import faults_from
from optimizer.schedule.record import OUTPUT_SCHEMA_VERSION, ScheduleRecord
from optimizer.schedule.records import ScheduleError
from optimizer.schedule.version_1 import ScheduleOfVersion1

VERSIONS = f"{OUTPUT_SCHEMA_VERSION}; files of schema_version 1 are read, too"


class _Version(BaseModel):
    """What says which form a text is of."""

    model_config = ConfigDict(extra="ignore")

    output_schema_version: Any = None
    schema_version: Any = None
    scenario: Any = None
    error: Any = None


def record_in(text: str | bytes) -> ScheduleRecord:
    """The schedule that a text holds. Raises ScheduleError, with what is wrong and where, if it holds none."""
    try:
        version = _Version.model_validate_json(text)
        if _is_first(version):
            return ScheduleOfVersion1.model_validate_json(text).renewed()
        return ScheduleRecord.model_validate_json(text)
    except ValidationError as error:
        raise _none(_fault(error, lambda: json.loads(text))) from None


def record_of(raw: object) -> ScheduleRecord:
    """The schedule that parsed JSON is. Raises ScheduleError, with what is wrong and where, if it is none."""
    try:
        version = _Version.model_validate(raw)
        if _is_first(version):
            return ScheduleOfVersion1.model_validate(raw).renewed()
        return ScheduleRecord.model_validate(raw)
    except ValidationError as error:
        raise _none(_fault(error, lambda: raw)) from None


def _is_first(version: _Version) -> bool:
    """Whether it is of schema_version 1. Raises ScheduleError where it is of no form that is read, or says that there
    is no schedule."""
    given, before = version.output_schema_version, version.schema_version
    if given is None and type(before) is int and before == 1:
        return True
    if type(given) is int and given == OUTPUT_SCHEMA_VERSION:
        if version.scenario is None and isinstance(version.error, str):
            raise _none(Fault("error", version.error, "a schedule, where there is no error"))
        return False
    place, found = ("output_schema_version", given) if before is None else ("schema_version", before)
    raise _none(Fault(place, "missing" if found is None else repr(found)[:60], VERSIONS))


def _none(fault: Fault) -> ScheduleError:
    return ScheduleError(f"no schedule: {fault}", fault)


def _fault(error: ValidationError, raw: Callable[[], Any]) -> Fault:
    """The first thing that is wrong."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return Fault("the text", first["msg"], "a schedule as JSON")
    if not first["loc"]:
        return Fault("the text", first["msg"], "a schedule as JSON")
    return faults_from(error, raw())[0]
