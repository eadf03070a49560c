"""The answer: dispatch, ledger, contracts, state and outcome; a value that goes to and from files.

Dispatch is tidy: one row per (start, item, quantity). The items and their quantities, one value per period:

| item | quantities |
|---|---|
| `site` | `import_mw`, `import_limit_mw` (orders included), `energy_price_usd_per_mwh`, `adders_usd_per_mwh` |
| `site`, also | `export_mw`, `export_limit_mw`, `export_price_usd_per_mwh` (where export is allowed), `carbon_kg` |
| `day ahead` | `position_mw`, `price_usd_per_mwh` |
| a renewable | `used_mw`, `available_mw` |
| a generator | `output_mw`, `on`, `started`, `stopped` |
| a battery | `charge_mw`, `discharge_mw`, `energy_mwh` (at the end of the period) |
| a PPA | `accepted` (0/1), `quantity_mw` (whether accepted or not) |
| a reserve product | `offered_mw`, `price_usd_per_mw_h`; `up_mw[PROVIDER]` and `down_mw[PROVIDER]` of each provider \
in the product's directions: `up_mw[FLEET MODE]` for every mode with hashrate, `up_mw[CONTRACT POOL]` for every pool, \
`up_mw[BATTERY]` |
| a demand-response event | `baseline_mw`, `reduction_mw` (paid, 0 outside the event) |
| `bitcoin` (with fleets) | `hashprice_usd_per_ph_day` |
| a hall | `it_mw`, `pue`, `facility_mw`; `cooling[MODE]` (0/1) for every cooling mode |
| a fleet | `it_mw`, `hashrate_ph_per_s` (what earns: without warming groups), `groups[MODE]` for every mode \
(the understood `off` too), `groups_started[MODE]` for every mode with hashrate, `groups_stopped`, \
`groups_warming` |
| a pool | `it_mw`, `nodes_on`, `nodes_started`, `nodes_stopped`, `gpus_in_use` |
| a contract | `gpus` (in all), `gpus[POOL]` for each of its pools, `it_mw` (what its GPUs add to idle power) |
| reserved, also | `committed_gpus` (0 where declined), `short_gpus` |
| batch, also | `owed_gpu_hours`, `restart_gpu_hours` (work done in the period), `running` (0/1), `restarts` (0/1) |
| spot, also | `price_usd_per_gpu_hour` |

The ledger has one row per (start, item, kind) that is not zero; income positive, cost negative. A line of no
single period stands in the last period of its month (or billing period) within the committed part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from optimizer.errors import WattshiftError
from optimizer.files.whole import write_text, write_whole
from optimizer.scenario.state import State

if TYPE_CHECKING:
    import pandas as pd

SCHEDULE_VERSION = 1

StatusName = Literal["proven", "feasible", "infeasible", "unbounded", "no_solution", "error"]


class ScheduleError(WattshiftError, ValueError):
    """The text is no schedule of this version."""


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


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ContractReport(_Record):
    """What becomes of a contract in the committed part; reserved: one record per billing period touched."""

    name: str
    kind: str
    accepted: bool
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


class DemandLine(_Record):
    """One demand charge in one month. Costs are positive."""

    charge: str
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


class MonthBill(_Record):
    """A month's bill so far, in full, at the end of the committed part. Costs are positive; what the plan adds to it
    stands in the ledger."""

    month: str
    import_mwh: float
    energy_usd: float
    adders_usd: float
    demand: tuple[DemandLine, ...]
    demand_usd: float
    """What ratchets add included."""
    coincident_usd: float
    fixed_usd: float
    minimum_usd: float
    """What energy, demand and fixed charges are short of the minimum; 0 before the month has ended."""
    tax_usd: float
    total_usd: float


class FoundPeak(_Record):
    """A month's demand that is expected anyway, found by a relaxation over the rest of the month."""

    charge: str
    month: str
    peak_mw: float


class Attempt(_Record):
    """A solver that was asked for the plan. Its bound and gap stand in the outcome, if it is the one that answered."""

    solver: str
    version: str
    status: StatusName
    seconds: float
    reason: str = ""
    """Why the next one was asked; empty for the one that answered."""


class Outcome(_Record):
    """How the solve ended. `proven` means: no plan is better by more than the gap asked for."""

    status: StatusName
    gap: float | None = None
    """|bound − profit| / max(|profit|, 1 % of gross revenue, 1), over the whole horizon."""
    gap_usd: float | None = None
    bound_usd: float | None = None
    """No plan of the whole horizon earns more."""
    gap_asked: float
    limit: str | None = None
    """What ended the solve early: `time`, `interrupt`."""
    message: str = ""
    leaving_usd: float = 0.0
    """What a re-plan holds against leaving published set-points, in all; it is no money. Bound and gap are of the
    horizon's profit less this."""
    attempts: tuple[Attempt, ...] = ()
    """The solvers that were asked, in order; the rule-based plan is called `rules`."""


