"""What all batch jobs share, worked by hand: windows, deadlines, money. One toy GPU: 100 USD and 1 MWh an hour."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Planned, Solve
from tests.toys import batch, clock, gpu_pool, scenario


def facility(price: list[float], *, gpus: int = 1, before: dict[str, Any] | None = None, **terms: Any) -> Scenario:
    """A pool and one job (`gpu_hours`, `deadline` and so on are the job's)."""
    state = {} if before is None else {"contracts": {"job": {"kind": "batch"} | before}}
    return scenario(price, pools=[gpu_pool(gpus)], contracts=[batch(**terms)], state=state)


def after(found: Planned) -> Any:
    """The job's state after the committed part."""
    assert found.schedule.state is not None
    return found.schedule.state.contracts["job"]


def finish(found: Planned) -> datetime | None:
    return found.schedule.contracts[0].finish


FORMS = pytest.mark.parametrize("form", [{"min_gpus": 1.0}, {"preemptible": False}], ids=["pieces", "one run"])


@FORMS
def test_work_stays_between_release_and_deadline(solve: Solve, form: dict[str, Any]) -> None:
    # It is cheap before the release and after the deadline.
    found = solve(facility([-50, 40, 60, -50], gpu_hours=2.0, release=1.0, deadline=3.0, **form), 100)
    assert found.of("job", "gpus") == [0, 1, 1, 0]


@FORMS
def test_a_period_that_is_cut_by_release_or_deadline_is_not_used(solve: Solve, form: dict[str, Any]) -> None:
    # Released at half past one, due at half past three: of the hours only that from two is whole.
    found = solve(facility([10] * 4, gpu_hours=1.0, release=1.5, deadline=3.5, **form), 90)
    assert found.of("job", "gpus") == [0, 0, 1, 0]
    assert any("release" in note for note in found.schedule.notes)


@FORMS
def test_what_is_missing_at_the_deadline_costs_its_penalty(solve: Solve, form: dict[str, Any]) -> None:
    # Two of three hours fit before the deadline: in pieces 180 − 20, as one run none: −60, where the deadline is.
    found = solve(facility([10] * 4, gpu_hours=3.0, deadline=2.0, penalty_usd_per_gpu_hour=20.0, **form), _missed(form))
    missing = 1.0 if "min_gpus" in form else 3.0
    assert found.usd("shortfall_penalty") == [0, -20 * missing, 0, 0]
    assert found.schedule.contracts[0].short_gpu_hours == pytest.approx(missing)
    assert after(found).missed_gpu_hours == pytest.approx(missing)
    assert after(found).closed
    assert finish(found) is None


def _missed(form: dict[str, Any]) -> float:
    return 180 - 20 if "min_gpus" in form else -60


@FORMS
def test_a_penalty_can_be_cheaper_than_the_work(solve: Solve, form: dict[str, Any]) -> None:
    # At 140 each hour loses 40; missing costs 30.
    found = solve(facility([140] * 3, gpu_hours=2.0, penalty_usd_per_gpu_hour=30.0, deadline=3.0, **form), -60)
    assert found.of("job", "gpus") == [0, 0, 0]


@FORMS
def test_completion_is_paid_when_the_work_is_done(solve: Solve, form: dict[str, Any]) -> None:
    # Losing 60 in two hours at 130 for 80 on completion.
    found = solve(facility([130, 130, 300, 300], gpu_hours=2.0, completion_usd=80.0, deadline=4.0, **form), -60 + 80)
    assert found.usd("completion") == [0, 80, 0, 0]
    assert finish(found) == datetime.fromisoformat(clock(2) + "+00:00")
    assert after(found).closed


@FORMS
def test_no_completion_for_less_than_all(solve: Solve, form: dict[str, Any]) -> None:
    solve(facility([130, 300], gpu_hours=2.0, completion_usd=80.0, deadline=2.0, **form), 0)


@FORMS
def test_lateness_costs_each_hour_until_done(solve: Solve, form: dict[str, Any]) -> None:
    # Due at one, at the latest at four; 15 an hour. The first two hours cost 250: waiting for them to pass costs 45.
    given = facility([250, 250, 10, 10], gpu_hours=2.0, deadline=1.0, hard_end=4.0, lateness_usd_per_hour=15.0, **form)
    found = solve(given, 180 - 45)
    assert found.usd("lateness_penalty") == [0, -15, -15, -15]
    assert found.schedule.contracts[0].lateness_hours == pytest.approx(3)


@FORMS
def test_lateness_ends_with_the_work(solve: Solve, form: dict[str, Any]) -> None:
    # Done at three, after one hour of lateness at 60; waiting for the last hour at 5 would cost 60 more.
    given = facility([250, 10, 10, 5], gpu_hours=2.0, deadline=2.0, hard_end=4.0, lateness_usd_per_hour=60.0, **form)
    found = solve(given, 180 - 60)
    assert found.usd("lateness_penalty") == [0, 0, -60, 0]


@FORMS
def test_a_deadline_inside_a_period_is_late_for_the_rest_of_it(solve: Solve, form: dict[str, Any]) -> None:
    # Due at a quarter past one: done at two, 0.75 h late.
    given = facility([10] * 3, gpu_hours=2.0, deadline=1.25, hard_end=3.0, lateness_usd_per_hour=8.0, **form)
    found = solve(given, 180 - 6)
    assert found.usd("lateness_penalty") == [0, -6, 0]


@FORMS
def test_work_never_done_is_late_until_the_hard_end(solve: Solve, form: dict[str, Any]) -> None:
    # 3 hours late at 15, and 2 missing at 30.
    given = facility(
        [250] * 5,
        gpu_hours=2.0,
        deadline=1.0,
        hard_end=4.0,
        lateness_usd_per_hour=15.0,
        penalty_usd_per_gpu_hour=30.0,
        **form,
    )
    found = solve(given, -105)
    assert found.usd("lateness_penalty") == [0, -15, -15, -15, 0]
    assert found.usd("shortfall_penalty") == [0, 0, 0, -60, 0]


@FORMS
def test_all_or_nothing_does_all(solve: Solve, form: dict[str, Any]) -> None:
    # 300 − 10 − 150 − 120 for all three; two of them would make more.
    found = solve(facility([10, 150, 120], gpu_hours=3.0, deadline=3.0, all_or_nothing=True, **form), 20)
    assert found.of("job", "gpus") == [1, 1, 1]


@FORMS
def test_all_or_nothing_does_nothing(solve: Solve, form: dict[str, Any]) -> None:
    # All would make 300 − 10 − 250 − 120 = −80; a part, which would make 90, is not allowed; nothing costs 30.
    given = facility(
        [10, 250, 120], gpu_hours=3.0, deadline=3.0, all_or_nothing=True, penalty_usd_per_gpu_hour=10.0, **form
    )
    found = solve(given, -30)
    assert found.of("job", "gpus") == [0, 0, 0]
    assert after(found).missed_gpu_hours == 3.0


@FORMS
def test_an_optional_job_is_declined_as_a_whole(solve: Solve, form: dict[str, Any]) -> None:
    terms = {"gpu_hours": 2.0, "deadline": 2.0, "penalty_usd_per_gpu_hour": 50.0, "optional": True}
    found = solve(facility([130, 130], **terms, **form), 0)
    assert not found.schedule.contracts[0].accepted
    found = solve(facility([130, 10], **terms, **form), -30 + 90)
    assert found.schedule.contracts[0].accepted


@pytest.mark.parametrize("before", [{"closed": True}, {"done_gpu_hours": 3.0}, {"missed_gpu_hours": 3.0}])
@FORMS
def test_a_job_that_is_over_does_nothing(solve: Solve, form: dict[str, Any], before: dict[str, Any]) -> None:
    given = facility([-50] * 2, before=before, completion_usd=40.0, penalty_usd_per_gpu_hour=10.0, **form)
    found = solve(given, 0)
    assert found.of("job", "gpus") == [0, 0]


# Deadlines behind the horizon -------------------------------------------------------------------------------


@FORMS
def test_work_owed_after_the_horizon_is_not_hurried(solve: Solve, form: dict[str, Any]) -> None:
    # Two hours of work, four hours left after the horizon: nothing at 130 now, and nothing missed.
    found = solve(facility([130, 130], gpu_hours=2.0, deadline=6.0, penalty_usd_per_gpu_hour=90.0, **form), 0)
    assert after(found).missed_gpu_hours == 0.0
    assert not after(found).closed


@FORMS
def test_completion_accrues_while_the_hard_end_lies_behind(solve: Solve, form: dict[str, Any]) -> None:
    # 40 on completion of four hours are 10 an hour: 3 × (110 − 105).
    found = solve(facility([105] * 3, gpu_hours=4.0, deadline=6.0, completion_usd=40.0, **form), 15)
    assert found.usd("completion") == [10, 10, 10]
    assert after(found).completion_accrued_usd == 30.0
    assert after(found).done_gpu_hours == 3.0


@FORMS
def test_the_accrued_completion_is_paid_once(solve: Solve, form: dict[str, Any]) -> None:
    # One hour is left, 30 of 40 have been accrued.
    before = {"done_gpu_hours": 3.0, "started": True, "running": True, "completion_accrued_usd": 30.0, "pool": "pool"}
    found = solve(facility([50, 60], gpu_hours=4.0, deadline=2.0, completion_usd=40.0, before=before, **form), 60)
    assert found.usd("completion") == [10, 0]
    assert after(found).completion_accrued_usd == 40.0


def test_the_accrued_completion_is_reversed_where_the_work_is_not_done(solve: Solve) -> None:
    # Two hours are left and one fits.
    before = {"done_gpu_hours": 2.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    found = solve(facility([50, 50], gpu_hours=4.0, deadline=1.0, completion_usd=40.0, before=before), 50 - 20)
    assert found.usd("completion") == [-20, 0]


def test_giving_up_takes_back_what_accrued(solve: Solve) -> None:
    # Four owed, two can be run after the horizon, 20 of 100 on completion accrued. At 230 the second hour loses 130;
    # giving it up costs 10, the 20 accrued before and the 20 that the first hour accrues. At 145 it is run.
    before = {"done_gpu_hours": 1.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    terms = {"gpu_hours": 5.0, "deadline": 4.0, "completion_usd": 100.0, "penalty_usd_per_gpu_hour": 10.0}
    found = solve(facility([90, 230], before=before, **terms), 10 + 20 - 20 - 10 - 20)
    assert found.of("job", "gpus") == [1, 0]
    assert found.usd("completion") == [20, -40]
    assert after(found).completion_accrued_usd == pytest.approx(0)
    assert after(found).missed_gpu_hours == pytest.approx(1)
    found = solve(facility([90, 145], before=before, **terms), 10 - 45 + 40)
    assert found.usd("completion") == [20, 20]


@FORMS
@pytest.mark.parametrize("gpu_hours", [2.0, 3.0])
def test_a_job_of_which_work_was_given_up_is_late_to_its_hard_end(
    solve: Solve, form: dict[str, Any], gpu_hours: float
) -> None:
    # Two given up before: the rest (none, or one hour, run at 10) is paid; three hours are late; nothing on completion.
    terms = {"deadline": 1.0, "hard_end": 4.0, "lateness_usd_per_hour": 15.0, "completion_usd": 60.0}
    before = {"missed_gpu_hours": 2.0, "completion_accrued_usd": 20.0}
    rest = gpu_hours - 2.0
    found = solve(facility([10] * 5, gpu_hours=gpu_hours, before=before, **terms, **form), rest * 90 - 45 - 20)
    assert found.usd("lateness_penalty") == [0, -15, -15, -15, 0]
    assert found.usd("completion") == [0, 0, 0, -20, 0]
    assert found.schedule.contracts[0].finish is None
    assert found.schedule.contracts[0].lateness_hours == 3
    assert after(found).closed
    found = solve(facility([10] * 3, gpu_hours=gpu_hours, before=before, **terms, **form), rest * 90 - 30)
    assert found.usd("completion") == [0, 0, 0]
    assert not after(found).closed


def test_nothing_is_rounded_up_for_a_job_that_is_never_done(solve: Solve) -> None:
    # Half a GPU-hour is left; a whole GPU would run idle for the other half.
    before = {"missed_gpu_hours": 1.0, "done_gpu_hours": 1.0, "started": True, "running": True}
    found = solve(facility([10], gpu_hours=2.5, deadline=1.0, gpu_unit="gpu", before=before), 0)
    assert found.of("job", "gpus") == [0]
    assert after(found).missed_gpu_hours == 1.5


def test_all_or_nothing_given_up_reverses_what_was_paid(solve: Solve) -> None:
    # 200 paid and 20 accrued for two hours; two more would lose 300 each. All is paid back, 2 × 10 of penalty.
    before = {"done_gpu_hours": 2.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    terms = {"gpu_hours": 4.0, "deadline": 2.0, "completion_usd": 40.0, "penalty_usd_per_gpu_hour": 10.0}
    found = solve(facility([400, 400], all_or_nothing=True, before=before, **terms), -200 - 20 - 20)
    assert found.of("job", "gpus") == [0, 0]
    assert found.usd("contract_revenue") == [0, -200]
    assert found.usd("completion") == [0, -20]


def test_all_or_nothing_goes_on_where_giving_up_costs_more(solve: Solve) -> None:
    before = {"done_gpu_hours": 2.0, "started": True, "running": True, "completion_accrued_usd": 20.0}
    terms = {"gpu_hours": 4.0, "deadline": 2.0, "completion_usd": 40.0, "penalty_usd_per_gpu_hour": 10.0}
    # Two hours at 180 lose 160 in all, and 20 more are paid on completion.
    found = solve(facility([180, 180], all_or_nothing=True, before=before, **terms), -140)
    assert found.usd("completion") == [0, 20]
