"""Every series of a scenario, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, get_args

from optimizer.scenario.base import Model
from optimizer.scenario.places import dotted
from optimizer.scenario.series import PlainSeries, TimedSeries, Versions

Part = TypeVar("Part", bound=Model)
Change = Callable[[str, PlainSeries], PlainSeries]
"""Called with the place of a series and the series; returns what is to stand there."""


def map_series(part: Part, change: Change, place: str = "") -> Part:
    """The part of a scenario with every series changed (of two versions, each); the part itself where none is."""
    changed: dict[str, Any] = {}
    series = _series_fields(type(part))
    for name in type(part).model_fields:
        value = getattr(part, name)
        here = dotted(place, name)
        if isinstance(value, Model) and not isinstance(value, TimedSeries | Versions):
            new: Any = map_series(value, change, here)
        elif isinstance(value, tuple) and value and isinstance(value[0], Model):
            items = tuple(map_series(item, change, dotted(here, i)) for i, item in enumerate(value))
            new = items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        elif name in series and value is not None:
            new = _series(value, change, here)
        else:
            continue
        if new is not value:
            changed[name] = new
    return part.model_copy(update=changed) if changed else part


def _series(value: Any, change: Change, place: str) -> Any:
    if not isinstance(value, Versions):
        return change(place, value)
    changed: dict[str, Any] = {}
    for name in ("known", "actual", "forecast"):
        version = getattr(value, name)
        new = None if version is None else change(dotted(place, name), version)
        if new is not version:
            changed[name] = new
    return value.model_copy(update=changed) if changed else value


@cache
def series_names() -> frozenset[str]:
    """Names of all fields of a scenario that may hold a series, or the values of one."""
    kinds = [Model]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return frozenset({"values"}.union(*map(_series_fields, kinds)))


@cache
def _series_fields(kind: type[Model]) -> frozenset[str]:
    """Fields that may hold a series."""
    return frozenset(name for name, field in kind.model_fields.items() if _holds_series(field.annotation))


def _holds_series(annotation: Any) -> bool:
    return annotation is TimedSeries or any(map(_holds_series, get_args(annotation)))
