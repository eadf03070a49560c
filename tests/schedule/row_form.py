"""The JSON of a schedule with one object for each row: what tests spoil, and what files of schema_version 1 were."""

from __future__ import annotations

import json
from typing import Any

FORMS = {
    "dispatch": ("quantity", "value", "values"),
    "ledger": ("kind", "usd", "usd"),
    "look_ahead_dispatch": ("quantity", "value", "values"),
    "look_ahead_ledger": ("kind", "usd", "usd"),
}


def as_rows(record: dict[str, Any]) -> dict[str, Any]:
    """The object of a file with one object a row in place of columns."""
    doc, starts = {name: value for name, value in record.items() if name != "starts"}, record["starts"]
    for part, (name, one, many) in FORMS.items():
        doc[part] = [
            {"start": starts[i], "item": column["item"], name: column[name], one: number}
            for column in record[part]
            for i, number in zip(_indices(column, len(column[many])), column[many], strict=True)
        ]
    return doc


def as_columns(doc: dict[str, Any]) -> dict[str, Any]:
    """The object of a file again: every moment listed, every column with the index of each."""
    starts: list[str] = []
    record = dict(doc)
    for part, (name, one, many) in FORMS.items():
        columns: dict[tuple[str, str], dict[str, Any]] = {}
        for row in doc[part]:
            if row["start"] not in starts:
                starts.append(row["start"])
            new = {"item": row["item"], name: row[name], "at": [], many: []}
            column = columns.setdefault((row["item"], row[name]), new)
            column["at"].append(starts.index(row["start"]))
            column[many].append(row[one])
        record[part] = list(columns.values())
    return record | {"starts": starts}


def as_first_version(text: str) -> str:
    """A file as it was written in schema_version 1."""
    doc = as_rows(json.loads(text))
    del doc["output_schema_version"]
    return json.dumps({"schema_version": 1} | doc)


def _indices(column: dict[str, Any], count: int) -> list[int]:
    at: list[int] = column.get("at") or list(range(column.get("first", 0), column.get("first", 0) + count))
    return at
