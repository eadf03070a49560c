"""From pydantic's errors to faults that a person can find in the document."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, time
from typing import Any

from pydantic import ValidationError

from optimizer.scenario.base import CURRENCY_PATTERN, MONTH_PATTERN, NAME_PATTERN
from optimizer.scenario.faults import Fault

Keys = tuple[str | int, ...]
MOST_FAULTS = 10_000
"""Faults of single fields that are told of one document."""


def faults_from(error: ValidationError, raw: Any) -> list[Fault]:
    """The faults that pydantic found, each at its place in the raw document."""
    by_place: dict[str, list[Fault]] = {}
    errors = error.errors(include_url=False)[:MOST_FAULTS]
    inside = {item["loc"][:-1] for item in errors}
    for item in errors:
        if item["type"] == "too_short" and any(loc[: len(item["loc"])] == item["loc"] for loc in inside):
            continue  # what is in it is at fault, not its length
        if item["type"] == "scenario":
            for fault in item["ctx"]["faults"]:
                by_place.setdefault(fault.place, []).append(fault)
            continue
        fault = _fault(item, raw)
        by_place.setdefault(fault.place, []).append(fault)
    faults: list[Fault] = []
    for place, here in by_place.items():
        if len(here) > 1 and len({fault.found for fault in here}) == 1:
            allowed = " or: ".join(dict.fromkeys(fault.allowed for fault in here))
            faults.append(Fault(place, here[0].found, allowed))
        else:
            faults += here
    return faults


def keys_of(loc: tuple[int | str, ...], raw: Any) -> Keys:
    """Where an error lies in the document: its location without the tags of unions."""
    keys: list[str | int] = []
    here = raw
    for index, part in enumerate(loc):
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            # Not there: a missing field where it ends the location, else (or in brackets) a tag.
            if index < len(loc) - 1 or not isinstance(here, dict) or "[" in str(part) or str(part).startswith("series"):
                continue
        keys.append(part)
    return tuple(keys)


def dotted(place: str, key: str | int) -> str:
    """A place one step further down; a key that is no plain word is quoted."""
    if isinstance(key, int):
        return f"{place}[{key}]"
    plain = key if key.replace("-", "").replace("_", "").replace(" ", "").isalnum() else ascii(key)
    return f"{place}.{plain}" if place else plain


def shown(value: Any) -> str:
    """A value as it stands in a document, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = value.isoformat() if isinstance(value, date | time) else ascii(value)
    if isinstance(value, dict) and len(text) > 60:
        text = "a table with " + ", ".join(str(key) if str(key).isidentifier() else ascii(key) for key in value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _fault(item: Any, raw: Any) -> Fault:
    keys = keys_of(item["loc"], raw)
    kind = item["type"]
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        keys = (*keys, str(item["ctx"]["discriminator"]).strip("'"))
    place, here, there = "", raw, True
    for key in keys:
        place = dotted(place, key)
        there = there and _has(here, key)
        here = here[key] if there else None
    found = shown(here) if there else "missing"
    return Fault(place or "scenario", found, _allowed(item))


def _has(here: Any, key: Hashable) -> bool:
    if isinstance(here, dict):
        return key in here
    return isinstance(here, list) and isinstance(key, int) and key < len(here)


_WORDS = {
    "extra_forbidden": "not a field here; see `wattshift schema`",
    "missing": "a field that is required",
    "union_tag_not_found": "a field that is required: it says which kind this is",
}
_PATTERNS = {
    NAME_PATTERN: "a letter or digit, then letters, digits, spaces, `.`, `_` or `-`: 64 characters at most",
    MONTH_PATTERN: "a month, e.g. 2026-08",
    CURRENCY_PATTERN: "three capital letters, e.g. USD",
}


def _allowed(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "union_tag_invalid":
        return f"one of: {context['expected_tags']}"
    words = _WORDS.get(kind) or _PATTERNS.get(context.get("pattern", ""))
    if words is not None:
        return words
    message: str = item["msg"]
    return (message[0].lower() + message[1:]).replace("tuple", "list").replace(" after validation", "")
