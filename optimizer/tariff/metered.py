"""A metered load cut so finely that every interval lies wholly in or out of every window and metering block.

The load is constant through its own interval, so that a cut changes no energy and no average.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from math import gcd

import numpy as np

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import Tariff
from optimizer.tariff.clock import DAY, Ints, local_clock, utc_offsets
from optimizer.tariff.load import MeteredLoad
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.steps import AROUND_MINUTES, LoadSteps


@dataclass(frozen=True, eq=False)
class Cut:
    """A metered load in fine intervals: `import_kw`, `export_kw`, (intervals,), not negative."""

    steps: LoadSteps
    import_kw: Floats
    export_kw: Floats

    def partly_covered(self, months: Months) -> list[int]:
        """Months of which the load covers a part only: the first and the last at most."""
        minutes = self.steps.at_start(self.steps.clock.minutes)
        first = int(minutes[0]) % DAY != 0 or _day_of_month(int(minutes[0])) != 1
        end = int(minutes[-1]) + self.steps.minutes
        last = end % DAY != 0 or _day_of_month(end) != 1
        return sorted(({0} if first else set()) | ({months.count - 1} if last else set()))


def _day_of_month(local_minutes: int) -> int:
    date = np.int64(local_minutes // DAY).astype("datetime64[D]")
    return int((date - date.astype("datetime64[M]")).astype(np.int64)) + 1


def cut(load: MeteredLoad, zone: tzinfo | None, tariff: Tariff) -> Cut:
    """The load in the longest intervals that divide its own, the tariff's windows and its metering blocks.

    Without a zone the clock is the one that the load was written by.
    """
    step = load.interval_minutes
    first, count = int(load.start_minutes[0]), len(load.load_kw)
    known = np.unique(load.offset_minutes if zone is None else utc_offsets(load.start_minutes, zone))
    fine = gcd(step, first + int(known[0]), *np.diff(known).tolist(), *_marks(tariff))
    parts, around = step // fine, AROUND_MINUTES // fine
    intervals = count * parts
    utc_minutes = _with_around(first + fine * np.arange(intervals, dtype=np.int64), around, fine)
    if zone is None:
        offset = np.pad(np.repeat(load.offset_minutes, parts), around, mode="edge")
    else:
        offset = utc_offsets(utc_minutes, zone)
    interval = np.full(len(utc_minutes), -1, dtype=np.int64)
    interval[around:-around] = np.arange(intervals)
    steps = LoadSteps(
        minutes=fine,
        intervals=intervals,
        unit_kw=1.0,
        step_minutes=fine,
        utc_minutes=utc_minutes,
        clock=local_clock(utc_minutes, offset, tariff.holidays),
        interval=interval,
    )
    load_kw = np.repeat(load.load_kw, parts)
    return Cut(steps, np.maximum(load_kw, 0.0), np.maximum(-load_kw, 0.0))


def _with_around(values: Ints, around: int, step: int) -> Ints:
    """Rising moments of steps, with as many steps more before and behind."""
    before, behind = values[0] - step * np.arange(around, 0, -1), values[-1] + step * np.arange(1, around + 1)
    return np.concatenate([before, values, behind])


def _marks(tariff: Tariff) -> set[int]:
    """Minutes of the day and lengths that the intervals must divide."""
    found: set[int] = {60}
    found |= {charge.metering_minutes for charge in tariff.demand if charge.metering_minutes is not None}
    for window in _windows(tariff):
        found |= {clock.hour * 60 + clock.minute for clock in (window.start, window.end)}
    return found


def _windows(tariff: Tariff) -> Iterator[ClockWindow]:
    for period in tariff.energy:
        yield from period.windows
    for charge in tariff.demand:
        yield from charge.windows
        if charge.ratchet is not None:
            yield from charge.ratchet.windows
    for coincident in tariff.coincident:
        yield from coincident.windows
