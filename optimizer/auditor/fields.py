"""Records of a schedule (contract reports, state) held field by field against what they must say."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from optimizer.auditor.book import Book, number, same_moment
from optimizer.auditor.case import Expected, Fields


def check_fields(
    book: Book, rule: str, item: str, place: str, fields: Fields, actual: Any, period: int | None = None
) -> None:
    """Compare the attributes of a record with what is expected of them. `place`: the record, for messages; `period`:
    where it stands, if anywhere."""
    for name, expected in fields.items():
        said = getattr(actual, name, None)
        off = _difference(expected, said)
        if off is None:
            continue
        unit = f" {expected.unit}" if expected.unit else ""
        message = f"{place}{name} is {_words(said)}; it comes to {_words(expected.value)}{unit}"
        book.add(rule, item, period, message, amount=off if math.isfinite(off) else None, unit=expected.unit)


def _difference(expected: Expected, said: Any) -> float | None:
    """None where a value is as expected; else by how much it is off (infinite where no number says so)."""
    wanted = expected.value
    if said is None or wanted is None:
        same = said is wanted or (said is None and expected.or_none)
        return None if same else math.inf
    if isinstance(wanted, datetime):
        return None if isinstance(said, datetime) and same_moment(wanted, said) else math.inf
    if isinstance(wanted, bool | str) or not isinstance(said, int | float):
        return None if said == wanted else math.inf
    off = float(said - wanted)
    return None if abs(off) <= expected.tolerance else off


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return number(value)
    return "null" if value is None else str(value)
