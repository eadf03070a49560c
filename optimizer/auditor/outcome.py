"""How the solve is said to have ended: arithmetic of bound and gap, and plans that do not exist.

gap = |bound − profit| / max(|profit|, 1 % of gross revenue, 1), over the whole horizon; the profit is less what a
re-plan holds against leaving published set-points
"""

from __future__ import annotations

import math

from optimizer.auditor.book import SHARE, Book, number
from optimizer.auditor.ledger import Ledger
from optimizer.scenario.horizon import Horizon
from optimizer.schedule import Schedule

RULE = "outcome"
SOLVED = ("proven", "feasible")
LEAST_DENOMINATOR = 1.0
REVENUE_SHARE = 0.01


def check_unsolved(schedule: Schedule, book: Book) -> None:
    """A schedule without a solution holds nothing that looks like one."""
    status = schedule.outcome.status
    for name in (
        "dispatch_rows",
        "ledger_rows",
        "look_ahead_dispatch_rows",
        "look_ahead_ledger_rows",
        "contracts",
        "bills",
    ):
        count = len(getattr(schedule, name))
        if count:
            message = f"{name} has {count} rows, though the outcome is {status}: there is no plan"
            book.add(RULE, "schedule", None, message, amount=float(count), unit="rows")
    for name in ("profit_usd", "horizon_profit_usd", "state"):
        if getattr(schedule, name) is not None:
            book.add(RULE, "schedule", None, f"{name} is given, though the outcome is {status}")
    for name in ("gap", "gap_usd"):
        if getattr(schedule.outcome, name) is not None:
            message = f"{name} is given, though the outcome is {status}: there is no profit to compare with"
            book.add(RULE, "schedule", None, message)


def check_outcome(schedule: Schedule, ledger: Ledger, horizon: Horizon, book: Book) -> None:
    """Bound, gap and status of a schedule with a solution, against the audit's own profit."""
    outcome = schedule.outcome
    bound, gap = outcome.bound_usd, outcome.gap
    leaving = outcome.leaving_usd
    if not 0.0 <= leaving < math.inf:
        book.add(RULE, "schedule", None, f"leaving_usd is {leaving}; it is an amount of 0 or more", unit="USD")
        leaving = 0.0
    profit = ledger.total(horizon.periods) - leaving
    proven = outcome.status == "proven"
    if bound is None or not math.isfinite(bound):
        if proven or gap is not None or outcome.gap_usd is not None:
            message = "there is no bound, so nothing is proven and no gap is known"
            book.add(RULE, "schedule", None, message, unit="USD")
        return
    slack = ledger.total_tolerance(horizon.periods) + SHARE * abs(bound)
    if profit > bound + slack:
        over = profit - bound
        message = f"the plan earns {number(profit)} USD, {number(over)} more than the bound of {number(bound)} allows"
        book.add(RULE, "schedule", None, message, amount=over, unit="USD")
    own_usd = abs(bound - profit)
    below = max(abs(profit), REVENUE_SHARE * ledger.gross_revenue(), LEAST_DENOMINATOR)
    if outcome.gap_usd is not None and not abs(outcome.gap_usd - own_usd) <= slack:
        off = outcome.gap_usd - own_usd
        message = f"gap_usd is {number(outcome.gap_usd)}; bound and profit are {number(own_usd)} USD apart"
        book.add(RULE, "schedule", None, message, amount=off, unit="USD")
    if gap is not None and not abs(gap - own_usd / below) <= slack / below:
        off = gap - own_usd / below
        message = f"gap is {number(gap)}; bound {number(bound)} and profit make it {number(own_usd / below)}"
        book.add(RULE, "schedule", None, message, amount=off)
    if not proven:
        return
    if gap is None:
        book.add(RULE, "schedule", None, "the outcome is proven, but no gap is given")
    wide = max(gap or 0.0, (own_usd - slack) / below)
    if not wide <= outcome.gap_asked * (1.0 + 1e-6) + 1e-9:
        message = f"the outcome is proven, but its gap of {number(wide)} is above the {number(outcome.gap_asked)} asked"
        book.add(RULE, "schedule", None, message, amount=wide - outcome.gap_asked)
