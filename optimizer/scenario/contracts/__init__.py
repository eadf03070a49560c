"""The kinds of AI contract: one kind a file, its terms and its state.

A new kind, say "ondemand", is

    optimizer/scenario/contracts/ondemand.py   OnDemand(ContractTerms), and its state OnDemandState(ContractSoFar)
    optimizer/model/contracts/ondemand.py      OnDemandBlock(ContractBlock): its columns, rows and dollars
    optimizer/auditor/contracts/ondemand.py    its rules and dollars once more, from the schedule alone

and one line in the table `KINDS` of each of the three packages. Nothing else knows the kinds: what a command needs to
know it asks the terms (`ContractTerms`) or the block (`optimizer.model.contracts`).

| asked of the terms | by |
|---|---|
| `check`, `check_state` | loading: every fault of the terms and of the state, each with its place |
| `begun` | the model, the audit, and what hands over: the state, where nothing has happened yet |
| `summary`, `notes` | `validate`, and the notes of a schedule |
| `with_gpu_hours`, `least_words` | `value`: one more GPU-hour committed, demanded or owed |
| `in_part` | `settle`, `replan`, `roll`: what some of the periods leave of it |
| `shows` | the words of a schedule: what it publishes of each period beside its GPUs |
| `offers_reserve` | reserve products: whether it may be a provider |
| `intricate`, `gets_done`, `ContractSoFar.gave_work_up` | ties, the table of a plan, days as one |

`summary`, `check` and `with_gpu_hours` have no default. Fields of state default to "nothing so far".
`tests/test_contract_kinds.py` takes every kind of the table through every command, and one of its own that the table
does not have (`optimizer.scenario.kinds.contract_kind`).
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Annotated, Any, Union

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from optimizer.scenario.contracts.batch import Batch, BatchState
from optimizer.scenario.contracts.reserved import BillingPeriod, BillingRecord, Reserved, ReservedState, SlaTier
from optimizer.scenario.contracts.spot import Spot, SpotState
from optimizer.scenario.contracts.terms import ContractSoFar, ContractTerms

KINDS: MutableMapping[str, type[ContractTerms]] = {
    "reserved": Reserved,
    "batch": Batch,
    "spot": Spot,
}
"""The terms of each kind of contract."""


class _OneOfTheKinds:
    """Read as one of a class for each kind of the table, told apart by `kind`."""

    def __init__(self, class_of: Callable[[type[ContractTerms]], Any]) -> None:
        self._class_of = class_of

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        classes = tuple(map(self._class_of, KINDS.values()))
        return handler.generate_schema(Annotated[Union[classes], Field(discriminator="kind")])  # noqa: UP007


Contract = Annotated[ContractTerms, _OneOfTheKinds(lambda terms: terms)]
"""The terms of any kind."""
ContractState = Annotated[ContractSoFar, _OneOfTheKinds(lambda terms: terms.so_far)]
"""The state of any kind."""

__all__ = [
    "KINDS",
    "Batch",
    "BatchState",
    "BillingPeriod",
    "BillingRecord",
    "Contract",
    "ContractSoFar",
    "ContractState",
    "ContractTerms",
    "Reserved",
    "ReservedState",
    "SlaTier",
    "Spot",
    "SpotState",
]
