"""The days of a roll as one schedule, audited against the whole of the scenario as it came.

Dispatch is put together from the days; the ledger is the one that the audit recomputes for the whole, in which a line
of a month stands once; contracts, bills and state add up the days'. The audit then holds all of it against every rule
of the whole, and the days' lines have to sum to the whole's.

Ratchets are the exception: what a peak makes later months pay at least is nothing that a later day can still change, so
no day pays for it, while the whole does. A note says how much that is.

An all-or-nothing job that some day gives up has run on days before that: each day kept to the rule by what it knew, the
whole cannot. Its pay is taken back, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from optimizer.auditor import audit
from optimizer.auditor.findings import Findings, Violation
from optimizer.changes.position import with_position_mw
from optimizer.operating.roll.day import DayRecord
from optimizer.operating.roll.days import Days
from optimizer.operating.roll.journal import Journal
from optimizer.planning.how import HowToSolve
from optimizer.scenario.day_ahead import DayAhead
from optimizer.scenario.horizon import Horizon, stamp
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State
from optimizer.schedule import (
    ContractReport,
    DispatchRow,
    LedgerKind,
    LedgerRow,
    MonthBill,
    Outcome,
    Schedule,
    ScheduleRecord,
    Seconds,
    Size,
    Solver,
)
from optimizer.schedule.columns import Column
from optimizer.tariff.prices import export_price
from solvers.problem import Floats

RATCHETED = frozenset({LedgerKind.DEMAND, LedgerKind.RATCHET})
"""Kinds of a demand charge."""
SHARE = 1e-6
"""By how much of the profit the days' sum may be off."""


@dataclass(frozen=True, eq=False)
class Rolled:
    """A roll that is done."""

    scenario: Scenario
    """All days as one scenario, as it came: what the schedule is audited against."""
    schedule: Schedule
    """All days as one schedule."""
    findings: Findings
    days: tuple[DayRecord, ...]


@dataclass(eq=False)
class _Collected:
    """What the days say, put together one after the other."""

    horizon: Horizon
    dispatch: dict[tuple[str, str], Floats] = field(default_factory=dict)
    """By (item, quantity), (periods,)."""
    ledger: dict[tuple[str, str], Floats] = field(default_factory=dict)
    """By (item, kind), (periods,)."""
    contracts: dict[tuple[str, Any], ContractReport] = field(default_factory=dict)
    bills: dict[str, MonthBill] = field(default_factory=dict)
    state: State | None = None
    notes: dict[str, None] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    solver: Solver | None = None

    def __post_init__(self) -> None:
        self._period = {stamp: t for t, stamp in enumerate(self.horizon.stamps)}

    def add(self, settled: ScheduleRecord) -> None:
        """One day more."""
        periods = np.array([self._period[start] for start in settled.starts], dtype=np.int64)
        self._place(self.dispatch, settled.dispatch, periods)
        self._place(self.ledger, settled.ledger, periods)
        for report in settled.contracts:
            key = report.name, report.billing_start
            before = self.contracts.get(key)
            self.contracts[key] = report if before is None else _report(before, report)
        for bill in settled.bills:
            earlier = self.bills.get(bill.month)
            self.bills[bill.month] = bill if earlier is None else _bill(earlier, bill)
        self.state = settled.state
        self.notes |= dict.fromkeys(settled.notes)
        seconds, size = settled.seconds.model_dump(), settled.size.model_dump()
        self.seconds = {name: self.seconds.get(name, 0.0) + s for name, s in seconds.items()}
        self.size = {name: max(self.size.get(name, 0), n) for name, n in size.items()}
        self.solver = settled.solver

    def _place(
        self, table: dict[tuple[str, str], Floats], columns: Iterable[Column], periods: npt.NDArray[np.int64]
    ) -> None:
        for column in columns:
            values = table.get((column.item, column.name))
            if values is None:
                values = table[column.item, column.name] = np.zeros(self.horizon.periods)
            values[periods[list(column.indices)]] = column.numbers

    def dispatch_rows(self) -> Iterable[DispatchRow]:
        for (item, quantity), values in self.dispatch.items():
            for start, value in zip(self.horizon.stamps, values.tolist(), strict=True):
                yield DispatchRow(start, item, quantity, value)

    def ledger_rows(self) -> Iterable[LedgerRow]:
        for (item, kind), usd in self.ledger.items():
            for t in np.flatnonzero(usd).tolist():
                yield LedgerRow(self.horizon.stamps[t], item, kind, float(usd[t]))


