"""The kinds of contract in the model: one kind a file, with its equations and their source in the docstring.

A new kind is one more file and one line in `KINDS`. Its block (`ContractBlock`) is called with (model, terms, pools):

    class OnDemandBlock(ContractBlock):
        priority = 2
        def __init__(self, model: Model, terms: OnDemand, pools: Mapping[str, PoolBlock]) -> None:
            before = terms.begun(model.scenario.state.contracts.get(terms.name))
            self.service = Service(model, terms, pools, before.accepted)    acceptance; then columns, rows, dollars

`Service.gpus` gives the columns of GPUs by pool, which draw power and take room there; `model.limit` writes rows,
`model.earn_sum` dollars of a `LedgerKind` (objective and ledger in one act), `model.show` what the schedule reports
(the terms name it in `shows`), `Service.show` what every contract does. Rows that an operator knows by name are named
with `model.require`, so that `clash` can say which of them stand in the way.

| asked of the block | by |
|---|---|
| `report`, `state` | the schedule, and the next plan |
| `tidy` | reading a solution back: counts and flags in the form that the rules define |
| `priority`, `wanted` (or `by_rule`) | the rules of thumb: `--solver rules`, fallbacks, the mark of every plan |
| `interrupted_usd_per_gpu_hour` | reserve products, where the terms say `offers_reserve` |
| `explain` | what a plan that does not exist would need |

`tidy`, `report`, `state`, `wanted` and `priority` have no default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from optimizer.model.contracts.batch import BatchBlock
from optimizer.model.contracts.block import ContractBlock
from optimizer.model.contracts.reserved import ReservedBlock
from optimizer.model.contracts.spot import SpotBlock
from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock
from optimizer.scenario.contracts import ContractTerms

KINDS: MutableMapping[str, Callable[[Model, Any, Mapping[str, PoolBlock]], ContractBlock]] = {
    "reserved": ReservedBlock,
    "batch": BatchBlock,
    "spot": SpotBlock,
}
"""The block of each kind of contract."""


def contract_block(model: Model, terms: ContractTerms, pools: Mapping[str, PoolBlock]) -> ContractBlock:
    """Write a contract of any kind."""
    return KINDS[terms.kind](model, terms, pools)
