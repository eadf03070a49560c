"""A schedule as a start: which columns it fixes, who gets it, and that it changes nothing but the search."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from optimizer import plan, replan
from optimizer.model.formulation import formulate
from optimizer.planning.start import start_of
from solvers import Options, Problem
from solvers.highs import HighsRoute
from solvers.route import Answer
from tests.toys import batch, gpu_pool, group_fleet, scenario

TWO = datetime.fromisoformat("2026-01-05T02:00:00")


def test_a_column_alone_has_the_published_value() -> None:
    """One group that is on, off, on; GPUs of one job on one pool: each set-point is one column."""
    job = batch(3.0, 3.0)
    given = scenario([50, 120, 50], fleets=[group_fleet()], pools=[gpu_pool()], contracts=[job])
    published = plan(given)
    formulation = formulate(given)
    start = start_of(formulation, published)
    rows: dict[tuple[str, str], list[float]] = {}
    for row in published.dispatch_rows:
        rows.setdefault((row.item, row.quantity), []).append(row.value)
    fixed = 0
    for point in formulation.model.set_points:
        period, columns, coefficients = point.amount.triplets()
        for t in range(3):
            (own,) = np.nonzero(period == t)
            if len(own) == 1:
                value = point.amount.constant[t] + coefficients[own[0]] * start[columns[own[0]]]
                assert value == pytest.approx(rows[point.item, point.quantity][t]), (point.quantity, t)
                fixed += 1
    assert fixed >= 6 and np.isfinite(start).sum() == fixed
    assert rows["miners", "groups[normal]"] == [1, 0, 1]


def test_a_schedule_of_other_hours_says_nothing() -> None:
    given = scenario([50, 50], fleets=[group_fleet()])
    other = plan(scenario([50, 50], fleets=[group_fleet()], time={"start": "2026-02-05T00:00:00"}))
    assert np.isnan(start_of(formulate(given), other)).all()
    assert plan(given, start=other).profit_usd == plan(given).profit_usd


def test_it_reaches_the_solver_and_the_plan_earns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power at 120 in the fourth hour, where it was 50: the start runs there, the new plan does not."""
    started: list[bool] = []
    run = HighsRoute.run

    def seen(self: HighsRoute, problem: Problem, options: Options) -> Answer:
        started.append(options.start is not None and bool(np.isfinite(options.start).any()))
        return run(self, problem, options)

    published = plan(scenario([50, 50, 50, 50], fleets=[group_fleet()]))
    now = scenario([50, 50, 50, 120], fleets=[group_fleet()])
    monkeypatch.setattr(HighsRoute, "run", seen)
    plain = replan(now, published, TWO)
    assert not any(started)
    again = replan(now, published, TWO, begin_with_published=True)
    assert any(started) and again.findings.ok
    assert again.schedule.outcome.status == "proven"
    assert again.schedule.profit_usd == plain.schedule.profit_usd == pytest.approx(50)
