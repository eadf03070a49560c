"""The published JSON Schema of a schedule: of its file, and of what a command that plans prints with --json."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from optimizer.schedule.beside import FailureRecord
from optimizer.schedule.ledger_kind import LedgerKind
from optimizer.schedule.record import ScheduleRecord
from optimizer.schedule.vocabulary import class_words, item_classes


def schedule_schema() -> dict[str, Any]:
    """JSON Schema (2020-12): a schedule, or why there is none, with the fields' descriptions and the vocabulary."""
    _, schema = models_json_schema([(ScheduleRecord, "validation"), (FailureRecord, "validation")])
    parts: dict[str, Any] = schema["$defs"]
    _describe(parts["DispatchColumn"]["properties"]["quantity"], {"anyOf": _quantities()})
    _describe(parts["LedgerColumn"]["properties"]["kind"], {"oneOf": _kinds()})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Schedule",
        "description": "What `schedule.json` holds and `solve`, `replan` and `roll` print with --json, or why they "
        "print no schedule.",
        "anyOf": [{"$ref": "#/$defs/ScheduleRecord"}, {"$ref": "#/$defs/FailureRecord"}],
        "$defs": parts,
    }


def schedule_schema_text() -> str:
    """The schema as it is published in `scenarios/schedule-schema.json`."""
    return json.dumps(schedule_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(field: dict[str, Any], words: dict[str, Any]) -> None:
    field.pop("type")
    field |= words


def _quantities() -> list[dict[str, Any]]:
    """Each name that a quantity may have, with what it means for whom."""
    meanings: dict[str, list[str]] = {}
    patterns: dict[str, str] = {}
    for item in item_classes():
        for quantity in item.shows:
            inside = r"\[.+\]" if quantity.of else ""
            patterns[quantity.label] = f"^{quantity.name}{inside}$"
            words = f"{class_words(item)}: {quantity.meaning} [{quantity.unit}; {quantity.sign}]"
            meanings.setdefault(quantity.label, []).append(words)
    return [
        {"title": label, "type": "string", "pattern": patterns[label], "description": "; ".join(dict.fromkeys(words))}
        for label, words in meanings.items()
    ]


def _kinds() -> list[dict[str, Any]]:
    return [{"const": str(kind), "description": f"{kind.meaning} [USD; {kind.sign}]"} for kind in LedgerKind]
