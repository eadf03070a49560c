"""Demand charges and ratchets, worked by hand; rates are in USD/kW, so 10 of them are 10,000 USD/MW."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.schedule import LedgerRow
from tests.auditor import hand
from tests.auditor.bill import billed, worked_tariff
from tests.auditor.bill.billed import always, bill, line, looked, month

WINDOW = {"start": "16:00:00", "end": "18:00:00"}


def peak_window(**changes):
    """20 USD/kW in the window."""
    return always(20, name="peak", windows=[WINDOW]) | changes


def one_charge(charge, load, billed_mw, own_mw=None, *, start, step=60, state=None, **site):
    """A plan within January 2026 whose one charge of 10 USD/kW bills `billed_mw`, all of it added."""
    toy = billed.site(len(load), {"demand": [charge]}, start=start, step=step, state=state, **site)
    usd = billed_mw * 10_000
    mwh = sum(load) * step / 60
    text = start[:7]
    says = line(peak_mw=billed_mw, billed_mw=billed_mw, usd=usd, added_usd=usd)
    after = month(text, mwh, peaks_mw={"flat": billed_mw})
    lines = {"flat": {"demand": {len(load) - 1: -usd}}}
    return toy, billed.schedule(toy, load, lines, [bill(text, mwh, says)], state={"months": [after]})


def tou():
    """A flat charge on top of one from 16 to 18 o'clock: 3 MW at 5 and 2 MW at 20 USD/kW."""
    toy = billed.site(4, {"demand": [always(5), peak_window()]}, start="2026-01-05T14:00:00")
    lines = {"flat": {"demand": {3: -15_000}}, "peak": {"demand": {3: -40_000}}}
    says = [
        line(peak_mw=3, billed_mw=3, usd=15_000, added_usd=15_000),
        line("peak", peak_mw=2, billed_mw=2, usd=40_000, added_usd=40_000),
    ]
    after = month("2026-01", 8, peaks_mw={"flat": 3.0, "peak": 2.0})
    return toy, billed.schedule(toy, [3, 1, 2, 2], lines, [bill("2026-01", 8, *says)], state={"months": [after]})


def test_each_window_bills_its_own_peak_and_flat_comes_on_top():
    toy, plan = tou()
    findings = hand.assert_accepted(toy, plan, -400 - 55_000)
    assert findings.bills == plan.bills


@pytest.mark.parametrize(("usd", "off"), [(-39_999.0, 1), (None, 40_000), (-60_000.0, -20_000)])
def test_a_demand_line_that_is_off(usd, off):
    """The last is the flat peak billed at the window's rate."""
    toy, plan = tou()
    found = hand.assert_caught(toy, billed.set_line(plan, toy, "peak", "demand", 3, usd), "ledger", "peak", 3, off)
    assert "demand" in found.message


def test_a_demand_line_in_the_wrong_period_or_of_another_charge():
    toy, plan = tou()
    early = toy.horizon.starts[2]
    moved = hand.map_ledger(plan, lambda r: r._replace(start=early) if r.item == "peak" else r)
    hand.assert_caught(toy, moved, "ledger", "peak", 2, -40_000)
    hand.assert_caught(toy, moved, "ledger", "peak", 3, 40_000)
    renamed = hand.map_ledger(plan, lambda r: r._replace(item="flat", usd=-55_000) if r.item == "flat" else r)
    renamed = billed.set_line(renamed, toy, "peak", "demand", 3, None)
    hand.assert_caught(toy, renamed, "ledger", "flat", 3, -40_000)
    hand.assert_caught(toy, renamed, "ledger", "peak", 3, 40_000)


def test_a_block_is_divided_by_its_length():
    """The worked number: 2 MW in a quarter are 1 MW in its half hour, not 2."""
    toy, plan = worked_tariff.demand()
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "demand", 1, -20), "ledger", "flat", 1, -10)


def test_a_block_counts_where_it_lies_wholly_in_the_window():
    """Half hours from 16:15 on: of 16:00, 16:30 and 17:00 the last two count, 2 and 1 MW."""
    charge = always(metering_minutes=30, windows=[{"start": "16:15:00", "end": "18:00:00"}])
    toy, plan = one_charge(charge, [8, 8, 3, 1, 0, 2], 2, start="2026-01-05T16:00:00", step=15)
    hand.assert_accepted(toy, plan)
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "demand", 5, -80_000), "ledger", "flat", 5, -60_000)


