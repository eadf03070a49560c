"""Generators: load, switching, ramp, money, state."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.scenario.switching import LONG_AGO_HOURS
from tests.auditor import hand, plant


def test_a_generator_by_hand():
    hand.assert_accepted(*plant.engine(), -270)


def test_load():
    toy, plan = plant.engine()
    found = hand.assert_caught(
        toy, hand.set_row(plan, toy, "engine", "output_mw", 1, 3.5), "generator_capacity", "engine", 1, 0.5
    )
    assert "output is 3.5 MW, 0.5 above its capacity of 3" in found.message
    found = hand.assert_caught(
        toy, hand.set_row(plan, toy, "engine", "output_mw", 2, 0.4), "generator_min_load", "engine", 2, 0.6
    )
    assert "output is 0.4 MW, 0.6 below its minimum load of 1" in found.message
    found = hand.assert_caught(
        toy, hand.set_row(plan, toy, "engine", "output_mw", 3, 0.4), "generator_off", "engine", 3, 0.4
    )
    assert "as it is off" in found.message
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "output_mw", 0, -0.4), "range", "engine", 0, -0.4)
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "output_mw", 1, 1.5), "balance", "site", 1, -0.5)


def test_on_and_off():
    toy, plan = plant.engine()
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "on", 1, 0.5), "whole", "engine", 1, 0.5)
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "on", 1, 2), "range", "engine", 1, 1)
    found = hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "started", 1, 0), "flow", "engine", 1, -1)
    assert "started is 0; on goes from 0 to 1, so it is 1" in found.message
    hand.assert_caught(toy, hand.set_row(plan, toy, "engine", "stopped", 2, 1), "flow", "engine", 2, 1)
    # A start and a stop in one period are neither.
    both = hand.set_row(hand.set_row(plan, toy, "engine", "started", 2, 1), toy, "engine", "stopped", 2, 1)
    hand.assert_caught(toy, both, "flow", "engine", 2, 1)


def test_minimum_times():
    _, plan = plant.engine()
    toy, _ = plant.engine(min_up_hours=3.0)
    found = hand.assert_caught(toy, plan, "min_up", "engine", 3, 1)
    assert "after 2 h up; the minimum is 3 h" in found.message
    toy, _ = plant.engine(before={"on": False, "hours": 1.0}, min_down_hours=2.0)
    hand.assert_accepted(toy, plan)
    toy, _ = plant.engine(before={"on": False, "hours": 1.0}, min_down_hours=2.5)
    hand.assert_caught(toy, plan, "min_down", "engine", 1, 1)


def test_a_running_generator_handed_over():
    """On before at 1 MW, its least: it stops in the first period, and starts again too soon."""
    before = {"on": True, "hours": 1.0}
    toy, plan = plant.engine(before=before)
    plan = hand.set_row(plan, toy, "engine", "stopped", 0, 1)
    hand.assert_caught(toy, plan, "min_up", "engine", 0, 1)
    hand.assert_caught(toy, plan, "min_down", "engine", 1, 1)
    toy, _ = plant.engine(before=before | {"hours": 2.0}, min_down_hours=1.0)
    hand.assert_accepted(toy, plan)
    # Without a power handed over it came from its least, which a stop may leave whatever the ramp.
    slow: dict[str, Any] = {"min_down_hours": 1.0, "min_load_mw": 0.5, "ramp_mw_per_hour": 0.4}
    toy, _ = plant.engine(before=before | {"hours": 2.0}, **slow)
    assert "engine" not in {v.item for v in hand.audit(toy, plan).violations if v.start == toy.horizon.label(0)}
    toy, _ = plant.engine(before=before | {"hours": 2.0, "power_mw": 0.6}, **slow)
    hand.assert_caught(toy, plan, "ramp", "engine", 0, 0.1)
    toy, _ = plant.engine(before=before | {"hours": 2.0, "power_mw": 2.7}, min_down_hours=1.0)
    hand.assert_caught(toy, plan, "ramp", "engine", 0, 0.7)


def test_ramp():
    _, plan = plant.engine()
    toy, _ = plant.engine(ramp_mw_per_hour=1.5)
    found = hand.assert_caught(toy, plan, "ramp", "engine", 1, 0.5)
    assert "change of output is 2 MW" in found.message
    hand.assert_caught(toy, plan, "ramp", "engine", 3, 0.5)


@pytest.mark.parametrize(("kind", "amount"), [("fuel", 80), ("start", 30)])
def test_money(kind, amount):
    toy, plan = plant.engine()
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == kind else r)
    hand.assert_caught(toy, spoilt, "ledger", "engine", 1, amount)


def test_state():
    toy, plan = plant.engine(committed=2)
    hand.assert_accepted(toy, plan, -150)
    changes: list[tuple[dict[str, Any], float | None]] = [
        ({"on": False}, None),
        ({"hours": 2.0}, 1),
        ({"power_mw": 1.5}, -0.5),
        ({"power_mw": None}, None),
    ]
    for change, amount in changes:
        spoilt = hand.set_state(plan, lambda s, change=change: s["generators"]["engine"].update(change))
        hand.assert_caught(toy, spoilt, "state", "engine", None, amount)
    hand.assert_caught(toy, hand.set_state(plan, lambda s: s["generators"].clear()), "state", "engine", None)
    spoilt = hand.set_state(plan, lambda s: s["generators"].update(other={}))
    hand.assert_caught(toy, spoilt, "state", "other", None)


def test_an_age_is_exact_or_in_whole_periods_and_bounded():
    idle: Any = {"output_mw": 0, "on": 0, "started": 0, "stopped": 0}
    for before, good, bad in (
        ({"on": False, "hours": 3.5}, (4.5, 4.0), (5.0, 3.5)),
        (None, (LONG_AGO_HOURS,), (LONG_AGO_HOURS - 1, 1.0)),
    ):
        state = {"generators": {"engine": before}} if before else {}
        toy = plant.facility([20], generators=[plant.ENGINE], state=state)
        for hours in (*good, *bad):
            rows = {"site": hand.site(0, 20), "hall": hand.hall(0), "engine": idle}
            handed = {"on": False, "hours": hours, "power_mw": 0.0}
            plan = hand.schedule(toy, rows, {}, state={"generators": {"engine": handed}})
            if hours in good:
                hand.assert_accepted(toy, plan, 0)
            else:
                hand.assert_caught(toy, plan, "state", "engine", None)
