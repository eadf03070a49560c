"""Demand charges and ratchets, worked by hand. A group earns 100 USD an hour from 1 MW."""

from __future__ import annotations

import pytest

from optimizer import plan
from optimizer.model.formulation import formulate
from tests.model.bill.tariffs import LAST_HOUR, QUARTERS, charge, line, month, under
from tests.model.conftest import Solve
from tests.toys import group_fleet, mode

NOON = {"start": "2026-01-05T12:00:00"}


def test_the_worked_number_of_two_quarters(solve: Solve) -> None:
    # Both groups in the first quarter make an interval of 1 MW: 50 − 25 − 10.
    found = solve(under({"demand": [charge(metering_minutes=30)]}, [50, 390], 2, time=QUARTERS), 15)
    assert found.of("miners", "it_mw") == [2, 0]
    assert found.usd("demand", "flat") == [0, -10]
    assert line(found).peak_mw == pytest.approx(1)


def test_the_worked_number_of_a_ratchet(solve: Solve) -> None:
    # 0.8 × 2.5 MW are billed anyway.
    flat = charge(0.06, ratchet={"share": 0.8})
    found = solve(under({"demand": [flat]}, [50], 2, state=month("2025-12", look_back_mw={"flat": 2.5})), 100)
    assert found.usd("demand") == found.usd("ratchet") == [0]
    billed = line(found)
    assert (billed.peak_mw, billed.ratchet_mw, billed.billed_mw) == pytest.approx((2, 2, 2))
    assert (billed.usd, billed.added_usd, billed.hands_on_mw) == pytest.approx((120, 0, 1.6))


def test_a_step_is_averaged_over_its_block(solve: Solve) -> None:
    # 6,000 W in one of six steps make 1,000 W. The step earns 50; in the others energy alone costs 100.
    fleet = group_fleet(modes=[mode("normal", 0.006, 600.0)])
    flat = charge(10.0, metering_minutes=30)
    price = [200_000.0] * 6
    price[2] = 0.0
    found = solve(under({"demand": [flat]}, price, fleets=[fleet], time={"resolution_minutes": 5}), 40)
    assert line(found).peak_mw == pytest.approx(0.001)


def test_a_peak_ratchets_the_next_month_inside_the_horizon(solve: Solve) -> None:
    # January: 100 − 50 − 30 for 1 MW, and half of it in February: 15.
    flat = charge(0.03, ratchet={"share": 0.5})
    found = solve(under({"demand": [flat]}, [50, 200], time=LAST_HOUR), 5)
    assert found.usd("demand") == [-30, 0]
    assert found.usd("ratchet") == [0, -15]
    assert line(found, bill=1).ratchet_mw == pytest.approx(0.5)
    # At 0.8 it is 24: not worth it. February's own demand is free up to what the ratchet bills.
    solve(under({"demand": [charge(0.03, ratchet={"share": 0.8})]}, [50, 200], time=LAST_HOUR), 0)
    found = solve(under({"demand": [charge(0.03, ratchet={"share": 1.0})]}, [50, 65], time=LAST_HOUR), 25)
    assert found.usd("demand") == [-30, 0]
    assert found.usd("ratchet") == [0, -30]


def test_a_ratchet_looks_at_its_own_windows_and_months(solve: Solve) -> None:
    # Nothing at 23:00 ratchets, or nothing of January.
    for ratchet in (
        {"share": 1.0, "windows": [{"start": "08:00:00", "end": "23:00:00"}]},
        {"share": 1.0, "months": [6, 7, 8, 9]},
    ):
        found = solve(under({"demand": [charge(0.03, ratchet=ratchet)]}, [50, 200], time=LAST_HOUR), 20)
        assert line(found).hands_on_mw == 0


def test_rising_tiers(solve: Solve) -> None:
    # The first MW at 10, the second at 60 is more than the 50 it earns.
    tiers = [{"rate_usd_per_kw": 0.01, "up_to_kw": 1000.0}, {"rate_usd_per_kw": 0.05, "adjustment_usd_per_kw": 0.01}]
    given = under({"demand": [charge(tiers=tiers)]}, [50], 2)
    found = solve(given, 40)
    assert found.of("miners", "it_mw") == [1]
    assert formulate(given).problem.integers == formulate(under({}, [50], 2)).problem.integers