@pytest.mark.parametrize("metering", [{}, {"metering_minutes": 60}, {"metering_minutes": 15}])
def test_a_period_that_a_window_cuts_counts_with_its_average(metering):
    """Hours in a window from 16:30 to 17:05: the hours from 16 and 17 o'clock count where each is a block of its own;
    as a metering interval is no longer than the hour."""
    charge = always(windows=[{"start": "16:30:00", "end": "17:05:00"}], **metering)
    toy, plan = one_charge(charge, [5, 2, 3, 4], 3, start="2026-01-05T15:00:00")
    hand.assert_accepted(toy, plan)


def test_a_plan_pays_for_what_it_adds_to_the_peak_so_far():
    """1.5 MW before, 2 MW now: 0.5 × 10,000; with 3 MW before, nothing."""
    for before, added in ((1.5, 5_000), (3.0, 0)):
        peak = max(before, 2)
        state = {"months": [month("2026-01", 7, peaks_mw={"flat": before})]}
        toy = billed.site(2, {"demand": [always()]}, state=state)
        says = line(before_mw=before, peak_mw=peak, billed_mw=peak, usd=peak * 10_000, added_usd=added)
        after = month("2026-01", 10, peaks_mw={"flat": peak})
        lines = {"flat": {"demand": {1: -added}}}
        plan = billed.schedule(toy, [1, 2], lines, [bill("2026-01", 10, says)], state={"months": [after]})
        hand.assert_accepted(toy, plan, -150 - added)
        extra = LedgerRow(toy.horizon.starts[0], "flat", "demand", -1000.0)
        spoilt = replace(plan, ledger_rows=(*plan.ledger_rows, extra))
        hand.assert_caught(toy, spoilt, "ledger", "flat", 0, -1000)


def expecting(mw=1.8, added=2_000, *, given=True, find=False, found=()):
    """1 MW so far and 2 MW now, in a month that is expected to see `mw`; the bill counts what was."""
    supply = {"find_expected_peaks": find}
    if given:
        supply["expected_peaks"] = [{"charge": "flat", "month": "2026-01", "peak_mw": mw}]
    state = {"months": [month("2026-01", 0, peaks_mw={"flat": 1.0})]}
    toy = billed.site(2, {"demand": [always()]}, state=state, supply=supply)
    says = line(before_mw=1, expected_mw=mw, peak_mw=2, billed_mw=2, usd=20_000, added_usd=added)
    after = month("2026-01", 3, peaks_mw={"flat": 2.0})
    lines = {"flat": {"demand": {1: -added}}}
    plan = billed.schedule(toy, [1, 2], lines, [bill("2026-01", 3, says)], state={"months": [after]}, found=found)
    return toy, plan


def test_a_plan_pays_for_what_it_adds_to_the_peak_expected_anyway():
    hand.assert_accepted(*expecting())
    hand.assert_accepted(*expecting(given=False, find=True, found=[("flat", "2026-01", 1.8)]))
    hand.assert_accepted(*expecting(2.5, 0, given=False, find=True, found=[("flat", "2026-01", 2.5)]))
    hand.assert_accepted(*expecting(0.0, 10_000, given=False, find=True))
    hand.assert_accepted(*expecting(0.5, 10_000))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "none was to be found"),
        ({"find": True}, "1.8 MW are given"),
        ({"given": False}, "none was to be found"),
    ],
)
def test_a_peak_is_found_only_where_it_may_be(changes, words):
    toy, plan = expecting(found=[("flat", "2026-01", 1.8)], **changes)
    assert words in hand.assert_caught(toy, plan, "expected_peaks", "flat", None, 1.8).message


