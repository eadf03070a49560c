"""Plain data as TOML text: for what `wattshift` writes itself, so that no writer is installed for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Any]) -> str:
    """A TOML document of strings, numbers, booleans, times, lists and tables; None is left out."""
    return "\n".join(_table(document, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines, below = [], []
    for key, value in table.items():
        if value is None:
            continue
        name = ".".join(map(_key, (*path, key)))
        if isinstance(value, Mapping):
            inner = _table(value, (*path, key))
            header = [] if inner and inner[0] == "" else [f"[{name}]"]
            below += ["", *header, *inner] if header else inner
        elif isinstance(value, list | tuple) and any(_is_deep(item) for item in value):
            for item in value:
                below += ["", f"[[{name}]]", *_table(item, (*path, key))]
        elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            lines += [f"{_key(key)} = [", *(f"    {_value(item)}," for item in value), "]"]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + below


def _is_deep(item: Any) -> bool:
    """Whether an entry of a list is a table that holds tables itself."""
    return isinstance(item, Mapping) and any(
        isinstance(value, Mapping) or (isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value))
        for value in item.values()
    )


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(of)}" for key, of in value.items() if of is not None)
        return f"{{ {inside} }}" if inside else "{}"
    return f"[{', '.join(_value(item) for item in value)}]"