def join(days: Days, how: HowToSolve, journal: Journal, records: Sequence[DayRecord]) -> Rolled:
    """All days as one audited schedule."""
    scenario = days.joined()
    collected = _Collected(scenario.horizon)
    for settled in journal.settled():
        collected.add(settled)
    key = "site", "export_price_usd_per_mwh"
    if key in collected.dispatch:  # a day without any export limit does not tell it
        collected.dispatch[key] = export_price(scenario.supply, scenario.horizon)
    bought = collected.dispatch.get((DayAhead.item, "position_mw"))
    if bought is not None:
        scenario = with_position_mw(scenario, bought)
    assert collected.solver is not None
    profit = sum(record.settled_profit_usd for record in records)
    seconds = collected.seconds | {
        "solve": sum(record.solve_seconds for record in records),
        "total": sum(record.seconds for record in records),
    }
    schedule = Schedule(
        scenario=scenario.name,
        zone=scenario.time.zone,
        currency=scenario.currency,
        outcome=Outcome(status="feasible", gap_asked=how.gap, message=_proof(records, how.gap)),
        profit_usd=profit,
        horizon_profit_usd=profit,
        solver=collected.solver,
        seconds=Seconds(**seconds),
        size=Size(**collected.size),
        dispatch_rows=tuple(collected.dispatch_rows()),
        ledger_rows=tuple(collected.ledger_rows()),
        contracts=tuple(collected.contracts.values()),
        bills=tuple(collected.bills.values()),
        state=collected.state,
        notes=tuple(collected.notes),
    )
    own = audit(scenario, schedule)
    schedule = replace(
        schedule,
        bills=tuple(_with_added(bill, own.ledger_rows) for bill in schedule.bills),
        ledger_rows=tuple(row._replace(start=stamp(row.start)) for row in own.ledger_rows),
        profit_usd=own.profit_usd,
        horizon_profit_usd=own.profit_usd,
    )
    ratchets = _ratchets(scenario)
    paid_later = _sum(own.ledger_rows, ratchets) - sum(
        float(usd.sum()) for line, usd in collected.ledger.items() if line in ratchets
    )
    if abs(paid_later) > SHARE * max(1.0, abs(profit)):
        note = (
            f"ratchets: earlier days' peaks make later months pay {-paid_later:,.2f} {schedule.currency} more than "
            "the days' plans, which could not change that, have booked"
        )
        schedule = replace(schedule, notes=(*schedule.notes, note))
    findings, begun = _without_hindsight(audit(scenario, schedule), collected.state)
    schedule = replace(schedule, notes=(*schedule.notes, *begun))
    return Rolled(scenario, schedule, _with_sum(findings, profit + paid_later), tuple(records))


def _without_hindsight(findings: Findings, state: State | None) -> tuple[Findings, list[str]]:
    """The findings without all-or-nothing jobs that ran before a day gave them up, and notes of these jobs."""
    contracts = {} if state is None else state.contracts
    given_up = {name for name, found in contracts.items() if found.gave_work_up}
    begun = [v for v in findings.violations if v.rule == "all_or_nothing" and v.item in given_up]
    notes = [f"{name}: it ran before a day gave all of it up; its pay is taken back" for name in _items(begun)]
    return replace(findings, violations=tuple(v for v in findings.violations if v not in begun)), notes


def _items(violations: Iterable[Violation]) -> list[str]:
    return sorted({violation.item for violation in violations})


def _ratchets(scenario: Scenario) -> frozenset[tuple[str, str]]:
    """Ledger lines (item, kind) that ratchets have a part in."""
    tariff = scenario.supply.tariff
    charges = [] if tariff is None else [charge.name for charge in tariff.demand if charge.ratchet is not None]
    if tariff is None or not charges:
        return frozenset()
    lines = {(name, kind) for name in charges for kind in RATCHETED}
    return frozenset(lines | {(tax.name, LedgerKind.TAX) for tax in tariff.taxes} | {("grid", LedgerKind.MINIMUM)})


def _sum(rows: Iterable[LedgerRow], lines: frozenset[tuple[str, str]]) -> float:
    return sum(row.usd for row in rows if (row.item, row.kind) in lines)


def _proof(records: Sequence[DayRecord], gap: float) -> str:
    """What is proven of the days' plans: a chain of them is no optimum of the whole."""
    open_ = [record.day for record in records if record.status != "proven"]
    plans = "1 daily plan" if len(records) == 1 else f"{len(records)} daily plans"
    if not open_:
        return f"{plans}, each proven to a gap of {gap:g}"
    return f"{plans}, of which {len(open_)} are not proven to a gap of {gap:g}: {', '.join(open_[:5])}" + (
        ", …" if len(open_) > 5 else ""
    )


def _with_sum(findings: Findings, profit: float) -> Findings:
    """The findings, with one more where the days' profits do not sum to the whole's."""
    whole = findings.profit_usd
    if whole is None or abs(whole - profit) <= SHARE * max(1.0, abs(whole)):
        return findings
    message = f"the days' settled profits sum to {profit:.9g} USD; all days as one come to {whole:.9g}"
    wrong = Violation("profit", "schedule", None, profit - whole, "USD", message)
    return replace(findings, violations=(*findings.violations, wrong))


def _report(before: ContractReport, now: ContractReport) -> ContractReport:
    """A contract's report of several days: work and shortfalls add up, what is expected now counts."""
    short = None if now.short_gpu_hours is None else now.short_gpu_hours + (before.short_gpu_hours or 0.0)
    late = None if now.lateness_hours is None else now.lateness_hours + (before.lateness_hours or 0.0)
    return now.model_copy(
        update={
            "delivered_gpu_hours": before.delivered_gpu_hours + now.delivered_gpu_hours,
            "short_gpu_hours": short,
            "finish": before.finish or now.finish,
            "lateness_hours": late,
        }
    )


def _bill(before: MonthBill, now: MonthBill) -> MonthBill:
    """A month's bill of several days: what the month had before the first of them stays before."""
    first = {line.charge: line.before_mw for line in before.demand}
    demand = tuple(line.model_copy(update={"before_mw": first[line.charge]}) for line in now.demand)
    return now.model_copy(update={"demand": demand})


def _with_added(bill: MonthBill, rows: Sequence[LedgerRow]) -> MonthBill:
    """The bill of a month with what the whole's ledger pays of its demand charges."""
    added = dict.fromkeys((line.charge for line in bill.demand), 0.0)
    for row in rows:
        if row.kind in RATCHETED and row.item in added and f"{row.start:%Y-%m}" == bill.month:
            added[row.item] -= row.usd
    demand = tuple(line.model_copy(update={"added_usd": added[line.charge]}) for line in bill.demand)
    return bill.model_copy(update={"demand": demand})