@pytest.mark.parametrize(
    ("peaks", "item", "words"),
    [
        ([("steep", "2026-01", 1.8)], "steep", "no demand charge of that name"),
        ([("flat", "2026-02", 1.8)], "flat", "the horizon touches 2026-01 only"),
        ([("flat", "soon", 1.8)], "flat", "the horizon touches 2026-01 only"),
        ([("flat", "2026-01", -1.0)], "flat", "finite and not negative"),
        ([("flat", "2026-01", 1.8), ("flat", "2026-01", 1.9)], "flat", "more than once"),
    ],
)
def test_a_found_peak_that_is_wrong(peaks, item, words):
    toy, plan = expecting(given=False, find=True, found=peaks)
    assert words in hand.assert_caught(toy, plan, "expected_peaks", item, None, peaks[-1][2]).message


def test_a_found_peak_that_is_no_number():
    toy, plan = expecting(given=False, find=True, found=[("flat", "2026-01", 1.8)])
    broken = plan.expected_peaks[0].model_copy(update={"peak_mw": float("nan")})
    hand.assert_caught(toy, replace(plan, expected_peaks=(broken,)), "expected_peaks", "flat", None)


def test_a_found_peak_decides_what_is_added():
    """A higher one than was found would hide the line."""
    toy, plan = expecting(given=False, find=True, found=[("flat", "2026-01", 1.8)])
    higher = plan.expected_peaks[0].model_copy(update={"peak_mw": 1.9})
    spoilt = replace(plan, expected_peaks=(higher,))
    hand.assert_caught(toy, spoilt, "ledger", "flat", 1, -1_000)
    hand.assert_caught(toy, spoilt, "bill", "flat", 1, -0.1)


def test_tiers_of_demand():
    """10 USD/kW up to 1 MW, 20 + 2 beyond: from 0.5 to 2 MW it is 10,000 + 22,000 − 5,000."""
    tiers = [
        {"rate_usd_per_kw": 10.0, "up_to_kw": 1000.0},
        {"rate_usd_per_kw": 20.0, "adjustment_usd_per_kw": 2.0},
    ]
    state = {"months": [month("2026-01", 0, peaks_mw={"flat": 0.5})]}
    toy = billed.site(2, {"demand": [always(tiers=tiers)]}, state=state)
    says = line(before_mw=0.5, peak_mw=2, billed_mw=2, usd=32_000, added_usd=27_000)
    after = month("2026-01", 3, peaks_mw={"flat": 2.0})
    lines = {"flat": {"demand": {1: -27_000}}}
    plan = billed.schedule(toy, [1, 2], lines, [bill("2026-01", 3, says)], state={"months": [after]})
    hand.assert_accepted(toy, plan)
    # All of it at the second tier's rate.
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "demand", 1, -33_000), "ledger", "flat", 1, -6_000)


def test_a_block_under_way_is_finished_with_what_was_imported_in_it():
    """From 00:00: 0.5 MWh, then a quarter at 1 MW: 0.75 MWh in a half hour are 1.5 MW."""
    opened = {"flat": {"start": "2026-01-05T00:00:00-06:00", "import_mwh": 0.5}}
    charge = always(metering_minutes=30)
    toy, plan = one_charge(
        charge, [1, 1, 1], 1.5, start="2026-01-05T00:15:00", step=15, state={"open_intervals": opened}
    )
    hand.assert_accepted(toy, plan)
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "demand", 2, -10_000), "ledger", "flat", 2, 5_000)
    # Without history the steps before count as nothing: the later half hour is the highest.
    hand.assert_accepted(*one_charge(charge, [1, 1, 1], 1, start="2026-01-05T00:15:00", step=15))


def test_a_block_that_the_horizon_leaves_open_divides_by_its_full_length():
    """Committed is a half hour at 1 MW; of the next one the horizon sees a quarter at 3 MW: 1.5 MW, 5,000 more."""
    toy = billed.site(3, {"demand": [always(metering_minutes=30)]}, step=15, committed=2)
    says = line(peak_mw=1, billed_mw=1, usd=10_000, added_usd=10_000)
    after = month("2026-01", 0.5, peaks_mw={"flat": 1.0})
    lines = {"flat": {"demand": {1: -10_000, 2: -5_000}}}
    plan = billed.schedule(toy, [1, 1, 3], lines, [bill("2026-01", 0.5, says)], state={"months": [after]})
    hand.assert_accepted(toy, plan)