def test_falling_tiers(solve: Solve) -> None:
    # The first MW at 60 loses 10, with the second at 10 it makes 30. The second alone would make 80.
    tiers = [{"rate_usd_per_kw": 0.06, "up_to_kw": 1000.0}, {"rate_usd_per_kw": 0.01}]
    solve(under({"demand": [charge(tiers=tiers)]}, [50], 2), 30)
    solve(under({"demand": [charge(tiers=tiers)]}, [50], 1), 0)
    # 0.5 MW were billed before: the first MW costs 30.
    solve(under({"demand": [charge(tiers=tiers)]}, [50], 1, state=month(peaks_mw={"flat": 0.5})), 20)


def test_what_is_billed_anyway_is_free(solve: Solve) -> None:
    flat = charge(0.06)
    found = solve(under({"demand": [flat]}, [50], 2, state=month(peaks_mw={"flat": 1.0})), 50)
    assert (line(found).before_mw, line(found).usd, line(found).added_usd) == pytest.approx((1, 60, 0))
    expected = [{"charge": "flat", "month": "2026-01", "peak_mw": 1.0}]
    found = solve(under({"demand": [flat]}, [50], 2, expected_peaks=expected), 50)
    assert (line(found).expected_mw, line(found).usd, line(found).added_usd) == pytest.approx((1, 60, 0))
    # What January is expected to see ratchets February anyway.
    flat = charge(0.06, ratchet={"share": 0.5})
    expected = [{"charge": "flat", "month": "2026-01", "peak_mw": 2.0}]
    found = solve(under({"demand": [flat]}, [50, 50], 1, expected_peaks=expected, time=LAST_HOUR), 100)
    assert line(found, bill=1).ratchet_mw == pytest.approx(0.5)


def test_an_interval_that_is_under_way(solve: Solve) -> None:
    # 0.25 MWh before: the interval has 0.5 MW anyway, that costs 5. With the group it has 1 MW: 25 − 12.5 − 10.
    begun = {"open_intervals": {"flat": {"start": "2026-01-05T00:00:00Z", "import_mwh": 0.25}}}
    time = QUARTERS | {"start": "2026-01-05T00:15:00"}
    tariff = {"demand": [charge(metering_minutes=30)]}
    found = solve(under(tariff, [50, 500, 500], state=begun, time=time), 2.5)
    assert line(found).peak_mw == pytest.approx(1)
    solve(under(tariff, [50, 500, 500], time=time), 7.5)


def test_an_interval_that_the_look_ahead_leaves_open_counts_its_rest_as_zero(solve: Solve) -> None:
    # Half an hour at 1 MW, then a quarter of the next half hour: 0.5 MW.
    time = QUARTERS | {"committed_periods": 2, "look_ahead_periods": 1}
    found = solve(under({"demand": [charge(metering_minutes=30)]}, [500, 500, 50], time=time), 7.5)
    assert found.usd("demand") == [0, 0, -5]


def test_each_window_bills_its_own_peak_and_flat_demand_comes_on_top(solve: Solve) -> None:
    peak = charge(0.02, "peak", windows=[{"start": "13:00:00", "end": "14:00:00"}])
    found = solve(under({"demand": [charge(), peak]}, [50, 50], time=NOON), 70)
    assert found.usd("demand", "flat") == [0, -10]
    assert found.usd("demand", "peak") == [0, -20]
    dear = charge(0.06, "peak", windows=[{"start": "13:00:00", "end": "14:00:00"}])
    found = solve(under({"demand": [charge(), dear]}, [50, 50], time=NOON), 40)
    assert found.of("miners", "it_mw") == [1, 0]


def test_a_charge_is_in_force_in_its_months(solve: Solve) -> None:
    summer = charge(1.0, "summer", windows=[{"months": [6, 7, 8, 9]}])
    found = solve(under({"demand": [summer]}, [50]), 50)
    assert found.schedule.bills[0].demand == ()


