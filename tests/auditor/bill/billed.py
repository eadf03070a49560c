"""Sites that draw a given load under a tariff, and their schedules: what is worked by hand is the tariff's alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from optimizer.scenario.scenario import Scenario
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import FoundPeak, MonthBill, Schedule
from tests.auditor import hand
from tests.toys import gpu_pool, scenario, spot

PRICE = 50.0
Lines = Mapping[str, Mapping[str, Mapping[int, float]]]
"""USD by item, kind and period."""


def always(rate: float = 10.0, **charge: Any) -> dict[str, Any]:
    """A demand charge of one tier [USD/kW] that holds at all hours."""
    return {"name": "flat", "tiers": [{"rate_usd_per_kw": float(rate)}]} | charge


def site(
    periods: int,
    tariff: Mapping[str, Any],
    *,
    start: str = "2026-01-05T00:00:00",
    zone: str = "America/Chicago",
    step: int = 60,
    committed: int | None = None,
    price: float | None = PRICE,
    energy: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    supply: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """A site whose ten toy GPUs may be sold for nothing. `price`: of energy, None where the tariff has rates;
    `state`: of the tariff."""
    cut = periods if committed is None else committed
    time = {"zone": zone, "start": start, "resolution_minutes": step, "committed_periods": cut}
    if cut < periods:
        time["look_ahead_periods"] = periods - cut
    given = {} if price is None else {"price_usd_per_mwh": price}
    bill = {"name": "rate", **tariff}
    on = {"pools": {"pool": {"nodes": [{"on": True, "nodes": 10}]}}, "tariff": dict(state or {})}
    return scenario(
        {},
        periods=periods,
        time=time,
        pools=[gpu_pool(10)],
        contracts=[spot(10.0, 0.0)],
        supply={"energy": given | dict(energy or {}), "tariff": bill, **(supply or {})},
        state=on,
        **changes,
    )


def schedule(
    toy: Scenario,
    load: Sequence[float],
    lines: Lines,
    bills: Sequence[Mapping[str, Any]],
    *,
    price: hand.Values = PRICE,
    state: Mapping[str, Any] | None = None,
    found: Sequence[tuple[str, str, float]] = (),
    rows: Mapping[str, hand.Values] | None = None,
) -> Schedule:
    """The plan that draws a load. `lines` of the ledger, beside import × price; `state` of the tariff after it;
    `rows` of the site beside the usual ones."""
    count, cut = toy.horizon.periods, toy.horizon.committed
    prices = hand.over(price, count)
    table: dict[str, dict[str, list[float]]] = {
        "grid": {"energy": [-mw * toy.horizon.hours * usd for mw, usd in zip(load, prices, strict=True)]}
    }
    for item, kinds in lines.items():
        for kind, usd in kinds.items():
            values = table.setdefault(item, {}).setdefault(kind, [0.0] * count)
            for period, amount in usd.items():
                values[period] += amount
    sold = sum(load[:cut]) * toy.horizon.hours
    plan = hand.schedule(
        toy,
        {
            "site": hand.site(load, prices) | dict(rows or {}),
            "hall": hand.hall(load),
            "pool": hand.nodes([10] * count, [0] * count, [0] * count, load, load),
            "spot": hand.gpus(load) | {"price_usd_per_gpu_hour": 0},
        },
        table,
        contracts=[hand.report("spot", "spot", sold)],
        state={
            "pools": {"pool": hand.nodes_state((True, 10, LONG_AGO_HOURS), it_power_mw=load[cut - 1])},
            "contracts": {"spot": {"kind": "spot", "accepted": True}},
            "tariff": dict(state or {}),
        },
    )
    return replace(
        plan,
        bills=tuple(MonthBill.model_validate(bill) for bill in bills),
        expected_peaks=tuple(FoundPeak(charge=c, month=m, peak_mw=mw) for c, m, mw in found),
    )


def line(charge: str = "flat", **said: float) -> dict[str, Any]:
    """A demand line of a bill; what is not said is 0."""
    names = ("before_mw", "expected_mw", "peak_mw", "ratchet_mw", "billed_mw", "usd", "added_usd", "hands_on_mw")
    return {"charge": charge, **dict.fromkeys(names, 0.0), **said}


def bill(month: str, import_mwh: float, *demand: Mapping[str, Any], **usd: float) -> dict[str, Any]:
    """A month's bill; energy costs PRICE unless said, other charges nothing; demand and total are sums."""
    names = ("energy_usd", "adders_usd", "coincident_usd", "fixed_usd", "minimum_usd", "tax_usd")
    lines = dict.fromkeys(names, 0.0) | {"energy_usd": import_mwh * PRICE} | usd
    demand_usd = sum(entry["usd"] for entry in demand)
    total = sum(lines.values()) + demand_usd
    return {
        "month": month,
        "import_mwh": import_mwh,
        "demand": demand,
        "demand_usd": demand_usd,
        "total_usd": total,
        **lines,
    }


def month(text: str, import_mwh: float, **fields: Any) -> dict[str, Any]:
    """State of the month under way; energy costs PRICE unless said."""
    return {"month": text, "fixed_booked": True, "import_mwh": import_mwh, "energy_usd": import_mwh * PRICE, **fields}


def looked(text: str, **mw: float) -> dict[str, Any]:
    """State of a month that is over: demand by charge."""
    return {"month": text, "look_back_mw": mw}


def set_bill(plan: Schedule, index: int = 0, **fields: Any) -> Schedule:
    """The schedule with fields of one bill changed."""
    bills = list(plan.bills)
    bills[index] = bills[index].model_copy(update=fields)
    return replace(plan, bills=tuple(bills))


def set_demand(plan: Schedule, charge: str, index: int = 0, **fields: Any) -> Schedule:
    """The schedule with fields of one demand line changed."""
    lines = tuple(
        said.model_copy(update=fields) if said.charge == charge else said for said in plan.bills[index].demand
    )
    assert lines != plan.bills[index].demand
    return set_bill(plan, index, demand=lines)


def set_line(plan: Schedule, toy: Scenario, item: str, kind: str, period: int, usd: float | None) -> Schedule:
    """The schedule with one ledger line changed, or left out (None)."""
    when = toy.horizon.starts[period]
    hit = [
        r for r in (*plan.ledger_rows, *plan.look_ahead_ledger_rows) if (r.start, r.item, r.kind) == (when, item, kind)
    ]
    assert hit
    return hand.map_ledger(plan, lambda r: r if r not in hit else None if usd is None else r._replace(usd=usd))


def set_months(plan: Schedule, change: Callable[[list[dict[str, Any]]], object]) -> Schedule:
    """The schedule with the months of its state changed."""

    def apply(state: dict[str, Any]) -> None:
        months = list(state["tariff"]["months"])
        change(months)
        state["tariff"]["months"] = months

    return hand.set_state(plan, apply)