def look_ahead():
    """2 MW committed, 3 MW behind: 20,000 are published, 10,000 planned."""
    toy = billed.site(4, {"demand": [always()]}, committed=2)
    says = line(peak_mw=2, billed_mw=2, usd=20_000, added_usd=20_000)
    after = month("2026-01", 3, peaks_mw={"flat": 2.0})
    lines = {"flat": {"demand": {1: -20_000, 3: -10_000}}}
    return toy, billed.schedule(toy, [1, 2, 3, 1], lines, [bill("2026-01", 3, says)], state={"months": [after]})


def test_the_look_ahead_pays_for_what_it_adds_to_the_committed_part():
    toy, plan = look_ahead()
    findings = hand.assert_accepted(toy, plan, -150 - 20_000)
    assert findings.horizon_profit_usd == pytest.approx(-350 - 30_000)
    all_now = billed.set_line(plan, toy, "flat", "demand", 1, -30_000)
    hand.assert_caught(toy, all_now, "ledger", "flat", 1, -10_000)
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "demand", 3, None), "ledger", "flat", 3, 10_000)


RATCHETED = {"ratchet": {"share": 0.5, "look_back_months": 2}}


def crossing(committed=4):
    toy = billed.site(4, {"demand": [always(**RATCHETED)]}, start="2026-01-31T22:00:00", committed=committed)
    lines = {"flat": {"demand": {1: -40_000}, "ratchet": {3: -20_000}}}
    january = line(peak_mw=4, billed_mw=4, usd=40_000, added_usd=40_000, hands_on_mw=2)
    bills, months = [bill("2026-01", 7, january)], [looked("2026-01", flat=4.0)]
    if committed > 2:
        february = line(peak_mw=1, ratchet_mw=2, billed_mw=2, usd=20_000, added_usd=20_000, hands_on_mw=0.5)
        bills.append(bill("2026-02", 2, february))
        months.append(month("2026-02", 2, peaks_mw={"flat": 1.0}, look_back_mw={"flat": 1.0}))
    return toy, billed.schedule(toy, [3, 4, 1, 1], lines, bills, state={"months": months})


def test_a_peak_ratchets_the_next_month_of_the_horizon():
    """January: 4 MW. February: 2 MW of ratchet, above its own 1 MW."""
    toy, plan = crossing()
    hand.assert_accepted(toy, plan, -450 - 60_000)
    hand.assert_caught(toy, billed.set_line(plan, toy, "flat", "ratchet", 3, None), "ledger", "flat", 3, 20_000)
    as_demand = hand.map_ledger(plan, lambda r: r._replace(kind="demand") if r.kind == "ratchet" else r)
    hand.assert_caught(toy, as_demand, "ledger", "flat", 3, 20_000)
    hand.assert_caught(toy, as_demand, "ledger", "flat", 3, -20_000)


def test_a_month_of_the_look_ahead_alone_has_its_lines_there():
    """Committed is January; the ratchet on February is planned and not published."""
    toy, plan = crossing(committed=2)
    hand.assert_accepted(toy, plan, -350 - 40_000)


def test_a_month_behind_the_seam_has_only_its_last_period_of_the_look_ahead():
    """February's first hour is committed (2 MW of ratchet), the second draws 3 MW."""
    toy = billed.site(4, {"demand": [always(**RATCHETED)]}, start="2026-01-31T22:00:00", committed=3)
    lines = {"flat": {"demand": {1: -40_000, 3: -10_000}, "ratchet": {2: -20_000}}}
    january = line(peak_mw=4, billed_mw=4, usd=40_000, added_usd=40_000, hands_on_mw=2)
    february = line(peak_mw=1, ratchet_mw=2, billed_mw=2, usd=20_000, added_usd=20_000, hands_on_mw=0.5)
    months = [
        looked("2026-01", flat=4.0),
        month("2026-02", 1, peaks_mw={"flat": 1.0}, look_back_mw={"flat": 1.0}),
    ]
    bills = [bill("2026-01", 7, january), bill("2026-02", 1, february)]
    plan = billed.schedule(toy, [3, 4, 1, 3], lines, bills, state={"months": months})
    hand.assert_accepted(toy, plan)


