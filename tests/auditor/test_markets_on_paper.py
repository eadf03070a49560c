"""What is bought on paper: PPAs, the day-ahead position; and emissions."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from optimizer.schedule import DispatchRow
from tests.auditor import hand, plant


def test_a_ppa_settles_against_the_energy_price():
    toy, plan = plant.agreement()
    hand.assert_accepted(toy, plan, -12)
    hand.assert_caught(toy, hand.map_ledger(plan, lambda r: r._replace(usd=r.usd + 6)), "ledger", "block", 0, 6)
    hand.assert_caught(toy, hand.set_row(plan, toy, "block", "quantity_mw", 1, 1), "input", "block", 1, -1)


def test_an_as_produced_ppa_settles_its_profile():
    toy, plan = plant.agreement(kind="as_produced", quantity_mw=[1.0, 3.0])
    right = hand.map_ledger(plan, lambda r: r._replace(usd={14: 7.0, -26: -39.0}[round(r.usd)]))
    right = hand.set_outcome(right, bound_usd=right.horizon_profit_usd)
    hand.assert_accepted(toy, right, -32)
    hand.assert_caught(toy, plan, "ledger", "block", 1, 13)


def test_an_optional_ppa_may_be_declined_as_a_whole():
    hand.assert_accepted(*plant.agreement(optional=True), -12)
    toy, plan = plant.agreement(accepted=False, optional=True)
    hand.assert_accepted(toy, plan, 0)
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "block", "accepted", 1, 1), "acceptance", "block", 1, 1)
    assert "it is accepted; it has to be declined, as that is what its first period says" in found.message
    paid = plant.agreement(optional=True)[1]
    spoilt = hand.replace(plan, ledger_rows=paid.ledger_rows)
    hand.assert_caught(toy, spoilt, "ledger", "block", 0, 14)


def test_acceptance_that_is_no_decision():
    toy, plan = plant.agreement(accepted=False)
    found = hand.assert_caught(toy, plan, "acceptance", "block", 0, -1)
    assert "as it is not optional" in found.message
    hand.assert_caught(toy, plan, "ledger", "block", 1, 26)
    toy, plan = plant.agreement(accepted=True, optional=True, state={"block": False})
    found = hand.assert_caught(toy, plan, "acceptance", "block", 0, 1)
    assert "earlier plans decided on it" in found.message
    hand.assert_accepted(*plant.agreement(accepted=False, optional=True, state={"block": False}))
    hand.assert_caught(*plant.agreement(accepted=False, optional=True, state={"block": True}), "acceptance", "block", 1)
    toy, plan = plant.agreement()
    hand.assert_caught(toy, hand.set_row(plan, toy, "block", "accepted", 1, 0.5), "whole", "block", 1, 0.5)
    hand.assert_caught(toy, hand.set_row(plan, toy, "block", "accepted", 1, 2), "range", "block", 1, 1)


def test_state_of_a_ppa():
    toy, plan = plant.agreement()
    spoilt = hand.set_state(plan, lambda s: s["ppas"].update(block=False))
    assert "accepted is false; it comes to true" in hand.assert_caught(toy, spoilt, "state", "block", None).message
    hand.assert_caught(toy, hand.set_state(plan, lambda s: s["ppas"].clear()), "state", "block", None)
    hand.assert_caught(toy, hand.set_state(plan, lambda s: s["ppas"].update(other=True)), "state", "other", None)


def test_two_settlement():
    toy, plan = plant.two_settlement()
    hand.assert_accepted(toy, plan, -90)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "day_ahead_settlement" else r)
    hand.assert_caught(toy, spoilt, "ledger", "grid", 0, -60)
    hand.assert_caught(
        toy, hand.set_row(plan, toy, "day ahead", "price_usd_per_mwh", 1, 31), "input", "day ahead", 1, 1
    )
    hand.assert_caught(toy, hand.set_row(plan, toy, "day ahead", "position_mw", 1, 2), "input", "day ahead", 1, 1)


def test_a_position_that_is_decided():
    toy, plan = plant.two_settlement(given=False)
    hand.assert_accepted(toy, plan, -90)
    hand.assert_caught(toy, hand.set_row(plan, toy, "day ahead", "position_mw", 1, -1), "range", "day ahead", 1, -1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "day ahead", "position_mw", 1, 2), "ledger", "grid", 1, 10)
    tight, _ = plant.two_settlement(given=False, import_limit_mw=[2.5, 2.5])
    hand.assert_caught(tight, plan, "day_ahead_limit", "day ahead", 0, 0.5)
    order = {
        "name": "EEA2",
        "start": "2026-01-05T00:30:00",
        "end": "2026-01-05T01:00:00",
        "import_limit_mw": 2.0,
    }
    capped, _ = plant.two_settlement(given=False, curtailment=[order])
    found = hand.assert_caught(capped, plan, "day_ahead_limit", "day ahead", 0, 1)
    assert "import limit (orders included)" in found.message
    # A position that is given is a fact, whatever the limit.
    given, _ = plant.two_settlement(curtailment=[order])
    hand.assert_accepted(given, hand.set_row(plan, given, "site", "import_limit_mw", 0, 2))


def test_no_position_without_its_market():
    toy, plan = plant.emissions()
    row = DispatchRow(toy.horizon.starts[0], "day ahead", "position_mw", 0.0)
    found = hand.assert_caught(
        toy, hand.replace(plan, dispatch_rows=(*plan.dispatch_rows, row)), "rows", "day ahead", 0
    )
    assert "there is no item" in found.message


@pytest.mark.parametrize("name", ["day ahead", "site", "hall"])
def test_names_that_are_taken(name):
    """Rows of an item with such a name could not be told from others."""
    with pytest.raises(ValidationError):
        plant.engine(name=name)


def test_emissions():
    toy, plan = plant.emissions()
    hand.assert_accepted(toy, plan, -76)
    hand.assert_caught(toy, hand.set_row(plan, toy, "site", "carbon_kg", 1, 900), "carbon", "site", 1, -100)
    hand.assert_caught(toy, hand.map_ledger(plan, lambda r: None if r.kind == "carbon" else r), "ledger", "grid", 0, 16)


def test_emissions_that_are_only_reported():
    toy, plan = plant.emissions(price_usd_per_tonne=0.0, cap_tonnes=None)
    free = hand.map_ledger(plan, lambda r: None if r.kind == "carbon" else r)
    hand.assert_accepted(toy, hand.set_outcome(free, bound_usd=-40.0), -40)


def test_the_cap_holds_over_the_whole_horizon():
    hand.assert_accepted(*plant.emissions(committed=1))
    found = hand.assert_caught(*plant.emissions(committed=1, before=0.3), "carbon_cap", "site", 1, 0.1)
    assert "above the cap of 2 t" in found.message
    hand.assert_caught(*plant.emissions(cap_tonnes=0.5), "carbon_cap", "site", 0, 1.4)


def test_carbon_in_the_state():
    toy, plan = plant.emissions(committed=1)
    spoilt = hand.set_state(plan, lambda s: s.update(carbon_tonnes=1.9))
    hand.assert_caught(toy, spoilt, "state", "state", None, 1.0)
    # Without carbon in the scenario, what was used is handed on.
    toy = plant.facility([10], state={"carbon_tonnes": 7.0})
    rows = {"site": hand.site(0, 10), "hall": hand.hall(0)}
    hand.assert_accepted(toy, hand.schedule(toy, rows, {}, state={"carbon_tonnes": 7.0}))
    hand.assert_caught(toy, hand.schedule(toy, rows, {}), "state", "state", None, -7)
