"""Sums over the last periods, written out or as differences of a running total: they say the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.model import recent
from optimizer.model.desk import Model
from optimizer.model.formulation import formulate
from optimizer.model.recent import Recent
from optimizer.scenario.scenario import Scenario
from solvers import Options, Result, Status, solve
from solvers.problem import Problem
from tests.model.conftest import Solve
from tests.proof._scenarios import scenario_of
from tests.toys import group_fleet, mode, scenario

LONG = recent.LONGEST_WRITTEN_OUT + 2.0
RANDOM = 12


@pytest.mark.parametrize("length", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("longest", [0, 99])
def test_a_sum_over_the_last_periods(monkeypatch: pytest.MonkeyPatch, longest: int, length: int) -> None:
    monkeypatch.setattr(recent, "LONGEST_WRITTEN_OUT", longest)
    given = scenario([50] * 5)
    model = Model(given, given.horizon)
    columns = model.builder.columns((2, 5))
    summed, amount = Recent(model, columns, "miners", "V"), model.sum()
    factor = np.array([1.0, 2.0, 1.0, 1.0, -1.0])
    summed.add_to(amount, length, factor)
    x = np.zeros(model.builder.size[0])
    x[columns] = [[1, 0, 2, 0, 1], [0, 3, 0, 0, 0]]
    summed.tidy(x)
    happened = [1, 3, 2, 0, 1]
    by_hand = [sum(happened[max(0, t - length + 1) : t + 1]) for t in range(5)]
    assert amount.value(x).tolist() == (factor * by_hand).tolist()
    assert model.builder.build().activity(x).tolist() == [0.0] * (0 if longest else 5)  # a running total's rows hold


def test_a_running_total_is_written_once_and_has_a_name() -> None:
    given = scenario([50] * 40, fleets=[group_fleet(min_up_hours=LONG, min_down_hours=LONG)])
    problem = formulate(given).problem
    names = problem.labels.columns.names(problem.columns)
    assert [sum(name.startswith(f"miners.{symbol}[") for name in names) for symbol in "VW"] == [40, 40]
    short = formulate(scenario([50] * 40, fleets=[group_fleet(min_up_hours=2.0, min_down_hours=3.0)])).problem
    assert short.columns == problem.columns - 80


def relaxed(problem: Problem) -> Problem:
    """The problem without its integers."""
    return replace(problem, integer=np.zeros(problem.columns, dtype=np.bool_))


def test_plans_and_relaxations_of_random_scenarios_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = wider = seed = 0
    while compared < RANDOM:
        seed += 1
        given = scenario_of(seed)
        if given is None or not (given.fleets or given.pools):
            continue
        written: list[Problem] = []
        for longest in (99, 0):
            monkeypatch.setattr(recent, "LONGEST_WRITTEN_OUT", longest)
            written.append(formulate(given).problem)
        wider += written[1].columns > written[0].columns
        for kind in (relaxed, lambda problem: problem):
            out, running = (_optimum(kind(problem)) for problem in written)
            assert (out.status, out.x is None) == (running.status, running.x is None), seed
            if out.objective is not None:
                assert running.objective == pytest.approx(out.objective, rel=1e-6, abs=1e-5), seed
        compared += 1
    assert wider > RANDOM / 2


def _optimum(problem: Problem) -> Result:
    result = solve(problem, "highs", Options(gap=1e-8, time_limit_s=20.0))
    assert result.status in {Status.PROVEN, Status.INFEASIBLE}
    return result


def on_before(groups: int = 1) -> dict[str, object]:
    """A state with everything on for long."""
    return {"fleets": {"miners": {"groups": [{"mode": "normal", "groups": groups, "hours": 99.0}]}}}


def test_a_long_minimum_up_time(solve: Solve) -> None:
    # 26 hours up for ten that earn 50: the sixteen others lose 10 each.
    given = scenario([50] * 10 + [110] * 30, fleets=[group_fleet(min_up_hours=LONG)])
    found = solve(given, 10 * 50 - 16 * 10)
    assert found.of("miners", "groups[normal]") == [1] * 26 + [0] * 14


def test_a_long_minimum_down_time(solve: Solve) -> None:
    # Off at 1,000 for three hours, and for 23 more; staying on would lose 900 in each of the three.
    given = scenario([1000] * 3 + [50] * 37, fleets=[group_fleet(min_down_hours=LONG)], state=on_before())
    found = solve(given, 14 * 50)
    assert found.of("miners", "groups[normal]") == [0] * 26 + [1] * 14


def test_a_long_warm_up_by_mode(solve: Solve) -> None:
    # 26 hours of warm-up are paid 10 each in the mode that draws most; then both modes hash, and either may be taken.
    fleet = group_fleet(modes=[mode("low", 0.6, 75.0), mode("normal")], warm_up_hours=LONG)
    found = solve(scenario([-10] * 26 + [20] * 2 + [70] * 2, fleets=[fleet]), 26 * 10 + 2 * 80 + 2 * 33)
    assert found.of("miners", "groups_warming") == [1] * 26 + [0] * 4
    assert found.of("miners", "hashrate_ph_per_s") == [0] * 26 + [100] * 2 + [75] * 2


def test_a_five_minute_day_has_few_entries_a_row() -> None:
    """A row of a minimum time of a day had 289 entries; a running total takes three, and a window of it two."""
    time = {"resolution_minutes": 5}
    fleet = group_fleet(min_up_hours=24.0, min_down_hours=24.0)
    problem = formulate(_five_minute_day(fleet, time)).problem
    widest = int(np.diff(problem.row_start).max())
    assert widest <= 4
    assert problem.nonzeros <= 24 * 288


def _five_minute_day(fleet: dict[str, object], time: dict[str, object]) -> Scenario:
    return scenario([50] * 288, fleets=[fleet], time=time)