def test_a_ratchet_that_is_expected_anyway_is_not_paid_and_not_billed():
    """January is expected to see 3 MW: of its 4 MW one is paid. February would be ratcheted to 1.5 MW anyway and is
    to 2 MW; its bill counts what was."""
    supply = {"expected_peaks": [{"charge": "flat", "month": "2026-01", "peak_mw": 3.0}]}
    toy = billed.site(2, {"demand": [always(**RATCHETED)]}, start="2026-01-31T23:00:00", supply=supply)
    lines = {"flat": {"demand": {0: -10_000}, "ratchet": {1: -5_000}}}
    january = line(expected_mw=3, peak_mw=4, billed_mw=4, usd=40_000, added_usd=10_000, hands_on_mw=2)
    february = line(peak_mw=1, ratchet_mw=2, billed_mw=2, usd=20_000, added_usd=5_000, hands_on_mw=0.5)
    months = [
        looked("2026-01", flat=4.0),
        month("2026-02", 1, peaks_mw={"flat": 1.0}, look_back_mw={"flat": 1.0}),
    ]
    bills = [bill("2026-01", 4, january), bill("2026-02", 1, february)]
    hand.assert_accepted(toy, billed.schedule(toy, [4, 1], lines, bills, state={"months": months}))
    # With 1 MW in January, what is expected of it ratchets February, and nothing is added; billed is what was.
    january = line(expected_mw=3, peak_mw=1, billed_mw=1, usd=10_000, hands_on_mw=0.5)
    february = line(peak_mw=1, ratchet_mw=0.5, billed_mw=1, usd=10_000, hands_on_mw=0.5)
    months[0] = looked("2026-01", flat=1.0)
    bills = [bill("2026-01", 1, january), bill("2026-02", 1, february)]
    hand.assert_accepted(toy, billed.schedule(toy, [1, 1], {}, bills, state={"months": months}))


def test_what_was_expected_of_a_month_before_the_horizon_ratchets_nothing():
    supply = {"expected_peaks": [{"charge": "flat", "month": "2025-12", "peak_mw": 9.0}]}
    toy = billed.site(1, {"demand": [always(**RATCHETED)]}, supply=supply)
    says = line(peak_mw=2, billed_mw=2, usd=20_000, added_usd=20_000, hands_on_mw=1)
    after = month("2026-01", 2, peaks_mw={"flat": 2.0}, look_back_mw={"flat": 2.0})
    lines = {"flat": {"demand": {0: -20_000}}}
    hand.assert_accepted(toy, billed.schedule(toy, [2], lines, [bill("2026-01", 2, says)], state={"months": [after]}))


@pytest.mark.parametrize(
    ("ratchet", "history", "floor"),
    [
        ({"share": 0.8}, {"2025-01": 5.0, "2024-12": 9.0}, 4.0),
        ({"share": 0.8, "look_back_months": 11}, {"2025-01": 5.0, "2025-02": 1.0}, 0.8),
        ({"share": 0.8, "months": [6, 7, 8, 9]}, {"2025-08": 2.5, "2025-12": 6.0}, 2.0),
        ({"share": 0.8}, {}, 0.0),
    ],
)
def test_how_far_and_to_which_months_a_ratchet_looks_back(ratchet, history, floor):
    """Own demand is 3 MW in January 2026; what is above the ratchet is paid."""
    flat = always(ratchet=ratchet)
    state = {"months": [looked(text, flat=mw) for text, mw in history.items()]}
    toy = billed.site(1, {"demand": [flat]}, state=state)
    top, added = max(3.0, floor), max(0.0, 3.0 - floor) * 10_000
    names = ratchet.get("months", range(1, 13))
    counts = 1 in names
    says = line(
        peak_mw=3,
        ratchet_mw=floor,
        billed_mw=top,
        usd=top * 10_000,
        added_usd=added,
        hands_on_mw=0.8 * 3 if counts else 0,
    )
    back = ratchet.get("look_back_months", 12)
    ages = {text: 2026 * 12 - int(text[:4]) * 12 + 1 - int(text[5:]) for text in history}
    kept = [looked(t, flat=mw) for t, mw in history.items() if ages[t] <= back and int(t[5:]) in names]
    after = month("2026-01", 3, peaks_mw={"flat": 3.0}, look_back_mw={"flat": 3.0} if counts else {})
    lines = {"flat": {"demand": {0: -added}}}
    plan = billed.schedule(toy, [3], lines, [bill("2026-01", 3, says)], state={"months": [*kept, after]})
    hand.assert_accepted(toy, plan)


