"""Records of a schedule: its rows, how the solve ended, what becomes of contracts, the months' bills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict

from optimizer.errors import WattshiftError
from optimizer.scenario.faults import Fault

StatusName = Literal["proven", "feasible", "infeasible", "unbounded", "no_solution", "error"]


class ScheduleError(WattshiftError, ValueError):
    """A text is no schedule, or a schedule does not say what is asked of it. `fault`: the first thing that is wrong
    with a text."""

    def __init__(self, words: str, fault: Fault | None = None) -> None:
        super().__init__(words)
        self.fault = fault


class DispatchRow(NamedTuple):
    """One quantity of one item in the period that begins at `start` (local time with its plain offset)."""

    start: datetime
    item: str
    quantity: str
    value: float


class LedgerRow(NamedTuple):
    """Dollars of one kind of one item in the period that begins at `start`."""

    start: datetime
    item: str
    kind: str
    usd: float


class Record(BaseModel):
    """What every record of a schedule shares: frozen, closed, finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class ContractReport(Record):
    """What becomes of a contract in the committed part; reserved: one record per billing period touched."""

    name: str
    """Its name in the scenario."""
    kind: str
    """Its kind: `reserved`, `batch`, `spot`, …"""
    accepted: bool
    """Whether the plan takes it on."""
    billing_start: AwareDatetime | None = None
    """Reserved: start of the billing period that the record is about."""
    delivered_gpu_hours: float
    """GPU-hours delivered (reserved), of owed work done (batch) or sold (spot), in the committed part."""
    short_gpu_hours: float | None = None
    """Reserved: committed − delivered in the committed part. Batch: given up in the horizon (its penalty is
    charged)."""
    availability: float | None = None
    """Reserved: expected availability of the billing period: history, horizon and expected rest."""
    credit_tier: float | None = None
    """Reserved: `below` of the worst breached SLA tier; null where none is."""
    credit_usd: float | None = None
    """Reserved: the credit of the billing period that is expected now (the ledger books its change)."""
    finish: AwareDatetime | None = None
    """Batch: end of the period in which all owed work is done, where that is within the horizon."""
    lateness_hours: float | None = None
    """Batch: hours from the deadline until done, inside the horizon."""


class DemandLine(Record):
    """One demand charge in one month. Costs are positive."""

    charge: str
    """Its name in the tariff."""
    before_mw: float
    """Highest demand in the charge's windows before this plan."""
    expected_mw: float
    """Demand that the month is expected to see anyway, as given or found; 0 where none is."""
    peak_mw: float
    """Highest demand so far, the committed part included."""
    ratchet_mw: float
    """What earlier months make the billed demand at least."""
    billed_mw: float
    """max(peak, ratchet): what is billed if nothing higher comes."""
    usd: float
    """The month's charge so far, in full."""
    added_usd: float
    """The part of it that the committed part pays for: what it adds above what the month sees anyway."""
    hands_on_mw: float
    """What this month's demand so far makes the billed demand of later months at least; 0 without a ratchet."""


class MonthBill(Record):
    """A month's bill so far, in full, at the end of the committed part. Costs are positive; what the plan adds to it
    stands in the ledger."""

    month: str
    """The local calendar month, e.g. `2026-08`."""
    import_mwh: float
    """Energy imported so far."""
    energy_usd: float
    """Energy, tiers included."""
    adders_usd: float
    """What is charged per MWh beside the energy price."""
    demand: tuple[DemandLine, ...]
    """Each demand charge."""
    demand_usd: float
    """What ratchets add included."""
    coincident_usd: float
    """Charges on import at expected peaks of the system."""
    fixed_usd: float
    """Fixed charges."""
    minimum_usd: float
    """What energy, demand and fixed charges are short of the minimum; 0 before the month has ended."""
    tax_usd: float
    """Taxes on other lines."""
    total_usd: float
    """All of it."""


class FoundPeak(Record):
    """A month's demand that is expected anyway, found by a relaxation over the rest of the month."""

    charge: str
    """Name of the tariff's demand charge."""
    month: str
    """The local calendar month, e.g. `2026-08`."""
    peak_mw: float
    """Highest demand in the charge's windows."""


class Attempt(Record):
    """A solver that was asked for the plan. Its bound and gap stand in the outcome, if it is the one that answered."""

    solver: str
    """Its name."""
    version: str
    """Its version."""
    status: StatusName
    """How it ended."""
    seconds: float
    """How long it took."""
    reason: str = ""
    """Why the next one was asked; empty for the one that answered."""


class Outcome(Record):
    """How the solve ended. `proven` means: no plan is better by more than the gap asked for."""

    status: StatusName
    """How it ended."""
    gap: float | None = None
    """|bound − profit| / max(|profit|, 1 % of gross revenue, 1), over the whole horizon."""
    gap_usd: float | None = None
    """|bound − profit|."""
    bound_usd: float | None = None
    """No plan of the whole horizon earns more."""
    gap_asked: float
    """The gap at which a plan counts as proven."""
    limit: str | None = None
    """What ended the solve early: `time`, `interrupt`."""
    message: str = ""
    """The solver's words, if it has any."""
    leaving_usd: float = 0.0
    """What a re-plan holds against leaving published set-points, in all; it is no money. Bound and gap are of the
    horizon's profit less this."""
    attempts: tuple[Attempt, ...] = ()
    """The solvers that were asked, in order; the rule-based plan is called `rules`."""


class Solver(Record):
    """A solver, and which of its versions."""

    name: str
    """Its name; `rules` are rules of thumb."""
    version: str
    """Its version."""


class Seconds(Record):
    """What a plan took, part by part."""

    load: float = 0.0
    """Reading the scenario."""
    outlook: float = 0.0
    """Finding the demand that the month will see anyway (`supply.find_expected_peaks`)."""
    build: float = 0.0
    """Writing columns and rows."""
    solve: float = 0.0
    """The solver's own time."""
    read: float = 0.0
    """Handing the arrays over, reading the answer back."""
    audit: float = 0.0
    """Recomputing everything."""
    total: float = 0.0
    """All of it."""


class Size(Record):
    """How large the problem is."""

    columns: int
    """Decisions."""
    rows: int
    """Requirements."""
    nonzeros: int
    """Coefficients of the rows."""
    integers: int
    """Columns that are whole numbers."""


def dispatch_records(rows: Iterable[DispatchRow]) -> list[dict[str, Any]]:
    """Dispatch rows as plain objects, one a row."""
    return [{"start": r.start.isoformat(), "item": r.item, "quantity": r.quantity, "value": r.value} for r in rows]


def ledger_records(rows: Iterable[LedgerRow]) -> list[dict[str, Any]]:
    """Ledger rows as plain objects, one a row."""
    return [{"start": r.start.isoformat(), "item": r.item, "kind": r.kind, "usd": r.usd} for r in rows]
