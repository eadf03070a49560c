"""Some of a scenario's periods as a scenario of its own: the past of a day under way, its rest, one day of a year.

Lists with one value per period are cut, timed values too (what is left reaches to the end of the last period's month
where expected peaks are to be found). What a billing period's rest is depends on where the horizon ends: what is
committed behind the part counts as committed and delivered after it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from optimizer.scenario.each_series import map_series
from optimizer.scenario.horizon import stamp
from optimizer.scenario.local_days import next_month_start
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import PlainSeries, TimedSeries
from optimizer.scenario.state import State


def part(
    scenario: Scenario,
    first: int,
    end: int,
    *,
    committed: int | None = None,
    state: State | None = None,
    rest_from: int | None = None,
) -> Scenario:
    """The periods from `first` on, before `end`, as a scenario.

    `committed`: how many of them are; default: those that are in the whole. `state`: at `first`; default: the
    scenario's own at the start, nothing before elsewhere. `rest_from`: the period at which the rest of billing
    periods begins that the scenario states; default: the end of its horizon.
    """
    horizon = scenario.horizon
    here = horizon.part(first, end)
    count = here.committed if committed is None else committed
    until = next_month_start(here.at(here.periods - 1), here.zone) if scenario.supply.find_expected_peaks else here.end
    window = here.starts[0].timestamp() / 60.0, until.timestamp() / 60.0

    def cut(_place: str, series: PlainSeries) -> PlainSeries:
        if isinstance(series, TimedSeries):
            return _within(series, *window)
        return series[first:end] if isinstance(series, tuple) and len(series) == horizon.periods else series

    time = scenario.time.model_copy(
        update={
            "start": stamp(horizon.at(first)),
            "committed_days": None,
            "committed_periods": count,
            "look_ahead_days": None,
            "look_ahead_periods": len(here.start_minutes) - count or None,
        }
    )
    told = horizon.periods if rest_from is None else rest_from
    contracts = tuple(contract.in_part(horizon, first, end, told) for contract in scenario.contracts)
    own = scenario.state if first == 0 else State()
    changes: dict[str, Any] = {"time": time, "contracts": contracts, "state": own if state is None else state}
    if scenario.bitcoin is not None and scenario.bitcoin.block_height is not None:
        height = scenario.bitcoin.block_height + first * horizon.hours * 6.0
        changes["bitcoin"] = scenario.bitcoin.model_copy(update={"block_height": height})
    return map_series(scenario.model_copy(update=changes), cut)


def _within(series: TimedSeries, start: float, end: float) -> TimedSeries:
    """The intervals that touch a span of UTC minutes; all of them where none does."""
    begin, step = series.start.timestamp() / 60.0, series.interval_minutes
    low = max(0, int(np.floor((start - begin) / step + 1e-9)))
    high = min(len(series.values), int(np.ceil((end - begin) / step - 1e-9)))
    if low >= high or (low == 0 and high == len(series.values)):
        return series
    moved = series.start + timedelta(minutes=low * step)
    return series.model_copy(update={"start": moved, "values": series.values[low:high]})
