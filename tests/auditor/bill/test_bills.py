"""Month bills, field by field: what the schedule says of them against the audit's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.auditor import audit
from optimizer.schedule import MonthBill, Outcome
from tests.auditor import hand, worked
from tests.auditor.bill import billed
from tests.auditor.bill.billed import always, bill, line, looked, month

ENERGY = [{"name": "all", "tiers": [{"rate_usd_per_kwh": 0.05}]}]


def everything() -> Any:
    """The night to February, with one of every line in January (before: 10 MWh, 2 MW, 500 USD of energy, 70 of adders
    and 12 of peaks) and a February that has begun."""
    tariff = {
        "energy": ENERGY,
        "demand": [always(0.1, ratchet={"share": 0.5}), always(0.2, name="late", windows=[{"start": "23:00:00"}])],
        "coincident": [{"name": "4CP", "rate_usd_per_kw": 1.2, "probability": [0.0, 0.01, 0.0]}],
        "fixed": {"usd_per_month": 30.0},
        "minimum": {"usd_per_month": 2000.0},
        "taxes": [{"name": "city", "percent": 10.0, "lines": ["energy", "demand"]}],
    }
    so_far = month("2026-01", 10.0, adders_usd=70.0, coincident_usd=12.0, peaks_mw={"flat": 2.0, "late": 1.0})
    so_far["look_back_mw"] = {"flat": 2.0}
    toy = billed.site(
        3,
        tariff,
        start="2026-01-31T22:00:00",
        price=None,
        energy={"adders": [{"name": "wires", "usd_per_mwh": 7.0}]},
        state={"months": [looked("2025-12", flat=3.0), so_far]},
    )
    # January: 3 MW, of which 2 were billed anyway; late: 3 MW, of which 1 was. 2000 − 750 − 300 − 600 − 30.
    lines: Any = {
        "grid": {"fixed": {2: -30}, "minimum": {1: -320}},
        "flat": {"demand": {1: -100}},
        "late": {"demand": {1: -400}},
        "4CP": {"coincident_peak": {1: -36}},
        "wires": {"adders": {0: -14, 1: -21, 2: -7}},
        "city": {"tax": {0: -10, 1: -15 - 50, 2: -5}},
    }
    january = bill(
        "2026-01",
        15,
        line(before_mw=2, peak_mw=3, ratchet_mw=1.5, billed_mw=3, usd=300, added_usd=100, hands_on_mw=1.5),
        line("late", before_mw=1, peak_mw=3, billed_mw=3, usd=600, added_usd=400),
        adders_usd=105,
        coincident_usd=48,
        fixed_usd=30,
        minimum_usd=320,
        tax_usd=165,
    )
    # February: 1 MW, 1.5 MW by the ratchet, which was due anyway for December's 3 MW.
    february = bill(
        "2026-02",
        1,
        line(peak_mw=1, ratchet_mw=1.5, billed_mw=1.5, usd=150, hands_on_mw=0.5),
        line("late"),
        adders_usd=7,
        fixed_usd=30,
        tax_usd=20,
    )
    after = month("2026-02", 1.0, adders_usd=7.0, peaks_mw={"flat": 1.0, "late": 0.0}, look_back_mw={"flat": 1.0})
    state = {"months": [looked("2025-12", flat=3.0), looked("2026-01", flat=3.0), after]}
    rows = {"adders_usd_per_mwh": 7}
    return toy, billed.schedule(toy, [2, 3, 1], lines, [january, february], state=state, rows=rows)


def test_every_line_of_a_bill():
    toy, plan = everything()
    findings = hand.assert_accepted(toy, plan, -300 - 30 - 320 - 500 - 36 - 42 - 80)
    assert findings.bills[0].total_usd == pytest.approx(750 + 105 + 900 + 48 + 30 + 320 + 165)


@pytest.mark.parametrize(
    ("field", "unit"),
    [
        ("import_mwh", "MWh"),
        ("energy_usd", "USD"),
        ("adders_usd", "USD"),
        ("demand_usd", "USD"),
        ("coincident_usd", "USD"),
        ("fixed_usd", "USD"),
        ("minimum_usd", "USD"),
        ("tax_usd", "USD"),
        ("total_usd", "USD"),
    ],
)
@pytest.mark.parametrize(("index", "period", "text"), [(0, 1, "2026-01"), (1, 2, "2026-02")])
def test_a_wrong_field_of_a_bill(field, unit, index, period, text):
    toy, plan = everything()
    own = getattr(plan.bills[index], field)
    spoilt = billed.set_bill(plan, index, **{field: own + 0.5})
    found = hand.assert_caught(toy, spoilt, "bill", "grid", period, 0.5)
    assert found.unit == unit
    assert text in found.message and f"{field} is {own + 0.5:g}" in found.message and f"{own:g}" in found.message


@pytest.mark.parametrize(
    "field",
    ["before_mw", "expected_mw", "peak_mw", "ratchet_mw", "billed_mw", "usd", "added_usd", "hands_on_mw"],
)
@pytest.mark.parametrize(("charge", "index", "period"), [("flat", 0, 1), ("late", 0, 1), ("flat", 1, 2)])
def test_a_wrong_field_of_a_demand_line(field, charge, index, period):
    toy, plan = everything()
    (own,) = (getattr(said, field) for said in plan.bills[index].demand if said.charge == charge)
    spoilt = billed.set_demand(plan, charge, index, **{field: own + 0.25})
    found = hand.assert_caught(toy, spoilt, "bill", charge, period, 0.25)
    assert plan.bills[index].month in found.message and f"{field} is {own + 0.25:g}" in found.message


def test_bills_and_lines_that_are_missing_or_too_many():
    toy, plan = everything()
    january, february = plan.bills
    hand.assert_caught(toy, replace(plan, bills=(january,)), "bill", "grid", 2)
    hand.assert_caught(toy, replace(plan, bills=()), "bill", "grid", 1)
    hand.assert_caught(toy, replace(plan, bills=(january, january, february)), "bill", "grid", 1)
    march = february.model_copy(update={"month": "2026-03"})
    assert "2026-03" in hand.assert_caught(toy, replace(plan, bills=(*plan.bills, march)), "bill", "grid", None).message
    hand.assert_caught(toy, replace(plan, bills=(february, january)), "bill", "grid", None)
    flat, late = january.demand
    hand.assert_caught(toy, billed.set_bill(plan, demand=(flat,)), "bill", "late", 1)
    hand.assert_caught(toy, billed.set_bill(plan, demand=(flat, flat, late)), "bill", "flat", 1)
    other = flat.model_copy(update={"charge": "steep"})
    hand.assert_caught(toy, billed.set_bill(plan, demand=(flat, late, other)), "bill", "steep", 1)


def test_without_a_tariff_there_is_no_bill():
    toy, plan = worked.one_group()
    assert audit(toy, plan).bills == ()
    said = MonthBill.model_validate(bill("2026-01", 1))
    hand.assert_caught(toy, replace(plan, bills=(said,)), "bill", "grid", None)
    _, other = everything()
    outcome = Outcome(status="infeasible", gap_asked=1e-4)
    unsolved = replace(plan, outcome=outcome, bills=other.bills)
    hand.assert_caught(toy, unsolved, "outcome", "schedule", None, 2)


def test_the_audit_bills_a_plan_whose_own_bills_are_lost():
    toy, plan = everything()
    assert audit(toy, replace(plan, bills=())).bills == audit(toy, plan).bills


def test_tolerance_on_a_bill_is_a_millionth():
    toy, plan = everything()
    near = billed.set_bill(plan, fixed_usd=30 + 2e-5)
    assert audit(toy, near).ok
    hand.assert_caught(toy, billed.set_bill(plan, fixed_usd=30 + 4e-5), "bill", "grid", 1)
