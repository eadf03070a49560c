"""Coincident peaks, fixed and minimum charges, taxes, the month's bill and its state, worked by hand.
A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import plan
from optimizer.insight.clash import clashes
from optimizer.insight.figures import cost_shares
from optimizer.insight.value import marginal_values
from optimizer.model.formulation import formulate
from optimizer.scenario.state import TariffState
from tests.model.bill.tariffs import LAST_HOUR, charge, energy, kwh, line, month, under
from tests.model.conftest import Solve
from tests.toys import group_fleet, scenario

SPLIT = {"committed_periods": 1, "look_ahead_periods": 1}


def coincident(rate: float, **changes: Any) -> dict[str, Any]:
    return {"coincident": [{"name": "4CP", "rate_usd_per_kw": rate} | changes]}


def test_the_worked_number_of_a_coincident_peak(solve: Solve) -> None:
    found = solve(under(coincident(13.75, probability=0.003), [50]), 8.75)
    assert found.usd("coincident_peak", "4CP") == [-41.25]
    assert found.schedule.bills[0].coincident_usd == pytest.approx(41.25)


def test_a_tax_is_on_energy_with_its_losses(solve: Solve) -> None:
    # 50 USD with 10 % loss, and 10 % of that.
    tax = {"name": "city", "percent": 10.0, "lines": ["energy"]}
    energy = [{"name": "all", "tiers": [{"rate_usd_per_kwh": 0.05}]}]
    found = solve(under({"taxes": [tax], "energy": energy}, 1, energy={"loss_factor": 0.1}), 100 - 55 - 5.5)
    assert found.usd("tax") == [-5.5]


def test_any_hour_of_the_windows_is_as_likely(solve: Solve) -> None:
    # January 2026 has 22 weekdays: 1,100 USD/MW / 22, half of it where the window holds half of the hour.
    windows = [{"start": "00:00:00", "end": "01:00:00", "days": ["weekday"]}]
    found = solve(under(coincident(1.1, windows=windows), [25, 25]), 100)
    assert found.usd("coincident_peak") == [-50, 0]
    # Half of the window's hour lies in each period.
    windows = [{"start": "00:30:00", "end": "01:30:00", "days": ["weekday"]}]
    found = solve(under(coincident(1.1, windows=windows), [25, 25]), 100)
    assert found.usd("coincident_peak") == [-25, -25]


def test_known_peaks_weigh_what_they_overlap(solve: Solve) -> None:
    peaks = [{"start": "2026-01-05T00:30:00Z", "weight": 0.5}, {"start": "2026-01-04T23:45:00Z", "minutes": 30}]
    # 40 USD/MW: a half of the first peak at 0.5 in each hour, and a half of the second in the first.
    found = solve(under(coincident(0.04, peaks=peaks), [25, 25]), 75 + 75 - 40)
    assert found.usd("coincident_peak") == [-30, -10]


def test_the_fixed_charge_is_booked_once(solve: Solve) -> None:
    fixed = {"fixed": {"usd_per_month": 9.0, "usd_per_day": 1.0}}
    found = solve(under(fixed, [50, 50], time=SPLIT), 100 - 40)
    assert found.usd("fixed", "grid") == [-40, 0]
    assert found.schedule.state is not None
    assert found.schedule.state.tariff.months[0].fixed_booked
    found = solve(under(fixed, [50, 50], state=month(fixed_booked=True), time=SPLIT), 100)
    assert found.schedule.bills[0].fixed_usd == pytest.approx(40)
    # February's, of 28 days, where the look-ahead ends.
    found = solve(under(fixed, [50, 50], time=SPLIT | LAST_HOUR), 100 - 40 - 37)
    assert found.usd("fixed") == [-40, -37]


def test_a_minimum_charge_makes_energy_free_up_to_it(solve: Solve) -> None:
    # Energy costs 120 where 100 are due anyway: the group loses 20 in place of 100.
    tariff = {"energy": [energy(kwh(0.12))], "minimum": {"usd_per_month": 100.0}}
    found = solve(under(tariff, 1, time=LAST_HOUR), -20)
    assert found.usd("minimum") == [0]
    # In the middle of a month nothing is due yet.
    solve(under(tariff, 1), 0)
    # At 90 of energy 10 are short.
    tariff = {"energy": [energy(kwh(0.09))], "minimum": {"usd_per_month": 100.0}}
    found = solve(under(tariff, 1, time=LAST_HOUR), 0)
    assert found.usd("minimum", "grid") == [-10]
    assert found.schedule.bills[0].minimum_usd == pytest.approx(10)


def test_the_minimum_compares_energy_demand_and_fixed_of_the_whole_month(solve: Solve) -> None:
    # 93 of 120 are there: 31 × 2 fixed, 21 of energy before, 10 for the MW of demand before. The group adds 10.
    tariff = {
        "energy": [energy(kwh(0.01))],
        "demand": [charge()],
        "fixed": {"usd_per_day": 2.0},
        "minimum": {"usd_per_month": 58.0, "usd_per_day": 2.0},
    }
    state = month(peaks_mw={"flat": 1.0}, energy_usd=21.0, fixed_booked=True)
    found = solve(under(tariff, 1, state=state, time=LAST_HOUR), 100 - 10 - 17)
    assert found.usd("minimum") == [-17]


def test_the_minimum_of_the_look_ahead_is_not_published(solve: Solve) -> None:
    tariff = {"energy": [energy(kwh(0.09))], "minimum": {"usd_per_month": 200.0}}
    found = solve(under(tariff, 2, time=SPLIT | {"start": "2026-01-31T22:00:00"}), 0)
    assert found.usd("minimum") == [0, -20]
    assert found.schedule.bills[0].minimum_usd == 0


def test_demand_that_is_only_expected_does_not_count_for_the_minimum(solve: Solve) -> None:
    # 1 MW is expected: the group pays no demand, and what it bills in truth makes the minimum 10 less.
    tariff = {"demand": [charge()], "minimum": {"usd_per_month": 30.0}}
    expected = [{"charge": "flat", "month": "2026-01", "peak_mw": 2.0}]
    found = solve(under(tariff, [105], expected_peaks=expected, time=LAST_HOUR), 100 - 105 - 20)
    assert found.usd("minimum") == [-20]
    solve(under(tariff, [115], expected_peaks=expected, time=LAST_HOUR), -30)


def test_a_minimum_that_is_taxed_more_than_demand(solve: Solve) -> None:
    # Each dollar of demand saves a taxed dollar of the minimum: 1.5. At 101 the group pays 10, and saves 15.
    tax = {"name": "levy", "percent": 50.0, "lines": ["minimum"]}
    tariff = {"demand": [charge()], "minimum": {"usd_per_month": 40.0}, "taxes": [tax]}
    found = solve(under(tariff, [101], time=LAST_HOUR), -1 - 10 - 30 * 1.5)
    assert found.usd("tax", "levy") == [-15]
    solve(under(tariff, [106], time=LAST_HOUR), -60)


def test_taxes_are_shares_of_their_lines(solve: Solve) -> None:
    # 10 % of 50, 10, 31; 5 % of the coincident peak. 100 − 50 − 10 − 31 − 4 − 9.1 − 0.2.
    tariff = {
        "energy": [energy(kwh(0.05))],
        "demand": [charge()],
        "fixed": {"usd_per_day": 1.0},
        "taxes": [
            {"name": "state", "percent": 10.0, "lines": ["energy", "demand", "fixed"]},
            {"name": "city", "percent": 5.0, "lines": ["coincident"]},
        ],
    } | coincident(1.0, probability=0.004)
    found = solve(under(tariff, 1), -4.3)
    assert found.usd("tax", "state") == [-9.1]
    assert found.usd("tax", "city") == [-0.2]
    billed = found.schedule.bills[0]
    assert billed.tax_usd == pytest.approx(9.3)
    assert billed.total_usd == pytest.approx(104.3)
    # A price that is not the tariff's is not taxed as its energy.
    tariff.pop("energy")
    found = solve(under(tariff, [50]), -4.3 + 5)


def test_taxes_decide(solve: Solve) -> None:
    # 90 a MWh and 20 % of it are more than 100; so are 45 of demand with it.
    levy = {"name": "levy", "percent": 20.0, "lines": ["energy", "demand"]}
    solve(under({"energy": [energy(kwh(0.09))], "taxes": [levy]}, 1), 0)
    solve(under({"demand": [charge(0.045)], "taxes": [levy]}, [50]), 0)
    solve(under({"demand": [charge(0.04)], "taxes": [levy]}, [50]), 2)


def test_two_months_bills_and_what_is_handed_on(solve: Solve) -> None:
    flat = charge(0.03, ratchet={"share": 0.5, "look_back_months": 2})
    state = {
        "months": [
            *month(import_mwh=4.0, energy_usd=200.0, peaks_mw={"flat": 0.5}, look_back_mw={"flat": 0.5})["months"],
            *month("2025-12", look_back_mw={"flat": 0.2})["months"],
            *month("2025-11", look_back_mw={"flat": 0.4})["months"],
        ]
    }
    # January's peak rises from 0.5 MW, which February's ratchet would bill a half of anyway, to 1 MW.
    found = solve(under({"demand": [flat]}, [50, 50], state=state, time=LAST_HOUR), 100 - 15 - (0.5 - 0.25) * 30 - 15)
    january, february = found.schedule.bills
    assert (january.month, february.month) == ("2026-01", "2026-02")
    assert (january.import_mwh, january.energy_usd, january.demand_usd) == pytest.approx((5, 250, 30))
    assert (january.total_usd, february.total_usd) == pytest.approx((280, 80))
    first, second = line(found), line(found, bill=1)
    assert (first.before_mw, first.peak_mw, first.ratchet_mw, first.added_usd) == pytest.approx((0.5, 1, 0.2, 15))
    assert (second.before_mw, second.peak_mw, second.ratchet_mw, second.added_usd) == pytest.approx((0, 1, 0.5, 22.5))
    assert first.hands_on_mw == second.hands_on_mw == pytest.approx(0.5)
    assert found.schedule.state is not None
    handed = {record.month: record for record in found.schedule.state.tariff.months}
    # November is three months before February, whose ratchet looks back to two.
    assert list(handed) == ["2025-12", "2026-01", "2026-02"]
    assert handed["2026-01"].look_back_mw == pytest.approx({"flat": 1.0})
    assert handed["2026-01"].peaks_mw == {}
    assert handed["2026-02"].peaks_mw == handed["2026-02"].look_back_mw == pytest.approx({"flat": 1.0})
    assert (handed["2026-02"].import_mwh, handed["2026-02"].energy_usd) == pytest.approx((1, 50))


def test_a_month_that_begins_as_the_plan_ends_has_no_record() -> None:
    schedule = plan(under({"demand": [charge(ratchet={"share": 0.5})]}, [50], time=LAST_HOUR))
    assert schedule.state is not None
    assert [record.month for record in schedule.state.tariff.months] == ["2026-01"]
    assert schedule.state.tariff.months[0].peaks_mw == {}


def test_without_a_tariff_its_state_is_handed_on() -> None:
    schedule = plan(scenario([50], fleets=[group_fleet()]))
    assert schedule.bills == ()
    assert schedule.state is not None
    assert schedule.state.tariff == TariffState()


def test_the_ledger_of_a_tariff_sums_to_the_objective() -> None:
    tariff = {
        "energy": [energy(kwh(0.05, up_to_kwh_per_kw=1.0), kwh(0.15))],
        "demand": [charge(0.03, ratchet={"share": 0.5}), charge(0.02, "night", windows=[{"start": "23:00:00"}])],
        "fixed": {"usd_per_month": 9.0},
        "minimum": {"usd_per_month": 200.0},
        "taxes": [{"name": "state", "percent": 10.0, "lines": ["energy", "demand", "fixed", "minimum"]}],
    }
    schedule = plan(under(tariff, 3, 3, time=LAST_HOUR), gap=1e-7)
    assert schedule.outcome.bound_usd == pytest.approx(schedule.horizon_profit_usd, rel=1e-7)


def test_ordinary_tariffs_need_no_binaries() -> None:
    tariff = {
        "energy": [energy(kwh(0.05, up_to_kwh=1500.0), kwh(0.06))],
        "demand": [charge(0.03, ratchet={"share": 0.5})],
        "fixed": {"usd_per_month": 9.0},
        "minimum": {"usd_per_month": 200.0},
        "taxes": [{"name": "state", "percent": 10.0, "lines": ["energy", "demand", "fixed", "minimum"]}],
    }
    plain = formulate(under({}, [50, 50], time=LAST_HOUR)).problem
    assert formulate(under(tariff, 2, time=LAST_HOUR)).problem.integers == plain.integers


def test_a_group_more_is_worth_what_the_bill_leaves_of_it() -> None:
    # The second group earns 50 and adds 10 of demand.
    values = marginal_values(under({"demand": [charge()]}, [50]), 0, items=frozenset({"miners"}))
    assert values[0].usd == pytest.approx(40)


def test_a_clash_is_explained_under_a_tariff() -> None:
    site = {"import_limit_mw": 1.0}
    given = under({"demand": [charge()]}, [50], site=site, hall={"overhead_mw": 2.0})
    assert [clash.requirement for clash in clashes(given)] == ["import limit"]


def test_cost_shares_count_the_whole_bill() -> None:
    # 50 of energy, 10 of demand, 31 fixed, 9.1 of tax; half of the power goes into cooling.
    tariff = {
        "energy": [energy(kwh(0.025))],
        "demand": [charge(0.005)],
        "fixed": {"usd_per_day": 1.0},
        "taxes": [{"name": "state", "percent": 10.0, "lines": ["energy", "demand", "fixed"]}],
    }
    given = under(tariff, 1, hall={"pue": 2.0})
    costs = cost_shares(given, plan(given))
    assert costs.it_electricity_usd == pytest.approx((50 + 10 + 31) * 1.1 / 2)
    assert costs.cooling_usd == pytest.approx((50 + 10 + 31) * 1.1 / 2)
