"""One thing a file: each writes its columns, rows, power draw and dollars onto the model, with its equations
and their source in the docstring. A new kind of contract is one more file and one line in `CONTRACTS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.model.contracts.batch import BatchBlock
from optimizer.model.contracts.reserved import ReservedBlock
from optimizer.model.contracts.service import ContractBlock
from optimizer.model.contracts.spot import SpotBlock
from optimizer.model.desk import Model
from optimizer.model.machines.pool import PoolBlock

CONTRACTS: Mapping[str, Any] = {"reserved": ReservedBlock, "batch": BatchBlock, "spot": SpotBlock}
"""The block of each kind of contract: called with (model, terms, pools), it writes the contract."""


def contract_block(model: Model, terms: Any, pools: Mapping[str, PoolBlock]) -> ContractBlock:
    """Write a contract of any kind."""
    block: ContractBlock = CONTRACTS[terms.kind](model, terms, pools)
    return block
