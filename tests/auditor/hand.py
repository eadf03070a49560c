"""Schedules written by hand: rows and ledger as arrays, everything else filled in; and ways to spoil one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from optimizer.auditor import Findings, Violation, audit
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import State
from optimizer.schedule import (
    ContractReport,
    DispatchRow,
    LedgerRow,
    Outcome,
    Schedule,
    Seconds,
    Size,
    Solver,
)

Values = float | Sequence[float]
Table = Mapping[str, Mapping[str, Values]]


def schedule(
    scenario: Scenario,
    rows: Table,
    ledger: Table,
    *,
    contracts: Sequence[Mapping[str, Any]] = (),
    state: Mapping[str, Any] | None = None,
    bound_usd: float | None = None,
) -> Schedule:
    """A proven schedule of a scenario from values by item and quantity (ledger: kind); a number stands for all
    periods. Profits are the sums of the ledger, the bound is the profit."""
    horizon = scenario.horizon
    cut, starts = horizon.committed, horizon.starts
    dispatch = [
        DispatchRow(start, item, quantity, value)
        for item, quantities in rows.items()
        for quantity, values in quantities.items()
        for start, value in zip(starts, over(values, horizon.periods), strict=True)
    ]
    lines = [
        LedgerRow(start, item, kind, usd)
        for item, kinds in ledger.items()
        for kind, values in kinds.items()
        for start, usd in zip(starts, over(values, horizon.periods), strict=True)
        if usd
    ]
    inside = set(starts[:cut])
    horizon_profit = sum(line.usd for line in lines)
    bound = horizon_profit if bound_usd is None else bound_usd
    return Schedule(
        scenario=scenario.name,
        currency=scenario.currency,
        zone=scenario.time.zone,
        outcome=Outcome(status="proven", gap=0.0, gap_usd=0.0, bound_usd=bound, gap_asked=1e-4),
        profit_usd=sum(line.usd for line in lines if line.start in inside),
        horizon_profit_usd=horizon_profit,
        solver=Solver(name="hand", version="1"),
        seconds=Seconds(),
        size=Size(columns=0, rows=0, nonzeros=0, integers=0),
        dispatch_rows=tuple(r for r in dispatch if r.start in inside),
        ledger_rows=tuple(r for r in lines if r.start in inside),
        look_ahead_dispatch_rows=tuple(r for r in dispatch if r.start not in inside),
        look_ahead_ledger_rows=tuple(r for r in lines if r.start not in inside),
        contracts=tuple(ContractReport.model_validate(c) for c in contracts),
        state=State.model_validate({"at": horizon.at(cut), **(state or {})}),
    )


def over(values: Values, periods: int) -> list[float]:
    """A value for every period."""
    if isinstance(values, int | float):
        return [float(values)] * periods
    assert len(values) == periods
    return [float(v) for v in values]


def site(import_mw: Values, price: Values, limit: Values = 1000.0, adders: Values = 0.0) -> dict[str, Values]:
    """Rows of the site."""
    return {
        "import_mw": import_mw,
        "import_limit_mw": limit,
        "energy_price_usd_per_mwh": price,
        "adders_usd_per_mwh": adders,
    }


def hall(it_mw: Values, pue: Values = 1.0, facility_mw: Values | None = None) -> dict[str, Values]:
    """Rows of a hall."""
    return {"it_mw": it_mw, "pue": pue, "facility_mw": it_mw if facility_mw is None else facility_mw}


def miners(
    up: Sequence[int],
    started: Sequence[int],
    stopped: Sequence[int],
    groups: int = 1,
    warming: Sequence[int] | None = None,
) -> dict[str, Values]:
    """Rows of a fleet of toy groups with the mode `normal` (1 MW, 100 PH/s) and the understood `off`."""
    warm = warming or [0] * len(up)
    return {
        "it_mw": [float(n) for n in up],
        "hashrate_ph_per_s": [100.0 * (n - w) for n, w in zip(up, warm, strict=True)],
        "groups[normal]": up,
        "groups[off]": [groups - n for n in up],
        "groups_started[normal]": started,
        "groups_stopped": stopped,
        "groups_warming": warm,
    }


def nodes(on: Sequence[int], started: Sequence[int], stopped: Sequence[int], gpus: Values, it_mw: Values) -> Any:
    """Rows of a pool."""
    return {
        "it_mw": it_mw,
        "nodes_on": on,
        "nodes_started": started,
        "nodes_stopped": stopped,
        "gpus_in_use": gpus,
    }


def gpus(values: Values, it_mw: Values | None = None, pool: str = "pool") -> dict[str, Values]:
    """Rows that every contract on one pool has; toy GPUs draw 1 MW."""
    return {"gpus": values, f"gpus[{pool}]": values, "it_mw": values if it_mw is None else it_mw}


def bitcoin(hashprice: Values = 24.0) -> dict[str, Values]:
    return {"hashprice_usd_per_ph_day": hashprice}


def groups_state(*groups: tuple[str, int, float], starts_today: int = 0, it_power_mw: float = 0.0) -> Any:
    """State of a fleet from (mode, groups, hours)."""
    return {
        "groups": [{"mode": m, "groups": n, "hours": float(h)} for m, n, h in groups],
        "starts_today": starts_today,
        "it_power_mw": it_power_mw,
    }


def nodes_state(*cohorts: tuple[bool, int, float], it_power_mw: float = 0.0) -> Any:
    """State of a pool from (on, nodes, hours)."""
    return {
        "nodes": [{"on": on, "nodes": n, "hours": float(h)} for on, n, h in cohorts],
        "it_power_mw": it_power_mw,
    }


def report(name: str, kind: str, delivered: float, **fields: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "accepted": True, "delivered_gpu_hours": delivered, **fields}


def assert_accepted(scenario: Scenario, plan: Schedule, profit: float | None = None) -> Findings:
    """The findings about a schedule that is right; its profit is the number worked by hand."""
    findings = audit(scenario, plan)
    assert findings.ok, str(findings)
    if profit is not None:
        assert findings.profit_usd is not None
        assert abs(findings.profit_usd - profit) < 1e-9 * max(1.0, abs(profit))
    return findings


def assert_caught(
    scenario: Scenario,
    plan: Schedule,
    rule: str,
    item: str,
    period: int | None,
    amount: float | None = None,
) -> Violation:
    """The violation of a rule by an item in a period; without it the test fails and shows what was found."""
    findings = audit(scenario, plan)
    start = None if period is None else scenario.horizon.label(period)
    found = [v for v in findings.violations if (v.rule, v.item, v.start) == (rule, item, start)]
    if amount is not None:
        found = [v for v in found if v.amount is not None and abs(v.amount - amount) < 1e-6 * max(1, abs(amount))]
    assert found, f"no {rule} of {item} at {start} by {amount} in\n{findings}"
    assert not findings.ok
    assert findings.to_dict()["violations"]
    return found[0]


def set_row(plan: Schedule, scenario: Scenario, item: str, quantity: str, period: int, value: Any) -> Schedule:
    """The schedule with one dispatch value changed."""
    when = scenario.horizon.starts[period]

    def change(rows: tuple[DispatchRow, ...]) -> tuple[DispatchRow, ...]:
        return tuple(
            r._replace(value=value) if (r.start, r.item, r.quantity) == (when, item, quantity) else r for r in rows
        )

    changed = replace(
        plan,
        dispatch_rows=change(plan.dispatch_rows),
        look_ahead_dispatch_rows=change(plan.look_ahead_dispatch_rows),
    )
    assert (changed.dispatch_rows, changed.look_ahead_dispatch_rows) != (
        plan.dispatch_rows,
        plan.look_ahead_dispatch_rows,
    )
    return changed


def map_ledger(plan: Schedule, change: Callable[[LedgerRow], LedgerRow | None]) -> Schedule:
    """The schedule with ledger rows changed or left out (None); totals follow."""

    def rows(old: tuple[LedgerRow, ...]) -> tuple[LedgerRow, ...]:
        return tuple(new for row in old if (new := change(row)) is not None)

    committed, ahead = rows(plan.ledger_rows), rows(plan.look_ahead_ledger_rows)
    profit = sum(row.usd for row in committed)
    return replace(
        plan,
        ledger_rows=committed,
        look_ahead_ledger_rows=ahead,
        profit_usd=profit,
        horizon_profit_usd=profit + sum(row.usd for row in ahead),
    )


def set_state(plan: Schedule, change: Callable[[dict[str, Any]], object]) -> Schedule:
    """The schedule with its state changed in place of JSON."""
    assert plan.state is not None
    raw = plan.state.model_dump()
    change(raw)
    return replace(plan, state=State.model_validate(raw))


def set_report(plan: Schedule, index: int, **fields: Any) -> Schedule:
    """The schedule with fields of one contract row changed."""
    rows = list(plan.contracts)
    rows[index] = rows[index].model_copy(update=fields)
    return replace(plan, contracts=tuple(rows))


def set_outcome(plan: Schedule, **fields: Any) -> Schedule:
    """The schedule with fields of its outcome changed."""
    return replace(plan, outcome=plan.outcome.model_copy(update=fields))
