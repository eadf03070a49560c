"""Overrides: what is held by hand, and for how long."""

from __future__ import annotations

import pytest

from optimizer.scenario.overrides import Override
from tests.auditor import hand, plant, worked
from tests.toys import clock, group_fleet, mode, scenario


def held(case, item, start, end, **way):
    """A worked case with an override from one hour to another, and its plan."""
    toy, plan = case
    override = Override.model_validate({"item": item, "start": clock(start), "end": clock(end), **way})
    return toy.model_copy(update={"overrides": (*toy.overrides, override)}), plan


ACCEPTED = [
    (worked.ramp, "miners", 1, 2, {"hold": "on"}),
    (worked.ramp, "miners", 0, 1, {"power_mw": 2.0}),
    (worked.ramp, "miners", 0, 1, {"power_mw": 2.5}),
    (worked.ramp, "miners", 0, 1, {"power_mw": 1.5}),
    (worked.one_group, "miners", 1, 2, {"hold": "off"}),
    (worked.one_group, "miners", 2, 9, {"hold": "on"}),
    (lambda: worked.spot_nodes({"nodes_available": 1.7}), "pool", 0, 1, {"hold": "on"}),
    (worked.spot_nodes, "pool", 0, 1, {"power_mw": 1.1}),
    (worked.preemptible, "pool", 1, 2, {"hold": "off"}),
    (plant.engine, "engine", 1, 3, {"hold": "on"}),
    (plant.engine, "engine", 3, 4, {"hold": "off"}),
    (plant.engine, "engine", 1, 3, {"power_mw": 2.0}),
    (plant.engine, "engine", 0, 1, {"power_mw": 0.0}),
    (plant.battery_141, "cells", 0, 1, {"power_mw": 1.0}),
    (plant.battery_141, "cells", 1, 2, {"power_mw": -0.81}),
    (plant.wind, "wind", 1, 2, {"power_mw": 4.0}),
    (lambda: plant.wind(used=(0, 4)), "wind", 0, 1, {"hold": "off"}),
]


@pytest.mark.parametrize(("case", "item", "start", "end", "way"), ACCEPTED)
def test_kept(case, item, start, end, way):
    hand.assert_accepted(*held(case(), item, start, end, **way))


BROKEN = [
    (worked.ramp, "miners", 0, 1, {"hold": "on"}, -1),
    (worked.ramp, "miners", 0, 1, {"hold": "off"}, 2),
    (worked.ramp, "miners", 0, 1, {"power_mw": 2.6}, -0.6),
    (worked.ramp, "miners", 0, 1, {"power_mw": 1.4}, 0.6),
    (worked.spot_nodes, "pool", 0, 1, {"hold": "on"}, -1),
    (worked.spot_nodes, "pool", 0, 1, {"hold": "off"}, 1),
    (worked.spot_nodes, "pool", 0, 1, {"power_mw": 1.2}, -0.6),
    (plant.engine, "engine", 0, 1, {"hold": "on"}, -1),
    (plant.engine, "engine", 1, 2, {"hold": "off"}, 1),
    (plant.engine, "engine", 1, 2, {"power_mw": 1.5}, 0.5),
    (plant.engine, "engine", 0, 1, {"power_mw": 2.0}, -2),
    (plant.engine, "engine", 0, 1, {"power_mw": 2.0}, -1),
    (plant.engine, "engine", 1, 2, {"power_mw": 0.0}, 2),
    (plant.battery_141, "cells", 0, 1, {"hold": "off"}, 1),
    (plant.battery_141, "cells", 0, 1, {"power_mw": 0.0}, 1),
    (plant.battery_141, "cells", 0, 1, {"power_mw": 0.8}, 0.2),
    (plant.battery_141, "cells", 0, 1, {"power_mw": -0.5}, 1),
    (plant.battery_141, "cells", 0, 1, {"power_mw": -0.5}, -0.5),
    (plant.wind, "wind", 0, 1, {"hold": "off"}, 1),
    (plant.wind, "wind", 0, 1, {"power_mw": 1.5}, -0.5),
]


@pytest.mark.parametrize(("case", "item", "start", "end", "way", "off"), BROKEN)
def test_broken(case, item, start, end, way, off):
    toy, plan = held(case(), item, start, end, **way)
    hand.assert_caught(toy, plan, "override", item, start, off)
    assert {v.rule for v in hand.audit(toy, plan).violations} == {"override"}


def test_the_message_says_what_is_held_and_until_when():
    found = hand.assert_caught(*held(worked.ramp(), "miners", 0, 1, hold="on"), "override", "miners", 0)
    assert found.message == (
        "it is held on by hand from 2026-01-05T00:00:00+00:00 to 2026-01-05T01:00:00+00:00: "
        "the number up is 2 groups, where it has to be 3"
    )
    found = hand.assert_caught(*held(plant.engine(), "engine", 1, 2, power_mw=1.5), "override", "engine", 1)
    assert "held at 1.5 MW by hand" in found.message and "output is 2 MW, where it has to be 1.5" in found.message


@pytest.mark.parametrize(
    ("start", "end", "periods"), [(0.0, 1.0, {0}), (0.9, 1.1, {0, 1}), (1.0, 1.1, {1}), (0.5, 1.0, {0}), (2, 3, set())]
)
def test_a_period_that_is_touched_is_held_for_all_of_it(start, end, periods):
    toy, plan = held(worked.ramp(), "miners", start, end, hold="off")
    found = {v.start for v in hand.audit(toy, plan).violations if v.rule == "override"}
    assert found == {toy.horizon.label(t) for t in periods}


def test_within_half_of_what_a_whole_group_draws():
    """One group of two machines of 0.5 MW, asleep at 0.05 MW: half of its most is 0.5 MW."""
    modes = [mode("normal", 0.5, 50), mode("sleep", 0.05, 0)]
    toy = scenario([50], fleets=[group_fleet(1, units=2, modes=modes)])
    fleet = hand.miners([1], [1], [0])
    del fleet["groups[off]"]
    rows = {"site": hand.site(1, 50), "bitcoin": hand.bitcoin(), "hall": hand.hall(1)}
    rows["miners"] = fleet | {"groups[sleep]": 0}
    state = {"fleets": {"miners": hand.groups_state(("normal", 1, 1), starts_today=1, it_power_mw=1)}}
    ledger = {"grid": {"energy": -50}, "miners": {"mining_revenue": 100}}
    plan = hand.schedule(toy, rows, ledger, state=state)
    hand.assert_accepted(*held((toy, plan), "miners", 0, 1, power_mw=0.5), 50)
    hand.assert_caught(*held((toy, plan), "miners", 0, 1, power_mw=0.45), "override", "miners", 0, 0.55)


def test_each_of_several_holds():
    toy, plan = held(held(worked.ramp(), "miners", 0, 1, hold="on"), "miners", 1, 2, hold="off")
    hand.assert_caught(toy, plan, "override", "miners", 0, -1)
    hand.assert_caught(toy, plan, "override", "miners", 1, 3)
