"""What is wrong across fields in a document whose fields are at fault themselves.

Checks across fields need a whole scenario. Where single fields are at fault, stand-ins take their places:
fields that are unknown or may be left out are left out, the others get a value that their type takes. This is
done twice, with different values: what is found both times, word for word, does not come from a stand-in.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from optimizer.scenario.faults import Fault
from optimizer.scenario.places import Keys, dotted, keys_of
from optimizer.scenario.scenario import Scenario

_PARTS = frozenset({"time", "site", "supply", "bitcoin", "fleets", "pools", "contracts", "state"})
_LEFT_OUT = object()
_MOST_ERRORS = 200
"""Of a document with more single faults, those across fields are not looked for: each takes a copy of its place."""
_STAND_INS: tuple[tuple[Any, ...], ...] = (
    (_LEFT_OUT, 1.0, 1, "stand-in", "2026-01-01T00:00:00", False),
    (_LEFT_OUT, 0.5, 7, "another", "2031-03-01T00:00:00", True),
)


def faults_across(document: Any, error: ValidationError) -> list[Fault]:
    """Faults across fields, beside those of single fields that `error` tells of."""
    if any(item["type"] == "scenario" for item in error.errors(include_url=False, include_input=False)):
        return []  # then no single field was at fault, and these are told of already
    once, twice = (_with_stand_ins(document, error, values) for values in _STAND_INS)
    return [fault for fault in once if fault in twice]


def _with_stand_ins(document: Any, error: ValidationError, values: tuple[Any, ...]) -> list[Fault]:
    tried: dict[Keys, int] = {}
    for _ in range(2 * len(values)):
        if error.error_count() > _MOST_ERRORS:
            return []
        errors = error.errors(include_url=False, include_input=False)
        unknown = {keys_of(item["loc"], document) for item in errors if item["type"] == "extra_forbidden"}
        for keys in {keys_of(item["loc"], document) for item in errors}:
            if keys not in unknown and _is_whole_part(document, keys):
                return []
            tried[keys] = tried.get(keys, -1) + 1
            if tried[keys] == len(values):
                return []
        mended = document
        for keys, attempt in tried.items():
            mended = _put(mended, keys, values[attempt])
        try:
            Scenario.model_validate(mended)
        except ValidationError as next_error:
            error = next_error
            found = [item for item in error.errors(include_url=False) if item["type"] == "scenario"]
            if found:
                faults: list[Fault] = found[0]["ctx"]["faults"]
                places = [_place(keys) for keys in tried]
                return [fault for fault in faults if not any(_related(fault.place, place) for place in places)]
        else:
            return []
    return []


def _is_whole_part(document: Any, keys: Keys) -> bool:
    """Whole parts of the document have no stand-in: what refers to them would be at fault for it."""
    return not keys or (keys[0] in _PARTS and len(keys) == 1) or isinstance(_at(document, keys), dict | list)


def _related(place: str, other: str) -> bool:
    return place.startswith(other) or other.startswith(place)


def _place(keys: Keys) -> str:
    place = ""
    for key in keys:
        place = dotted(place, key)
    return place


def _at(document: Any, keys: Keys) -> Any:
    for key in keys:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _put(document: Any, keys: Keys, value: Any) -> Any:
    """A copy of the document with another value at a place."""
    key, rest = keys[0], keys[1:]
    if isinstance(document, list):
        copied = list(document)
        if rest:
            copied[int(key)] = _put(copied[int(key)], rest, value)
        elif value is not _LEFT_OUT:
            copied[int(key)] = value
        return copied
    fields = dict(document)
    if rest:
        fields[key] = _put(fields[key], rest, value)
    elif value is _LEFT_OUT:
        fields.pop(key, None)
    else:
        fields[key] = value
    return fields
