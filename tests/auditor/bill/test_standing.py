"""Fixed charges, minimum and taxes, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.schedule import LedgerRow
from tests.auditor import hand
from tests.auditor.bill import billed
from tests.auditor.bill.billed import always, bill, line, looked, month

FIXED = {"usd_per_month": 100.0, "usd_per_day": 10.0}


def fixed(*, booked: bool = False, committed: int = 2) -> Any:
    """100 + 10 × 31 USD for January; three hours at 1 MW."""
    so_far = [month("2026-01", 2.0)] if booked else []
    toy = billed.site(3, {"fixed": FIXED}, committed=committed, state={"months": so_far})
    lines: Any = {} if booked else {"grid": {"fixed": {committed - 1: -410}}}
    mwh = committed + (2 if booked else 0)
    bills = [bill("2026-01", mwh, fixed_usd=410)]
    return toy, billed.schedule(toy, [1, 1, 1], lines, bills, state={"months": [month("2026-01", mwh)]})


def test_the_fixed_charge_stands_in_the_last_committed_period_of_its_month():
    toy, plan = fixed()
    hand.assert_accepted(toy, plan, -100 - 410)
    late = hand.map_ledger(plan, lambda r: r._replace(start=toy.horizon.starts[0]) if r.kind == "fixed" else r)
    hand.assert_caught(toy, late, "ledger", "grid", 0, -410)
    hand.assert_caught(toy, late, "ledger", "grid", 1, 410)
    hand.assert_caught(toy, billed.set_line(plan, toy, "grid", "fixed", 1, -100), "ledger", "grid", 1, 310)


def test_the_fixed_charge_is_booked_once():
    toy, plan = fixed(booked=True)
    hand.assert_accepted(toy, plan, -100)
    again = LedgerRow(toy.horizon.starts[1], "grid", "fixed", -410.0)
    hand.assert_caught(toy, replace(plan, ledger_rows=(*plan.ledger_rows, again)), "ledger", "grid", 1, -410)


def test_each_month_has_its_fixed_charge_and_one_of_the_look_ahead_has_it_there():
    """31 days of January and 28 of February: 410 and 380."""
    for committed in (1, 2, 3):
        toy = billed.site(3, {"fixed": FIXED}, start="2026-01-31T23:00:00", committed=committed)
        lines = {"grid": {"fixed": {0: -410, (2 if committed == 1 else committed - 1): -380}}}
        bills, months = [bill("2026-01", 1, fixed_usd=410)], []
        if committed > 1:
            bills.append(bill("2026-02", committed - 1, fixed_usd=380))
            months.append(month("2026-02", committed - 1.0))
        hand.assert_accepted(toy, billed.schedule(toy, [1, 1, 1], lines, bills, state={"months": months}))


ENERGY = [{"name": "all", "tiers": [{"rate_usd_per_kwh": 0.05}]}]
LEAST = {"usd_per_month": 1000.0}


def least(
    *,
    committed: int = 3,
    rates: bool = True,
    demand: float = 0.1,
    minimum: Any = LEAST,
    short: float = 270.0,
    **site: Any,
) -> Any:
    """The last three hours of January at 2 MW. Energy 300, demand 200 for 2 MW, fixed 230:
    1000 is 270 more."""
    so_far = month("2026-01", 0.0, energy_usd=0.0, peaks_mw={"flat": 1.0})
    so_far |= {"fixed_booked": False}
    tariff = {
        "demand": [always(demand)],
        "fixed": {"usd_per_month": 230.0},
        "minimum": minimum,
        "energy": ENERGY if rates else [],
    }
    toy = billed.site(
        3,
        tariff,
        start="2026-01-31T21:00:00",
        committed=committed,
        price=None if rates else 50.0,
        state={"months": [so_far]},
        **site,
    )
    lines: Any = {
        "grid": {"fixed": {committed - 1: -230}, "minimum": {2: -short}},
        "flat": {"demand": {committed - 1: -demand * 1000}},
    }
    says = line(before_mw=1, peak_mw=2, billed_mw=2, usd=2000 * demand, added_usd=1000 * demand)
    over = committed == 3
    bills = [bill("2026-01", 2 * committed, says, fixed_usd=230, minimum_usd=short if over else 0)]
    after = [] if over else [month("2026-01", 2.0 * committed, peaks_mw={"flat": 2.0})]
    return toy, billed.schedule(toy, [2, 2, 2], lines, bills, state={"months": after})


def test_the_minimum_is_what_a_month_is_short_of_at_its_end():
    """300 + 200 + 230 are 270 short of 1000; in the look-ahead it is planned and not published."""
    for committed in (3, 2):
        toy, plan = least(committed=committed)
        hand.assert_accepted(toy, plan)
        hand.assert_caught(toy, billed.set_line(plan, toy, "grid", "minimum", 2, -370), "ledger", "grid", 2, -100)
        hand.assert_caught(toy, billed.set_line(plan, toy, "grid", "minimum", 2, None), "ledger", "grid", 2, 270)


def test_energy_at_another_price_than_the_tariffs_does_not_count_to_the_minimum():
    hand.assert_accepted(*least(rates=False, short=570))


def test_a_minimum_by_the_day():
    """30 × 31 = 930 USD."""
    hand.assert_accepted(*least(minimum={"usd_per_day": 30.0}, short=200))


def test_a_month_above_its_minimum_and_one_that_goes_on_have_none():
    hand.assert_accepted(*least(demand=0.5, short=0))
    toy = billed.site(2, {"minimum": LEAST}, start="2026-01-31T21:00:00")
    plan = billed.schedule(toy, [1, 1], {}, [bill("2026-01", 2)], state={"months": [month("2026-01", 2.0)]})
    hand.assert_accepted(toy, plan)
    early = LedgerRow(toy.horizon.starts[1], "grid", "minimum", -900.0)
    spoilt = replace(plan, ledger_rows=(*plan.ledger_rows, early))
    hand.assert_caught(toy, spoilt, "ledger", "grid", 1, -900)


def test_expected_peaks_are_no_part_of_the_minimum():
    """A peak of 5 MW is expected: the plan pays for no demand, and the month is billed for 2 MW."""
    supply = {"expected_peaks": [{"charge": "flat", "month": "2026-01", "peak_mw": 5.0}]}
    toy, plan = least(supply=supply)
    plan = billed.set_line(plan, toy, "flat", "demand", 2, None)
    plan = replace(plan, outcome=plan.outcome.model_copy(update={"bound_usd": plan.horizon_profit_usd}))
    plan = billed.set_demand(plan, "flat", expected_mw=5.0, added_usd=0.0)
    hand.assert_accepted(toy, plan)


def taxed(*lines: str, percent: float = 10.0) -> Any:
    """A month's end with one of every line: energy 50 + 100, ratchet 100 and demand 100, a peak 24, fixed 30, and a
    minimum of 20."""
    tariff = {
        "energy": ENERGY,
        "demand": [always(0.1, ratchet={"share": 0.5})],
        "coincident": [{"name": "4CP", "rate_usd_per_kw": 1.2, "probability": [0.0, 0.01]}],
        "fixed": {"usd_per_month": 30.0},
        "minimum": {"usd_per_month": 400.0},
        "taxes": [{"name": "city", "percent": percent, "lines": list(lines)}],
    }
    toy = billed.site(
        2,
        tariff,
        start="2026-01-31T22:00:00",
        price=None,
        energy={"adders": [{"name": "wires", "usd_per_mwh": 7.0}]},
        state={"months": [looked("2025-12", flat=2.0)]},
    )
    return toy


@pytest.mark.parametrize(
    ("lines", "tax"),
    [
        (["energy"], (5.0, 10.0)),
        (["demand"], (0.0, 10.0)),
        (["coincident"], (0.0, 2.4)),
        (["fixed"], (0.0, 3.0)),
        (["minimum"], (0.0, 2.0)),
        (["energy", "demand", "coincident", "fixed", "minimum", "export"], (5.0, 27.4)),
    ],
)
def test_a_tax_stands_where_its_lines_stand(lines, tax):
    """1 and 2 MW: energy 50 + 100; 1 MW is billed anyway, the second costs 100 of 200; 24 for the peak; fixed 30; the
    minimum of 400 is 20 above 150 + 200 + 30. Adders are not taxed; the bill taxes demand in full."""
    toy = taxed(*lines)
    posted: Any = {
        "grid": {"fixed": {1: -30}, "minimum": {1: -20}},
        "flat": {"demand": {1: -100}},
        "4CP": {"coincident_peak": {1: -24}},
        "wires": {"adders": {0: -7, 1: -14}},
        "city": {"tax": {0: -tax[0], 1: -tax[1]}},
    }
    says = line(peak_mw=2, ratchet_mw=1, billed_mw=2, usd=200, added_usd=100, hands_on_mw=1)
    in_full = tax[0] + tax[1] + (10 if "demand" in lines else 0)
    dollars = {"adders_usd": 21, "coincident_usd": 24, "fixed_usd": 30, "minimum_usd": 20, "tax_usd": in_full}
    state = {"months": [looked("2025-12", flat=2.0), looked("2026-01", flat=2.0)]}
    plan = billed.schedule(
        toy, [1, 2], posted, [bill("2026-01", 3, says, **dollars)], state=state, rows={"adders_usd_per_mwh": 7}
    )
    hand.assert_accepted(toy, plan, -345 - sum(tax))
    hand.assert_caught(toy, billed.set_line(plan, toy, "city", "tax", 1, -50), "ledger", "city", 1, -50 + tax[1])
    hand.assert_caught(toy, billed.set_bill(plan, tax_usd=in_full - 1), "bill", "grid", 1, -1)


def test_energy_at_another_price_than_the_tariffs_is_not_taxed():
    tax = {"name": "city", "percent": 10.0, "lines": ["energy"]}
    toy = billed.site(1, {"taxes": [tax]})
    plan = billed.schedule(toy, [1], {}, [bill("2026-01", 1)], state={"months": [month("2026-01", 1.0)]})
    hand.assert_accepted(toy, plan, -50)


def test_a_ratchet_is_taxed_as_demand():
    """February's ratchet on 4 MW of January: 200 USD, 20 of tax."""
    tariff = {
        "demand": [always(0.1, ratchet={"share": 0.5})],
        "taxes": [{"name": "city", "percent": 10.0, "lines": ["demand"]}],
    }
    toy = billed.site(2, tariff, start="2026-01-31T23:00:00")
    lines = {
        "flat": {"demand": {0: -400}, "ratchet": {1: -200}},
        "city": {"tax": {0: -40, 1: -20}},
    }
    bills = [
        bill("2026-01", 4, line(peak_mw=4, billed_mw=4, usd=400, added_usd=400, hands_on_mw=2), tax_usd=40),
        bill(
            "2026-02",
            1,
            line(peak_mw=1, ratchet_mw=2, billed_mw=2, usd=200, added_usd=200, hands_on_mw=0.5),
            tax_usd=20,
        ),
    ]
    state = {
        "months": [
            looked("2026-01", flat=4.0),
            month("2026-02", 1.0, peaks_mw={"flat": 1.0}, look_back_mw={"flat": 1.0}),
        ]
    }
    plan = billed.schedule(toy, [4, 1], lines, bills, state=state)
    hand.assert_accepted(toy, plan, -250 - 660)
    hand.assert_caught(toy, billed.set_line(plan, toy, "city", "tax", 1, None), "ledger", "city", 1, 20)
