"""The days of a roll: where each begins and ends, how far each looks ahead, and its scenario."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from optimizer.changes.part import part
from optimizer.operating.roll.emissions import least_tonnes
from optimizer.operating.settle import actual
from optimizer.scenario.each_series import map_series
from optimizer.scenario.faults import Fault, ScenarioError
from optimizer.scenario.horizon import Time, TimeError, horizon_of
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import PlainSeries
from optimizer.scenario.state import State
from solvers.problem import Floats

MOST_DAYS = 400
_NO_LENGTH: dict[str, Any] = {
    "committed_days": None,
    "committed_periods": None,
    "look_ahead_days": None,
    "look_ahead_periods": None,
}


@dataclass(frozen=True, eq=False)
class Days:
    """A scenario over all days, and where they lie in it."""

    whole: Scenario
    """All days are committed; behind them lies the last day's look-ahead."""
    seams: tuple[int, ...]
    """First period of each day, and the end of the last."""
    ends: tuple[int, ...]
    """End of each day's look-ahead."""

    @property
    def count(self) -> int:
        return len(self.ends)

    @property
    def names(self) -> tuple[str, ...]:
        """Local date on which each day begins."""
        return tuple(self.whole.horizon.at(seam).date().isoformat() for seam in self.seams[:-1])

    def planned(self, day: int, state: State) -> Scenario:
        """What a day is planned on."""
        first, after = self.seams[day], self.seams[day + 1]
        last, end = self.seams[-1], self.ends[day]
        planned = part(self.whole, first, end, committed=after - first, state=state, rest_from=last)
        return _with_cap(planned, float(self._least_tonnes[end:last].sum()))

    @cached_property
    def _least_tonnes(self) -> Floats:
        return least_tonnes(self.whole)

    def published(self, day: int, state: State) -> Scenario:
        """The same without its look-ahead: what it is settled on follows from it."""
        first, after = self.seams[day], self.seams[day + 1]
        return part(self.whole, first, after, state=state, rest_from=self.seams[-1])

    def joined(self) -> Scenario:
        """All days as one scenario, as it came."""
        last = self.seams[-1]
        return actual(part(self.whole, 0, last, rest_from=last))


def _with_cap(scenario: Scenario, later_tonnes: float) -> Scenario:
    """The scenario whose cap on emissions leaves what later days cannot do without."""
    carbon = scenario.supply.carbon
    if carbon is None or carbon.cap_tonnes is None or not later_tonnes:
        return scenario
    left = carbon.model_copy(update={"cap_tonnes": max(0.0, carbon.cap_tonnes - later_tonnes)})
    return scenario.model_copy(update={"supply": scenario.supply.model_copy(update={"carbon": left})})


def days_of(scenario: Scenario, count: int, look_ahead_hours: float | None = None) -> Days:
    """The days from the scenario's start on. `look_ahead_hours`: default is the scenario's own look-ahead.

    Raises ScenarioError where a series does not reach over all days, as known and as it came, or is a list that fits
    one horizon only.
    """
    if not 1 <= count <= MOST_DAYS:
        raise ScenarioError([Fault("--days", str(count), f"1 to {MOST_DAYS} local days")], scenario.name)
    _refuse_lists(scenario)
    try:
        seams, ends = _seams(scenario, count, look_ahead_hours)
        time = scenario.time.model_copy(
            update=_NO_LENGTH | {"committed_periods": seams[-1], "look_ahead_periods": ends[-1] - seams[-1] or None}
        )
        days = Days(scenario.model_copy(update={"time": time}), seams, ends)
        _check(days, scenario.name)
    except TimeError as error:
        raise ScenarioError([Fault(f"time.{error.field}", str(error), "")], scenario.name) from None
    return days


def _seams(scenario: Scenario, count: int, look_ahead_hours: float | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    time = scenario.time
    ahead = (time.look_ahead_days or 0) if look_ahead_hours is None else 0
    starts = (0, *(horizon_of(_of_days(time, n)).periods for n in range(1, count + ahead + 1)))
    if look_ahead_hours is not None:
        periods = scenario.horizon.whole_periods(look_ahead_hours)
    else:
        periods = time.look_ahead_periods or 0
    seams = starts[: count + 1]
    ends = starts[ahead + 1 :] if ahead else tuple(seam + periods for seam in seams[1:])
    return seams, ends


def _of_days(time: Time, count: int) -> Time:
    return time.model_copy(update=_NO_LENGTH | {"committed_days": count})


def _refuse_lists(scenario: Scenario) -> None:
    faults: list[Fault] = []

    def look(place: str, series: PlainSeries) -> PlainSeries:
        if isinstance(series, tuple):
            found = f"a list of {len(series)} values, one per period, fits one horizon only"
            faults.append(Fault(place, found, "a number, a file's column or timed values, which reach over all days"))
        return series

    map_series(scenario, look)
    if faults:
        raise ScenarioError(faults, scenario.name)


def _check(days: Days, name: str) -> None:
    """Raise ScenarioError where any of the days would find a series wanting."""
    faults = days.whole.unchecked_faults()
    came = days.joined()
    faults += [fault for fault in came.unchecked_faults() if fault not in faults]
    if not faults and days.ends[-1] > days.seams[-1]:
        # Behind the first day's end all of it is look-ahead, where forecasts count.
        expected = part(days.whole, days.seams[1] - 1, days.ends[-1], committed=1)
        faults += expected.unchecked_faults()
    if faults:
        raise ScenarioError(faults, f"{name} over {days.count} days")
