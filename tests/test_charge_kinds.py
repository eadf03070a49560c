"""Every kind of charge is in the model's bill, in `tariff bill`, in the audit and in the report.

The last two hours of January: one group earns 100 USD an hour from 1 MW. Energy is 50 USD/MWh from a market, unless a
kind needs energy rates: 100 USD of profit before the charge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from optimizer import Schedule, audit, plan
from optimizer.insight.figures import cost_shares
from optimizer.report.bills import LINES
from optimizer.scenario.charges import CHARGES, ChargeKind
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.schedule import LedgerKind, MonthBill
from optimizer.schedule.ledger_kind import kinds_of
from optimizer.tariff.bill import bill
from optimizer.tariff.load import MeteredLoad
from tests.cli.run import only_object, wattshift
from tests.toys import group_fleet, scenario

START = "2026-01-31T22:00:00"
NOT_CHARGES = {"name", "source", "holidays", "not_honoured"}


@dataclass(frozen=True)
class Example:
    """A tariff with one kind of charge, and what the two hours come to by hand [USD]."""

    tariff: dict[str, Any]
    lines: dict[str, float]
    """Lines of January's bill that are not nothing."""
    ledger: dict[str, float]
    """Dollars by ledger kind, but for revenue and the market's energy."""
    usd: float
    """Profit."""
    counted: str = ""
    supply: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)


EXAMPLES = {
    # 2 MWh: 1,000 kWh at 0.05 and 1,000 at 0.07.
    "energy": Example(
        tariff={
            "energy": [
                {
                    "name": "all",
                    "tiers": [{"rate_usd_per_kwh": 0.05, "up_to_kwh": 1000.0}, {"rate_usd_per_kwh": 0.07}],
                }
            ]
        },
        lines={"energy": 120.0},
        ledger={"energy": -120.0},
        usd=80.0,
        counted="1 energy periods",
    ),
    # 1,000 kW at 0.02.
    "demand": Example(
        tariff={"demand": [{"name": "flat", "tiers": [{"rate_usd_per_kw": 0.02}]}]},
        lines={"demand": 20.0},
        ledger={"demand": -20.0},
        usd=80.0,
        counted="1 demand charges",
    ),
    # 1,000 kW at 0.03 in the first hour.
    "coincident": Example(
        tariff={"coincident": [{"name": "CP", "rate_usd_per_kw": 0.03, "peaks": [{"start": f"{START}Z"}]}]},
        lines={"coincident": 30.0},
        ledger={"coincident_peak": -30.0},
        usd=70.0,
        counted="1 coincident charges",
    ),
    "fixed": Example(
        tariff={"fixed": {"usd_per_month": 30.0}}, lines={"fixed": 30.0}, ledger={"fixed": -30.0}, usd=70.0
    ),
    # Fixed 30 of 50.
    "minimum": Example(
        tariff={"fixed": {"usd_per_month": 30.0}, "minimum": {"usd_per_month": 50.0}},
        lines={"fixed": 30.0, "minimum": 20.0},
        ledger={"fixed": -30.0, "minimum": -20.0},
        usd=50.0,
    ),
    # A tenth of 30.
    "tax": Example(
        tariff={"fixed": {"usd_per_month": 30.0}, "taxes": [{"name": "levy", "percent": 10.0, "lines": ["fixed"]}]},
        lines={"fixed": 30.0, "tax": 3.0},
        ledger={"fixed": -30.0, "tax": -3.0},
        usd=67.0,
        counted="1 taxes",
    ),
    # 3 MW of wind at no cost: 2 MW left over, sold at 0.03.
    "export": Example(
        tariff={"energy": [{"name": "all", "tiers": [{"rate_usd_per_kwh": 0.05, "sell_usd_per_kwh": 0.03}]}]},
        lines={"export": -120.0},
        ledger={"export": 120.0},
        usd=320.0,
        counted="1 energy periods",
        supply={"renewables": [{"name": "wind", "capacity_mw": 3.0, "factor": 1.0}]},
        site={"export_limit_mw": 5.0},
    ),
}
KINDS = [pytest.param(kind, id=kind.line) for kind in CHARGES]


def toy(example: Example) -> Scenario:
    given = {"name": "sheet"} | example.tariff
    energy = {} if "energy" in given else {"price_usd_per_mwh": [50.0, 50.0]}
    supply = {"energy": energy, "tariff": given} | example.supply
    return scenario({}, periods=2, time={"start": START}, supply=supply, site=example.site, fleets=[group_fleet()])


def metered(schedule: Schedule) -> MeteredLoad:
    """What the meter shows of a plan."""

    def flow(quantity: str) -> np.ndarray:
        return np.array([row.value for row in schedule.dispatch_rows if (row.item, row.quantity) == ("site", quantity)])

    export = flow("export_mw")
    net = flow("import_mw") - (export if len(export) else 0.0)
    return MeteredLoad(datetime.fromisoformat(f"{START}+00:00"), 60, 1000.0 * net)


