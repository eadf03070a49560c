"""Demand-response events, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.insight.clash import clashes
from optimizer.model.formulation import formulate
from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Solve
from tests.model.flexibility.reserves import event, flexible
from tests.model.power import battery, never_at_once, renewable
from tests.toys import clock, group_fleet


def binaries(given: Scenario) -> int:
    """Whole numbers beside the groups of the one fleet, off and normal."""
    return formulate(given).problem.integers - 2 * given.horizon.periods


def test_import_falls_while_it_is_paid(solve: Solve) -> None:
    # In the second hour one group off loses 50 and is paid 100; the other's reduction would not be paid.
    given = flexible([50, 50, 50], fleets=[group_fleet(2)], demand_response=[event(1, 2, [3.0, 2.0, 3.0])])
    found = solve(given, 100 + 50 + 100 + 100)
    assert found.of("site", "import_mw") == [2, 1, 2]
    assert found.of("event", "reduction_mw") == [0, 1, 0]
    assert found.of("event", "baseline_mw") == [3, 2, 3]
    assert found.usd("demand_response", "event") == [0, 100, 0]
    assert binaries(given) == 0  # two groups are never above the baseline


@pytest.mark.parametrize(("penalty", "profit", "off"), [(30.0, 100 - 30, 0.0), (60.0, 50, 1.0)])
def test_what_is_short_is_charged(solve: Solve, penalty: float, profit: float, off: float) -> None:
    called = event(0, 1, payment_usd_per_mwh=0.0, penalty_usd_per_mwh=penalty)
    found = solve(flexible([50], fleets=[group_fleet(2)], demand_response=[called]), profit)
    assert found.of("event", "reduction_mw") == [off]


def test_part_of_the_commitment_is_paid_and_the_rest_charged(solve: Solve) -> None:
    # Below 1.6 MW: one group off 0.6 (50 + 60 − 8), both off 1 (100); none off: 100 − 20.
    called = event(0, 1, 1.6, penalty_usd_per_mwh=20.0)
    found = solve(flexible([50], fleets=[group_fleet(2)], demand_response=[called]), 102)
    assert found.of("event", "reduction_mw") == [0.6]


def test_hours_of_the_event_count(solve: Solve) -> None:
    # 15 minutes of the first hour and 45 of the second: 25 are no reason to lose 50, 75 are.
    given = flexible([50, 50], fleets=[group_fleet(2)], demand_response=[event(0.75, 1.75)])
    found = solve(given, 100 + 50 + 75)
    assert found.of("event", "reduction_mw") == [0, 1]


@pytest.mark.parametrize(("payment", "profit", "off"), [(140.0, 150, 0.0), (160.0, 160, 1.0)])
def test_import_above_the_baseline_is_no_negative_reduction(
    solve: Solve, payment: float, profit: float, off: float
) -> None:
    # Three groups above a baseline of 1 MW: only all of them off is a reduction, of 1 MW.
    called = event(0, 1, 1.0, payment_usd_per_mwh=payment)
    given = flexible([50], fleets=[group_fleet(3)], demand_response=[called])
    found = solve(given, profit)
    assert found.of("event", "reduction_mw") == [off]
    assert binaries(given) == 1


def test_above_the_baseline_all_of_the_penalty_is_due(solve: Solve) -> None:
    called = event(0, 1, 1.0, payment_usd_per_mwh=0.0, penalty_usd_per_mwh=40.0)
    found = solve(flexible([50], fleets=[group_fleet(3)], demand_response=[called]), 150 - 40)
    assert found.usd("demand_response") == [-40]


def test_the_least_of_both_limits_says_where_a_choice_is() -> None:
    many = group_fleet(9)
    assert binaries(flexible([50, 50], fleets=[many], demand_response=[event(0, 2, 4.0)])) == 2
    order = {"name": "call", "start": clock(1), "end": clock(2), "import_limit_mw": 4.0}
    site = {"curtailment": [order]}
    assert binaries(flexible([50, 50], fleets=[many], demand_response=[event(0, 2, 4.0)], site=site)) == 1


def test_a_baseline_by_period(solve: Solve) -> None:
    # From 2 MW one group off is paid; from 1 MW both would have to be, which lose 110 at 45.
    given = flexible([50, 45], fleets=[group_fleet(2)], demand_response=[event(0, 2, [2.0, 1.0])])
    found = solve(given, 150 + 110)
    assert found.of("event", "reduction_mw") == [1, 0]


def test_batteries_and_wind_reduce_import(solve: Solve) -> None:
    # Wind of 0.4 MW and 0.6 MWh in store do it without a group off.
    given = flexible(
        [50],
        fleets=[group_fleet(2)],
        renewables=[renewable(0.4)],
        batteries=[battery(0.6, start_energy_mwh=0.6, end_energy_mwh=0.0)],
        demand_response=[event(0, 1)],
    )
    found = solve(given, 200 - 50 + 100)
    never_at_once(found)
    assert found.of("site", "import_mw") == [1]


def test_events_at_once_are_each_paid(solve: Solve) -> None:
    events = [event(0, 1, payment_usd_per_mwh=30.0), event(0, 1, name="other", payment_usd_per_mwh=30.0)]
    found = solve(flexible([50], fleets=[group_fleet(2)], demand_response=events), 50 + 60)
    assert found.usd("demand_response", "other") == [30]


def test_an_event_outside_the_horizon_pays_nothing(solve: Solve) -> None:
    called = event(5, 6, penalty_usd_per_mwh=500.0)
    found = solve(flexible([50, 50], fleets=[group_fleet(2)], demand_response=[called]), 200)
    assert found.of("event", "reduction_mw") == [0, 0]


def test_the_reduction_is_read_from_import() -> None:
    formulation = formulate(flexible([50], fleets=[group_fleet(2)], demand_response=[event(0, 1, 2.5)]))
    readers = {(item, what): value for item, what, value in formulation.model.quantities}
    x = np.zeros(formulation.problem.columns)
    x[formulation.fleets["miners"].in_mode] = [[0.0], [2.0]]  # off, normal
    assert readers["event", "reduction_mw"](formulation.tidy(x)).tolist() == [0.5]


def test_an_event_does_not_stand_in_the_way_of_an_explanation() -> None:
    # 4 MW of overhead, above the import limit of 3 and the baseline of 2.
    given = flexible([50], hall={"overhead_mw": 4.0}, site={"import_limit_mw": 3.0}, demand_response=[event(0, 1)])
    assert [(c.item, c.requirement) for c in clashes(given)] == [("site", "import limit")]
