"""Energy by hand: tiers in every unit, periods that share them, adjustments, export, holidays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer.tariff import bill
from tests.tariff.by_hand import demand, energy, kwh, load, local_span, tariff

DAY_WINDOW = [{"start": "08:00:00", "end": "20:00:00"}]


def energy_usd(of, metered, **options):
    return [month.lines["energy_usd"] for month in bill(of, metered, **options).months]


def test_tiers_in_kwh_and_adjustment() -> None:
    # 744 kWh: 500 at 0.10 + 0.02, 244 at 0.20
    of = tariff(energy=[energy(kwh(0.10, adjustment_usd_per_kwh=0.02, up_to_kwh=500), kwh(0.20))])
    assert energy_usd(of, local_span("2024-01-01", "2024-02-01")) == [pytest.approx(500 * 0.12 + 244 * 0.20)]


def test_a_month_that_ends_exactly_on_a_tier() -> None:
    of = tariff(energy=[energy(kwh(0.10, up_to_kwh=744), kwh(9.0))])
    assert energy_usd(of, local_span("2024-01-01", "2024-02-01")) == [pytest.approx(74.4)]


def test_periods_share_the_tiers_pro_rata() -> None:
    """June: 720 kWh by day, 360 by night, 540 of the 1,080 in each tier. By day 2/3 × (540 × 0.1 + 540 × 0.3),
    by night 1/3 × (540 × 0.05 + 540 × 0.15)."""
    of = tariff(
        energy=[
            energy(kwh(0.1, up_to_kwh=540), kwh(0.3), name="day", windows=DAY_WINDOW),
            energy(kwh(0.05, up_to_kwh=540), kwh(0.15), name="night"),
        ]
    )
    metered = load(np.tile(np.where((np.arange(24) >= 8) & (np.arange(24) < 20), 2.0, 1.0), 30), "2024-06-01")
    (month,) = bill(of, metered).months
    assert [line.usd for line in month.energy] == pytest.approx([144.0, 36.0])
    assert [line.import_kwh for line in month.energy] == pytest.approx([720, 360])


def test_periods_may_have_tiers_of_their_own() -> None:
    """As above, but nights have one tier: by night 1/3 × 1,080 × 0.05."""
    of = tariff(
        energy=[
            energy(kwh(0.1, up_to_kwh=540), kwh(0.3), name="day", windows=DAY_WINDOW),
            energy(kwh(0.05), name="night"),
        ]
    )
    metered = load(np.tile(np.where((np.arange(24) >= 8) & (np.arange(24) < 20), 2.0, 1.0), 30), "2024-06-01")
    assert [line.usd for line in bill(of, metered).months[0].energy] == pytest.approx([144.0, 18.0])


def test_ends_per_day_count_the_days_of_the_month_even_of_a_part() -> None:
    """10 kWh a day × 29 days of February 2024 = 290 of the 15 days' 360 kWh."""
    of = tariff(energy=[energy(kwh(0.1, up_to_kwh_per_day=10), kwh(0.2))])
    result = bill(of, local_span("2024-02-01", "2024-02-16"))
    assert result.months[0].lines["energy_usd"] == pytest.approx(290 * 0.1 + 70 * 0.2)
    assert "2024-02 only" in result.notes[0]


def test_ends_per_kw_count_billed_demand_with_its_ratchet() -> None:
    """1 kW of own peak, but 0.5 × 6 kW billed: 100 kWh/kW × 3 kW = 300 of 744 kWh in the first tier."""
    ratchet = {"share": 0.5}
    of = tariff(energy=[energy(kwh(0.1, up_to_kwh_per_kw=100), kwh(0.2))], demand=[demand(1.0, ratchet=ratchet)])
    metered = local_span("2024-01-01", "2024-02-01")
    assert energy_usd(of, metered, history={"2023-08": 6.0}) == [pytest.approx(300 * 0.1 + 444 * 0.2)]
    assert energy_usd(of, metered) == [pytest.approx(100 * 0.1 + 644 * 0.2)]


