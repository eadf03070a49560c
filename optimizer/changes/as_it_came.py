"""Scenarios whose series come in versions: as known when deciding, and as they came."""

from __future__ import annotations

from typing import Any, TypeVar

from optimizer.scenario.base import Model
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import Versions

Part = TypeVar("Part", bound=Model)


def as_it_came(scenario: Scenario) -> Scenario:
    """The scenario that a plan is settled on: every series as it came. Without versions, the scenario itself."""
    return _came(scenario)


def has_versions(scenario: Scenario) -> bool:
    """Whether any series is given as known and as it came."""
    return as_it_came(scenario) is not scenario


def _came(part: Part) -> Part:
    changed: dict[str, Any] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        came = _value(value)
        if came is not value:
            changed[name] = came
    return part.model_copy(update=changed) if changed else part


def _value(value: Any) -> Any:
    if isinstance(value, Versions):
        return value.actual
    if isinstance(value, Model):
        return _came(value)
    if isinstance(value, tuple) and value and isinstance(value[0], Model):
        came = tuple(map(_came, value))
        return came if any(new is not old for new, old in zip(came, value, strict=True)) else value
    return value
