"""A load cut so finely that every step lies wholly in or out of every window and metering block.

The load is constant through its own interval, so that a cut changes no energy and no average.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from math import gcd

import numpy as np

from optimizer.scenario.clock import ClockWindow
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import Tariff
from optimizer.tariff.clock import DAY, Ints, LocalClock, local_clock, month_label, utc_offsets
from optimizer.tariff.load import MeteredLoad


@dataclass(frozen=True, eq=False)
class Grid:
    """Steps of a load on the local clock.

    `start_minutes`: (steps,) UTC minutes since 1970. `import_kw`, `export_kw`: (steps,) not negative [kW].
    `month`: (steps,) index into the months that the load touches, of which `first_month` is the first (months
    since the year 0) and `months` the number.
    """

    step_minutes: int
    start_minutes: Ints
    clock: LocalClock
    import_kw: Floats
    export_kw: Floats

    @property
    def hours(self) -> float:
        return self.step_minutes / 60.0

    @cached_property
    def first_month(self) -> int:
        return int(self.clock.month.min())

    @cached_property
    def months(self) -> int:
        return int(self.clock.month.max()) - self.first_month + 1

    @cached_property
    def month(self) -> Ints:
        return self.clock.month - self.first_month

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """`2024-03` of each month."""
        return tuple(month_label(self.first_month + at) for at in range(self.months))

    @cached_property
    def month_of_year(self) -> tuple[int, ...]:
        """1 to 12 of each month."""
        return tuple((self.first_month + at) % 12 + 1 for at in range(self.months))

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days of each calendar month, whether the load covers them or not."""
        return tuple(
            monthrange((self.first_month + at) // 12, (self.first_month + at) % 12 + 1)[1] for at in range(self.months)
        )

    def partly_covered(self) -> list[int]:
        """Months of which the load covers a part only: the first and the last at most."""
        minutes = self.clock.minutes
        first = int(minutes[0]) % DAY != 0 or _day_of_month(int(minutes[0])) != 1
        end = int(minutes[-1]) + self.step_minutes
        last = end % DAY != 0 or _day_of_month(end) != 1
        return sorted(({0} if first else set()) | ({self.months - 1} if last else set()))


def _day_of_month(local_minutes: int) -> int:
    date = np.int64(local_minutes // DAY).astype("datetime64[D]")
    return int((date - date.astype("datetime64[M]")).astype(np.int64)) + 1


def grid_of(load: MeteredLoad, zone: tzinfo | None, tariff: Tariff) -> Grid:
    """The load on the coarsest grid that divides its interval, the tariff's windows and its metering blocks.

    Without a zone the clock is the one that the load was written by.
    """
    step = load.interval_minutes
    first, count = int(load.start_minutes[0]), len(load.load_kw)
    known = np.unique(load.offset_minutes if zone is None else utc_offsets(load.start_minutes, zone))
    fine = gcd(step, first + int(known[0]), *np.diff(known).tolist(), *_marks(tariff))
    start_minutes = first + fine * np.arange(count * (step // fine), dtype=np.int64)
    load_kw = np.repeat(load.load_kw, step // fine)
    offset = np.repeat(load.offset_minutes, step // fine) if zone is None else utc_offsets(start_minutes, zone)
    return Grid(
        step_minutes=fine,
        start_minutes=start_minutes,
        clock=local_clock(start_minutes, offset, tariff.holidays),
        import_kw=np.maximum(load_kw, 0.0),
        export_kw=np.maximum(-load_kw, 0.0),
    )


def _marks(tariff: Tariff) -> set[int]:
    """Minutes of the day and lengths that the grid's step must divide."""
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
