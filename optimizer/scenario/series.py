"""Series: a number, a list, a file's column, or timed values; and how each comes onto the horizon's grid.

A timed series is piecewise constant: each value holds through its own interval. Onto a period it comes as

    mean:  (1/Δt) ∫ value dt     prices, temperatures, demand
    min:   the least value that touches the period     limits
    sum:   Σ value × (share of the interval inside the period)     quantities per interval

so that finer data is averaged, coarser data held constant, and nothing is interpolated.

A series may be given as it is known when deciding and as it came (`Versions`): a plan takes what is known in the
committed part and the forecast behind it; `as_it_came` makes the scenario that it is settled on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Discriminator, Field, Tag
from pydantic.types import Strict

from optimizer.errors import WattshiftError
from optimizer.scenario.base import Model, Moment, Number
from optimizer.scenario.horizon import Horizon

Floats = npt.NDArray[np.float64]
How = Literal["mean", "min", "sum"]


class FileSeries(Model):
    """A column of a CSV or Parquet file beside the scenario, read by `load`."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """Path below the scenario's own folder; `.csv` or `.parquet`."""
    column: Annotated[str, Field(min_length=1, max_length=200)]
    """The column with the values."""
    time_column: Annotated[str, Field(min_length=1, max_length=200)] = "interval_start"
    """The column with the starts of the intervals: ISO 8601 with an offset."""


class TimedSeries(Model):
    """Values of equal intervals that follow each other from a start."""

    start: Moment
    """Start of the first interval, with its offset."""
    interval_minutes: Annotated[int, Strict(), Field(ge=1, le=527_040)]
    """Length of each interval."""
    values: Annotated[tuple[Number | None, ...], Field(fail_fast=True, min_length=1, max_length=2_000_000)]
    """One value an interval; null where there is none (an error only where the horizon needs it)."""
    source: str = ""
    """Where the values came from, for messages."""


ListSeries = Annotated[tuple[Number, ...], Field(fail_fast=True, min_length=1, max_length=110_000)]


def series_form(value: Any) -> str | None:
    """Which form of a series a value is meant to be, so that only what is wrong with that form is said."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "series:number"
    if isinstance(value, list | tuple):
        return "series:list"
    if isinstance(value, FileSeries) or (isinstance(value, dict) and "file" in value):
        return "series:file"
    if isinstance(value, TimedSeries) or (isinstance(value, dict) and "values" in value):
        return "series:timed"
    if isinstance(value, Versions) or (isinstance(value, dict) and {"known", "actual"} & set(value)):
        return "series:versions"
    return None


_PLAIN = (
    "a finite number, a list with one number per period, { file = …, column = … }, or "
    "{ start = …, interval_minutes = …, values = […] }"
)
PlainSeries = Annotated[
    Annotated[Number, Tag("series:number")]
    | Annotated[ListSeries, Tag("series:list")]
    | Annotated[TimedSeries, Tag("series:timed")]
    | Annotated[FileSeries, Tag("series:file")],
    Discriminator(series_form, custom_error_type="series", custom_error_message=_PLAIN),
]


class Versions(Model):
    """One series as it is known when deciding, and as it came."""

    known: PlainSeries
    """As it is known when the plan is made, e.g. day-ahead prices: plans are made with it."""
    actual: PlainSeries
    """As it came, e.g. real-time prices: plans are settled on it."""
    forecast: PlainSeries | None = None
    """As it is expected behind the committed part, where that is known less well; default: `known`."""


Series = Annotated[
    Annotated[Number, Tag("series:number")]
    | Annotated[ListSeries, Tag("series:list")]
    | Annotated[TimedSeries, Tag("series:timed")]
    | Annotated[FileSeries, Tag("series:file")]
    | Annotated[Versions, Tag("series:versions")],
    Discriminator(
        series_form,
        custom_error_type="series",
        custom_error_message=f"{_PLAIN}; or {{ known = …, actual = … }} of these",
    ),
]
"""A number, one value per period of the horizon, timed values, a column of a file, or two versions of these."""


class SeriesError(WattshiftError, ValueError):
    """The series does not give one finite value for every period."""


def align(series: Series, horizon: Horizon, how: How = "mean") -> Floats:
    """The series on the horizon's periods, shape (periods,). Raises SeriesError with the first bad time."""
    if isinstance(series, Versions):
        if series.forecast is None:
            return align(series.known, horizon, how)
        seam, end = horizon.committed, horizon.periods
        parts = _part(series.known, horizon, 0, seam, how), _part(series.forecast, horizon, seam, end, how)
        return np.concatenate(parts)
    if isinstance(series, float | int):
        return np.full(horizon.periods, float(series))
    if isinstance(series, tuple):
        if len(series) != horizon.periods:
            raise SeriesError(
                f"a list of {len(series)} values; the horizon has {horizon.periods} periods "
                f"of {horizon.step_minutes} minutes"
            )
        return np.asarray(series, dtype=float)
    if isinstance(series, FileSeries):
        raise SeriesError(f"the file {series.file} is not read yet; use optimizer.load(), or give the values")
    return _onto_grid(series, horizon, how)


