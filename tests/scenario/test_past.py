"""What has ended before the horizon begins: refused where it would cost money in every plan, else noted."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from optimizer import plan
from optimizer.scenario.notes import notes_of
from optimizer.scenario.scenario import Scenario
from tests.toys import gpu_pool, group_fleet, scenario

JOB = {
    "kind": "batch",
    "name": "job",
    "pools": ["pool"],
    "gpu_hours": 10.0,
    "release": "2026-01-03T00:00:00",
    "deadline": "2026-01-04T00:00:00",
    "max_gpus": 1.0,
    "price_usd_per_gpu_hour": 100.0,
    "penalty_usd_per_gpu_hour": 50.0,
}
"""Of the day before the horizon."""


def hosted(state: dict[str, Any] | None = None, **terms: Any) -> Scenario:
    said = {} if state is None else {"contracts": {"job": {"kind": "batch"} | state}}
    return scenario([50] * 4, pools=[gpu_pool()], contracts=[JOB | terms], state=said)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({}, "deadline: 2026-01-04T00:00:00+00:00"),
        ({"deadline": "2026-01-05T00:00:00"}, "deadline: 2026-01-05T00:00:00+00:00"),
        ({"hard_end": "2026-01-04T12:00:00"}, "hard_end: 2026-01-04T12:00:00+00:00"),
        ({"optional": True}, "deadline: 2026-01-04T00:00:00+00:00"),
        ({"preemptible": False}, "deadline: 2026-01-04T00:00:00+00:00"),
    ],
)
def test_a_job_that_is_over_and_of_which_nothing_is_known(terms: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        hosted(**terms)
    said = str(raised.value)
    assert f"contracts[0].{field}, of contract 'job', is not after the horizon's start 2026-01-05T00:00:00" in said
    assert "say in state.contracts.job what became of it, or remove the contract" in said


def test_a_job_that_can_still_be_late_is_planned() -> None:
    given = hosted(hard_end="2026-01-05T03:00:00", lateness_usd_per_hour=1.0)
    # Three of ten hours are done: 3 × (100 − 50), 7 × 50 of penalty, late for three hours.
    assert plan(given).profit_usd == pytest.approx(150 - 350 - 3)


def test_what_became_of_a_job_is_charged_once() -> None:
    """Four of ten GPU-hours are done: the penalty of six falls in the plan that closes the job, and in no later."""
    first = plan(hosted({"done_gpu_hours": 4.0, "started": True}))
    assert first.profit_usd == pytest.approx(-300)
    assert first.state is not None
    again = hosted(first.state.contracts["job"].model_dump(mode="json"))
    assert plan(again).profit_usd == pytest.approx(0)
    assert plan(hosted({"closed": True})).profit_usd == pytest.approx(0)


def test_a_job_behind_the_horizon_is_planned() -> None:
    given = hosted(release="2026-01-06T00:00:00", deadline="2026-01-07T00:00:00")
    assert plan(given).profit_usd == pytest.approx(0)


SPAN = {"start": "2026-01-04T10:00:00", "end": "2026-01-04T12:00:00"}
EVENT = {
    "name": "event",
    "baseline_mw": 1.0,
    "committed_reduction_mw": 1.0,
    "payment_usd_per_mwh": 10.0,
    "penalty_usd_per_mwh": 500.0,
} | SPAN
RESERVED = {
    "kind": "reserved",
    "name": "held",
    "pools": ["pool"],
    "committed_gpus": 1.0,
    "price_usd_per_gpu_hour": 100.0,
    "billing_periods": [SPAN | {"rest_committed_gpu_hours": 50.0, "rest_delivered_gpu_hours": 0.0}],
    "tiers": [{"below": 0.9, "credit_share": 0.5}],
}
OVER = {
    "demand-response event event": {
        "supply": {"energy": {"price_usd_per_mwh": 50.0}, "demand_response": [EVENT]},
    },
    "curtailment order order": {"site": {"curtailment": [SPAN | {"name": "order", "import_limit_mw": 0.0}]}},
    "override of miners": {"overrides": [SPAN | {"item": "miners", "hold": "off"}]},
    "contract held: its billing period from 2026-01-04T10:00:00": {"pools": [gpu_pool()], "contracts": [RESERVED]},
}


@pytest.mark.parametrize("what", OVER)
def test_what_is_over_is_noted_and_moves_no_money(what: str) -> None:
    given = scenario([50] * 2, **({"fleets": [group_fleet()]} | OVER[what]))
    (note,) = notes_of(given)
    assert note.startswith(f"{what} ends at 2026-01-04T12:00:00+00:00, before the horizon begins at 2026-01-05")
    found = plan(given)
    assert note in found.notes
    # One group at 50, and where there is one a GPU at 100 − 50.
    assert found.profit_usd == pytest.approx(200 if "contracts" in OVER[what] else 100)


@pytest.mark.parametrize("what", OVER)
def test_a_plan_that_goes_on_from_another_does_not_say_it_again(what: str) -> None:
    state = {"at": "2026-01-05T00:00:00+00:00"}
    given = scenario([50] * 2, **({"fleets": [group_fleet()], "state": state} | OVER[what]))
    assert notes_of(given) == []
