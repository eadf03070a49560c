"""Series on the grid, by numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from optimizer.scenario.horizon import Horizon, Time, horizon_of
from optimizer.scenario.series import FileSeries, How, Series, SeriesError, align

SERIES: TypeAdapter[Any] = TypeAdapter(Series)


def grid(periods: int, minutes: int = 60, start: str = "2026-01-01T00:00:00") -> Horizon:
    time = {"zone": "UTC", "start": start, "committed_periods": periods, "resolution_minutes": minutes}
    return horizon_of(Time.model_validate(time))


def timed(values: list[float | None], minutes: int, start: str = "2026-01-01T00:00:00Z") -> Any:
    return SERIES.validate_python({"start": start, "interval_minutes": minutes, "values": values})


def test_a_number_holds_everywhere() -> None:
    assert align(3.5, grid(3)).tolist() == [3.5, 3.5, 3.5]
    assert align(3, grid(2)).tolist() == [3.0, 3.0]


def test_a_list_is_one_value_per_period() -> None:
    assert align((1.0, 2.0), grid(2)).tolist() == [1.0, 2.0]
    with pytest.raises(SeriesError, match="a list of 2 values; the horizon has 3 periods of 60 minutes"):
        align((1.0, 2.0), grid(3))


@pytest.mark.parametrize(("how", "values"), [("mean", [2.5, 10.0]), ("min", [1.0, 8.0]), ("sum", [10.0, 40.0])])
def test_finer_data(how: How, values: list[float]) -> None:
    quarters = timed([4.0, 3.0, 2.0, 1.0, 8.0, 12.0, 9.0, 11.0], 15)
    assert align(quarters, grid(2), how).tolist() == values


@pytest.mark.parametrize(
    ("how", "values"),
    [("mean", [6.0, 6.0, 2.0, 2.0]), ("min", [6.0, 6.0, 2.0, 2.0]), ("sum", [3.0, 3.0, 1.0, 1.0])],
)
def test_coarser_data_is_held_and_a_probability_divided(how: How, values: list[float]) -> None:
    assert align(timed([6.0, 2.0], 60), grid(4, 30), how).tolist() == values


def test_a_day_long_value_over_five_minute_periods() -> None:
    assert set(align(timed([7.0], 1440), grid(288, 5)).tolist()) == {7.0}
    assert align(timed([7.0], 1440), grid(288, 5), "sum").sum() == pytest.approx(7.0, rel=1e-12)


@pytest.mark.parametrize(
    ("how", "values"),
    [
        # Periods of 30 minutes over intervals of 20: the middle interval is shared half and half.
        ("mean", [(3.0 * 20 + 6.0 * 10) / 30, (6.0 * 10 + 9.0 * 20) / 30]),
        ("min", [3.0, 6.0]),
        ("sum", [3.0 + 3.0, 3.0 + 9.0]),
    ],
)
def test_steps_that_do_not_divide(how: How, values: list[float]) -> None:
    assert align(timed([3.0, 6.0, 9.0], 20), grid(2, 30), how).tolist() == pytest.approx(values, rel=1e-12)


def test_data_that_begins_off_the_grid() -> None:
    # Hourly data from half past eleven, hourly periods from midnight.
    series = timed([10.0, 20.0, 30.0], 60, "2025-12-31T23:30:00Z")
    assert align(series, grid(2)).tolist() == pytest.approx([15.0, 25.0], rel=1e-12)
    assert align(series, grid(2), "min").tolist() == [10.0, 20.0]


def test_data_around_the_horizon_is_left_aside() -> None:
    series = timed([99.0, 1.0, 2.0, None], 60, "2025-12-31T23:00:00Z")
    assert align(series, grid(2)).tolist() == [1.0, 2.0]


def test_an_offset_is_an_offset() -> None:
    series = timed([1.0, 2.0], 60, "2025-12-31T18:00:00-06:00")
    assert align(series, grid(2)).tolist() == [1.0, 2.0]


def test_what_is_not_covered_is_named() -> None:
    with pytest.raises(SeriesError, match=r"no value at 2026-01-01T02:00:00\+00:00; it covers 2026-01-01T00:00:00"):
        align(timed([1.0, 2.0], 60), grid(3))
    with pytest.raises(SeriesError, match=r"no value at 2026-01-01T00:00:00\+00:00"):
        align(timed([1.0, 2.0], 60, "2026-01-01T00:30:00Z"), grid(1))
    with pytest.raises(SeriesError, match=r"no value at 2026-01-01T01:00:00\+00:00 \(gap or NaN\)"):
        align(timed([1.0, None, 3.0], 60), grid(3))
    with pytest.raises(SeriesError, match=r"no value at 2026-01-01T00:45:00\+00:00"):
        align(timed([1.0, 1.0, 1.0, None], 15), grid(1))


def test_a_span_beyond_the_clocks_is_an_error_of_the_series() -> None:
    endless = timed([1.0] * 3000, 527_040, "2190-01-01T00:00:00Z")
    with pytest.raises(SeriesError, match="it covers 2190-01-01T00:00:00"):
        align(endless, grid(1))


def test_a_file_has_to_be_read_first() -> None:
    with pytest.raises(SeriesError, match=r"p\.csv is not read yet; use optimizer\.load"):
        align(FileSeries(file="p.csv", column="x"), grid(1))


def test_totals_of_long_series_keep_their_digits() -> None:
    values: list[float | None] = [1e12 + i for i in range(10_000)]
    assert align(timed(values, 5), grid(10_000, 5)).tolist() == values
