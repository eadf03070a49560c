"""A schedule as JSON: the one writer and the one reader of its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import AwareDatetime, ValidationError

from optimizer.scenario.state import State
from optimizer.schedule.records import (
    ContractReport,
    DispatchRow,
    FoundPeak,
    LedgerRow,
    MonthBill,
    Outcome,
    Record,
    ScheduleError,
    Seconds,
    Size,
    Solver,
)

SCHEDULE_VERSION = 1


class ScheduleRecord(Record):
    """A schedule as it stands in a file."""

    schema_version: Literal[1]
    scenario: str
    zone: str
    currency: str
    outcome: Outcome
    profit_usd: float | None
    horizon_profit_usd: float | None
    solver: Solver
    seconds: Seconds
    size: Size
    dispatch: tuple[_DispatchRecord, ...]
    ledger: tuple[_LedgerRecord, ...]
    look_ahead_dispatch: tuple[_DispatchRecord, ...]
    look_ahead_ledger: tuple[_LedgerRecord, ...]
    contracts: tuple[ContractReport, ...]
    bills: tuple[MonthBill, ...] = ()
    expected_peaks: tuple[FoundPeak, ...] = ()
    state: State | None
    notes: tuple[str, ...]


class _DispatchRecord(Record):
    start: AwareDatetime
    item: str
    quantity: str
    value: float


class _LedgerRecord(Record):
    start: AwareDatetime
    item: str
    kind: str
    usd: float


ScheduleRecord.model_rebuild()


def record_in(text: str | bytes) -> ScheduleRecord:
    """The schedule that a text holds. Raises ScheduleError where it holds none."""
    try:
        return ScheduleRecord.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the text"
        raise ScheduleError(f"no schedule: {place}: {first['msg']}") from None


def dispatch_records(rows: Iterable[DispatchRow]) -> list[dict[str, Any]]:
    """Dispatch rows as JSON objects."""
    return [{"start": r.start.isoformat(), "item": r.item, "quantity": r.quantity, "value": r.value} for r in rows]


def ledger_records(rows: Iterable[LedgerRow]) -> list[dict[str, Any]]:
    """Ledger rows as JSON objects."""
    return [{"start": r.start.isoformat(), "item": r.item, "kind": r.kind, "usd": r.usd} for r in rows]


def dispatch_rows(records: tuple[_DispatchRecord, ...]) -> tuple[DispatchRow, ...]:
    return tuple(DispatchRow(r.start, r.item, r.quantity, r.value) for r in records)


def ledger_rows(records: tuple[_LedgerRecord, ...]) -> tuple[LedgerRow, ...]:
    return tuple(LedgerRow(r.start, r.item, r.kind, r.usd) for r in records)
