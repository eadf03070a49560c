"""What is shown while solves last."""

from __future__ import annotations

import re

from optimizer.report.progress import CountProgress, SolveProgress
from solvers import Progress


def test_a_solver_that_tells_nothing() -> None:
    assert re.fullmatch(r"scip reports no progress, \d+ s", SolveProgress("scip", "USD").line())


def test_a_solver_that_tells() -> None:
    shown = SolveProgress("highs", "USD")
    assert shown.line() == "highs: no plan yet"
    shown(Progress(1.0, 1000.0, 1200.0, 0.2))
    assert shown.line() == "highs: profit 1,000.00 USD, bound 1,200.00, gap 20.0000%"


def test_a_count() -> None:
    shown = CountProgress("value", "solves")
    shown(12, 46)
    assert shown.line() == "value: 12 of 46 solves"


def test_a_roll_shows_days_profit_and_the_widest_gap() -> None:
    from optimizer.operating.roll import DayRecord
    from optimizer.report.progress import RollProgress

    progress = RollProgress("EUR")
    assert progress.line() == "roll: planning the first day"
    day = DayRecord("2026-01-05", "proven", 2e-5, 90.0, 1000.0, 0.1, 0.2)
    progress([day, DayRecord("2026-01-06", "feasible", None, 90.0, 234.5, 0.1, 0.2)], 14)
    assert progress.line() == "roll: 2 of 14 days, profit 1,234.50 EUR, worst gap 0.0020%"
