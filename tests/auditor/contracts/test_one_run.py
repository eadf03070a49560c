"""Batch work that runs once, without a break."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.auditor.contracts.jobs import ran


def test_one_run_without_a_break():
    toy, plan = worked.not_preemptible()
    spoilt = hand.set_row(plan, toy, "job", "gpus[pool]", 1, 0)
    hand.assert_caught(toy, spoilt, "batch_not_preemptible", "job", 1, -1)
    spoilt = hand.set_row(plan, toy, "job", "gpus[pool]", 2, 0.5)
    hand.assert_caught(toy, spoilt, "batch_not_preemptible", "job", 2, -0.5)
    spoilt = hand.set_row(plan, toy, "job", "restarts", 1, 1)
    hand.assert_caught(toy, spoilt, "batch_restart", "job", 1, 1)
    spoilt = hand.set_row(plan, toy, "job", "owed_gpu_hours", 2, 0.5)
    hand.assert_caught(toy, spoilt, "batch_owed", "job", 2, -0.5)


def test_the_last_period_of_a_run_is_in_full_and_paid_for_what_is_owed():
    toy, plan = worked.not_preemptible(gpu_hours=2.25)
    hand.assert_caught(toy, plan, "batch_owed", "job", 2, 0.75)
    plan = hand.set_row(plan, toy, "job", "owed_gpu_hours", 2, 0.25)
    hand.assert_caught(toy, plan, "ledger", "job", 2, 75)
    assert {v.rule for v in hand.audit(toy, plan).violations} == {"ledger", "contracts", "state", "profit", "outcome"}


def test_a_run_starts_only_where_it_ends_in_time():
    toy, plan = worked.not_preemptible(deadline=f"{worked.DAY}02:30:00")
    hand.assert_caught(toy, plan, "batch_window", "job", 0, 0.5)


def test_a_run_in_half_hours():
    """2.25 GPU-hours on one GPU are five half hours, the last of them half used; from 00:30 on they end at 03:00."""
    toy, plan = worked.not_preemptible_in_half_hours()
    hand.assert_accepted(toy, plan, 225)
    late, _ = worked.not_preemptible_in_half_hours(deadline=f"{worked.DAY}02:45:00")
    hand.assert_caught(late, plan, "batch_window", "job", 1, 0.25)
    spoilt = hand.set_row(plan, toy, "job", "owed_gpu_hours", 5, 0.5)
    hand.assert_caught(toy, spoilt, "batch_owed", "job", 5, 0.25)


def test_a_run_under_way_goes_on_past_its_hard_end():
    under_way = {"started": True, "running": True, "pool": "pool", "done_gpu_hours": 1.0}
    case: dict[str, Any] = {
        "before": under_way,
        "preemptible": False,
        "deadline": f"{worked.DAY}01:00:00",
    }
    after = {"done_gpu_hours": 3.0, "started": True, "running": False, "closed": True}
    report = {"finish": "2026-01-05T02:00:00Z"}
    hand.assert_accepted(*ran([1, 1, 0], {"contract_revenue": [100, 100, 0]}, after, report=report, **case), 200)
    toy, plan = ran([1, 0, 0], {"contract_revenue": [100, 0, 0]}, after, report=report, **case)
    hand.assert_caught(toy, plan, "batch_not_preemptible", "job", 1, -1)


def test_a_run_may_end_behind_the_horizon():
    """Three hours from hour 1 on, the hard end at 4: two in the horizon, nothing is missed."""
    after = {"done_gpu_hours": 2.0, "started": True, "running": True, "pool": "pool"}
    hand.assert_accepted(*ran([0, 1, 1], {"contract_revenue": [0, 100, 100]}, after, preemptible=False), 200)
    toy, plan = ran([0, 0, 1], {"contract_revenue": [0, 0, 100]}, after | {"done_gpu_hours": 1.0}, preemptible=False)
    hand.assert_caught(toy, plan, "batch_window", "job", 2, 1)


@pytest.mark.parametrize(("release", "missed"), [("03:00:00", 0.0), ("03:15:00", 3.0)])
def test_a_run_that_is_released_behind_the_horizon(release, missed):
    """Three hours from 03:00 on end at 06:00; released at 03:15 it could begin at 04:00."""
    after = {"missed_gpu_hours": missed}
    toy, plan = ran(
        [0, 0],
        {"shortfall_penalty": [0, -7 * missed]},
        after,
        report={"short_gpu_hours": missed},
        preemptible=False,
        release=f"{worked.DAY}{release}",
        deadline=f"{worked.DAY}06:30:00",
        penalty_usd_per_gpu_hour=7.0,
    )
    hand.assert_accepted(toy, plan, -7 * missed)


@pytest.mark.parametrize(("hard_end", "missed"), [("05:00:00", 0.0), ("04:30:00", 3.0)])
def test_a_run_that_can_start_later_is_not_missed(hard_end, missed):
    after = {"missed_gpu_hours": missed}
    toy, plan = ran(
        [0, 0],
        {"shortfall_penalty": [0, -7 * missed]},
        after,
        report={"short_gpu_hours": missed},
        preemptible=False,
        deadline=f"{worked.DAY}{hard_end}",
        penalty_usd_per_gpu_hour=7.0,
    )
    hand.assert_accepted(toy, plan, -7 * missed)
