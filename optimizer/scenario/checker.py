"""Collects faults while a scenario is checked: what its parts hand their findings to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from optimizer.scenario.faults import Fault
from optimizer.scenario.horizon import Horizon, TimeError, localize
from optimizer.scenario.series import Floats, How, PlainSeries, Series, SeriesError, Versions, align


class Checker:
    """The horizon of the scenario under check (None where its time is at fault) and the faults so far."""

    def __init__(self) -> None:
        self.horizon: Horizon | None = None
        self.faults: list[Fault] = []

    def add(self, place: str, found: str, allowed: str) -> None:
        self.faults.append(Fault(place, found, allowed))

    def series(
        self,
        place: str,
        series: Series,
        low: float = -np.inf,
        high: float = np.inf,
        how: How = "mean",
        *,
        above: bool = False,
    ) -> Floats | None:
        """The series on the horizon, or None with a fault: it does not cover it, or leaves [low, high].
        With `above`, low itself is out too."""
        if self.horizon is None:
            return None
        values = self._values(place, series, self.horizon, low, high, how, above=above)
        if isinstance(series, Versions):
            came, actual = self.horizon.part(0, self.horizon.committed), _actual(series, self.horizon)
            if self._values(f"{place}.actual", actual, came, low, high, how, above=above) is None:
                return None
        return values

    def _values(
        self, place: str, series: Series, horizon: Horizon, low: float, high: float, how: How, *, above: bool
    ) -> Floats | None:
        try:
            values = align(series, horizon, how)
        except SeriesError as error:
            self.add(place, str(error), "one finite value for every period")
            return None
        bad = np.flatnonzero((values <= low if above else values < low) | (values > high))
        if len(bad):
            when = horizon.label(int(bad[0]))
            relation = "more than" if above else "at least"
            allowed = f"{relation} {low:g}" + (f" and at most {high:g}" if np.isfinite(high) else "")
            self.add(place, f"{values[bad[0]]:g} at {when}", allowed)
            return None
        return values

    def ramp_words(self, ramp_mw_per_hour: float) -> str:
        """What a ramp allows in a period, for the text of a fault."""
        minutes = 60 if self.horizon is None else self.horizon.step_minutes
        return f"ramp × Δt is {ramp_mw_per_hour * minutes / 60:g} MW in {minutes} minutes"

    def local(self, place: str, when: datetime) -> datetime | None:
        """The moment with its offset, or None with a fault."""
        if self.horizon is None:
            return None
        try:
            return localize(when, self.horizon.zone)
        except (TimeError, OverflowError, ValueError, OSError) as error:
            self.add(place, str(error), "a time that the zone's clocks show")
            return None

    def unique(self, places: Iterable[tuple[str, str]], what: str) -> None:
        """A fault for each (place, name) whose name stood before."""
        seen: dict[str, str] = {}
        for place, name in places:
            if name in seen:
                self.add(place, f"{name!r} is the name of {seen[name]} too", f"a {what} of its own")
            else:
                seen[name] = place.removesuffix(".name")

    def known(self, place: str, name: str, names: Iterable[str], what: str) -> bool:
        """Whether a name refers to something; else a fault."""
        names = list(names)
        if name in names:
            return True
        self.add(place, f"no {what} is named {name!r}", f"one of: {', '.join(names)}" if names else "none there")
        return False


def _actual(series: Versions, horizon: Horizon) -> PlainSeries:
    """What came, in the committed part."""
    came = series.actual
    return came[: horizon.committed] if isinstance(came, tuple) and len(came) == horizon.periods else came
