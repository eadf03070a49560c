"""Batch work: windows, rates, restarts, waste, lateness, completion, penalties, as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand, worked
from tests.auditor.contracts.jobs import ran


def test_the_window():
    toy, plan = worked.preemptible()
    for change, period in (({"release": f"{worked.DAY}00:30:00"}, 0), ({"deadline": f"{worked.DAY}03:59:00"}, 3)):
        toy, plan = worked.preemptible(**change)
        found = hand.assert_caught(toy, plan, "batch_window", "job", period, 1)
        assert "not wholly between release and hard end" in found.message


def test_at_most_max_gpus():
    toy, plan = worked.preemptible()
    plan = hand.set_row(plan, toy, "job", "gpus[pool]", 0, 1.5)
    hand.assert_caught(toy, plan, "batch_gpus", "job", 0, 0.5)


def test_at_least_min_gpus():
    toy, plan = worked.preemptible()
    plan = hand.set_row(plan, toy, "job", "gpus[pool]", 3, 0.5)
    hand.assert_caught(toy, plan, "batch_gpus", "job", 3, -0.5)


def test_running_is_where_gpus_run():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "running", 3, 0), "batch_running", "job", 3, 1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "running", 1, 1), "batch_running", "job", 1, 0)


def test_a_restart_is_counted():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "restarts", 2, 0), "batch_restart", "job", 2, -1)
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "restarts", 0, 1), "batch_restart", "job", 0, 1)


def test_restart_work_comes_first():
    """All of hour 2 as owed work: half a GPU-hour of restart work is still before it."""
    toy, plan = worked.preemptible()
    plan = hand.set_row(plan, toy, "job", "owed_gpu_hours", 2, 1)
    plan = hand.set_row(plan, toy, "job", "restart_gpu_hours", 2, 0)
    hand.assert_caught(toy, plan, "batch_restart", "job", 2, 0.5)


def test_restart_work_is_not_more_than_the_restart_adds():
    toy, plan = worked.preemptible()
    plan = hand.set_row(plan, toy, "job", "restart_gpu_hours", 2, 0.75)
    plan = hand.set_row(plan, toy, "job", "owed_gpu_hours", 2, 0.25)
    hand.assert_caught(toy, plan, "batch_restart", "job", 2, 0.25)


def test_work_needs_gpus():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "owed_gpu_hours", 0, 1.25), "batch_work", "job", 0, 0.25)


def test_gpus_do_work():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "owed_gpu_hours", 0, 0.75), "batch_waste", "job", 0, 0.25)


def test_no_more_work_than_is_owed():
    toy, plan = worked.preemptible(gpu_hours=2.0)
    hand.assert_caught(toy, plan, "batch_owed", "job", 3, 0.5)


def test_work_is_not_negative():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_row(plan, toy, "job", "owed_gpu_hours", 1, -1), "range", "job", 1, -1)


@pytest.mark.parametrize(
    ("unit", "least", "gpus", "fine"),
    [
        ("fraction", 0.0, 1.5, True),
        ("fraction", 0.0, 2.0, False),
        ("fraction", 2.0, 2.0, True),
        ("gpu", 0.0, 2.0, True),
        ("gpu", 0.0, 3.0, False),
        ("node", 0.0, 4.0, True),
        ("node", 0.0, 8.0, False),
    ],
)
def test_the_finishing_period_is_rounded_up_to_the_unit(unit, least, gpus, fine):
    """5.5 GPU-hours: 4 in the first hour, 1.5 in the second."""
    toy, plan = ran(
        [4, gpus],
        {"contract_revenue": [400, 150]},
        {"done_gpu_hours": 5.5, "started": True, "running": True, "closed": True},
        owed=[4, 1.5],
        report={"finish": "2026-01-05T02:00:00Z"},
        gpu_hours=5.5,
        max_gpus=8.0,
        min_gpus=least,
        gpu_unit=unit,
        node=4 if unit == "node" else 1,
    )
    if fine:
        hand.assert_accepted(toy, plan, 550)
    else:
        hand.assert_caught(toy, plan, "batch_waste", "job", 1, gpus - 1.5)


def test_no_gpus_run_when_all_is_done():
    toy, plan = worked.preemptible(gpu_hours=1.5)
    found = hand.audit(toy, plan)
    assert {(v.rule, v.start) for v in found.violations} >= {("batch_owed", toy.horizon.label(3))}
    plan = hand.set_row(plan, toy, "job", "owed_gpu_hours", 3, 0)
    hand.assert_caught(toy, plan, "batch_waste", "job", 3, 1)


def test_going_on_over_the_seam_is_no_restart_and_a_pause_over_it_is():
    going = {"started": True, "running": True, "done_gpu_hours": 1.0}
    after = {"done_gpu_hours": 3.0, "started": True, "running": True, "closed": True}
    report = {"finish": "2026-01-05T02:00:00Z"}
    pay = {"contract_revenue": [100, 100]}
    hand.assert_accepted(*ran([1, 1], pay, after, before=going, report=report), 200)
    toy, plan = ran([1, 1], pay, after, before=going | {"running": False}, report=report)
    hand.assert_caught(toy, plan, "batch_restart", "job", 0, -1)
    hand.assert_accepted(
        *ran([1, 1], pay, after, restarts=[1, 0], before=going | {"running": False}, report=report), 200
    )


def test_a_backlog_of_restart_work_is_handed_over():
    before = {"started": True, "running": True, "done_gpu_hours": 1.0, "restart_gpu_hours_owed": 1.25}
    after = {
        "done_gpu_hours": 1.75,
        "missed_gpu_hours": 1.25,
        "started": True,
        "running": True,
        "closed": True,
        "restart_gpu_hours_owed": 0.0,
    }
    toy, plan = ran(
        [1, 1],
        {"contract_revenue": [0, 75]},
        after,
        owed=[0, 0.75],
        restart=[1, 0.25],
        before=before,
        report={"short_gpu_hours": 1.25},
        deadline=f"{worked.DAY}02:00:00",
        restart_gpu_hours=1.25,
    )
    hand.assert_accepted(toy, plan, 75)
    toy, plan = ran(
        [1], {}, after | {"done_gpu_hours": 1.0, "missed_gpu_hours": 0.0}, owed=[0], restart=1, before=before
    )
    hand.assert_caught(toy, plan, "state", "job", None, -0.25)


def test_penalty_for_what_is_missing():
    toy, plan = worked.preemptible(penalty_usd_per_gpu_hour=40.0)
    hand.assert_accepted(toy, plan, 200)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "shortfall_penalty" else r)
    found = hand.assert_caught(toy, spoilt, "ledger", "job", 3, 20)
    assert "shortfall_penalty is no line (0 USD); recomputed it is -20 USD" in found.message


def test_work_that_can_be_caught_up_later_is_not_missed():
    """5 GPU-hours, none done in 2 h, 1 GPU for 2 h more: 3 are missed; with 5 h more, none."""
    case: dict[str, Any] = {"gpu_hours": 5.0, "penalty_usd_per_gpu_hour": 10.0}
    toy, plan = ran(
        [0, 0],
        {"shortfall_penalty": [0, -30]},
        {"missed_gpu_hours": 3.0},
        report={"short_gpu_hours": 3.0},
        **case,
    )
    hand.assert_accepted(toy, plan, -30)
    later = case | {"deadline": f"{worked.DAY}07:00:00"}
    hand.assert_accepted(*ran([0, 0], {}, {}, **later), 0)
    hand.assert_accepted(*ran([0, 0], {"shortfall_penalty": [0, -30]}, {}, cut=1, **case), 0)


def test_lateness_and_completion():
    """Deadline at 1, hard end at 4, done at 3: two hours late."""
    case: dict[str, Any] = {
        "deadline": f"{worked.DAY}01:00:00",
        "hard_end": f"{worked.DAY}04:00:00",
        "lateness_usd_per_hour": 15.0,
        "completion_usd": 60.0,
    }
    after = {"done_gpu_hours": 3.0, "started": True, "closed": True, "completion_accrued_usd": 60.0}
    report = {"finish": "2026-01-05T03:00:00Z", "lateness_hours": 2.0}
    money = {"contract_revenue": [100, 100, 100, 0], "lateness_penalty": [0, -15, -15, 0], "completion": [0, 0, 60, 0]}
    toy, plan = ran([1, 1, 1, 0], money, after, report=report, **case)
    hand.assert_accepted(toy, plan, 330)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "lateness_penalty" else r)
    hand.assert_caught(toy, spoilt, "ledger", "job", 1, 15)
    starts = toy.horizon.starts
    moved = hand.map_ledger(plan, lambda r: r._replace(start=starts[3]) if r.kind == "completion" else r)
    hand.assert_caught(toy, moved, "ledger", "job", 2, -60)
    hand.assert_caught(toy, moved, "ledger", "job", 3, 60)
    hand.assert_caught(toy, hand.set_report(plan, 0, lateness_hours=1.0), "contracts", "job", None, -1)
    hand.assert_caught(toy, hand.set_report(plan, 0, finish=toy.horizon.at(4)), "contracts", "job", None)


def test_completion_accrues_while_the_hard_end_is_behind_the_horizon():
    case: dict[str, Any] = {"completion_usd": 60.0, "deadline": f"{worked.DAY}08:00:00"}
    after = {"done_gpu_hours": 2.0, "started": True, "running": True, "completion_accrued_usd": 40.0}
    toy, plan = ran([1, 1], {"contract_revenue": 100, "completion": 20}, after, **case)
    hand.assert_accepted(toy, plan, 240)


def test_what_was_accrued_is_settled_at_the_end():
    before = {"done_gpu_hours": 1.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    case: dict[str, Any] = {"completion_usd": 60.0, "deadline": f"{worked.DAY}02:00:00", "before": before}
    after = {"done_gpu_hours": 3.0, "started": True, "running": True, "closed": True, "completion_accrued_usd": 60.0}
    report = {"finish": "2026-01-05T02:00:00Z"}
    hand.assert_accepted(
        *ran([1, 1], {"contract_revenue": 100, "completion": [0, 40]}, after, report=report, **case), 240
    )
    after = {"done_gpu_hours": 2.0, "missed_gpu_hours": 1.0, "started": True, "closed": True}
    money = {"contract_revenue": [100, 0], "completion": [0, -20]}
    hand.assert_accepted(*ran([1, 0], money, after, report={"short_gpu_hours": 1.0}, **case), 80)


def test_what_was_accrued_is_taken_back_where_work_is_given_up():
    """4 GPU-hours, 1 done before, 1 here, 1 left behind the horizon: 1 is given up, 20 + 15 are taken back."""
    before = {"done_gpu_hours": 1.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    case: dict[str, Any] = {"gpu_hours": 4.0, "completion_usd": 60.0, "deadline": f"{worked.DAY}03:00:00"}
    after = {"done_gpu_hours": 2.0, "missed_gpu_hours": 1.0, "started": True}
    money = {"contract_revenue": [100, 0], "completion": [15, -35]}
    toy, plan = ran([1, 0], money, after, report={"short_gpu_hours": 1.0}, before=before, **case)
    hand.assert_accepted(toy, plan, 80)
    kept = hand.map_ledger(plan, lambda r: r._replace(usd=0.0) if r.kind == "completion" and r.usd < 0 else r)
    hand.assert_caught(toy, kept, "ledger", "job", 1, 35)


@pytest.mark.parametrize("left", [0.0, 2.0])
def test_a_job_of_which_work_was_given_up_is_never_done(left):
    """Late from 1 to 4, whether nothing is left or the rest is done at 2; the 20 accrued are reversed."""
    before = {"done_gpu_hours": 2.0 - left / 2, "missed_gpu_hours": 1.0, "completion_accrued_usd": 20.0}
    case: dict[str, Any] = {
        "gpu_hours": 3.0 + left / 2,
        "deadline": f"{worked.DAY}01:00:00",
        "hard_end": f"{worked.DAY}04:00:00",
        "lateness_usd_per_hour": 15.0,
        "completion_usd": 60.0,
        "before": before,
    }
    runs = bool(left)
    after = before | {"done_gpu_hours": 2.0 + left / 2, "closed": True, "completion_accrued_usd": 0.0, "started": runs}
    money = {
        "contract_revenue": [100.0 * runs, 100.0 * runs, 0, 0, 0],
        "lateness_penalty": [0, -15, -15, -15, 0],
        "completion": [0, 0, 0, -20, 0],
    }
    toy, plan = ran([runs, runs, 0, 0, 0], money, after, report={"lateness_hours": 3.0}, **case)
    hand.assert_accepted(toy, plan, 100 * left - 65)
    paid = hand.map_ledger(plan, lambda r: None if r.kind == "lateness_penalty" and r.usd else r)
    hand.assert_caught(toy, paid, "ledger", "job", 3, 15)
    hand.assert_caught(toy, hand.set_report(plan, 0, finish=toy.horizon.at(2)), "contracts", "job", None)
    toy, plan = ran(
        [runs, runs, 0], {k: v[:3] for k, v in money.items()}, after, report={"lateness_hours": 2.0}, **case
    )
    hand.assert_caught(toy, plan, "state", "job", None)


def test_nothing_is_rounded_up_for_a_job_that_is_never_done():
    """Half a GPU-hour of work on a whole GPU: the other half does nothing."""
    before = {"done_gpu_hours": 1.5, "missed_gpu_hours": 1.0, "started": True, "running": True}
    after = before | {"done_gpu_hours": 2.0, "closed": True}
    toy, plan = ran([1], {"contract_revenue": 50}, after, owed=[0.5], before=before, deadline=f"{worked.DAY}01:00:00")
    hand.assert_caught(toy, plan, "batch_waste", "job", 0, 0.5)


def test_all_or_nothing():
    toy, plan = worked.preemptible(all_or_nothing=True, penalty_usd_per_gpu_hour=0.0)
    hand.assert_caught(toy, plan, "all_or_nothing", "job", 0, 1)
    given_up = {"missed_gpu_hours": 3.0, "closed": True}
    money = {"shortfall_penalty": [0, 0, 0, -30]}
    case: dict[str, Any] = {"all_or_nothing": True, "penalty_usd_per_gpu_hour": 10.0}
    hand.assert_accepted(*ran([0] * 4, money, given_up, report={"short_gpu_hours": 3.0}, **case), -30)


def test_all_or_nothing_given_up_pays_back():
    before = {"done_gpu_hours": 1.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    case: dict[str, Any] = {"all_or_nothing": True, "completion_usd": 60.0, "before": before}
    after = {"done_gpu_hours": 1.0, "missed_gpu_hours": 2.0, "started": True, "closed": True}
    money = {"contract_revenue": [0, 0, 0, -100], "completion": [0, 0, 0, -20]}
    toy, plan = ran([0] * 4, money, after, report={"short_gpu_hours": 2.0}, **case)
    hand.assert_accepted(toy, plan, -120)
    spoilt = hand.map_ledger(plan, lambda r: None if r.kind == "contract_revenue" else r)
    hand.assert_caught(toy, spoilt, "ledger", "job", 3, 100)


def test_all_or_nothing_may_still_be_done_behind_the_horizon():
    after = {"done_gpu_hours": 1.0, "started": True, "running": True}
    hand.assert_accepted(*ran([0, 1], {"contract_revenue": [0, 100]}, after, all_or_nothing=True), 100)
    toy, plan = ran([0, 1], {"contract_revenue": [0, 100]}, after, all_or_nothing=True, gpu_hours=4.0)
    hand.assert_caught(toy, plan, "all_or_nothing", "job", 1, 1)


def test_a_closed_job_does_nothing():
    before = {"closed": True, "started": True, "running": False, "done_gpu_hours": 1.0}
    toy, plan = ran([0, 0], {}, {"closed": True, "started": True, "done_gpu_hours": 1.0}, before=before)
    hand.assert_accepted(toy, plan, 0)
    toy, plan = ran([0, 1], {}, {"closed": True, "started": True, "done_gpu_hours": 1.0}, before=before)
    found = hand.assert_caught(toy, plan, "batch_closed", "job", 1, 1)
    assert "as the job is over" in found.message
    toy, plan = ran([0, 0], {}, {"closed": True, "started": True, "done_gpu_hours": 1.0}, before=before)
    for quantity in ("running", "restarts"):
        hand.assert_caught(toy, hand.set_row(plan, toy, "job", quantity, 1, 1), "batch_closed", "job", 1, 1)


def test_what_the_report_and_the_state_say():
    toy, plan = worked.preemptible()
    hand.assert_caught(toy, hand.set_report(plan, 0, delivered_gpu_hours=3.0), "contracts", "job", None, 0.5)
    hand.assert_caught(toy, hand.set_report(plan, 0, short_gpu_hours=None), "contracts", "job", None)
    hand.assert_caught(toy, hand.set_report(plan, 0, credit_usd=5.0), "contracts", "job", None, 5)
    fields = {
        "done_gpu_hours": 2.0,
        "missed_gpu_hours": 0.0,
        "started": False,
        "running": False,
        "restart_gpu_hours_owed": 1.0,
        "completion_accrued_usd": 3.0,
        "closed": False,
        "accepted": None,
    }
    for name, value in fields.items():
        changed = {name: value} | ({"running": False} if name == "started" else {})
        spoilt = hand.set_state(plan, lambda state, changed=changed: state["contracts"]["job"].update(changed))
        assert name in hand.assert_caught(toy, spoilt, "state", "job", None).message
