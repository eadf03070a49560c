"""Demand by hand: metering blocks, windows, tiers, ratchets, histories, and the worked numbers of section 11."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.tariff import TariffError, bill
from tests.tariff.by_hand import demand, energy, kwh, load, local_span, tariff


def months_usd(result) -> list[float]:
    return [month.lines["demand_usd"] for month in result.months]


def test_a_step_of_6_kw_in_a_block_of_six_bills_1_kw() -> None:
    of = tariff(demand=[demand(10.0, metering_minutes=60)])
    metered = load([0, 0, 0, 6.0, 0, 0], minutes=10)
    assert months_usd(bill(of, metered)) == [pytest.approx(10.0)]
    of = tariff(demand=[demand(10.0, metering_minutes=30)])
    assert months_usd(bill(of, load([6.0, 0, 0, 0, 0, 0], minutes=5))) == [pytest.approx(10.0)]


def test_blocks_are_aligned_to_the_clock_and_do_not_slide() -> None:
    of = tariff(demand=[demand(1.0, metering_minutes=30)])
    assert months_usd(bill(of, load([0, 10.0, 10.0, 0], minutes=15))) == [pytest.approx(5.0)]
    assert months_usd(bill(of, load([10.0, 10.0, 0, 0], minutes=15))) == [pytest.approx(10.0)]


def test_a_block_that_the_load_covers_in_part_divides_by_its_full_length() -> None:
    of = tariff(demand=[demand(1.0, metering_minutes=60)])
    assert months_usd(bill(of, load([8.0], "2024-01-01T00:45", 15))) == [pytest.approx(2.0)]


def test_without_metering_interval_the_load_s_own_step_counts() -> None:
    assert months_usd(bill(tariff(demand=[demand(1.0)]), load([1.0, 7.0, 3.0], minutes=15))) == [pytest.approx(7.0)]


def test_longer_steps_count_as_their_average_and_the_bill_says_so() -> None:
    result = bill(tariff(demand=[demand(1.0, metering_minutes=15)]), load([3.0, 7.0]))
    assert months_usd(result) == [pytest.approx(7.0)]
    assert any("understates" in note for note in result.notes)


def test_steps_that_no_block_is_a_multiple_of() -> None:
    """20-minute steps of 3, 6 and 9 kW in 30-minute blocks: (20 × 3 + 10 × 6) / 30 and (10 × 6 + 20 × 9) / 30."""
    of = tariff(demand=[demand(1.0, metering_minutes=30)])
    assert months_usd(bill(of, load([3.0, 6.0, 9.0], minutes=20))) == [pytest.approx(8.0)]


def test_every_charge_bills_its_own_peak() -> None:
    of = tariff(
        demand=[
            demand(2.0, name="flat"),
            demand(5.0, name="peak", windows=[{"start": "16:00:00", "end": "21:00:00", "days": ["weekday"]}]),
            demand(100.0, name="summer", windows=[{"months": [6, 7, 8]}]),
        ]
    )
    values = np.ones(24)
    values[[3, 17]] = 9.0, 4.0  # Monday
    (month,) = bill(of, load(values, "2024-01-08")).months
    assert [(line.charge, line.billed_kw, line.usd) for line in month.demand] == [
        ("flat", 9.0, pytest.approx(18.0)),
        ("peak", 4.0, pytest.approx(20.0)),
    ]


def test_blocks_that_lie_partly_in_a_window_do_not_count() -> None:
    of = tariff(demand=[demand(1.0, metering_minutes=60, windows=[{"start": "00:30:00", "end": "03:00:00"}])])
    assert months_usd(bill(of, load([9.0, 2.0, 3.0, 9.0]))) == [pytest.approx(3.0)]


def test_a_block_that_began_before_the_load_counts_only_where_all_of_it_lies_in_the_window() -> None:
    """From 12:15 on, the hour from 12:00 is not wholly in a window from 12:15."""
    of = tariff(demand=[demand(1.0, metering_minutes=60, windows=[{"start": "12:15:00", "end": "14:00:00"}])])
    metered = load([8.0, 8.0, 8.0, 2.0, 2.0, 2.0, 2.0], "2024-01-01T12:15", 15)
    assert months_usd(bill(of, metered)) == [pytest.approx(2.0)]
    # Nor is the last one where the load ends within it.
    of = tariff(demand=[demand(1.0, metering_minutes=60, windows=[{"start": "12:00:00", "end": "13:30:00"}])])
    assert months_usd(bill(of, load([4.0] * 4 + [9.0, 9.0], "2024-01-01T12:00", 15))) == [pytest.approx(4.0)]


def test_tiers_have_cumulative_ends() -> None:
    tiers = [{"rate_usd_per_kw": 3.0, "up_to_kw": 10.0, "adjustment_usd_per_kw": 1.0}, {"rate_usd_per_kw": 2.0}]
    of = tariff(demand=[demand(*tiers)])
    assert months_usd(bill(of, load([25.0]))) == [pytest.approx(10 * 4 + 15 * 2)]
    assert months_usd(bill(of, load([10.0]))) == [pytest.approx(40)]


def peaks_by_month(*kw: float, start: str = "2024-01-01", end: str = "2025-01-01") -> object:
    """A load whose monthly peaks are these: in the first hour of each month, nothing else."""
    metered = local_span(start, end, 0.0)
    months = np.array([int(str(d)[:7].replace("-", "")) for d in local_dates(metered)])
    values = np.zeros(len(months))
    first = np.concatenate([[0], np.flatnonzero(np.diff(months)) + 1])
    values[first] = kw
    return load(values, start)


def local_dates(metered) -> list[np.datetime64]:
    local = metered.start_minutes + metered.offset_minutes
    return list(local.astype("datetime64[m]"))


def test_a_rolling_ratchet() -> None:
    """Half of the two months before: 100, then 50, 50, then the own 10."""
    of = tariff(demand=[demand(1.0, ratchet={"share": 0.5, "look_back_months": 2})])
    result = bill(of, peaks_by_month(100, 10, 20, 10, 10, end="2024-06-01"))
    assert months_usd(result) == pytest.approx([100, 50, 50, 10, 10])
    assert [month.ratchet_usd for month in result.months] == pytest.approx([0, 40, 30, 0, 0])
    assert "2023-11 to 2023-12 (2 months)" in result.notes[0]


def test_a_ratchet_on_months_of_the_year() -> None:
    """Half of July's peak of the twelve months before: of 2023's until June, none in July 2024 but 2023's own."""
    of = tariff(demand=[demand(1.0, ratchet={"share": 0.5, "months": [7]})])
    kw = [10.0] * 18
    kw[6], kw[8] = 100.0, 300.0  # July and September 2023
    result = bill(of, peaks_by_month(*kw, start="2023-01-01", end="2024-07-01"), history={"2022-07": 60.0})
    assert months_usd(result) == pytest.approx([30.0] * 6 + [100.0, 50.0, 300.0] + [50.0] * 9)
    assert result.notes == ()


