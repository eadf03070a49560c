"""Energy rates of a tariff, worked by hand; rates are in USD/kWh, so 0.05 of them are 50 USD/MWh."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.schedule import DispatchRow
from tests.auditor import hand
from tests.auditor.bill import billed
from tests.auditor.bill.billed import always, bill, line, month


def rates(*tiers: dict[str, Any], name: str = "all", **period: Any) -> dict[str, Any]:
    """An energy period."""
    return {"name": name, "tiers": list(tiers), **period}


def tier(rate: float, **fields: Any) -> dict[str, Any]:
    return {"rate_usd_per_kwh": rate, **fields}


def plain(
    periods: list[dict[str, Any]],
    load: list[float],
    price: hand.Values,
    extra: dict[int, float],
    cost: float,
    **site: Any,
) -> Any:
    """A plan of January 2026 under energy rates; `extra`: what higher tiers add, `cost`: of all energy."""
    so_far = site.pop("so_far", None)
    before = [so_far] if so_far else []
    toy = billed.site(len(load), {"energy": periods}, price=None, state={"months": before}, **site)
    cut = toy.horizon.committed
    mwh = sum(load[:cut]) * toy.horizon.hours + (so_far["import_mwh"] if so_far else 0)
    usd = cost + (so_far["energy_usd"] if so_far else 0)
    says, after = bill("2026-01", mwh, energy_usd=usd), month("2026-01", mwh, energy_usd=usd)
    lines = {"grid": {"energy": extra}}
    return toy, billed.schedule(toy, load, lines, [says], price=price, state={"months": [after]})


def test_the_first_period_that_holds_a_moment_sets_the_rate():
    """Peak from 16 to 18 o'clock at 90 + 10 USD/MWh, else 40."""
    energy = [
        rates(tier(0.09, adjustment_usd_per_kwh=0.01), name="peak", windows=[{"start": "16:00:00", "end": "18:00:00"}]),
        rates(tier(0.04), name="rest"),
    ]
    toy, plan = plain(energy, [1, 2, 3], [40, 100, 100], {}, 540, start="2026-01-05T15:00:00")
    hand.assert_accepted(toy, plan, -540)
    spoilt = hand.set_row(plan, toy, "site", "energy_price_usd_per_mwh", 1, 90)
    hand.assert_caught(toy, spoilt, "input", "site", 1, -10)
    hand.assert_caught(toy, billed.set_line(plan, toy, "grid", "energy", 1, -80), "ledger", "grid", 1, 120)


def test_a_period_in_two_windows_pays_their_mean():
    energy = [
        rates(tier(0.1), name="peak", windows=[{"start": "16:45:00", "end": "18:00:00"}]),
        rates(tier(0.02), name="rest"),
    ]
    toy, plan = plain(energy, [2], [40], {}, 80, start="2026-01-05T16:00:00")
    hand.assert_accepted(toy, plan, -80)


def tiered(**site: Any) -> Any:
    """50 USD/MWh up to 10 MWh, 80 beyond. 9 MWh before and 4 now: three are 30 dearer."""
    so_far = month("2026-01", 9.0)
    energy = [rates(tier(0.05, up_to_kwh=10_000.0), tier(0.07, adjustment_usd_per_kwh=0.01))]
    return plain(energy, [1, 3], 50, {1: -90}, 290, so_far=so_far, **site)


def test_what_higher_tiers_add_stands_in_the_last_period():
    toy, plan = tiered()
    hand.assert_accepted(toy, plan, -290)
    # All of the energy at the first tier, at the second, and each hour at the tier it falls in.
    for period, usd, off in ((1, -150, 90), (1, -270, -30)):
        hand.assert_caught(
            toy, billed.set_line(plan, toy, "grid", "energy", period, usd), "ledger", "grid", period, off
        )


def test_losses_are_billed_on_top_of_every_tier():
    """10 % loss: 200 × 1.1 and 90 × 1.1."""
    so_far = month("2026-01", 9.0)
    energy = [rates(tier(0.05, up_to_kwh=10_000.0), tier(0.08))]
    toy, plan = plain(energy, [1, 3], 50, {0: -5, 1: -15 - 99}, 319, so_far=so_far, energy={"loss_factor": 0.1})
    hand.assert_accepted(toy, plan, -319)


def test_a_tier_by_the_day_ends_at_the_days_of_the_month():
    """1 MWh a day × 31: 30 before, 4 now, three of them 30 dearer."""
    energy = [rates(tier(0.05, up_to_kwh_per_day=1_000.0), tier(0.08))]
    hand.assert_accepted(*plain(energy, [1, 3], 50, {1: -90}, 290, so_far=month("2026-01", 30.0)))


