"""A job of which work is given up on one day is never done: the days say what the whole says.

Two days of two hours, no look-ahead; a GPU draws 1 MW and power costs 10 USD/MWh.
"""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.operating.roll.joined import Rolled
from optimizer.scenario.contracts import BatchState
from tests.operating.roll.in_parts import in_parts
from tests.toys import batch, gpu_pool, scenario

TERMS: dict[str, Any] = {"completion_usd": 60.0, "penalty_usd_per_gpu_hour": 10.0, "lateness_usd_per_hour": 15.0}


def two_days(job: dict[str, Any], available: list[float], hours: int = 4) -> Rolled:
    pool = gpu_pool(nodes_available=available[:hours])
    rolled = in_parts(scenario([10.0] * hours, pools=[pool], contracts=[job]), (0, 2, hours))
    assert rolled.findings.ok, str(rolled.findings)
    return rolled


def dollars(rolled: Rolled, kind: str) -> dict[int, float]:
    """By hour."""
    hours = {start: t for t, start in enumerate(rolled.scenario.horizon.stamps)}
    return {hours[row.start]: row.usd for row in rolled.schedule.ledger_rows if row.kind == kind}


def after(rolled: Rolled) -> BatchState:
    assert rolled.schedule.state is not None
    state = rolled.schedule.state.contracts["job"]
    assert isinstance(state, BatchState)
    return state


def test_the_rest_is_paid_late_and_never_done() -> None:
    """4 GPU-hours, one machine that is away in hour 1: 1 is done, 2 can be caught up, 1 is given up on day 1.

    Day 1: 100 − 10 power − 10 penalty − 15 late, 15 accrued and taken back: 65. Day 2: 200 − 20 − 30 late: 150.
    """
    job = batch(4.0, 1.0, hard_end=4.0, **TERMS)
    rolled = two_days(job, [1, 0, 1, 1])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([65.0, 150.0])
    assert rolled.schedule.profit_usd == pytest.approx(215.0)
    assert dollars(rolled, "lateness_penalty") == {1: -15, 2: -15, 3: -15}
    assert after(rolled).completion_accrued_usd == pytest.approx(0.0)
    assert after(rolled).closed
    assert rolled.schedule.contracts[0].finish is None
    assert rolled.schedule.contracts[0].lateness_hours == 3.0


@pytest.mark.parametrize("terms", [{"preemptible": False}, {"all_or_nothing": True}])
def test_a_job_given_up_whole_is_late_up_to_its_hard_end(terms: dict[str, Any]) -> None:
    """3 GPU-hours and no machine on day 1: 2 hours are left. Day 1: −30 − 15; day 2: −15 twice, though nothing is
    owed any more."""
    job = batch(3.0, 1.0, hard_end=4.0, **TERMS, **terms)
    rolled = two_days(job, [0, 0, 1, 1])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([-45.0, -30.0])
    assert dollars(rolled, "shortfall_penalty") == {3: -30}
    assert dollars(rolled, "lateness_penalty") == {1: -15, 2: -15, 3: -15}
    assert after(rolled).closed


def test_the_hard_end_behind_all_days_leaves_it_open() -> None:
    """As the first, but 5 GPU-hours until hour 5: one is given up on day 1, the whole gives up the same one.
    Day 2 sees nothing of the payment on completion. 65, then 200 − 20 − 30."""
    job = batch(5.0, 1.0, hard_end=5.0, **TERMS)
    rolled = two_days(job, [1, 0, 1, 1])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([65.0, 150.0])
    assert sum(dollars(rolled, "completion").values()) == pytest.approx(0.0)
    assert after(rolled).missed_gpu_hours == pytest.approx(1.0)
    assert not after(rolled).closed


def test_a_hard_end_inside_an_hour_is_late_up_to_it() -> None:
    """2 GPU-hours until half past two, one machine in hour 0. Day 1: half a GPU-hour could still be caught up and half
    is given up: 100 − 10 − 5 − 15; day 2, which has no whole hour for the other half: −5 − 7.5."""
    job = batch(2.0, 1.0, hard_end=2.5, **TERMS)
    rolled = two_days(job, [1, 0, 1, 1])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([70.0, -12.5])
    assert dollars(rolled, "lateness_penalty") == {1: -15, 2: -7.5}
    assert dollars(rolled, "shortfall_penalty") == {1: -10}
    assert after(rolled).closed


def test_all_or_nothing_that_ran_and_is_given_up_pays_back() -> None:
    """3 GPU-hours: two on day 1, which knows of no trouble; none on day 2. Day 1: 200 − 20 − 15 late, 40 accrued;
    day 2: −200 − 40 − 10 penalty − 30 late."""
    job = batch(3.0, 1.0, hard_end=4.0, all_or_nothing=True, **TERMS)
    rolled = two_days(job, [1, 1, 0, 0])
    assert [day.settled_profit_usd for day in rolled.days] == pytest.approx([205.0, -280.0])
    assert rolled.schedule.profit_usd == pytest.approx(-75.0)
    assert dollars(rolled, "contract_revenue") == {0: 100, 1: 100, 3: -200}
    assert after(rolled).missed_gpu_hours == pytest.approx(1.0)
    assert "job: it ran before a day gave all of it up; its pay is taken back" in rolled.schedule.notes
