"""The answer: a schedule, its rows and reports, its words; how it goes to and from files."""

from optimizer.schedule.as_json import SCHEDULE_VERSION, dispatch_records, ledger_records
from optimizer.schedule.ledger_kind import LedgerKind
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
)
from optimizer.schedule.schedule import Schedule

__all__ = [
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
    "Seconds",
    "Size",
    "Solver",
    "StatusName",
    "dispatch_records",
    "ledger_records",
]
