"""A kind of contract that joins the format for a while, and leaves it as it was."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from optimizer.scenario.contracts import KINDS
from optimizer.scenario.kinds import contract_kind
from optimizer.scenario.schema import schema
from tests import ondemand
from tests.toys import gpu_pool, scenario, spot


def test_a_kind_of_contract_leaves_again() -> None:
    sold = spot(kind=ondemand.KIND)
    before = schema()
    with ondemand.ondemand():
        assert schema() != before
        assert isinstance(scenario([50], pools=[gpu_pool()], contracts=[sold]).contracts[0], ondemand.OnDemand)
    assert schema() == before
    with pytest.raises(ValidationError, match="'reserved', 'batch', 'spot'"):
        scenario([50], pools=[gpu_pool()], contracts=[sold])


def test_a_kind_of_contract_is_not_taken_twice() -> None:
    before = dict(KINDS)
    with pytest.raises(ValueError, match="already"), contract_kind("spot", ondemand.OnDemand):
        pass
    assert before == KINDS
