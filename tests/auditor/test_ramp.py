"""Ramps of fleets: steps that hold for a while, and the powers that the next plan is held against."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.auditor import hand
from tests.toys import group_fleet, scenario

HALVES = {"resolution_minutes": 30}


def mined(groups: list[int], on_before: int = 0, earlier: list[dict[str, float]] | None = None) -> Any:
    """Three toy groups on half hours with 0.5 MW per hour, and a plan, made without the ramp, that runs so many."""
    site = {"import_limit_mw": [float(count) for count in groups]}
    before = [{"mode": "normal", "groups": on_before}, {"mode": "off", "groups": 3 - on_before}]
    state = {"fleets": {"miners": {"groups": before, "earlier_power": earlier or []}}}
    free, tight = (
        scenario([50.0] * len(groups), fleets=[fleet], time=HALVES, site=site, state=state)
        for fleet in (group_fleet(3), group_fleet(3, ramp_mw_per_hour=0.5))
    )
    return tight, plan(free)


def _earlier(mw: float, hours: float) -> dict[str, float]:
    return {"it_power_mw": mw, "ago_hours": hours}


def ramps(toy: Scenario, found: Schedule) -> list[tuple[str | None, float | None]]:
    return [(v.start, v.amount) for v in hand.audit(toy, found).violations if v.rule == "ramp"]


def test_the_next_step_comes_after_step_over_ramp_hours():
    """0.5 MW per hour and a step of 1 MW: two hours, four periods."""
    toy, found = mined([1, 1, 1, 1, 2])
    assert ramps(toy, found) == []
    toy, found = mined([1, 1, 1, 2, 2])
    caught = hand.assert_caught(toy, found, "ramp", "miners", 3, 1)
    assert "change of IT power within 2 h is 2 MW" in caught.message
    assert len(ramps(toy, found)) == 1
    toy, found = mined([1, 0, 1, 0, 1])
    assert ramps(toy, found) == []


def test_two_steps_at_once():
    toy, found = mined([2, 2, 2])
    assert [amount for _, amount in ramps(toy, found)] == [1, 1, 1]


def test_a_step_before_the_horizon_holds_as_well():
    """One group on; none of them was until an hour and a half ago: the step holds for another half hour."""
    since = _earlier(0.0, 1.5)
    for earlier, late in (([], []), ([since], [1]), ([_earlier(0.0, 2.0)], [])):
        toy, found = mined([2, 2, 2, 2], on_before=1, earlier=earlier)
        assert [amount for _, amount in ramps(toy, found)] == late


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([], "lowest power of periods that ended up to 1 h ago is 1 MW by the state; it is 0 MW"),
        ([(0.0, 0.5)], "lowest power of periods that ended up to 0.5 h ago is 0 MW by the state; it is 1 MW"),
        ([(0.0, 1.5)], "lowest power of periods that ended up to 1 h ago is 1 MW by the state; it is 0 MW"),
        ([(0.4, 1.0)], "lowest power of periods that ended up to 1 h ago is 0.4 MW by the state; it is 0 MW"),
        ([(0.0, 1.0), (2.0, 1.5)], "highest power of periods that ended up to 1.5 h ago is 2 MW by the state"),
        ([(0.0, 1.0), (0.0, 2.0)], "earlier_power has one that ended 2 h ago; a step holds 2 h"),
    ],
)
def test_earlier_powers_of_the_state(said: list[tuple[float, float]], words: str):
    """Off, then 1 MW for two half hours: the step holds on."""
    toy = scenario([50] * 2, fleets=[group_fleet(3, ramp_mw_per_hour=0.5)], time=HALVES)
    found = plan(toy, gap=1e-6)
    assert found.state is not None
    assert [p.model_dump() for p in found.state.fleets["miners"].earlier_power] == [_earlier(0.0, 1.0)]
    entries = [_earlier(*entry) for entry in said]
    told = hand.set_state(found, lambda s: s["fleets"]["miners"].update(earlier_power=entries))
    violations = hand.audit(toy, told).violations
    assert {v.rule for v in violations} == {"state"}
    assert any(words in v.message for v in violations)
    # A power that came again later says nothing.
    again = [_earlier(1.0, 0.5), _earlier(0.0, 1.0)]
    hand.assert_accepted(toy, hand.set_state(found, lambda s: s["fleets"]["miners"].update(earlier_power=again)))