def _part(series: PlainSeries, horizon: Horizon, first: int, end: int, how: How) -> Floats:
    """The series on some of the periods, which is all that it has to cover (a list has a value for each)."""
    if first == end:
        return np.zeros(0)
    if isinstance(series, tuple):
        return align(series, horizon, how)[first:end]
    return align(series, horizon.part(first, end), how)


def _covered(series: TimedSeries, horizon: Horizon) -> str:
    start = series.start.astimezone(horizon.zone)
    try:
        end = (series.start + timedelta(minutes=series.interval_minutes * len(series.values))).astimezone(horizon.zone)
    except OverflowError:
        return f"from {start.isoformat()} on"
    return f"{start.isoformat()} to {end.isoformat()}"


def _onto_grid(series: TimedSeries, horizon: Horizon, how: How) -> Floats:
    label = series.source or "timed series"
    step = float(series.interval_minutes)
    values = np.array([np.nan if v is None else v for v in series.values], dtype=float)
    begin = (horizon.start_minutes - series.start.astimezone(UTC).timestamp() / 60.0) / step
    end = begin + horizon.step_minutes / step
    first = np.floor(begin + 1e-9).astype(np.int64)
    last = np.ceil(end - 1e-9).astype(np.int64) - 1
    if first[0] < 0 or last[-1] >= len(values):
        bad = 0 if first[0] < 0 else int(np.argmax(last >= len(values)))
        raise SeriesError(f"{label}: no value at {horizon.label(bad)}; it covers {_covered(series, horizon)}")
    missing = np.flatnonzero(np.isnan(values[first[0] : last[-1] + 1]))
    if len(missing):
        when = series.start + timedelta(minutes=series.interval_minutes * int(first[0] + missing[0]))
        raise SeriesError(f"{label}: no value at {_iso(when, horizon)} (gap or NaN)")
    if how == "min":
        # First to last touching interval of each period; the count differs by one at most.
        width = int((last - first).max()) + 1
        touching = np.minimum(first[:, None] + np.arange(width), last[:, None])
        return np.asarray(values[touching].min(axis=1), dtype=float)
    filled = np.nan_to_num(values)
    integral = np.concatenate([[0.0], np.cumsum(filled)])
    # Aligned periods take whole intervals: keep their sums free of the running total's rounding.
    width_whole = round(horizon.step_minutes / step)
    aligned = abs(begin[0] - round(begin[0])) < 1e-9
    if aligned and width_whole >= 1 and abs(width_whole * step - horizon.step_minutes) < 1e-9:
        total = filled[first[:, None] + np.arange(width_whole)].sum(axis=1)
    elif np.all(first == last):
        held = filled[first]
        return np.asarray(held * (horizon.step_minutes / step) if how == "sum" else held, dtype=float)
    else:
        position = np.arange(len(integral), dtype=float)
        total = np.interp(end, position, integral) - np.interp(begin, position, integral)
    return np.asarray(total if how == "sum" else total * step / horizon.step_minutes, dtype=float)


def _iso(when: datetime, horizon: Horizon) -> str:
    return when.astimezone(horizon.zone).isoformat()


def moved(values: Floats, period: int, by: float) -> tuple[float, ...] | None:
    """Values (periods,) with one period's moved; None where it would fall below 0."""
    changed = values.copy()
    changed[period] += by
    return None if changed[period] < 0 else tuple(changed.tolist())
