"""What was bought day-ahead, as a later plan is given it."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.changes.position import with_position
from optimizer.scenario.scenario import Scenario
from tests.toys import scenario


def market(price: list[float], **changes: Any) -> Scenario:
    """Energy at 60 in real time and 50 day-ahead, 5 MW of import: all of it is bought."""
    day_ahead = {"price_usd_per_mwh": [50.0] * len(price), **changes}
    supply = {"energy": {"price_usd_per_mwh": price}, "day_ahead": day_ahead}
    return scenario([0] * len(price), site={"import_limit_mw": 5.0}, supply=supply)


def position(given: Scenario) -> Any:
    assert given.supply.day_ahead is not None
    return given.supply.day_ahead.position_mw


def test_what_was_published_is_given() -> None:
    day = market([60, 40])
    assert position(with_position(day, plan(day))) == pytest.approx((5.0, 0.0))


def test_what_was_given_stays() -> None:
    day = market([60, 60], position_mw=2.0)
    assert position(with_position(day, plan(market([60, 60])))) == 2.0


def test_a_schedule_of_other_hours_gives_none() -> None:
    day = market([60, 60, 60])
    assert position(with_position(day, plan(market([60, 60])))) is None