def test_a_ratchet_has_windows_of_its_own():
    """A charge from 16 to 18 o'clock that looks back to the highest demand from 12 to 14 o'clock: 5 MW in December."""
    charge = peak_window(ratchet={"share": 0.5, "windows": [{"start": "12:00:00", "end": "14:00:00"}]})
    toy = billed.site(
        6,
        {"demand": [charge]},
        start="2026-01-05T12:00:00",
        state={"months": [looked("2025-12", peak=5.0)]},
    )
    says = line("peak", peak_mw=3, ratchet_mw=2.5, billed_mw=3, usd=60_000, added_usd=10_000, hands_on_mw=2)
    after = month("2026-01", 26, peaks_mw={"peak": 3.0}, look_back_mw={"peak": 4.0})
    lines = {"peak": {"demand": {5: -10_000}}}
    state = {"months": [looked("2025-12", peak=5.0), after]}
    load = [4, 2, 9, 6, 3, 2]
    plan = billed.schedule(toy, load, lines, [bill("2026-01", 26, says)], state=state)
    hand.assert_accepted(toy, plan)


def test_a_charge_bills_only_in_months_that_its_windows_name():
    toy = billed.site(1, {"demand": [always(windows=[{"months": [6, 7]}])]})
    plan = billed.schedule(toy, [3], {}, [bill("2026-01", 3)], state={"months": [month("2026-01", 3)]})
    hand.assert_accepted(toy, plan)
    spoilt = billed.set_bill(plan, demand=tuple(tou()[1].bills[0].demand[:1]))
    hand.assert_caught(toy, spoilt, "bill", "flat", 0)


def test_holidays_and_weekends_are_days_of_their_own():
    """Friday 2026-07-03 is the observed holiday: the charge on weekdays sees Thursday's 1 MW, on holidays 2 MW."""
    charges = [
        always(1, name="workday", windows=[{"days": ["weekday"]}]),
        always(1, name="feast", windows=[{"days": ["holiday"]}]),
        always(1, name="rest", windows=[{"days": ["weekend"]}]),
    ]
    for holidays, highs in (("US-TX", (1, 2, 0)), (None, (2, 0, 0))):
        toy = billed.site(2, {"holidays": holidays, "demand": charges}, start="2026-07-02T23:00:00")
        names = [charge["name"] for charge in charges]
        says = [
            line(name, peak_mw=mw, billed_mw=mw, usd=mw * 1000, added_usd=mw * 1000)
            for name, mw in zip(names, highs, strict=True)
        ]
        after = month("2026-07", 3, peaks_mw={name: float(mw) for name, mw in zip(names, highs, strict=True)})
        lines = {name: {"demand": {1: -mw * 1000}} for name, mw in zip(names, highs, strict=True)}
        plan = billed.schedule(toy, [1, 2], lines, [bill("2026-07", 3, *says)], state={"months": [after]})
        hand.assert_accepted(toy, plan)


def test_the_hour_that_the_clocks_repeat_is_two_blocks():
    """01:00 daylight time 2 then 0 MW, 01:00 standard time 0 then 3 MW: 1.5 MW, and never 2.5."""
    charge = always(metering_minutes=60, windows=[{"start": "01:00:00", "end": "02:00:00"}])
    toy, plan = one_charge(charge, [9, 9, 2, 0, 0, 3, 9, 9], 1.5, start="2026-11-01T00:00:00", step=30)
    hand.assert_accepted(toy, plan)


def test_the_hour_that_the_clocks_skip_has_no_demand():
    charge = always(metering_minutes=60, windows=[{"start": "02:00:00", "end": "03:00:00"}])
    toy, plan = one_charge(charge, [9, 9, 9, 9, 4, 4], 0, start="2026-03-08T00:00:00", step=30)
    hand.assert_accepted(toy, plan)
