"""Every hand-worked case runs on every route."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optimizer import plan
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule

ROUTES = ("highs", "scip", "cbc")
LEAST_PROVEN_USD = 2e-5
"""CBC proves nothing finer than 1e-5 USD."""


class Planned:
    """A plan, read as lists over the periods of the whole horizon."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._rows: dict[tuple[str, str], list[float]] = {}
        for row in (*schedule.dispatch_rows, *schedule.look_ahead_dispatch_rows):
            self._rows.setdefault((row.item, row.quantity), []).append(row.value)
        self._dispatch = [*schedule.dispatch_rows, *schedule.look_ahead_dispatch_rows]
        self._lines = [*schedule.ledger_rows, *schedule.look_ahead_ledger_rows]

    @property
    def profit(self) -> float:
        """Profit of the whole horizon."""
        assert self.schedule.horizon_profit_usd is not None
        return self.schedule.horizon_profit_usd

    def values(self, item: str, quantity: str) -> list[float]:
        """A quantity by period."""
        return self._rows[item, quantity]

    def of(self, item: str, quantity: str) -> object:
        """A quantity by period, to be compared to 1e-6."""
        return pytest.approx(self.values(item, quantity), rel=1e-6, abs=1e-6)

    def usd(self, kind: str, item: str | None = None) -> list[float]:
        """Dollars of a kind by period."""
        starts = list(dict.fromkeys(row.start for row in self._dispatch))
        found = [0.0] * len(starts)
        for line in self._lines:
            if line.kind == kind and item in (None, line.item):
                found[starts.index(line.start)] += line.usd
        return [round(usd, 6) for usd in found]


Solve = Callable[..., Planned]


@pytest.fixture(params=ROUTES)
def solve(request: pytest.FixtureRequest) -> Solve:
    """Plan a scenario and hold its profit, of the whole horizon, to the hand-worked one."""

    def solved(scenario: Scenario, profit: float) -> Planned:
        schedule = plan(scenario, solver=request.param, gap=1e-6)
        found = Planned(schedule)
        assert schedule.outcome.gap_usd is not None, schedule.outcome
        assert schedule.outcome.gap_usd <= max(1e-6 * abs(profit), LEAST_PROVEN_USD)
        assert found.profit == pytest.approx(profit, rel=1e-6, abs=1e-6)
        return found

    return solved
