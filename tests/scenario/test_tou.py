"""Time-of-use prices on the local clock."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer.scenario.horizon import Horizon, Time, horizon_of
from optimizer.scenario.supply import TouCalendar
from optimizer.scenario.tou import TouError, tou_price

REST = {"name": "rest", "price_usd_per_mwh": 30.0}


def grid(start: str, periods: int, minutes: int = 60, zone: str = "America/Chicago") -> Horizon:
    time = {"zone": zone, "start": start, "committed_periods": periods, "resolution_minutes": minutes}
    return horizon_of(Time.model_validate(time))


def prices(horizon: Horizon, *windows: dict[str, Any], holidays: str | None = None) -> list[float]:
    named = [{"name": f"w{i}"} | window for i, window in enumerate(windows)]
    calendar = TouCalendar.model_validate({"windows": named, "holidays": holidays})
    return tou_price(calendar, horizon).tolist()


def window(price: float, start: str = "00:00", end: str = "00:00", **more: Any) -> dict[str, Any]:
    return {"price_usd_per_mwh": price, "start": start, "end": end} | more


def test_the_first_window_that_matches_counts() -> None:
    day = grid("2026-01-05T15:00:00", 5)
    peak, shoulder = window(90.0, "17:00", "19:00"), window(60.0, "16:00", "19:00")
    assert prices(day, peak, shoulder, REST) == [30.0, 60.0, 90.0, 90.0, 30.0]
    assert prices(day, shoulder, peak, REST) == [30.0, 60.0, 60.0, 60.0, 30.0]


def test_a_window_passes_midnight() -> None:
    assert prices(grid("2026-01-05T21:00:00", 6), window(10.0, "22:00", "02:00"), REST) == [30, 10, 10, 10, 10, 30]


def test_a_window_to_midnight_and_one_of_all_day() -> None:
    assert prices(grid("2026-01-05T22:00:00", 4), window(80.0, "23:00", "00:00"), REST) == [30, 80, 30, 30]
    assert prices(grid("2026-01-05T22:00:00", 2), window(80.0, "08:00", "08:00")) == [80, 80]


def test_half_hours_are_averaged_over_the_period() -> None:
    half = window(90.0, "16:30", "17:30")
    assert prices(grid("2026-01-05T16:00:00", 2), half, REST) == [60.0, 60.0]
    assert prices(grid("2026-01-05T16:00:00", 4, 30), half, REST) == [30.0, 90.0, 90.0, 30.0]
    # Five minutes of an hour: a twelfth.
    assert prices(grid("2026-01-05T16:00:00", 1), window(90.0, "16:55", "17:00"), REST) == pytest.approx([35.0])


def test_weekends_and_months() -> None:
    friday_night = grid("2026-01-30T22:00:00", 50)
    found = prices(friday_night, window(5.0, days=["weekend"], months=[1]), window(7.0, days=["weekend"]), REST)
    assert found == [30.0] * 2 + [5.0] * 24 + [7.0] * 24  # Saturday the 31st of January, Sunday the 1st of February


def test_the_day_is_that_of_the_moment_also_behind_midnight() -> None:
    sunday_night = grid("2026-01-04T22:00:00", 4)
    assert prices(sunday_night, window(5.0, "22:00", "06:00", days=["weekend"]), REST) == [5, 5, 30, 30]


@pytest.mark.parametrize(
    ("calendar", "day", "price"),
    [
        (None, "2026-07-03", 50.0),  # observed Independence Day, but no calendar is named
        ("US", "2026-07-03", 20.0),
        ("US", "2026-07-04", 20.0),  # a Saturday: a holiday only, no weekend
        ("US", "2026-07-05", 10.0),
        ("US", "2026-03-02", 50.0),
        ("US-TX", "2026-03-02", 20.0),  # Texas Independence Day
        ("DE-BY", "2026-01-06", 20.0),
        ("DE", "2026-01-06", 50.0),
    ],
)
def test_holidays_of_the_named_calendar_only(calendar: str | None, day: str, price: float) -> None:
    kinds = [window(p, days=[kind]) for p, kind in ((20.0, "holiday"), (10.0, "weekend"), (50.0, "weekday"))]
    assert prices(grid(f"{day}T12:00:00", 1), *kinds, holidays=calendar) == [price]


def test_the_clock_of_a_day_that_changes_it() -> None:
    night = window(10.0, "01:00", "03:00")
    # Back: one to two comes twice, so the window has three hours. Forward: two to three is not there.
    assert prices(grid("2026-11-01T00:00:00", 5), night, REST) == [30, 10, 10, 10, 30]
    assert prices(grid("2026-03-08T00:00:00", 4), night, REST) == [30, 10, 30, 30]


def test_a_moment_without_a_window_is_named() -> None:
    with pytest.raises(TouError, match=r"no window matches 2026-01-10T00:00:00-06:00 \(a weekend\)"):
        prices(grid("2026-01-09T23:00:00", 2), window(5.0, days=["weekday", "holiday"]))


def test_a_calendar_that_does_not_exist() -> None:
    for name in ("XX", "us", "US-ZZ", "US-", "__init__", "country_holidays", "registry"):
        if name == "US-":
            assert prices(grid("2026-01-09T23:00:00", 1), REST, holidays=name) == [30.0]
            continue
        with pytest.raises(TouError, match="no known holiday calendar"):
            prices(grid("2026-01-09T23:00:00", 1), REST, holidays=name)
