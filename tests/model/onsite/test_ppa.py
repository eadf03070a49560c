"""Power purchase agreements, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import pytest

from tests.model.conftest import Solve
from tests.model.power import powered
from tests.toys import group_fleet


def ppa(**changes: Any) -> dict[str, Any]:
    """2 MW at 40."""
    return {"name": "deal", "kind": "block", "quantity_mw": 2.0, "price_usd_per_mwh": 40.0} | changes


def test_a_block_is_settled_whatever_is_used(solve: Solve) -> None:
    # 2 × (50 − 3 − 40) and 2 × (120 − 3 − 40); at 120 the group is off.
    found = solve(powered([50, 120], fleets=[group_fleet()], ppas=[ppa(spread_usd_per_mwh=3.0)]), 50 + 14 + 154)
    assert found.usd("ppa", "deal") == [14, 154]
    assert found.of("deal", "quantity_mw") == [2, 2]
    assert found.of("deal", "accepted") == [1, 1]
    assert found.of("site", "import_mw") == [1, 0]


def test_as_produced_follows_its_profile(solve: Solve) -> None:
    # Half-hours: 0.5 × (50 − 40) / 2 and 4 × (20 − 40) / 2.
    given = powered([50, 20], ppas=[ppa(kind="as_produced", quantity_mw=[0.5, 4.0])], time={"resolution_minutes": 30})
    assert solve(given, 2.5 - 40).usd("ppa") == [2.5, -40]


@pytest.mark.parametrize(("prices", "profit"), [([50, 20], 0), ([60, 30], 20)])
def test_an_optional_one_is_taken_as_a_whole(solve: Solve, prices: list[float], profit: float) -> None:
    # 2 × (10 − 20) is declined, not in one hour alone; 2 × (20 − 10) accepted.
    found = solve(powered(prices, ppas=[ppa(optional=True)]), profit)
    taken = float(profit > 0)
    assert found.of("deal", "accepted") == [taken, taken]
    assert found.of("deal", "quantity_mw") == [2, 2]
    assert found.schedule.state is not None
    assert found.schedule.state.ppas == {"deal": bool(taken)}


@pytest.mark.parametrize(("prices", "accepted", "profit"), [([50, 20], True, -20), ([60, 30], False, 0)])
def test_the_state_settles_it(solve: Solve, prices: list[float], accepted: bool, profit: float) -> None:
    given = powered(prices, ppas=[ppa(optional=True)], state={"ppas": {"deal": accepted}})
    found = solve(given, profit)
    assert found.of("deal", "accepted") == [float(accepted)] * 2


def test_one_that_is_not_optional_is_kept(solve: Solve) -> None:
    found = solve(powered([50, 20], ppas=[ppa()]), -20)
    assert found.schedule.state is not None
    assert found.schedule.state.ppas == {"deal": True}


def test_acceptance_looks_behind_what_is_committed(solve: Solve) -> None:
    # −40 at first, +60 behind it.
    found = solve(
        powered([20, 70], ppas=[ppa(optional=True)], time={"committed_periods": 1, "look_ahead_periods": 1}), 20
    )
    assert found.schedule.profit_usd == pytest.approx(-40)