def test_the_month_itself_counts_in_full() -> None:
    of = tariff(demand=[demand(1.0, ratchet={"share": 0.5})])
    assert months_usd(bill(of, load([70.0]), history={"2023-12": 100.0})) == pytest.approx([70.0])


def test_a_ratchet_bills_no_month_of_no_window() -> None:
    summer = demand(1.0, windows=[{"months": [6, 7]}], ratchet={"share": 0.5})
    result = bill(tariff(demand=[summer]), peaks_by_month(100, 0, 0, 0, 0, 10, 10, 10, end="2024-09-01"))
    assert months_usd(result) == pytest.approx([0, 0, 0, 0, 0, 50, 50, 0])


def test_a_ratchet_on_some_hours_only() -> None:
    evening = [{"start": "18:00:00", "end": "20:00:00"}]
    of = tariff(demand=[demand(1.0, windows=evening, ratchet={"share": 0.8, "windows": evening})])
    values = np.zeros(24 * 60)
    values[[0, 18]] = 500.0, 100.0
    assert months_usd(bill(of, load(values))) == pytest.approx([100.0, 80.0])


def test_a_history_may_be_by_charge() -> None:
    of = tariff(
        demand=[demand(1.0, name="flat", ratchet={"share": 0.5}), demand(1.0, name="peak", ratchet={"share": 0.5})]
    )
    history = {"2023-12": 100.0, "peak": {"2023-12": 40.0}}
    (month,) = bill(of, load([1.0]), history=history).months
    assert [line.ratchet_kw for line in month.demand] == [50.0, 20.0]
    with pytest.raises(TariffError, match="no demand charge is named 'peek'"):
        bill(of, load([1.0]), history={"peek": {"2023-12": 40.0}})


def test_peaks_of_months_that_the_load_has_itself_are_not_used() -> None:
    of = tariff(demand=[demand(1.0, ratchet={"share": 0.5, "look_back_months": 1})])
    result = bill(of, load([10.0]), history={"2023-12": 1.0, "2024-01": 900.0})
    assert months_usd(result) == [10.0]
    assert any("2024-01 are not used" in note for note in result.notes)


@pytest.mark.parametrize("history", [{"2023-13": 1.0}, {"2023-1": 1.0}, {"2023-12": -1.0}, {"2023-12": float("nan")}])
def test_a_broken_history(history) -> None:
    with pytest.raises(TariffError):
        bill(tariff(demand=[demand(1.0)]), load([1.0]), history=history)


def test_worked_number_demand_on_30_minute_intervals() -> None:
    """Section 11: two groups (2 MW) in the first of two quarters make an interval of 1 MW: 10 USD/MW × 1 MW."""
    of = tariff(
        energy=[energy(kwh(0.05), windows=[{"end": "00:15:00"}]), energy(kwh(0.39), name="second")],
        demand=[demand(0.010, metering_minutes=30)],
    )
    (month,) = bill(of, load([2000.0, 0.0], minutes=15)).months
    assert month.lines["demand_usd"] == pytest.approx(10.0)
    # 2 groups earn 50 USD in the quarter and draw 0.5 MWh at 50 USD: the case's profit of 15
    assert 50.0 - month.total_usd == pytest.approx(15.0)


def test_worked_number_ratchet_80_percent() -> None:
    """Section 11: 80 % of 2.5 MW in the look-back bills 2 MW anyway: two groups for an hour cost their energy,
    profit 2 × (100 − 50) = 100 beside a bill of 120 that no plan avoids."""
    of = tariff(energy=[energy(kwh(0.05))], demand=[demand(0.060, ratchet={"share": 0.8})])
    history = {"2023-11": 2500.0}
    on, off = (bill(of, load([kw]), history=history) for kw in (2000.0, 0.0))
    assert (months_usd(on), months_usd(off)) == ([pytest.approx(120.0)], [pytest.approx(120.0)])
    assert 2 * 100.0 - (on.total_usd - off.total_usd) == pytest.approx(100.0)
    assert (on.months[0].ratchet_usd, off.months[0].ratchet_usd) == (0.0, pytest.approx(120.0))
