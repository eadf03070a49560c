"""Periods are equal steps of UTC; days, months and clocks are those of the zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from optimizer.scenario.horizon import Horizon, Time, TimeError, horizon_of, localize, stamp

CHICAGO = "America/Chicago"


def horizon(start: str, zone: str = CHICAGO, **fields: object) -> Horizon:
    return horizon_of(Time.model_validate({"zone": zone, "start": start} | fields))


@pytest.mark.parametrize(
    ("day", "minutes", "periods"),
    [
        ("2026-03-08", 60, 23),
        ("2026-03-08", 30, 46),
        ("2026-03-08", 5, 276),
        ("2026-11-01", 60, 25),
        ("2026-11-01", 15, 100),
        ("2026-11-02", 60, 24),
    ],
)
def test_local_days_have_the_hours_that_they_have(day: str, minutes: int, periods: int) -> None:
    grid = horizon(f"{day}T00:00:00", committed_days=1, resolution_minutes=minutes)
    assert grid.periods == grid.committed == periods
    assert grid.hours == minutes / 60
    assert (grid.end.hour, grid.end.minute) == (0, 0)
    assert set(grid.day.tolist()) == {0}


def test_the_hour_that_comes_twice() -> None:
    grid = horizon("2026-11-01T00:00:00", committed_days=1)
    assert [s.isoformat()[11:] for s in grid.stamps[:4]] == [
        "00:00:00-05:00",
        "01:00:00-05:00",
        "01:00:00-06:00",
        "02:00:00-06:00",
    ]
    assert grid.starts[1].fold == 0 and grid.starts[2].fold == 1
    assert len(set(grid.stamps)) == 25  # as moments they differ, though the clock says the same


def test_the_hour_that_is_skipped() -> None:
    grid = horizon("2026-03-08T00:00:00", committed_days=1)
    assert [s.hour for s in grid.starts[:4]] == [0, 1, 3, 4]


def test_periods_are_equal_steps_of_real_time() -> None:
    grid = horizon("2026-10-31T12:00:00", committed_days=2, resolution_minutes=30)
    gaps = {b.timestamp() - a.timestamp() for a, b in zip(grid.starts, grid.starts[1:], strict=False)}
    assert gaps == {1800.0}
    assert grid.at(0) == grid.starts[0] and grid.at(grid.periods) == grid.end
    assert grid.end.astimezone(ZoneInfo(CHICAGO)).isoformat() == "2026-11-02T12:00:00-06:00"


def test_a_look_ahead_behind_the_committed_part() -> None:
    grid = horizon("2026-10-31T00:00:00", committed_days=1, look_ahead_days=1)
    assert (grid.committed, grid.periods) == (24, 24 + 25)
    grid = horizon("2026-10-31T00:00:00", committed_periods=10, look_ahead_periods=3)
    assert (grid.committed, grid.periods) == (10, 13)
    grid = horizon("2026-10-31T00:00:00", committed_periods=10, look_ahead_periods=0)
    assert (grid.committed, grid.periods) == (10, 10)


def test_days_and_months_are_counted_from_the_first() -> None:
    grid = horizon("2026-01-31T22:00:00", committed_periods=28)
    assert grid.day.tolist() == [0] * 2 + [1] * 24 + [2] * 2
    assert grid.month.tolist() == [0] * 2 + [1] * 26
    assert horizon("2025-12-31T23:00:00", committed_periods=2).month.tolist() == [0, 1]


def test_the_month_is_the_local_one() -> None:
    # Midnight in Chicago is six hours later in UTC.
    grid = horizon("2026-02-01T05:00:00+00:00", committed_periods=2)
    assert [s.isoformat() for s in grid.stamps] == ["2026-01-31T23:00:00-06:00", "2026-02-01T00:00:00-06:00"]
    assert grid.month.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("hours", "minutes", "periods"),
    [(0, 60, 0), (1, 60, 1), (0.5, 60, 1), (1.01, 60, 2), (0.75, 15, 3), (0.7, 15, 3), (0.1, 5, 2), (1 / 3, 5, 4)],
)
def test_durations_are_rounded_up_to_whole_periods(hours: float, minutes: int, periods: int) -> None:
    grid = horizon("2026-01-01T00:00:00", committed_periods=1, resolution_minutes=minutes)
    assert grid.whole_periods(hours) == periods


def test_hours_until_a_moment() -> None:
    grid = horizon("2026-01-01T00:00:00", committed_periods=3, resolution_minutes=30)
    when = localize(datetime(2026, 1, 1, 0, 45), grid.zone)
    assert grid.hours_until(when).tolist() == [0.75, 0.25, -0.25]


def test_local_times_without_offset_are_the_first_of_two() -> None:
    zone = ZoneInfo(CHICAGO)
    assert localize(datetime(2026, 11, 1, 1, 30), zone).astimezone(UTC).hour == 6
    exact = datetime.fromisoformat("2026-11-01T01:30:00-06:00")
    assert localize(exact, zone).astimezone(UTC).hour == 7


def test_a_time_that_the_clocks_skip_is_none() -> None:
    with pytest.raises(TimeError, match="does not exist in America/Chicago"):
        localize(datetime(2026, 3, 8, 2, 30), ZoneInfo(CHICAGO))


def test_half_hour_zones() -> None:
    grid = horizon("2026-04-05T00:00:00", "Australia/Lord_Howe", committed_days=1, resolution_minutes=30)
    assert grid.periods == 49  # the clocks go back by half an hour
    with pytest.raises(TimeError, match="no whole number of 60-minute periods"):
        horizon("2026-04-05T00:00:00", "Australia/Lord_Howe", committed_days=1)
    assert horizon("2026-01-01T00:00:00", "Asia/Kathmandu", committed_days=1).periods == 24


def test_a_span_that_ends_on_a_clock_time_that_is_skipped_names_its_field() -> None:
    # In Santiago the clocks go from midnight to one: half past midnight is not there on the 6th.
    with pytest.raises(TimeError) as caught:
        horizon("2026-09-05T00:30:00", "America/Santiago", committed_days=1, resolution_minutes=30)
    assert caught.value.field == "committed_days"
    assert horizon("2026-09-05T00:00:00", "America/Santiago", committed_days=1).periods == 24


def test_stamps_carry_plain_offsets() -> None:
    when = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo(CHICAGO))
    assert stamp(when).isoformat() == "2026-07-01T12:00:00-05:00"
    assert stamp(when).utcoffset() == timedelta(hours=-5)
    naive = datetime(2026, 7, 1, 12)
    assert stamp(naive) is naive
