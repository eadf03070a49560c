"""The answer: dispatch, ledger, contracts, state and outcome; a value that goes to and from files.

Dispatch is tidy: one row per (start, item, quantity). Which quantities an item has, in which unit and of which sign,
its class in `optimizer.scenario` names (`shows`); `optimizer/schedule/vocabulary.md` lists them all. The ledger has one
row per (start, item, kind) that is not zero; income positive, cost negative (`LedgerKind`). A line of no single period
stands in the last period of its month (or billing period) within the committed part.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.files.whole import write_text, write_whole
from optimizer.scenario.state import State
from optimizer.schedule.as_json import record_in
from optimizer.schedule.columns import (
    Starts,
    dispatch_columns,
    dispatch_rows,
    ledger_columns,
    ledger_rows,
)
from optimizer.schedule.record import OUTPUT_SCHEMA_VERSION
from optimizer.schedule.records import (
    ContractReport,
    DispatchRow,
    FoundPeak,
    LedgerRow,
    MonthBill,
    Outcome,
    Seconds,
    Size,
    Solver,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Schedule:
    """A plan. Without a solution, rows are empty, profits and state None, and `outcome` says why."""

    scenario: str
    """Name of the scenario that it is a plan of."""
    zone: str
    """IANA time zone of the facility."""
    currency: str
    outcome: Outcome
    profit_usd: float | None
    """Profit of the committed part: the sum of the ledger."""
    horizon_profit_usd: float | None
    """Profit of the whole horizon, look-ahead included: what `outcome.bound_usd` bounds."""
    solver: Solver
    seconds: Seconds
    size: Size
    dispatch_rows: tuple[DispatchRow, ...] = ()
    ledger_rows: tuple[LedgerRow, ...] = ()
    look_ahead_dispatch_rows: tuple[DispatchRow, ...] = ()
    """Dispatch behind the committed part: planned, never published."""
    look_ahead_ledger_rows: tuple[LedgerRow, ...] = ()
    contracts: tuple[ContractReport, ...] = ()
    bills: tuple[MonthBill, ...] = ()
    """With a tariff: the bill so far of each month that the committed part touches."""
    expected_peaks: tuple[FoundPeak, ...] = ()
    """What `supply.find_expected_peaks` found; nothing where they are given."""
    state: State | None = None
    """What the next plan starts with."""
    notes: tuple[str, ...] = field(default=())
    """What the plan had to say about its input, such as durations rounded up."""

    def __repr__(self) -> str:
        """One line; `str` of a year is no megabyte."""
        profit = "no plan" if self.profit_usd is None else f"profit {self.profit_usd:,.2f} {self.currency}"
        periods = len({row.start for row in self.dispatch_rows})
        return f"<Schedule {self.scenario!r}: {self.outcome.status}, {profit}, {periods} periods>"

    @property
    def dispatch(self) -> pd.DataFrame:
        """Tidy frame of the committed part: `start`, `item`, `quantity`, `value`; made anew at each call."""
        return _frame(self.dispatch_rows, DispatchRow._fields, self.zone)

    @property
    def ledger(self) -> pd.DataFrame:
        """Frame of the committed part: `start`, `item`, `kind`, `usd`; made anew at each call."""
        return _frame(self.ledger_rows, LedgerRow._fields, self.zone)

    @cached_property
    def ledger_by_kind(self) -> dict[str, float]:
        """Dollars of the committed part by ledger kind."""
        totals: dict[str, float] = {}
        for row in self.ledger_rows:
            totals[row.kind] = totals.get(row.kind, 0.0) + row.usd
        return totals

    def to_object(self) -> dict[str, Any]:
        """The whole schedule as plain data: what its file holds (`ScheduleRecord`), rows as columns."""
        starts = Starts()
        columns = {
            "dispatch": dispatch_columns(self.dispatch_rows, starts),
            "ledger": ledger_columns(self.ledger_rows, starts),
            "look_ahead_dispatch": dispatch_columns(self.look_ahead_dispatch_rows, starts),
            "look_ahead_ledger": ledger_columns(self.look_ahead_ledger_rows, starts),
        }
        return {
            "output_schema_version": OUTPUT_SCHEMA_VERSION,
            "scenario": self.scenario,
            "zone": self.zone,
            "currency": self.currency,
            "outcome": self.outcome.model_dump(),
            "profit_usd": self.profit_usd,
            "horizon_profit_usd": self.horizon_profit_usd,
            "solver": self.solver.model_dump(),
            "seconds": self.seconds.model_dump(),
            "size": self.size.model_dump(),
            "starts": list(starts),
            **columns,
            "contracts": [c.model_dump(mode="json") for c in self.contracts],
            "bills": [bill.model_dump(mode="json") for bill in self.bills],
            "expected_peaks": [peak.model_dump(mode="json") for peak in self.expected_peaks],
            "state": None if self.state is None else self.state.model_dump(mode="json"),
            "notes": list(self.notes),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The whole schedule as JSON; `from_json` gives back the same values, rows by item and quantity (or kind)."""
        close = (",", ":") if indent is None else None
        return json.dumps(self.to_object(), indent=indent, separators=close, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Schedule:
        """The schedule that a text holds: a file's, of an earlier version, too, or a command's JSON. Raises
        ScheduleError where it holds none."""
        record = record_in(text)
        same = ("scenario", "zone", "currency", "outcome", "profit_usd", "horizon_profit_usd", "solver", "seconds")
        more = ("size", "contracts", "bills", "expected_peaks", "state", "notes")
        return cls(
            **{name: getattr(record, name) for name in (*same, *more)},
            dispatch_rows=dispatch_rows(record.dispatch, record.starts),
            ledger_rows=ledger_rows(record.ledger, record.starts),
            look_ahead_dispatch_rows=dispatch_rows(record.look_ahead_dispatch, record.starts),
            look_ahead_ledger_rows=ledger_rows(record.look_ahead_ledger, record.starts),
        )

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write `schedule.json`, and dispatch and ledger as CSV and Parquet, into a folder; each file appears
        whole or not at all. Returns the paths. Raises OSError where the folder cannot be written."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        written = [folder / "schedule.json"]
        write_text(written[0], self.to_json())
        for name, frame in (("dispatch", self.dispatch), ("ledger", self.ledger)):
            text = frame.assign(start=[s.isoformat() for s in frame["start"]])
            write_whole(folder / f"{name}.csv", partial(text.to_csv, index=False))
            write_whole(folder / f"{name}.parquet", partial(frame.to_parquet, index=False))
            written += [folder / f"{name}.csv", folder / f"{name}.parquet"]
        return tuple(written)


def _frame(rows: tuple[tuple[Any, ...], ...], names: tuple[str, ...], zone: str) -> pd.DataFrame:
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    frame = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)))
    instants = pd.to_datetime(frame["start"], utc=True)
    return frame.assign(start=instants.dt.tz_convert(zone)).astype({names[3]: float})
