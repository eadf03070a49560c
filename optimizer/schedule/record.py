"""A schedule as it stands in a file, and in a command's JSON."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AwareDatetime, model_validator

from optimizer.scenario.state import State
from optimizer.schedule.beside import Beside
from optimizer.schedule.columns import Column, DispatchColumn, LedgerColumn
from optimizer.schedule.records import ContractReport, FoundPeak, MonthBill, Outcome, Seconds, Size, Solver

OUTPUT_SCHEMA_VERSION = 2


class ScheduleRecord(Beside):
    """A schedule as it stands in a file. Without a plan, profits and state are null and the lists are empty."""

    output_schema_version: Literal[2]
    """Version of this form; 2."""
    scenario: str
    """Name of the scenario that it is a plan of."""
    zone: str
    """IANA time zone of the facility."""
    currency: str
    """The currency of all money, as an ISO code; names say usd."""
    outcome: Outcome
    """How the solve ended."""
    profit_usd: float | None
    """Profit of the committed part: the sum of the ledger."""
    horizon_profit_usd: float | None
    """Profit of the whole horizon, look-ahead included: what `outcome.bound_usd` bounds."""
    solver: Solver
    """Who answered."""
    seconds: Seconds
    """How long it took."""
    size: Size
    """How large the problem was."""
    starts: tuple[AwareDatetime, ...]
    """Begin of each period that a row below is of, in local time with its offset."""
    dispatch: tuple[DispatchColumn, ...]
    """What every item does in the committed part."""
    ledger: tuple[LedgerColumn, ...]
    """Every dollar of the committed part."""
    look_ahead_dispatch: tuple[DispatchColumn, ...]
    """Dispatch behind the committed part: planned, never published."""
    look_ahead_ledger: tuple[LedgerColumn, ...]
    """Dollars behind the committed part."""
    contracts: tuple[ContractReport, ...]
    """What becomes of each contract."""
    bills: tuple[MonthBill, ...] = ()
    """With a tariff: the bill so far of each month that the committed part touches."""
    expected_peaks: tuple[FoundPeak, ...] = ()
    """Demand that months will see anyway, where the plan was to find it."""
    state: State | None
    """What the next plan starts with."""
    notes: tuple[str, ...]
    """What the plan had to say about its input."""

    @model_validator(mode="after")
    def _inside(self) -> Self:
        columns: list[Column] = [*self.dispatch, *self.look_ahead_dispatch, *self.ledger, *self.look_ahead_ledger]
        for column in columns:
            at = column.indices
            if at and not (min(at) >= 0 and max(at) < len(self.starts)):
                raise ValueError(f"{column.item} {column.name} has values beyond the {len(self.starts)} starts")
        return self
