"""The answer: a schedule, its rows and reports, its words; how it goes to and from files."""

from optimizer.schedule.ledger_kind import LedgerKind
from optimizer.schedule.record import OUTPUT_SCHEMA_VERSION, ScheduleRecord
from optimizer.schedule.records import (
    Attempt,
    ContractReport,
    DemandLine,
    DispatchRow,
    FoundPeak,
    LedgerRow,
    MonthBill,
    Outcome,
    ScheduleError,
    Seconds,
    Size,
    Solver,
    StatusName,
    dispatch_records,
    ledger_records,
)
from optimizer.schedule.schedule import Schedule

SCHEDULE_VERSION = OUTPUT_SCHEMA_VERSION
"""The form that schedules are written in."""

__all__ = [
    "OUTPUT_SCHEMA_VERSION",
    "SCHEDULE_VERSION",
    "Attempt",
    "ContractReport",
    "DemandLine",
    "DispatchRow",
    "FoundPeak",
    "LedgerKind",
    "LedgerRow",
    "MonthBill",
    "Outcome",
    "Schedule",
    "ScheduleError",
    "ScheduleRecord",
    "Seconds",
    "Size",
    "Solver",
    "StatusName",
    "dispatch_records",
    "ledger_records",
]
