"""One thing a file: each writes its columns, rows, power draw and dollars onto the model, with its equations
and their source in the docstring. A new kind of contract is one more file and one line in `CONTRACTS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.components.batch import BatchBlock
from optimizer.components.contract import ContractBlock
from optimizer.components.model import Model
from optimizer.components.pool import PoolBlock
from optimizer.components.reserved import ReservedBlock
from optimizer.components.spot import SpotBlock

CONTRACTS: Mapping[str, Any] = {"reserved": ReservedBlock, "batch": BatchBlock, "spot": SpotBlock}
"""The block of each kind of contract: called with (model, terms, pools), it writes the contract."""


def contract_block(model: Model, terms: Any, pools: Mapping[str, PoolBlock]) -> ContractBlock:
    """Write a contract of any kind."""
    block: ContractBlock = CONTRACTS[terms.kind](model, terms, pools)
    return block
