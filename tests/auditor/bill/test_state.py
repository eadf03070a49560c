"""What is handed over of the utility's bill."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.scenario.state import State
from tests.auditor import hand, worked
from tests.auditor.bill import billed
from tests.auditor.bill.billed import always, bill, line, looked, month
from tests.auditor.bill.test_bills import everything


def under_way(months: list[dict[str, Any]]) -> dict[str, Any]:
    return months[-1]


@pytest.mark.parametrize("field", ["import_mwh", "energy_usd", "adders_usd", "coincident_usd"])
def test_amounts_of_the_month_under_way(field):
    toy, plan = everything()
    spoilt = billed.set_months(plan, lambda m: under_way(m).update({field: under_way(m)[field] + 0.5}))
    found = hand.assert_caught(toy, spoilt, "state", "grid", 2, 0.5)
    assert f"2026-02: {field}" in found.message


def test_the_fixed_charge_that_would_be_booked_again():
    toy, plan = everything()
    spoilt = billed.set_months(plan, lambda m: under_way(m).update(fixed_booked=False))
    assert "fixed_booked is false" in hand.assert_caught(toy, spoilt, "state", "grid", 2).message


@pytest.mark.parametrize("field", ["peaks_mw", "look_back_mw"])
def test_peaks_of_the_month_under_way(field):
    toy, plan = everything()
    wrong = billed.set_months(plan, lambda m: under_way(m)[field].update(flat=1.5))
    assert field in hand.assert_caught(toy, wrong, "state", "flat", 2, 0.5).message
    dropped = billed.set_months(plan, lambda m: under_way(m)[field].pop("flat"))
    hand.assert_caught(toy, dropped, "state", "flat", 2, -1)
    extra = billed.set_months(plan, lambda m: under_way(m)[field].update(steep=1.0))
    hand.assert_caught(toy, extra, "state", "steep", 2, 1)


def test_a_charge_without_a_ratchet_keeps_no_look_back():
    toy, plan = everything()
    spoilt = billed.set_months(plan, lambda m: under_way(m)["look_back_mw"].update(late=1.0))
    hand.assert_caught(toy, spoilt, "state", "late", 2, 1)
    spoilt = billed.set_months(plan, lambda m: m[1]["look_back_mw"].update(late=1.0))
    hand.assert_caught(toy, spoilt, "state", "late", None)


def test_history_that_no_ratchet_needs_may_be_handed_on_as_it_came():
    toy, plan = everything()
    months = toy.state.tariff.months
    december = months[0].model_copy(update={"look_back_mw": {"flat": 3.0, "late": 1.0}})
    tariff = toy.state.tariff.model_copy(update={"months": (december, *months[1:])})
    toy = toy.model_copy(update={"state": toy.state.model_copy(update={"tariff": tariff})})
    hand.assert_accepted(toy, plan)
    hand.assert_accepted(toy, billed.set_months(plan, lambda m: m[0]["look_back_mw"].update(late=1.0)))
    spoilt = billed.set_months(plan, lambda m: m[0]["look_back_mw"].update(late=2.0))
    hand.assert_caught(toy, spoilt, "state", "late", None)


def test_the_record_of_the_month_under_way_dropped_or_doubled():
    toy, plan = everything()
    assert "2026-02" in hand.assert_caught(toy, billed.set_months(plan, lambda m: m.pop()), "state", "grid", 2).message
    doubled = billed.set_months(plan, lambda m: m.append(m[-1]))
    hand.assert_caught(toy, doubled, "state", "grid", None)


@pytest.mark.parametrize("index", [0, 1])
def test_months_that_ratchets_look_back_to(index):
    """December as it was handed over, January as this plan leaves it."""
    toy, plan = everything()
    text = ("2025-12", "2026-01")[index]
    dropped = billed.set_months(plan, lambda m: m.pop(index))
    assert text in hand.assert_caught(toy, dropped, "state", "flat", None, -3).message
    lower = billed.set_months(plan, lambda m: m[index]["look_back_mw"].update(flat=2.0))
    assert text in hand.assert_caught(toy, lower, "state", "flat", None, -1).message
    more = billed.set_months(plan, lambda m: m[index].update(import_mwh=1.0))
    hand.assert_caught(toy, more, "state", "grid", None)


def test_a_month_that_no_ratchet_looks_back_to():
    toy, plan = everything()
    for text in ("2025-01", "2026-03"):
        spoilt = billed.set_months(plan, lambda m, text=text: m.append(looked(text, flat=9.0)))
        assert text in hand.assert_caught(toy, spoilt, "state", "grid", None).message


def test_an_interval_is_never_left_open():
    toy, plan = everything()
    opened = {"start": "2026-02-01T00:00:00-06:00", "import_mwh": 0.5}
    spoilt = hand.set_state(plan, lambda s: s["tariff"]["open_intervals"].update(flat=opened))
    hand.assert_caught(toy, spoilt, "state", "flat", None)


def test_a_past_that_ends_inside_an_interval_hands_it_over():
    """Three quarters of an hour at 1 MW, of a plan whose rest is planned anew from then on."""
    toy = billed.site(4, {"demand": [always(metering_minutes=60)]}, step=15)
    toy = toy.model_copy(update={"time": toy.time.model_copy(update={"committed_periods": 3})})
    says = line(peak_mw=0.75, billed_mw=0.75, usd=7_500, added_usd=7_500)
    opened = {"flat": {"start": "2026-01-05T00:00:00-06:00", "import_mwh": 0.75}}
    state = {"months": [month("2026-01", 0.75, peaks_mw={"flat": 0.75})], "open_intervals": opened}
    lines = {"flat": {"demand": {2: -7_500}}}
    plan = billed.schedule(toy, [1, 1, 1], lines, [bill("2026-01", 0.75, says)], state=state)
    hand.assert_accepted(toy, plan)
    dropped = hand.set_state(plan, lambda s: s["tariff"].update(open_intervals={}))
    hand.assert_caught(toy, dropped, "state", "flat", None, -0.75)
    less = hand.set_state(plan, lambda s: s["tariff"]["open_intervals"]["flat"].update(import_mwh=0.5))
    hand.assert_caught(toy, less, "state", "flat", None, -0.25)
    moved = {"start": "2026-01-05T00:30:00-06:00"}
    later = hand.set_state(plan, lambda s: s["tariff"]["open_intervals"]["flat"].update(moved))
    assert "00:30" in hand.assert_caught(toy, later, "state", "flat", None).message


def test_the_month_that_ends_with_the_committed_part_is_history():
    """At midnight to February: of January only the look-back stays, of February there is nothing yet."""
    toy = billed.site(1, {"demand": [always(0.1, ratchet={"share": 0.5})]}, start="2026-01-31T23:00:00")
    says = line(peak_mw=2, billed_mw=2, usd=200, added_usd=200, hands_on_mw=1)
    lines = {"flat": {"demand": {0: -200}}}
    plan = billed.schedule(toy, [2], lines, [bill("2026-01", 2, says)], state={"months": [looked("2026-01", flat=2.0)]})
    hand.assert_accepted(toy, plan)
    begun = billed.set_months(plan, lambda m: m.append({"month": "2026-02"}))
    hand.assert_caught(toy, begun, "state", "grid", None)
    whole = billed.set_months(plan, lambda m: m[0].update(fixed_booked=True))
    hand.assert_caught(toy, whole, "state", "grid", None)


def test_history_grows_old_with_the_month_of_the_seam():
    """A look-back of two months: December still counts for January, and no longer from February's end on."""
    ratchet = {"share": 0.5, "look_back_months": 2}
    for start, kept in (("2026-02-27T23:00:00", True), ("2026-02-28T23:00:00", False)):
        before = looked("2025-12", flat=3.0)
        toy = billed.site(1, {"demand": [always(0.1, ratchet=ratchet)]}, start=start, state={"months": [before]})
        says = line(peak_mw=2, ratchet_mw=1.5, billed_mw=2, usd=200, added_usd=50, hands_on_mw=1)
        after = month("2026-02", 2.0, peaks_mw={"flat": 2.0}, look_back_mw={"flat": 2.0})
        months = [before, after] if kept else [looked("2026-02", flat=2.0)]
        lines = {"flat": {"demand": {0: -50}}}
        plan = billed.schedule(toy, [2], lines, [bill("2026-02", 2, says)], state={"months": months})
        hand.assert_accepted(toy, plan)
        if kept:
            dropped = billed.set_months(plan, lambda m: m.pop(0))
            hand.assert_caught(toy, dropped, "state", "flat", None, -3)
        else:
            stale = billed.set_months(plan, lambda m, before=before: m.insert(0, before))
            hand.assert_caught(toy, stale, "state", "grid", None)


def test_without_a_tariff_its_state_is_handed_on_as_it_was_given():
    toy, plan = worked.one_group()
    given = State.model_validate({"tariff": {"months": [{"month": "2026-01", "import_mwh": 3.0}]}})
    with_state = toy.model_copy(update={"state": given})
    hand.assert_caught(with_state, plan, "state", "grid", None)
    kept = hand.set_state(plan, lambda s: s.update(tariff=given.tariff.model_dump()))
    hand.assert_accepted(with_state, kept)
    hand.assert_caught(toy, kept, "state", "grid", None)