def test_a_block_counts_where_it_lies_wholly_in_a_window(solve: Solve) -> None:
    windows = [{"start": "12:15:00", "end": "13:00:00"}]
    whole = charge(0.06, windows=windows, metering_minutes=60)
    price = [50.0] * 4
    solve(under({"demand": [whole]}, price, time=NOON | QUARTERS), 50)
    # Also where the horizon begins at 12:15, so that the rest of the block is not of it.
    late = QUARTERS | {"start": "2026-01-05T12:15:00"}
    solve(under({"demand": [whole]}, price[1:], time=late), 37.5)
    # A period longer than its metering interval counts with its average, where any of it is inside.
    assert plan(under({"demand": [charge(0.04, windows=windows)]}, [50], time=NOON)).profit_usd == pytest.approx(10)
    fine = charge(0.04, windows=windows, metering_minutes=15)
    solve(under({"demand": [fine]}, [50], time=NOON), 10)


def test_an_hour_that_the_clock_repeats_has_its_own_blocks(solve: Solve) -> None:
    # 1 MW in half of each hour: 0.5 MW twice, not 1 MW in one hour from 01:00 to 02:00. 2 × 25 − 5.
    time = {"zone": "America/Chicago", "start": "2026-11-01T01:00:00", "resolution_minutes": 30}
    found = solve(under({"demand": [charge(metering_minutes=60)]}, [50, 500, 50, 500], time=time), 45)
    assert line(found).peak_mw == pytest.approx(0.5)


def test_the_committed_part_pays_for_what_it_adds_alone(solve: Solve) -> None:
    time = {"committed_periods": 1, "look_ahead_periods": 1}
    given = under({"demand": [charge()]}, [50, 50], 2, time=time)
    limit = given.site.model_copy(update={"import_limit_mw": (1.0, 2.0)})
    found = solve(given.model_copy(update={"site": limit}), 130)
    assert found.usd("demand") == [-10, -10]
    assert found.schedule.profit_usd == pytest.approx(40)
    assert line(found).peak_mw == pytest.approx(1)


def test_a_negative_rate_pays_for_true_demand_only(solve: Solve) -> None:
    # 10 a MW for the peak: at 105 the group runs for it.
    found = solve(under({"demand": [charge(-0.01)]}, [105, 200], 2), 10)
    assert found.of("miners", "it_mw") == [2, 0]
    solve(under({"demand": [charge(-0.01)]}, [115, 200], 2), 0)


def test_no_import_beside_export_for_the_sake_of_a_peak(solve: Solve) -> None:
    # A MW bought and sold at 150 would make a peak of 1 MW, worth 10.
    given = under({"demand": [charge(-0.01)]}, [150], site={"export_limit_mw": 1.0})
    found = solve(given, 0)
    assert found.of("site", "import_mw") == [0]


def test_charges_of_the_same_windows_share_their_rows() -> None:
    def rows(*charges: dict[str, object]) -> int:
        return formulate(under({"demand": list(charges)}, [50.0] * 96, time=QUARTERS)).problem.rows

    one, both = rows(charge()), rows(charge(), charge(0.02, "also"))
    assert one - rows() == 96
    assert both - one <= 2


def test_only_blocks_that_can_be_above_what_is_billed_anyway_have_rows() -> None:
    tariff = {"demand": [charge(metering_minutes=30)]}
    plain = formulate(under({}, [50.0] * 4, time=QUARTERS)).problem.rows
    limits = {"import_limit_mw": [1.0, 1.0, 0.4, 0.4]}
    known = month(peaks_mw={"flat": 0.5})
    assert formulate(under(tariff, [50.0] * 4, time=QUARTERS, site=limits, state=known)).problem.rows - plain == 1
    assert formulate(under(tariff, [50.0] * 4, time=QUARTERS)).problem.rows - plain == 2


def test_day_after_day_pays_what_the_month_bills() -> None:
    tariff = {"demand": [charge(ratchet={"share": 0.5})], "fixed": {"usd_per_month": 7.0}}
    first = plan(under(tariff, [50], 1))
    assert first.state is not None
    given = under(tariff, [50], 2, time={"start": "2026-01-05T01:00:00"}, state=first.state.tariff.model_dump())
    second = plan(given)
    assert first.ledger_by_kind["demand"] == pytest.approx(-10)
    assert second.ledger_by_kind["demand"] == pytest.approx(-10)
    assert "fixed" not in second.ledger_by_kind
    assert second.bills[0].demand[0].usd == pytest.approx(20)
    assert second.bills[0].demand[0].added_usd == pytest.approx(10)
    assert second.bills[0].fixed_usd == pytest.approx(7)
