"""The words of a schedule: which quantities its items show, and which kinds of dollars there are.

A kind of item names its quantities in its own file (`shows` of its class in `optimizer.scenario`); ledger kinds are
those of `LedgerKind`. Nothing else is written: the model fails at once where a component shows or earns anything
else, the audit refuses it in words, and the published schema and the page are made from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from optimizer.scenario.base import Model
from optimizer.scenario.bitcoin import Bitcoin
from optimizer.scenario.contracts import KINDS
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.fleet import Fleet
from optimizer.scenario.flexibility import DemandResponse, Reserve
from optimizer.scenario.pool import Pool
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.site import Hall, Site
from optimizer.scenario.supply import Supply
from optimizer.schedule.ledger_kind import LedgerKind

_KINDS: dict[str, LedgerKind] = {kind.value: kind for kind in LedgerKind}


class VocabularyError(LookupError):
    """A component shows or earns something that the vocabulary does not know: a fault of this program."""


def item_classes() -> tuple[type[Model], ...]:
    """The classes of a scenario's items that a plan shows something of, in the order of pages."""
    machines: tuple[type[Model], ...] = (Site, Hall, Bitcoin, Fleet, Pool)
    markets: tuple[type[Model], ...] = (Reserve, DemandResponse)
    return (*machines, *KINDS.values(), DayAhead, *Supply.kinds().values(), *markets)


def class_words(item: type[Model]) -> str:
    """What items of a class are called on pages: `fleet`, `demand response`."""
    word: str = getattr(item, "word", "") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", item.__name__).lower()
    return word


class Vocabulary(Mapping[str, tuple[Quantity, ...]]):
    """What a plan of one scenario shows: the quantities of each item, by its name in the schedule."""

    def __init__(self, scenario: Scenario) -> None:
        self._items = {_name(record): record for record in _records(scenario)}

    def __getitem__(self, item: str) -> tuple[Quantity, ...]:
        return self._items[item].shows

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def quantity(self, item: str, name: str) -> Quantity:
        """The quantity of an item that a name in a schedule is of, e.g. `groups` for `groups[eco]`. Raises
        VocabularyError where there is none."""
        for quantity in self.get(item, ()):
            if quantity.names(name):
                return quantity
        raise VocabularyError(f"{self.refusal(item, name)}; its class in optimizer.scenario names them in `shows`")

    def refusal(self, item: str, name: str) -> str:
        """Why a name is no quantity of an item, in words."""
        record = self._items.get(item)
        if record is None:
            return f"there is no item {item!r}"
        if any(quantity.names(name) for quantity in record.shows):
            return f"{item} has no quantity {name!r}"
        known = ", ".join(quantity.label for quantity in record.shows)
        return f"{name!r} is no quantity of {item}, which has {known}"


def ledger_kind(word: str) -> LedgerKind:
    """The kind of dollars that a word means. Raises VocabularyError where it means none."""
    try:
        return _KINDS[word]
    except KeyError:
        raise VocabularyError(f"{word!r} is no ledger kind: optimizer.schedule.ledger_kind lists them") from None


def _records(scenario: Scenario) -> Iterator[Model]:
    for part in (scenario, scenario.site, scenario.supply):
        for field in type(part).model_fields:
            value = getattr(part, field)
            for record in value if isinstance(value, tuple) else (value,):
                if isinstance(record, Model) and record.shows:
                    yield record


def _name(record: Model) -> str:
    """The name that an item has in a schedule: its own, or its class's where there is only one."""
    name: str = record.item if hasattr(record, "item") else record.name  # type: ignore[attr-defined]
    return name
