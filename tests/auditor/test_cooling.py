"""Cooling modes: the cheapest that holds and can cool the hall is taken."""

from __future__ import annotations

import pytest

from tests.auditor import flexible, hand
from tests.auditor.flexible import CHILLER, FREE, TAKEN, WET


def taking(period: int, name: str) -> tuple[str, ...]:
    """The modes of the worked case with another one in a period; power and money follow it."""
    return (*TAKEN[:period], name, *TAKEN[period + 1 :])


def test_the_worked_case():
    """900 USD of hashing, 3.15 + 2.2 + 3.9 + 1.3 MWh at 10 USD."""
    hand.assert_accepted(*flexible.cooled(), 794.5)


@pytest.mark.parametrize(
    ("period", "name", "own"),
    [
        (0, "chiller", "free"),  # dearer where a cheaper one would do
        (0, "wet", "free"),  # cannot cool 3 MW, and is dearer
        (1, "free", "wet"),  # too warm
        (2, "wet", "chiller"),  # 3 MW are too much for it
        (3, "wet", "chiller"),  # too hot
        (4, "free", "wet"),  # too cold; nothing to cool
        (4, "chiller", "wet"),
    ],
)
def test_another_mode_than_the_cheapest_that_does(period, name, own):
    toy, plan = flexible.cooled(taking(period, name))
    found = hand.assert_caught(toy, plan, "cooling", "hall", period)
    assert found.message.startswith(f"{name} is taken; it has to be {own}, the cheapest that holds")
    if period < 4:
        rows = {(v.rule, v.item) for v in hand.audit(toy, plan).violations}
        assert rows >= {("cooling", "hall"), ("input", "hall"), ("hall_power", "hall"), ("ledger", "grid")}


def test_on_a_limit_either_neighbour_may_be_taken():
    hand.assert_accepted(*flexible.cooled(taking(1, "chiller")))
    toy, plan = flexible.cooled(modes=(CHILLER, FREE, WET | {"it_limit_mw": 2.001}))
    hand.assert_accepted(toy, plan)
    toy, plan = flexible.cooled(taking(1, "chiller"), (CHILLER, FREE, WET | {"it_limit_mw": 2.001}))
    hand.assert_caught(toy, plan, "cooling", "hall", 1)


def test_where_no_mode_holds_nothing_is_cooled_and_pue_is_one():
    toy, plan = flexible.cooled(("free", "wet", "wet", "", "wet"), (FREE, WET), up=(3, 2, 2, 0, 0))
    groups = hand.groups_state(("off", 2, 2), ("off", 1, 4), starts_today=3)
    plan = hand.set_state(plan, lambda state: state["fleets"].update(miners=groups))
    hand.assert_accepted(toy, plan)
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "hall", "pue", 3, 1.1), "input", "hall", 3, 0.1)
    assert "PUE" in found.message


def test_none_or_two_at_once():
    toy, plan = flexible.cooled()
    spoilt = hand.set_row(plan, toy, "hall", "cooling[free]", 0, 0)
    found = hand.assert_caught(toy, spoilt, "cooling", "hall", 0)
    assert found.message.startswith("no mode is taken; it has to be free")
    spoilt = hand.set_row(plan, toy, "hall", "cooling[wet]", 0, 1)
    assert "free and wet is taken" in hand.assert_caught(toy, spoilt, "cooling", "hall", 0).message
    spoilt = hand.set_row(plan, toy, "hall", "cooling[free]", 0, 0.5)
    hand.assert_caught(toy, spoilt, "whole", "hall", 0, 0.5)


def test_of_equals_the_first():
    twin = CHILLER | {"name": "twin"}
    hand.assert_accepted(*flexible.cooled(modes=(FREE, WET, CHILLER, twin)))
    toy, plan = flexible.cooled(modes=(FREE, WET, twin, CHILLER))
    assert "it has to be twin" in hand.assert_caught(toy, plan, "cooling", "hall", 2).message


def test_where_none_holds_the_hall_has_no_it_power():
    modes = (CHILLER | {"max_ambient_c": 35.0}, FREE, WET)
    toy, plan = flexible.cooled(taking(3, ""), modes)
    found = hand.assert_caught(toy, plan, "cooling", "hall", 3, 1)
    assert "1 MW; no cooling mode holds at 40 °C, so it may have none" in found.message
    toy, plan = flexible.cooled(taking(3, ""), modes, up=(3, 2, 3, 0, 0))
    state = hand.groups_state(("off", 3, 2), starts_today=4)
    hand.assert_accepted(toy, hand.set_state(plan, lambda s: s["fleets"].update(miners=state)))


def test_more_than_any_mode_that_holds_can_cool():
    toy, plan = flexible.cooled(modes=(CHILLER | {"it_limit_mw": 2.5}, FREE, WET))
    found = hand.assert_caught(toy, plan, "cooling", "hall", 2, 0.5)
    assert "3 MW, 0.5 above the 2.5 MW that any cooling mode that holds at 20 °C can cool" in found.message


def test_limits_of_temperature_hold_on_the_degree():
    """15 °C is free cooling's last, −5 °C its first."""
    taken = ("free", "free", "chiller", "chiller", "wet")
    hand.assert_accepted(*flexible.cooled(taken, ambient=(15, -5, -5.1, 40, -10)))
    for ambient in ((15.1, -5), (15, -5.1)):
        period = 0 if ambient[0] > 15 else 1
        toy, plan = flexible.cooled(taken, ambient=(*ambient, -5.1, 40, -10))
        hand.assert_caught(toy, plan, "cooling", "hall", period)
