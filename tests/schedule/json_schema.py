"""JSON Schema, as far as the published one uses it: any other word of it is refused, so nothing passes unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

SILENT = {"title", "description", "default", "discriminator", "$schema", "$defs"}
TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def violations(schema: dict[str, Any], value: Any) -> list[str]:
    """What a value breaks of a schema, each with its place."""
    return list(_check(schema, value, "", schema))


def _check(schema: Any, value: Any, place: str, root: dict[str, Any]) -> Iterator[str]:
    if schema is True:
        return
    if schema is False:
        yield f"{place}: nothing may stand here"
        return
    for word, of in schema.items():
        if word in SILENT:
            continue
        check = _CHECKS.get(word)
        assert check is not None, f"{word} is not known to this validator"
        yield from check(of, value, place, root, schema)


def _ref(of: str, value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    yield from _check(root["$defs"][of.removeprefix("#/$defs/")], value, place, root)


def _type(of: str, value: Any, place: str, *_: Any) -> Iterator[str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {"number": number, "integer": number and value == int(value)}
    if not (fits[of] if of in fits else isinstance(value, TYPES[of])):
        yield f"{place}: {value!r:.60} is no {of}"


def _of_any(of: list[Any], value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    tried = [list(_check(each, value, place, root)) for each in of]
    if all(tried):
        yield f"{place}: {value!r:.60} is none of {len(of)}: {min(tried, key=len)[0]}"


def _of_one(of: list[Any], value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    fitting = sum(not list(_check(each, value, place, root)) for each in of)
    if fitting != 1:
        yield f"{place}: {value!r:.60} is {fitting} of {len(of)}"


def _properties(of: dict[str, Any], value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    for name, inner in of.items():
        if isinstance(value, dict) and name in value:
            yield from _check(inner, value[name], f"{place}.{name}", root)


def _patterns(of: dict[str, Any], value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    for pattern, inner in of.items():
        for name in value if isinstance(value, dict) else ():
            if re.search(pattern, name):
                yield from _check(inner, value[name], f"{place}.{name}", root)


def _additional(of: Any, value: Any, place: str, root: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    patterns = schema.get("patternProperties", {})
    for name in value if isinstance(value, dict) else ():
        if name not in schema.get("properties", {}) and not any(re.search(p, name) for p in patterns):
            yield from _check(of, value[name], f"{place}.{name}", root)


def _required(of: list[str], value: Any, place: str, *_: Any) -> Iterator[str]:
    yield from (f"{place}.{name}: missing" for name in of if isinstance(value, dict) and name not in value)


def _items(of: Any, value: Any, place: str, root: dict[str, Any], _: Any) -> Iterator[str]:
    for i, each in enumerate(value if isinstance(value, list) else ()):
        yield from _check(of, each, f"{place}[{i}]", root)


def _format(of: str, value: Any, place: str, *_: Any) -> Iterator[str]:
    assert of == "date-time"
    if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None:
        yield f"{place}: {value} has no offset"


def _holds(test: Any, words: str) -> Any:
    def check(of: Any, value: Any, place: str, *_: Any) -> Iterator[str]:
        if not test(of, value):
            yield f"{place}: {value!r:.60} {words} {of!r:.80}"

    return check


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


_CHECKS = {
    "$ref": _ref,
    "type": _type,
    "anyOf": _of_any,
    "oneOf": _of_one,
    "properties": _properties,
    "patternProperties": _patterns,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "format": _format,
    "const": _holds(lambda of, v: v == of and type(v) is type(of), "is not"),
    "enum": _holds(lambda of, v: v in of, "is none of"),
    "pattern": _holds(lambda of, v: not isinstance(v, str) or re.search(of, v), "is not like"),
    "minimum": _holds(lambda of, v: not _number(v) or v >= of, "is below"),
    "maximum": _holds(lambda of, v: not _number(v) or v <= of, "is above"),
    "maxItems": _holds(lambda of, v: not isinstance(v, list) or len(v) <= of, "has more items than"),
}