def test_tiers_of_the_look_ahead_count_from_the_committed_part():
    """10 MWh at first: committed are 11, one of them dearer, and all 4 behind."""
    energy = [rates(tier(0.05, up_to_kwh=10_000.0), tier(0.08))]
    toy, plan = plain(energy, [5, 6, 3, 1], 50, {1: -30, 3: -120}, 580, committed=2)
    findings = hand.assert_accepted(toy, plan, -580)
    assert findings.horizon_profit_usd == pytest.approx(-900)


def test_each_month_has_tiers_of_its_own():
    """Nothing of January's 12 MWh counts in February."""
    energy = [rates(tier(0.05, up_to_kwh=10_000.0), tier(0.08))]
    toy = billed.site(3, {"energy": energy}, price=None, start="2026-01-31T22:00:00")
    bills = [bill("2026-01", 12, energy_usd=660), bill("2026-02", 9)]
    lines = {"grid": {"energy": {1: -60}}}
    plan = billed.schedule(toy, [6, 6, 9], lines, bills, state={"months": [month("2026-02", 9)]})
    hand.assert_accepted(toy, plan, -1110)


def hours_of_use(
    charge: dict[str, Any], d0: float, d1: float, load: list[float], so_far: dict[str, float], any_hour: float = 0.0
) -> Any:
    """50 USD/MWh for 4 hours of use of the billed demand, 80 beyond; 10 MWh before. `d0`, `d1`: billed MW without
    and with the plan, whose demand costs nothing. `any_hour`: highest MW of any hour so far."""
    energy = [rates(tier(0.05, up_to_kwh_per_kw=4.0), tier(0.08))]
    before = month("2026-01", 10.0, peaks_mw=so_far, peak_mw=any_hour)
    summer = always(0, name="summer", windows=[{"months": [7]}])
    charges = [summer, charge] if charge.get("windows") else [charge]
    toy = billed.site(len(load), {"energy": energy, "demand": charges}, price=None, state={"months": [before]})
    mwh = 10 + sum(load)
    extra = (max(0, mwh - 4 * d1) - max(0, 10 - 4 * d0)) * 30
    peak = max(load + list(so_far.values())) if not charge.get("windows") else max([0, *so_far.values()])
    usd = 500 + sum(load) * 50 + extra
    says = line(before_mw=max([0, *so_far.values()]), peak_mw=peak, billed_mw=peak)
    after = month("2026-01", mwh, energy_usd=usd, peaks_mw={"flat": float(peak)})
    if charge.get("windows"):
        after["peak_mw"] = max([any_hour, *load])
    lines = {"grid": {"energy": {len(load) - 1: -extra}}}
    return toy, billed.schedule(
        toy, load, lines, [bill("2026-01", mwh, says, energy_usd=usd)], state={"months": [after]}
    )


def test_a_tier_by_billed_demand_moves_with_it():
    """2 MW so far: of 10 MWh two are dear. 3 MW now: of 15 MWh three are."""
    toy, plan = hours_of_use(always(0), 2, 3, [3, 2], {"flat": 2.0})
    findings = hand.assert_accepted(toy, plan, -250 - 30)
    assert findings.bills[0].energy_usd == pytest.approx(780)


def test_a_tier_that_ends_before_an_earlier_one_holds_nothing():
    """50 up to 5 MWh, 20 up to 1 hour of use (2 MW: 2 MWh), 80 beyond: of 7 MWh two are 30 dearer."""
    tiers = [tier(0.05, up_to_kwh=5_000.0), tier(0.02, up_to_kwh_per_kw=1.0), tier(0.08)]
    toy = billed.site(4, {"energy": [rates(*tiers)], "demand": [always(0)]}, price=None)
    says = line(peak_mw=2, billed_mw=2)
    after = month("2026-01", 7.0, energy_usd=410.0, peaks_mw={"flat": 2.0})
    bills, lines = [bill("2026-01", 7, says, energy_usd=410)], {"grid": {"energy": {3: -60}}}
    hand.assert_accepted(toy, billed.schedule(toy, [2, 2, 2, 1], lines, bills, state={"months": [after]}))


