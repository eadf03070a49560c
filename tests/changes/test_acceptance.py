"""What a published plan accepted and declined, as the next plan's state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.changes.acceptance import with_acceptance
from tests.auditor import plant, worked


@pytest.mark.parametrize("accepted", [True, False])
def test_what_was_decided_on_a_ppa_stays(accepted: bool) -> None:
    toy, published = plant.agreement(accepted=accepted, optional=True)
    assert with_acceptance(toy, published).state.ppas == {"block": accepted}
    toy, published = plant.agreement(accepted=accepted, optional=True, state={"block": not accepted})
    assert with_acceptance(toy, published) is toy


def test_what_is_not_optional_is_no_decision() -> None:
    for toy, published in (plant.agreement(), worked.spot_nodes()):
        assert with_acceptance(toy, published) is toy


def test_what_was_decided_on_a_contract_stays() -> None:
    toy, published = worked.spot_nodes(optional=True)
    assert with_acceptance(toy, published).state.contracts["spot"].accepted is True
    unsaid = replace(published, contracts=())
    assert with_acceptance(toy, unsaid) is toy
