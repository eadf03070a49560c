"""Batteries: the course of the store, limits, direction, end, wear, state."""

from __future__ import annotations

import pytest

from tests.auditor import hand, plant


def test_the_worked_number():
    hand.assert_accepted(*plant.battery_141(), 141)


def test_wear():
    toy, plan = plant.battery_141(wear_usd_per_mwh=10.0)
    hand.assert_accepted(toy, plan, 132.9)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "battery_wear" else r)
    hand.assert_caught(toy, spoilt, "ledger", "cells", 1, 8.1)


def test_the_course_of_the_store():
    toy, plan = plant.battery_141()
    for period, amount in ((0, 0.05), (1, 0.05)):
        spoilt = hand.set_row(plan, toy, "cells", "energy_mwh", period, [0.95, 0.05][period])
        hand.assert_caught(toy, spoilt, "battery_store", "cells", period, amount)
    found = hand.assert_caught(
        toy, hand.set_row(plan, toy, "cells", "charge_mw", 0, 0.9), "battery_store", "cells", 0, 0.09
    )
    assert "energy in store is given as 0.9 MWh; it comes to 0.81" in found.message
    hand.assert_caught(toy, hand.set_row(plan, toy, "cells", "discharge_mw", 1, 0.9), "battery_store", "cells", 1, 0.1)
    other = plant.battery_141(discharge_efficiency=0.8)[0]
    hand.assert_caught(other, plan, "battery_store", "cells", 1, 0.81 / 0.8 - 0.9)


def test_the_charge_and_the_discharge_are_part_of_the_balance():
    toy, plan = plant.battery_141()
    hand.assert_caught(toy, hand.set_row(plan, toy, "cells", "charge_mw", 0, 0.9), "balance", "site", 0, 0.1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "cells", "discharge_mw", 1, 0.8), "balance", "site", 1, -0.01)


def test_power_limits():
    _, plan = plant.battery_141()
    toy, _ = plant.battery_141(charge_limit_mw=0.7)
    found = hand.assert_caught(toy, plan, "battery_limit", "cells", 0, 0.3)
    assert "charge is 1 MW, 0.3 above its charge limit of 0.7" in found.message
    toy, _ = plant.battery_141(discharge_limit_mw=0.8)
    hand.assert_caught(toy, plan, "battery_limit", "cells", 1, 0.01)


@pytest.mark.parametrize("quantity", ["charge_mw", "discharge_mw"])
def test_power_is_not_negative(quantity):
    toy, plan = plant.battery_141()
    hand.assert_caught(toy, hand.set_row(plan, toy, "cells", quantity, 0, -0.2), "range", "cells", 0, -0.2)


def test_never_charging_and_discharging_at_once():
    toy, plan = plant.battery_141()
    spoilt = hand.set_row(plan, toy, "cells", "discharge_mw", 0, 0.25)
    hand.assert_caught(toy, spoilt, "battery_both", "cells", 0, 0.25)
    within = hand.set_row(plan, toy, "cells", "discharge_mw", 0, 0.9e-6)
    hand.assert_accepted(toy, within)


def test_energy_limits():
    _, plan = plant.battery_141()
    toy, _ = plant.battery_141(energy_mwh=0.6)
    hand.assert_caught(toy, plan, "battery_energy", "cells", 0, 0.3)
    toy, plan = plant.battery_141()
    hand.assert_caught(toy, hand.set_row(plan, toy, "cells", "energy_mwh", 1, -0.1), "battery_energy", "cells", 1, -0.1)


def test_the_end_is_that_of_the_whole_horizon():
    toy, plan = plant.battery_141(committed=1)
    assert hand.assert_accepted(toy, plan, 60).horizon_profit_usd == pytest.approx(141)
    toy, _ = plant.battery_141(committed=1, end_energy_mwh=0.3)
    found = hand.assert_caught(toy, plan, "battery_end", "cells", 1, 0.3)
    assert "ends with 0 MWh, 0.3 below" in found.message
    toy, plan = plant.battery_141(energy=(1.4, 0.5), start_energy_mwh=0.5)
    hand.assert_accepted(toy, plan, 141)
    toy, plan = plant.battery_141(energy=(1.3, 0.4), start_energy_mwh=0.4, end_energy_mwh=0.5)
    hand.assert_caught(toy, plan, "battery_end", "cells", 1, 0.1)
    # An end of 0 is an end; none is what it starts with.
    used_up = {"charge_efficiency": 0.5, "start_energy_mwh": 0.4}
    hand.assert_accepted(*plant.battery_141(**used_up, end_energy_mwh=0.0))
    hand.assert_caught(*plant.battery_141(**used_up), "battery_end", "cells", 1, 0.4)


def idle_store(energy: list[float], **changes: object) -> plant.Worked:
    """A battery that does nothing for an hour of quarters but lose 19 % of what the state says it has, 1 MWh."""
    store = {
        "name": "cells",
        "charge_limit_mw": 1.0,
        "discharge_limit_mw": 1.0,
        "energy_mwh": 2.0,
        "self_loss_per_hour": 0.19,
        "start_energy_mwh": 2.0,
        "end_energy_mwh": 0.8,
    } | changes
    state = {"batteries": {"cells": {"energy_mwh": 1.0}}}
    toy = plant.facility([10] * 4, batteries=[store], time={"resolution_minutes": 15}, state=state)
    rows = {
        "site": hand.site(0, 10),
        "hall": hand.hall(0),
        "cells": {"charge_mw": 0, "discharge_mw": 0, "energy_mwh": energy},
    }
    return toy, hand.schedule(toy, rows, {}, state={"batteries": {"cells": {"energy_mwh": energy[-1]}}})


def test_self_loss_by_the_hour_from_the_state_handed_over():
    quarters = [0.81 ** (quarter / 4) for quarter in (1, 2, 3, 4)]
    hand.assert_accepted(*idle_store(quarters))
    hand.assert_caught(*idle_store([1.0] * 4), "battery_store", "cells", 0, 1 - quarters[0])
    # Unless said otherwise it ends with what the state gave it.
    hand.assert_caught(*idle_store(quarters, end_energy_mwh=None), "battery_end", "cells", 3, 0.19)


def test_tolerance_is_a_millionth_of_the_store():
    toy, plan = plant.battery_141()
    near = hand.set_row(plan, toy, "cells", "energy_mwh", 1, 1.9e-6)
    hand.assert_accepted(toy, near)
    off = hand.set_row(plan, toy, "cells", "energy_mwh", 1, 2.1e-6)
    hand.assert_caught(toy, off, "battery_store", "cells", 1)


def test_state():
    toy, plan = plant.battery_141(committed=1)
    spoilt = hand.set_state(plan, lambda s: s["batteries"]["cells"].update(energy_mwh=1.0))
    hand.assert_caught(toy, spoilt, "state", "cells", None, 0.1)
    found = hand.assert_caught(toy, hand.set_state(plan, lambda s: s["batteries"].clear()), "state", "cells", None)
    assert "state.batteries does not have it" in found.message
    spoilt = hand.set_state(plan, lambda s: s["batteries"].update(other={"energy_mwh": 0.0}))
    hand.assert_caught(toy, spoilt, "state", "other", None)