def test_a_tier_by_billed_demand_in_the_look_ahead():
    """4 hours of use. Committed are 6 MWh and 1 MW: 2 are dear; with 3 MW behind it 12 MWh are cheap, all 9: the 60
    USD come back."""
    energy = [rates(tier(0.05, up_to_kwh_per_kw=4.0), tier(0.08))]
    toy = billed.site(7, {"energy": energy, "demand": [always(0)]}, price=None, committed=6)
    says = line(peak_mw=1, billed_mw=1)
    after = month("2026-01", 6.0, energy_usd=360.0, peaks_mw={"flat": 1.0})
    lines = {"grid": {"energy": {5: -60, 6: 60}}}
    bills = [bill("2026-01", 6, says, energy_usd=360)]
    hand.assert_accepted(toy, billed.schedule(toy, [1, 1, 1, 1, 1, 1, 3], lines, bills, state={"months": [after]}))


def test_without_a_charge_on_all_hours_the_highest_demand_of_any_counts():
    """The charge's hours are others: the plan's 3 MW count, above the 2 MW so far."""
    evening = always(0, windows=[{"start": "18:00:00", "end": "20:00:00"}])
    toy, plan = hours_of_use(evening, 2, 3, [3, 2], {"flat": 2.0})
    hand.assert_accepted(toy, plan)
    spoilt = billed.set_months(plan, lambda months: months[-1].update(peak_mw=2.0))
    assert "2026-01: peak_mw is 2" in hand.assert_caught(toy, spoilt, "state", "grid", 1, -1).message
    # 2.5 MW in some hour before count too, with and without the plan.
    hand.assert_accepted(*hours_of_use(evening, 2.5, 2.5, [1, 2], {"flat": 2.0}, 2.5))
    hand.assert_accepted(*hours_of_use(evening, 2.5, 3, [3, 2], {"flat": 2.0}, 2.5))


def test_the_highest_of_two_billed_demands_counts():
    """4 hours of use of the 5 MW that one charge has seen, not of the other's 3: all 15 MWh are cheap."""
    energy = [rates(tier(0.05, up_to_kwh_per_kw=4.0), tier(0.08))]
    before = month("2026-01", 10.0, peaks_mw={"flat": 2.0, "other": 5.0})
    charges = [always(0), always(0, name="other")]
    toy = billed.site(2, {"energy": energy, "demand": charges}, price=None, state={"months": [before]})
    says = [line(before_mw=2, peak_mw=3, billed_mw=3), line("other", before_mw=5, peak_mw=5, billed_mw=5)]
    after = month("2026-01", 15.0, energy_usd=750.0, peaks_mw={"flat": 3.0, "other": 5.0})
    # Without the plan 10 MWh were cheap up to 20, so nothing of them moves.
    plan = billed.schedule(toy, [3, 2], {}, [bill("2026-01", 15, *says, energy_usd=750)], state={"months": [after]})
    hand.assert_accepted(toy, plan, -250)


def test_what_the_tariff_buys_export_at():
    """A renewable exports 2 MW: 30 USD/MWh in the first hour, nothing in the second, taxed with 10 %."""
    energy = [
        rates(tier(0.05, sell_usd_per_kwh=0.03), windows=[{"start": "00:00:00", "end": "01:00:00"}]),
        rates(tier(0.05), name="rest"),
    ]
    tax = {"name": "city", "percent": 10.0, "lines": ["export", "energy"]}
    wind = {"name": "wind", "capacity_mw": 2.0, "factor": 1.0}
    for given, prices in ((None, [30, 0]), (20.0, [20, 20])):
        export = {} if given is None else {"export_price_usd_per_mwh": given}
        toy = billed.site(
            2,
            {"energy": energy, "taxes": [tax]},
            price=None,
            energy=export,
            supply={"renewables": [wind]},
        )
        toy = toy.model_copy(update={"site": toy.site.model_copy(update={"export_limit_mw": 5.0})})
        lines: dict[str, Any] = {"grid": {"export": {t: 2 * p for t, p in enumerate(prices)}}}
        if given is None:
            lines["city"] = {"tax": {0: 6}}
        rows = {"export_mw": 2, "export_limit_mw": 5, "export_price_usd_per_mwh": prices}
        bills, state = [bill("2026-01", 0)], {"months": [month("2026-01", 0)]}
        plan = billed.schedule(toy, [0, 0], lines, bills, price=50, state=state, rows=rows)
        plan = _with_wind(toy, plan)
        hand.assert_accepted(toy, plan, 66 if given is None else 80)
    spoilt = hand.set_row(plan, toy, "site", "export_price_usd_per_mwh", 0, 50)
    hand.assert_caught(toy, spoilt, "input", "site", 0, 30)


def _with_wind(toy: Any, plan: Any) -> Any:
    rows = [
        DispatchRow(start, "wind", quantity, 2.0)
        for start in toy.horizon.starts
        for quantity in ("used_mw", "available_mw")
    ]
    return replace(plan, dispatch_rows=(*plan.dispatch_rows, *rows))
