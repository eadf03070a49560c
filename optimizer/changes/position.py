"""A day-ahead position that a published plan decided, as given: it was bought, and no later plan takes it back."""

from __future__ import annotations

import numpy as np

from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from solvers.problem import Floats


def with_position(scenario: Scenario, published: Schedule) -> Scenario:
    """The scenario with the position that the schedule published for its committed part. Behind that none was
    published: it is left to the plan that commits those periods, and counts 0 in this one."""
    market, horizon = scenario.supply.day_ahead, scenario.horizon
    if market is None or market.position_mw is not None:
        return scenario
    told = {
        row.start.timestamp() / 60.0: row.value
        for row in published.dispatch_rows
        if (row.item, row.quantity) == (DayAhead.item, "position_mw")
    }
    bought = [told.get(minute) for minute in horizon.start_minutes[: horizon.committed].tolist()]
    known = [mw for mw in bought if mw is not None]
    if len(known) < horizon.committed:
        return scenario
    return with_position_mw(scenario, np.r_[known, np.zeros(horizon.periods - horizon.committed)])


def with_position_mw(scenario: Scenario, position_mw: Floats) -> Scenario:
    """The scenario with a position given for each period, (periods,)."""
    market = scenario.supply.day_ahead
    if market is None or market.position_mw is not None:
        return scenario
    given = market.model_copy(update={"position_mw": tuple(np.maximum(position_mw, 0.0).tolist())})
    return scenario.model_copy(update={"supply": scenario.supply.model_copy(update={"day_ahead": given})})
