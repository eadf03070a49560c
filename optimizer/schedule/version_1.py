"""Files of schema_version 1, with one object for each row of dispatch and ledger: read, never written."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime

from optimizer.scenario.state import State
from optimizer.schedule.columns import Starts, dispatch_columns, ledger_columns
from optimizer.schedule.record import OUTPUT_SCHEMA_VERSION, ScheduleRecord
from optimizer.schedule.records import (
    ContractReport,
    DispatchRow,
    FoundPeak,
    LedgerRow,
    MonthBill,
    Outcome,
    Record,
    Seconds,
    Size,
    Solver,
)


class _Dispatch(Record):
    start: AwareDatetime
    item: str
    quantity: str
    value: float


class _Ledger(Record):
    start: AwareDatetime
    item: str
    kind: str
    usd: float


class ScheduleOfVersion1(Record):
    """A schedule of that form."""

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
    dispatch: tuple[_Dispatch, ...]
    ledger: tuple[_Ledger, ...]
    look_ahead_dispatch: tuple[_Dispatch, ...]
    look_ahead_ledger: tuple[_Ledger, ...]
    contracts: tuple[ContractReport, ...]
    bills: tuple[MonthBill, ...] = ()
    expected_peaks: tuple[FoundPeak, ...] = ()
    state: State | None
    notes: tuple[str, ...]

    def renewed(self) -> ScheduleRecord:
        """The same schedule in today's form."""
        starts = Starts()
        columns: dict[str, Any] = {}
        for name in ("dispatch", "look_ahead_dispatch"):
            rows = (DispatchRow(r.start, r.item, r.quantity, r.value) for r in getattr(self, name))
            columns[name] = dispatch_columns(rows, starts)
        for name in ("ledger", "look_ahead_ledger"):
            lines = (LedgerRow(r.start, r.item, r.kind, r.usd) for r in getattr(self, name))
            columns[name] = ledger_columns(lines, starts)
        same = {name: getattr(self, name) for name in type(self).model_fields if name not in columns}
        del same["schema_version"]
        version = {"output_schema_version": OUTPUT_SCHEMA_VERSION, "starts": tuple(starts)}
        return ScheduleRecord.model_validate(version | same | columns)
