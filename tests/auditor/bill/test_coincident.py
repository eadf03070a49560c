"""Charges on import at the system's peaks, worked by hand; 12 USD/kW are 12,000 USD/MW."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auditor import hand
from tests.auditor.bill import billed, worked_tariff
from tests.auditor.bill.billed import bill, month


def charged(load: list[float], usd: list[float], text: str = "2026-01", holidays: Any = None, **charge: Any) -> Any:
    """A plan under one coincident charge of 10 + 2 USD/kW; `usd`: its cost by period."""
    site = {key: charge.pop(key) for key in ("start", "step", "committed", "zone") if key in charge}
    terms = {"name": "peaks", "rate_usd_per_kw": 10.0, "adjustment_usd_per_kw": 2.0, **charge}
    toy = billed.site(len(load), {"coincident": [terms], "holidays": holidays}, **site)
    cut, hours = toy.horizon.committed, toy.horizon.hours
    mwh, cost = sum(load[:cut]) * hours, sum(usd[:cut])
    lines = {"peaks": {"coincident_peak": {t: -value for t, value in enumerate(usd)}}}
    bills = [bill(text, mwh, coincident_usd=cost)]
    return toy, billed.schedule(toy, load, lines, bills, state={"months": [month(text, mwh, coincident_usd=cost)]})


def test_probability_of_a_peak():
    toy, plan = charged([1, 2], [120, 480], probability=[0.01, 0.02])
    hand.assert_accepted(toy, plan, -150 - 600)
    hand.assert_caught(toy, billed.set_line(plan, toy, "peaks", "coincident_peak", 1, -240), "ledger", "peaks", 1, 240)
    hand.assert_caught(toy, billed.set_line(plan, toy, "peaks", "coincident_peak", 0, None), "ledger", "peaks", 0, 120)
    worked = worked_tariff.coincident()
    spoilt = billed.set_line(worked[1], worked[0], "4CP", "coincident_peak", 0, -41.24)
    hand.assert_caught(worked[0], spoilt, "ledger", "4CP", 0, 0.01)


def test_hours_of_a_window_are_alike_in_the_whole_month():
    """June 2026 has 22 weekdays (one a holiday, Juneteenth): 4 hours of each are 88 or 84 hours with one peak."""
    window = {"months": [6], "days": ["weekday"], "start": "15:00:00", "end": "19:00:00"}
    for holidays, hours in ((None, 88), ("US", 84)):
        cost = [0, 12_000 * 2 / hours, 12_000 * 3 / hours]
        toy, plan = charged([1, 2, 3], cost, "2026-06", holidays, windows=[window], start="2026-06-02T14:00:00")
        hand.assert_accepted(toy, plan)
    toy, plan = charged([1], [12_000 / 88], "2026-06", "US", windows=[window], start="2026-06-02T15:00:00")
    hand.assert_caught(toy, plan, "ledger", "peaks", 0, 12_000 / 84 - 12_000 / 88)


def test_a_month_that_no_window_names_has_no_peak():
    hand.assert_accepted(*charged([1, 2], [0, 0], windows=[{"months": [6]}]))


def test_a_period_that_a_window_cuts_has_its_part_of_the_hours():
    """In March 2026 the clocks skip an hour: 30 days have an hour of 01:30 to 02:30, one has half of it."""
    window = {"start": "01:30:00", "end": "02:30:00"}
    hours = 30 * 1 + 0.5
    cost = [12_000 * 0.5 / hours, 12_000 * 0.5 * 4 / hours]
    toy, plan = charged([1, 4], cost, "2026-03", windows=[window], start="2026-03-02T01:00:00")
    hand.assert_accepted(toy, plan)


def test_known_intervals_weigh_by_what_they_share_with_a_period():
    """Weight 0.5 on 00:30 to 01:30, and weight 1 on a quarter at 01:45."""
    peaks = [
        {"start": "2026-01-05T00:30:00-06:00", "weight": 0.5},
        {"start": "2026-01-05T01:45:00-06:00", "minutes": 15},
    ]
    toy, plan = charged([1, 2, 3], [12_000 * 0.25, 12_000 * 1.25 * 2, 0], peaks=peaks)
    hand.assert_accepted(toy, plan)
    hand.assert_caught(toy, billed.set_line(plan, toy, "peaks", "coincident_peak", 1, -6_000), "ledger", "peaks", 1)


@pytest.mark.parametrize(("step", "weights"), [(60, [0.06, 0.06]), (15, [0.015] * 8)])
def test_probability_is_shared_among_finer_periods(step, weights):
    series = {"start": "2026-01-05T00:00:00-06:00", "interval_minutes": 120, "values": [0.12]}
    load = [2.0] * len(weights)
    toy, plan = charged(load, [12_000 * 2 * w for w in weights], probability=series, step=step)
    hand.assert_accepted(toy, plan)
