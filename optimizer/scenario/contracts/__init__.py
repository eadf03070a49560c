"""The kinds of AI contract. A new kind is a file here, one line in this union, and a file of the same name
in `optimizer/model/contracts` and `optimizer/auditor`; `tests/test_contract_kinds.py` fails where one is missing."""

from typing import Annotated

from pydantic import Field

from optimizer.scenario.contracts.batch import Batch
from optimizer.scenario.contracts.reserved import BillingPeriod, Reserved, SlaTier
from optimizer.scenario.contracts.spot import Spot
from optimizer.scenario.contracts.terms import ContractTerms

Contract = Annotated[Reserved | Batch | Spot, Field(discriminator="kind")]

__all__ = ["Batch", "BillingPeriod", "Contract", "ContractTerms", "Reserved", "SlaTier", "Spot"]
