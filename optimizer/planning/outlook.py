"""The demand that a month will see anyway, found by a relaxation of the plan over the rest of the month.

The scenario is planned from its start to the end of the last month that it touches, whole numbers left out of account
and demand charges paid in full: what such a plan demands is worth its charge over the rest of the month. A plan of the
next day is not charged for it (`supply.expected_peaks`); else the first day of a month would have to earn the charge
of all of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.model.formulation import formulate
from optimizer.planning.first import first_result
from optimizer.planning.how import HowToSolve, how_to_solve
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.local_days import next_month_start
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.supply import ExpectedPeak
from optimizer.schedule import FoundPeak
from solvers import Options

GAP = 1e-4
KW_PER_MW = 1000.0


def find_expected_peaks(
    scenario: Scenario, how: HowToSolve | None = None, time_limit_s: float | None = None
) -> list[FoundPeak]:
    """The demand of each charge in each month of the horizon, for those that are not given; none where the rest of
    the month has no plan. `how` says who is asked; a limit counts in place of its own.

    Raises ScenarioError where a series does not reach to the end of the month.
    """
    ahead = _to_the_end_of_the_month(scenario)
    formulation = formulate(ahead)
    problem = formulation.problem
    relaxed = replace(problem, integer=np.zeros_like(problem.integer))
    how = how_to_solve(how)
    options = Options(gap=GAP, time_limit_s=how.time_limit_s if time_limit_s is None else time_limit_s)
    x = first_result(relaxed, how, options).x
    tariff = formulation.tariff
    if x is None or tariff is None:
        return []
    given = {(peak.charge, peak.month) for peak in scenario.supply.expected_peaks}
    import_mw = x[formulation.grid.import_mw]
    return [
        FoundPeak(charge=rule.name, month=label, peak_mw=max(0.0, float(kw) / KW_PER_MW))
        for rule in tariff.rule.charges
        for label, force, kw in zip(rule.months.labels, rule.force, rule.own_kw(import_mw), strict=True)
        if force and (rule.name, label) not in given
    ]


def with_expected(scenario: Scenario, found: list[FoundPeak]) -> Scenario:
    """The scenario with the peaks that were found in place of the wish to find them."""
    peaks = tuple(ExpectedPeak(**peak.model_dump()) for peak in found)
    known = (*scenario.supply.expected_peaks, *peaks)
    supply = scenario.supply.model_copy(update={"expected_peaks": known, "find_expected_peaks": False})
    return scenario.model_copy(update={"supply": supply})


def _to_the_end_of_the_month(scenario: Scenario) -> Scenario:
    horizon = scenario.horizon
    next_month = next_month_start(horizon.starts[-1], horizon.zone)
    minutes = next_month.timestamp() / 60.0 - float(horizon.start_minutes[0])
    periods = round(minutes / horizon.step_minutes) - horizon.committed
    time_ahead = scenario.time.model_copy(update={"look_ahead_days": None, "look_ahead_periods": periods})
    supply = scenario.supply.model_copy(update={"find_expected_peaks": False})
    ahead = scenario.model_copy(update={"time": time_ahead, "supply": supply})
    faults = ahead.unchecked_faults()
    if faults:
        until = f"needed up to {next_month.isoformat()} by supply.find_expected_peaks"
        raise ScenarioError([Fault(f.place, f.found, f"{f.allowed}; {until}") for f in faults], scenario.name)
    return ahead
