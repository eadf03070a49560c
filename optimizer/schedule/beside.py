"""What a command's JSON says beside the schedule itself; a file has none of it, and a reader passes it over."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from optimizer.schedule.records import Record, StatusName


class ViolationRecord(Record):
    """One thing that is wrong with a schedule."""

    rule: str
    """Name of the rule that is broken, e.g. `min_up`, `ledger`."""
    item: str
    """Fleet, pool, hall, contract, `site`, `schedule`, …"""
    start: str | None
    """Start of the period at fault; null where no single period is."""
    amount: float | None
    """By how much, in `unit`; null where there is no such number."""
    unit: str
    """Unit of the amount; empty where there is none."""
    message: str
    """The whole finding in a sentence."""


class AuditRecord(Record):
    """The audit's word."""

    ok: bool | None
    """Whether it accepts the plan; null where there was nothing to audit."""
    profit_usd: float | None
    """Profit of the committed part, recomputed."""
    violations: tuple[ViolationRecord, ...]
    """What it objects to. A plan that it rejects is withheld: profits and state are null, the lists are empty."""


class WhyRecord(Record):
    """A requirement that would have to give way, where there is no plan."""

    item: str
    """Whose requirement it is."""
    requirement: str
    """What it is called."""
    start: str
    """First period in which it would give way."""
    amount: float
    """The most by which it would in one period, in `unit`."""
    unit: str
    """Unit of the amount."""
    periods: int
    """In how many periods."""
    side: int
    """1, 2, … are alternatives: all of one side giving way mends the plan."""
    message: str
    """All of it in a sentence."""


class RolledDay(Record):
    """A day of a roll."""

    day: str
    """Local date on which it begins."""
    status: StatusName
    """How its plan ended."""
    gap: float | None
    """Proven gap of its plan, look-ahead included."""
    planned_profit_usd: float
    """Of the committed part, on what was known."""
    settled_profit_usd: float
    """Of the same set-points, on what came."""
    solve_seconds: float
    """Seconds of its solves."""
    seconds: float
    """Seconds of all of it."""


class FaultRecord(Record):
    """One thing that is wrong with what was given."""

    place: str
    """Path in the scenario, e.g. `contracts[2].deadline`."""
    found: str
    """What stands there."""
    allowed: str
    """What may stand there."""


class FailureRecord(Record):
    """What a command prints in place of its answer."""

    output_schema_version: Literal[2]
    """Version of this form; 2."""
    error: str
    """What went wrong, in words."""
    source: str | None
    """Of a scenario that is refused: where it came from."""
    faults: tuple[FaultRecord, ...]
    """Of a scenario that is refused: every fault."""


class Beside(Record):
    """What stands beside a schedule in a command's JSON."""

    error: str | None = None
    """Why there is no plan, in words; null where there is one."""
    audit: AuditRecord | None = None
    """The audit's word."""
    ledger_by_kind_usd: dict[str, float] = Field(default_factory=dict)
    """Dollars of the committed part by kind."""
    why: tuple[WhyRecord, ...] = ()
    """What stands in the way, where there is no plan."""
    day: str | None = None
    """Of a roll that stops: the day without a plan."""
    days: tuple[RolledDay, ...] = ()
    """Of a roll: its days."""
