"""Values of a URDB rate, taken out with their checks."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from optimizer.tariff.errors import TariffError
from optimizer.tariff.urdb.fields import ALIASES

Tier = dict[str, Any]
Schedule = list[list[int]]


class UrdbError(TariffError):
    """A URDB rate that is broken: the field, what was found, what is allowed."""


def shown(value: Any) -> str:
    """A value as JSON shows it, shortened."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class Rate:
    """The fields of one rate by lower-case name, without empty ones, and what could not be honoured of them."""

    def __init__(self, raw: Any) -> None:
        """Raises UrdbError where it is no single rate."""
        if isinstance(raw, Mapping) and isinstance(raw.get("items"), list):
            if len(raw["items"]) != 1:
                raise UrdbError("items", f"{len(raw['items'])} rates", "a file with one rate")
            raw = raw["items"][0]
        if not isinstance(raw, Mapping):
            raise UrdbError("rate", shown(raw), "a JSON object with the fields of a URDB rate")
        self.fields: dict[str, Any] = {}
        self.not_honoured: list[str] = []
        for key, value in raw.items():
            name = ALIASES.get(str(key).lower(), str(key).lower())
            if name in self.fields:
                raise UrdbError(str(key), "stands twice, in two spellings", "each field once")
            if value is not None and value not in ("", [], {}):
                self.fields[name] = value

    def drop(self, field: str, why: str) -> None:
        """Says that something cannot be honoured, once."""
        text = f"{field}: {why}"
        if text not in self.not_honoured:
            self.not_honoured.append(text)

    def text(self, field: str) -> str:
        """A field as text, empty where it is absent."""
        value = self.fields.get(field, "")
        return value.strip() if isinstance(value, str) else shown(value)

    def number(self, field: str) -> float | None:
        """A number, None where it is absent."""
        value = self.fields.get(field)
        return None if value is None else number(value, field)

    def structure(self, field: str) -> list[list[Tier]]:
        """Periods of tiers, each a dict with checked `rate`, `adj`, `sell`, `max`; empty where it is absent."""
        value = self.fields.get(field, [])
        if not isinstance(value, list):
            raise UrdbError(field, shown(value), "a list of periods, each a list of tiers")
        return [_period(tiers, f"{field}[{at}]") for at, tiers in enumerate(value)]

    def schedule(self, field: str, periods: int) -> Schedule:
        """Twelve months of 24 hours, each the index of a period."""
        value = self.fields.get(field)
        if not isinstance(value, list) or len(value) != 12:
            found = "missing" if value is None else f"{len(value)} rows" if isinstance(value, list) else shown(value)
            raise UrdbError(field, found, "12 months of 24 hours, each the index of a period")
        for month, row in enumerate(value):
            if not isinstance(row, list) or len(row) != 24:
                found = f"{len(row)} hours" if isinstance(row, list) else shown(row)
                raise UrdbError(f"{field}[{month}]", found, "24 hours")
        return [
            [index(cell, f"{field}[{month}][{hour}]", periods) for hour, cell in enumerate(row)]
            for month, row in enumerate(value)
        ]

    def months(self, field: str, values: int) -> list[int] | None:
        """Twelve whole numbers below `values`, one a month; None where it is absent."""
        value = self.fields.get(field)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 12:
            found = f"{len(value)} entries" if isinstance(value, list) else shown(value)
            raise UrdbError(field, found, "12 entries, one a month")
        numbers = [int(cell) if isinstance(cell, bool) else cell for cell in value]
        return [index(cell, f"{field}[{at}]", values) for at, cell in enumerate(numbers)]


MOST_USD, MOST = 1e6, 1e15
"""What a rate, and any other number, may come to."""


def number(value: Any, place: str, most: float = MOST) -> float:
    """A finite number of at most so much."""
    infinite = isinstance(value, float) and not math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or infinite:
        raise UrdbError(place, shown(value), "a finite number")
    if not -most <= value <= most:
        raise UrdbError(place, shown(value), f"at most {most:g}")
    return float(value)


def index(value: Any, place: str, count: int) -> int:
    """A whole number from 0 to below `count`."""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < count
    if not whole or value != int(value):
        allowed = f"a whole number from 0 to {count - 1}" if count else "no index: there are no periods"
        raise UrdbError(place, shown(value), allowed)
    return int(value)


def _period(tiers: Any, place: str) -> list[Tier]:
    if not isinstance(tiers, list) or not tiers:
        raise UrdbError(place, shown(tiers), "a list of tiers")
    read = []
    for at, tier in enumerate(tiers):
        here = f"{place}[{at}]"
        if not isinstance(tier, Mapping):
            raise UrdbError(here, shown(tier), "a tier: { rate, adj, max, unit, sell }")
        fields = {str(key).lower(): value for key, value in tier.items() if value is not None}
        for key in ("rate", "adj", "sell"):
            if key in fields:
                fields[key] = number(fields[key], f"{here}.{key}", MOST_USD)
        if "max" in fields:  # SAM writes 1e38 for no end
            fields["max"] = min(number(fields["max"], f"{here}.max", sys.float_info.max), MOST)
        read.append(fields)
    ends = [tier["max"] for tier in read[:-1] if "max" in tier]
    if len(ends) < len(read) - 1:
        at = next(at for at, tier in enumerate(read) if "max" not in tier)
        raise UrdbError(f"{place}[{at}].max", "missing", "an end for every tier but the last")
    for at, (end, later) in enumerate(pairwise(ends), start=1):
        if later <= end:
            raise UrdbError(f"{place}[{at}].max", shown(later), f"more than the tier before, {end:g}")
    if ends and ends[0] < 0:
        raise UrdbError(f"{place}[0].max", shown(ends[0]), "not negative")
    return read
