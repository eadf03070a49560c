"""A kind that joins the scenario's format for a while: how a kind is tried out without a change of this package.

The package's own kinds are plain fields (`Supply`, `State`) and entries of a table (`optimizer.scenario.contracts`);
nothing here is needed for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from optimizer.scenario.base import Name
from optimizer.scenario.contracts import KINDS, ContractTerms
from optimizer.scenario.fields import ScenarioFields
from optimizer.scenario.onsite import Asset
from optimizer.scenario.state import State
from optimizer.scenario.supply import Supply


@contextmanager
def asset_kind(place: str, terms: type[Asset], state: Any = None) -> Iterator[None]:
    """While this is open, `supply.PLACE` lists assets of these terms. `state`: what the state says of one, a model or
    a plain type; `state.PLACE` then has it by the asset's name. The kind's block and audit are entries of
    `optimizer.model.onsite.KINDS` and `optimizer.auditor.onsite.KINDS` under the same place.

    Raises ValueError where the format has a field of that name already. Scenarios and schedules made in the meantime
    are not to be used afterwards.
    """
    listed: Any = Annotated[tuple[terms, ...], Field(max_length=100)]  # type: ignore[valid-type]
    said: Any = Annotated[dict[Name, state], Field(default_factory=dict)]
    fields: dict[type[BaseModel], FieldInfo] = {Supply: FieldInfo.from_annotated_attribute(listed, ())}
    if state is not None:
        fields[State] = FieldInfo.from_annotation(said)
    for model, field in fields.items():
        if place in model.model_fields:
            raise ValueError(f"{model.__name__} has a field {place!r} already")
        model.__pydantic_fields__[place] = field
    try:
        rebuild(*fields)
        yield
    finally:
        for model in fields:
            del model.__pydantic_fields__[place]
        rebuild(*fields)


@contextmanager
def contract_kind(kind: str, terms: type[ContractTerms]) -> Iterator[None]:
    """While this is open, `contracts` takes contracts of these terms, and `state.contracts` their state. The kind's
    block and audit are entries of `KINDS` in `optimizer.model.contracts` and `optimizer.auditor.contracts`.

    Raises ValueError where there is such a kind already. Scenarios and schedules made in the meantime are not to be
    used afterwards.
    """
    if kind in KINDS:
        raise ValueError(f"there is a kind of contract {kind!r} already")
    KINDS[kind] = terms
    try:
        rebuild(State, ScenarioFields)
        yield
    finally:
        del KINDS[kind]
        rebuild(State, ScenarioFields)


def rebuild(*changed: type[BaseModel]) -> None:
    """Build models anew whose fields have changed, and all loaded ones that hold them, from the inside out."""
    waiting, done = list(changed), set[type[BaseModel]]()
    while waiting:
        model = waiting.pop(0)
        for field in model.model_fields.values():
            if type(field.default) in done:  # made before the change
                field.default = type(field.default).model_validate(field.default.model_dump(exclude_unset=True))
        model.model_rebuild(force=True)
        done.add(model)
        holders = {holder for holder in _loaded(BaseModel) if _holds(holder, model)}
        waiting += holders - done - {*waiting}


def _loaded(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for below in model.__subclasses__():
        yield below
        yield from _loaded(below)


def _holds(holder: type[BaseModel], model: type[BaseModel]) -> bool:
    return any(_mentions(field.annotation, model) for field in holder.model_fields.values())


def _mentions(annotation: Any, model: type[BaseModel]) -> bool:
    return annotation is model or any(_mentions(part, model) for part in get_args(annotation))
