"""2024 day by day on real data (`tests.real_days.year`): 365 plans on what was known, settled on what came.

Three months are planned at once as well, with perfect foresight, and day by day deciding on what came: the first
difference is what planning day by day costs, the second what not knowing the prices costs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from optimizer.auditor.findings import Findings
from optimizer.changes.as_it_came import as_it_came
from optimizer.operating.roll import Rolled, roll
from optimizer.planning.outlook import with_expected
from optimizer.planning.plan import plan_and_audit
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule
from tests.figure import Figure
from tests.real_days.year import facility, foresight

LOOK_AHEAD_HOURS = 12.0
YEAR = ("2024-01-01", 365)
QUICK = ("2024-03-05", 10)
"""Ten days over the change of the clocks."""
MONTHS = {"February": ("2024-02-01", 29), "May": ("2024-05-01", 31), "August": ("2024-08-01", 31)}
FORESIGHT_GAP = 1e-3
FORESIGHT_LIMIT_S = 300.0
ROUNDING = 1e-7
DAILY_SHARE = 0.01
"""At most this share of what a month could earn is lost by planning day by day."""


def figures(*, quick: bool) -> Iterator[Figure]:
    """The year, then the months."""
    start, days = QUICK if quick else YEAR
    name = f"{days} days from {start}"
    rolled = roll(facility(start), days, look_ahead_hours=LOOK_AHEAD_HOURS)
    schedule, findings = rolled.schedule, rolled.findings
    worst = max((day.gap or 0.0) for day in rolled.days)
    unproven = sum(day.status != "proven" for day in rolled.days)
    _say(f"{name}: profit {schedule.profit_usd:,.0f} USD, worst gap {worst:.2g}; {_kinds(schedule)}")
    yield Figure(f"{name}: plans", len(rolled.days), "", days, at_least=True)
    yield Figure(f"{name}: plans not proven", unproven, "", 0)
    yield Figure(f"{name}: audit findings of the joined schedule", len(findings.violations), "", 0)
    yield Figure(f"{name}: joined profit less the days', relative", _apart(rolled), "", 1e-6)
    overhead = sum(day.seconds for day in rolled.days) / sum(day.solve_seconds for day in rolled.days)
    yield Figure(f"{name}: time of the days to their solves", overhead, "", 1.3)
    for month, (first, length) in {} if quick else MONTHS.items():
        yield from _month(month, first, length)


def _month(month: str, start: str, days: int) -> Iterator[Figure]:
    known = roll(facility(start), days, look_ahead_hours=LOOK_AHEAD_HOURS)
    came = roll(as_it_came(facility(start)), days, look_ahead_hours=LOOK_AHEAD_HOURS)
    at_once, findings = _at_once(_with_end_charge(foresight(start, days), came.schedule))
    bound = at_once.outcome.bound_usd
    assert bound is not None
    best, daily, honest = (_profit(schedule) for schedule in (at_once, came.schedule, known.schedule))
    _say(
        f"{month}: planned at once {best:,.0f} (no plan earns more than {bound:,.0f}); day by day on what came "
        f"{daily:,.0f}; on what was known {honest:,.0f}: {best - daily:,.0f} for planning day by day, "
        f"{daily - honest:,.0f} for prices and hashprice that were not known"
    )
    for name, schedule in (("at once", at_once), ("on what came", came.schedule), ("known", known.schedule)):
        _say(f"  {name:12} {_kinds(schedule)}")
    found = sum(len(f.violations) for f in (findings, came.findings, known.findings))
    yield Figure(f"{month}: audit findings, of all three", found, "", 0)
    # Held to the bound: the plan at once is proven to a gap only.
    yield Figure(f"{month}: day by day on what came, below any plan", (bound - daily) / bound, "", DAILY_SHARE)
    yield Figure(f"{month}: day by day on what came, above any plan", (daily - bound) / bound, "", ROUNDING)


def _with_end_charge(scenario: Scenario, rolled: Schedule) -> Scenario:
    """The battery may end as the roll's does: a day's look-ahead fills it again only behind the month's end."""
    assert rolled.state is not None
    stores = [
        store.model_copy(update={"end_energy_mwh": rolled.state.batteries[store.name].energy_mwh})
        for store in scenario.supply.batteries
    ]
    supply = scenario.supply.model_copy(update={"batteries": tuple(stores)})
    return scenario.model_copy(update={"supply": supply})


def _at_once(scenario: Scenario) -> tuple[Schedule, Findings]:
    """All days in one plan, which pays its demand charge in full."""
    return plan_and_audit(with_expected(scenario, []), gap=FORESIGHT_GAP, time_limit_s=FORESIGHT_LIMIT_S)


def _profit(schedule: Schedule) -> float:
    assert schedule.profit_usd is not None
    return schedule.profit_usd


def _apart(rolled: Rolled) -> float:
    days = sum(day.settled_profit_usd for day in rolled.days)
    return abs(_profit(rolled.schedule) - days) / max(1.0, abs(days))


def _kinds(schedule: Schedule) -> str:
    return ", ".join(f"{kind} {usd:,.0f}" for kind, usd in sorted(schedule.ledger_by_kind.items(), key=lambda k: -k[1]))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
