"""A kind of contract is a file in each of the places that know contracts."""

from __future__ import annotations

from importlib import import_module
from typing import Any, get_args

import pytest

from optimizer import audit
from optimizer.model.contracts import CONTRACTS
from optimizer.model.contracts.service import ContractBlock
from optimizer.scenario.contracts import Contract, ContractTerms
from optimizer.scenario.state import ContractState

KINDS: dict[str, Any] = {
    get_args(terms.model_fields["kind"].annotation)[0]: terms for terms in get_args(get_args(Contract)[0])
}
STATES = {get_args(state.model_fields["kind"].annotation)[0] for state in get_args(get_args(ContractState)[0])}


def test_there_are_kinds() -> None:
    assert {"reserved", "batch", "spot"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_terms_in_a_file_of_its_name(kind: str) -> None:
    assert issubclass(KINDS[kind], ContractTerms)
    assert KINDS[kind].__module__ == f"optimizer.scenario.contracts.{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_block_in_the_model(kind: str) -> None:
    block = CONTRACTS[kind]
    assert block.__module__ == f"optimizer.model.contracts.{kind}"
    members = [name for name in vars(ContractBlock) if not name.startswith("_")]
    assert members and all(hasattr(block, name) for name in members)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_rules_in_the_audit(kind: str) -> None:
    rules = import_module(f"{audit.__module__}.contracts").KINDS
    assert rules[kind].__module__ == f"{audit.__module__}.{kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_state(kind: str) -> None:
    assert kind in STATES


def test_no_place_knows_a_kind_that_is_none() -> None:
    rules = import_module(f"{audit.__module__}.contracts").KINDS
    assert set(CONTRACTS) == set(rules) == STATES == set(KINDS)