class Solver(_Record):
    name: str
    version: str


class Seconds(_Record):
    load: float = 0.0
    outlook: float = 0.0
    """Finding the demand that the month will see anyway (`supply.find_expected_peaks`)."""
    build: float = 0.0
    solve: float = 0.0
    """The solver's own time."""
    read: float = 0.0
    """Handing the arrays over, reading the answer back."""
    audit: float = 0.0
    total: float = 0.0


class Size(_Record):
    columns: int
    rows: int
    nonzeros: int
    integers: int


class _ScheduleRecord(_Record):
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


class _DispatchRecord(_Record):
    start: AwareDatetime
    item: str
    quantity: str
    value: float


class _LedgerRecord(_Record):
    start: AwareDatetime
    item: str
    kind: str
    usd: float


_ScheduleRecord.model_rebuild()


@dataclass(frozen=True, eq=False)
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

    def to_json(self, indent: int | None = None) -> str:
        """The whole schedule as JSON; `from_json` gives back the same values."""
        record = {
            "schema_version": SCHEDULE_VERSION,
            "scenario": self.scenario,
            "zone": self.zone,
            "currency": self.currency,
            "outcome": self.outcome.model_dump(),
            "profit_usd": self.profit_usd,
            "horizon_profit_usd": self.horizon_profit_usd,
            "solver": self.solver.model_dump(),
            "seconds": self.seconds.model_dump(),
            "size": self.size.model_dump(),
            "dispatch": dispatch_records(self.dispatch_rows),
            "ledger": ledger_records(self.ledger_rows),
            "look_ahead_dispatch": dispatch_records(self.look_ahead_dispatch_rows),
            "look_ahead_ledger": ledger_records(self.look_ahead_ledger_rows),
            "contracts": [c.model_dump(mode="json") for c in self.contracts],
            "bills": [bill.model_dump(mode="json") for bill in self.bills],
            "expected_peaks": [peak.model_dump(mode="json") for peak in self.expected_peaks],
            "state": None if self.state is None else self.state.model_dump(mode="json"),
            "notes": self.notes,
        }
        import json

        return json.dumps(record, indent=indent, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Schedule:
        """The schedule that `to_json` wrote. Raises ScheduleError where the text is none."""
        try:
            record = _ScheduleRecord.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the text"
            raise ScheduleError(f"no schedule: {place}: {first['msg']}") from None
        return cls(
            scenario=record.scenario,
            zone=record.zone,
            currency=record.currency,
            outcome=record.outcome,
            profit_usd=record.profit_usd,
            horizon_profit_usd=record.horizon_profit_usd,
            solver=record.solver,
            seconds=record.seconds,
            size=record.size,
            dispatch_rows=_dispatch_rows(record.dispatch),
            ledger_rows=_ledger_rows(record.ledger),
            look_ahead_dispatch_rows=_dispatch_rows(record.look_ahead_dispatch),
            look_ahead_ledger_rows=_ledger_rows(record.look_ahead_ledger),
            contracts=record.contracts,
            bills=record.bills,
            expected_peaks=record.expected_peaks,
            state=record.state,
            notes=record.notes,
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


def dispatch_records(rows: Iterable[DispatchRow]) -> list[dict[str, Any]]:
    """Dispatch rows as JSON objects."""
    return [{"start": r.start.isoformat(), "item": r.item, "quantity": r.quantity, "value": r.value} for r in rows]


def ledger_records(rows: Iterable[LedgerRow]) -> list[dict[str, Any]]:
    """Ledger rows as JSON objects."""
    return [{"start": r.start.isoformat(), "item": r.item, "kind": r.kind, "usd": r.usd} for r in rows]


def _dispatch_rows(records: tuple[_DispatchRecord, ...]) -> tuple[DispatchRow, ...]:
    return tuple(DispatchRow(r.start, r.item, r.quantity, r.value) for r in records)


def _ledger_rows(records: tuple[_LedgerRecord, ...]) -> tuple[LedgerRow, ...]:
    return tuple(LedgerRow(r.start, r.item, r.kind, r.usd) for r in records)


def _frame(rows: tuple[tuple[Any, ...], ...], names: tuple[str, ...], zone: str) -> pd.DataFrame:
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    frame = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)))
    instants = pd.to_datetime(frame["start"], utc=True)
    return frame.assign(start=instants.dt.tz_convert(zone)).astype({names[3]: float})