def test_the_table_has_all_that_a_tariff_a_bill_and_a_ledger_know() -> None:
    lines = {kind.line for kind in CHARGES}
    assert len(lines) == len(CHARGES) and lines == {*get_args(BillLine), "tax"} == set(EXAMPLES)
    assert {kind.place for kind in CHARGES} == set(Tariff.model_fields) - NOT_CHARGES
    ledger = [word for kind in CHARGES for word in kind.ledger]
    assert len(set(ledger)) == len(ledger) and set(ledger) == kinds_of("bill") | {LedgerKind.ENERGY, LedgerKind.EXPORT}
    fields = {name for name in MonthBill.model_fields if name.endswith("_usd")}
    assert {kind.field for kind in CHARGES if not kind.credit} == fields - {"adders_usd", "total_usd"}
    assert set(LINES.values()) == fields - {"total_usd"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_it_is_in_the_models_bill(kind: ChargeKind, solver: str) -> None:
    example = EXAMPLES[kind.line]
    schedule = plan(toy(example), solver=solver, gap=1e-6, fallbacks=False)
    assert schedule.profit_usd == pytest.approx(example.usd, abs=1e-5)
    market = {} if "energy" in example.tariff else {"energy": -100.0}
    found = {word: usd for word, usd in schedule.ledger_by_kind.items() if word != "mining_revenue"}
    assert found == pytest.approx(example.ledger | market, abs=1e-5)
    (january,) = schedule.bills
    for line in EXAMPLES:
        if line not in {"energy", "export"}:
            assert getattr(january, f"{line}_usd") == pytest.approx(example.lines.get(line, 0.0), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_in_the_bill_of_the_metered_load(kind: ChargeKind) -> None:
    example = EXAMPLES[kind.line]
    given = toy(example)
    assert given.supply.tariff is not None
    (january,) = bill(given.supply.tariff, metered(plan(given)), timezone="UTC").months
    assert {line: usd for line, usd in january.lines.items() if usd} == pytest.approx(
        {f"{line}_usd": usd for line, usd in example.lines.items()}, abs=1e-5
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_audit_posts_it_and_misses_it(kind: ChargeKind) -> None:
    given = toy(EXAMPLES[kind.line])
    schedule = plan(given)
    assert audit(given, schedule).ok
    without = tuple(line for line in schedule.ledger_rows if line.kind not in kind.ledger)
    assert without != schedule.ledger_rows
    assert "ledger" in {v.rule for v in audit(given, replace(schedule, ledger_rows=without)).violations}
    if not kind.credit:
        (january,) = schedule.bills
        wrong = january.model_copy(update={kind.field: getattr(january, kind.field) + 1.0})
        assert "bill" in {v.rule for v in audit(given, replace(schedule, bills=(wrong,))).violations}


def test_a_ratchet_is_in_all_of_them() -> None:
    """January's 1 MW costs 20, and 0.8 of it in February, where power is too dear: 50 − 20 − 16."""
    charge = {"name": "flat", "tiers": [{"rate_usd_per_kw": 0.02}], "ratchet": {"share": 0.8}}
    example = Example({"demand": [charge]}, {}, {}, 14.0, supply={"energy": {"price_usd_per_mwh": [50.0, 500.0]}})
    supply = {"tariff": {"name": "sheet"} | example.tariff} | example.supply
    given = scenario({}, periods=2, time={"start": "2026-01-31T23:00:00"}, supply=supply, fleets=[group_fleet()])
    schedule = plan(given)
    assert schedule.profit_usd == pytest.approx(14.0) and audit(given, schedule).ok
    dollars = schedule.ledger_by_kind
    assert (dollars["demand"], dollars["ratchet"]) == pytest.approx((-20.0, -16.0))
    assert [month.demand_usd for month in schedule.bills] == pytest.approx([20.0, 16.0])
    load = MeteredLoad(datetime.fromisoformat("2026-01-31T23:00:00+00:00"), 60, [1000.0, 0.0])
    assert given.supply.tariff is not None
    january, february = bill(given.supply.tariff, load, timezone="UTC").months
    assert (january.ratchet_usd, february.ratchet_usd) == pytest.approx((0.0, 16.0))
    without = tuple(line for line in schedule.ledger_rows if line.kind != "ratchet")
    assert not audit(given, replace(schedule, ledger_rows=without)).ok


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_in_the_report(kind: ChargeKind, tmp_path: Path) -> None:
    example, given = EXAMPLES[kind.line], toy(EXAMPLES[kind.line])
    file = tmp_path / "scenario.json"
    file.write_text(given.model_dump_json(exclude_unset=True), encoding="utf-8")
    told = wattshift("validate", file).output
    assert f"  tariff sheet: {example.counted or 'no charges by load'}\n" in told
    said = wattshift("solve", file, "-o", tmp_path / "plan", env={"COLUMNS": "200"}).output
    usd = example.ledger[kind.ledger[0]]
    assert [kind.ledger[0].replace("_", " "), f"{usd:,.2f}"] in [
        line.rsplit(maxsplit=1) for line in map(str.strip, said.splitlines())
    ]
    if not kind.credit:
        assert [kind.words, f"{abs(usd):,.2f}"] in [
            line.rsplit(maxsplit=1) for line in map(str.strip, said.splitlines())
        ]
    printed = only_object(wattshift("solve", file, "--json").stdout)
    assert printed["ledger_by_kind_usd"][kind.ledger[0]] == pytest.approx(usd)
    costs = cost_shares(given, plan(given))
    power = costs.it_electricity_usd + costs.cooling_usd
    assert power == pytest.approx(200.0 - example.usd)
    rows = json.loads((tmp_path / "plan" / "schedule.json").read_text(encoding="utf-8"))["bills"]
    assert kind.credit or rows[0][kind.field] == pytest.approx(abs(usd))
    load = tmp_path / "load.csv"
    hours = [
        f"2026-01-31T{hour}:00:00+00:00,{kw}" for hour, kw in zip((22, 23), metered(plan(given)).load_kw, strict=True)
    ]
    load.write_text("\n".join(["interval_start,load_kw", *hours]) + "\n", encoding="utf-8")
    table = wattshift("tariff", "bill", file, "--load", load, env={"COLUMNS": "200"}).output
    assert kind.line in next(line for line in table.splitlines() if "total USD" in line).split()
    assert f"{example.lines[kind.line]:,.2f}" in table