@pytest.mark.parametrize(
    ("windows", "billed_kw"),
    [
        ([{"end": "12:00:00"}, {"start": "12:00:00"}], 3),
        ([{"days": ["weekday"]}, {"days": ["weekend", "holiday"]}], 3),
        ([{"days": ["weekday", "weekend"]}], 1),  # not on New Year's Day
    ],
)
def test_ends_per_kw_count_charges_whose_windows_together_hold_every_hour(
    windows: list[dict[str, Any]], billed_kw: float
) -> None:
    """0.5 × 6 kW are billed by a charge on every hour; without such a charge the month's highest demand is 1 kW."""
    charge = demand(1.0, windows=windows, ratchet={"share": 0.5})
    of = tariff(energy=[energy(kwh(0.1, up_to_kwh_per_kw=100), kwh(0.2))], demand=[charge], holidays="US")
    usd = energy_usd(of, local_span("2024-01-01", "2024-02-01"), history={"2023-12": 6.0})
    assert usd == [pytest.approx(100 * billed_kw * 0.1 + (744 - 100 * billed_kw) * 0.2)]


def test_ends_per_kw_count_the_metering_of_the_charge_on_every_hour() -> None:
    """Quarters of 2, 1, 1, 1 kW: 1.25 kW an hour, of which 100 kWh each; the first charge's quarters do not count."""
    noon = demand(1.0, name="noon", windows=[{"start": "12:00:00", "end": "13:00:00"}], metering_minutes=15)
    of = tariff(
        energy=[energy(kwh(0.1, up_to_kwh_per_kw=100), kwh(0.2))],
        demand=[noon, demand(1.0, metering_minutes=60)],
    )
    metered = load(np.tile([2.0, 1.0, 1.0, 1.0], 31 * 24), minutes=15)
    assert energy_usd(of, metered) == [pytest.approx(125 * 0.1 + (930 - 125) * 0.2)]


def test_ends_per_kw_and_day_without_a_demand_charge() -> None:
    of = tariff(energy=[energy(kwh(0.1, up_to_kwh_per_kw_day=5), kwh(0.2))])
    # the month's highest demand, 2 kW, × 5 × 31 days = 310 kWh
    metered = local_span("2024-01-01", "2024-02-01", kw=2.0)
    assert energy_usd(of, metered) == [pytest.approx(310 * 0.1 + (1488 - 310) * 0.2)]


def test_export_is_paid_its_own_rate_and_lowers_no_import() -> None:
    of = tariff(energy=[energy(kwh(0.10, sell_usd_per_kwh=0.03))])
    lines = bill(of, load([5.0, -2.0, 1.0])).months[0].lines
    assert (lines["energy_usd"], lines["export_usd"]) == (pytest.approx(0.6), pytest.approx(-0.06))
    unpaid = bill(tariff(energy=[energy(kwh(0.10))]), load([5.0, -2.0, 1.0]))
    assert unpaid.months[0].lines["export_usd"] == 0
    assert any("exports" in note for note in unpaid.notes)


def test_the_first_period_that_holds_a_moment_counts() -> None:
    of = tariff(
        energy=[
            energy(kwh(1.0), name="noon", windows=[{"start": "12:00:00", "end": "13:00:00"}]),
            energy(kwh(0.1), name="day", windows=DAY_WINDOW),
            energy(kwh(0.0), name="night"),
        ]
    )
    assert energy_usd(of, local_span("2024-01-01", "2024-01-02")) == [pytest.approx(1.0 + 11 * 0.1)]


def test_windows_pass_midnight() -> None:
    night = [{"start": "22:00:00", "end": "06:00:00"}]
    of = tariff(energy=[energy(kwh(1.0), name="night", windows=night), energy(kwh(0.0))])
    assert energy_usd(of, local_span("2024-01-01", "2024-01-03")) == [pytest.approx(16)]


def test_windows_off_the_hour_cut_the_hours_of_a_load() -> None:
    window = [{"start": "12:10:00", "end": "13:25:00"}]
    of = tariff(energy=[energy(kwh(60.0), name="noon", windows=window), energy(kwh(0.0))])
    assert energy_usd(of, local_span("2024-01-01", "2024-01-02", kw=2.0)) == [pytest.approx(2 * 75)]


def test_holidays_only_of_a_named_calendar() -> None:
    """4 July 2024 is a Thursday."""
    periods = [
        energy(kwh(1.0), name="working days", windows=[{"days": ["weekday"]}]),
        energy(kwh(0.0), name="free days", windows=[{"days": ["weekend", "holiday"]}]),
    ]
    metered = local_span("2024-07-01", "2024-07-08")
    assert energy_usd(tariff(energy=periods), metered) == [pytest.approx(5 * 24)]
    assert energy_usd(tariff(energy=periods, holidays="US"), metered) == [pytest.approx(4 * 24)]
