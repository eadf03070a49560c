"""What every part of the audit has at hand: the scenario, the schedule's rows, the notebook, the own ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np

from optimizer.auditor.book import Book, Floats
from optimizer.auditor.clockwork import Clock
from optimizer.auditor.ledger import Ledger
from optimizer.auditor.rows import Periods, Rows
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from optimizer.schedule import Schedule


@dataclass(frozen=True)
class Expected:
    """What a field of a contract's report or state must be. `or_none`: null says the same."""

    value: Any
    unit: str = ""
    tolerance: float = 0.0
    """Absolute, for numbers."""
    or_none: bool = False


Fields = dict[str, Expected]


@dataclass
class Records:
    """Expected records that are told apart by their start."""

    entries: list[tuple[datetime, Fields, bool]] = field(default_factory=list)
    """Start, fields, and whether the record must be there (else it may)."""

    def add(self, start: datetime, fields: Fields, needed: bool) -> None:
        """Expect one more record."""
        self.entries.append((start, fields, needed))


@dataclass
class Case:
    """One audit under way."""

    scenario: Scenario
    schedule: Schedule
    horizon: Horizon
    book: Book
    periods: Periods
    rows: Rows
    ledger: Ledger
    reports: list[Fields] = field(default_factory=list)
    """Rows that `schedule.contracts` must have, each with its `name` and `billing_start`."""

    @property
    def length(self) -> int:
        """Periods of the horizon."""
        return self.horizon.periods

    @property
    def hours(self) -> float:
        """Hours of a period."""
        return self.horizon.hours

    @property
    def committed(self) -> int:
        """Periods of the committed part."""
        return self.horizon.committed

    @cached_property
    def ambient(self) -> Floats | None:
        """Mean ambient temperature [°C], (periods,); None where none is given."""
        series = self.scenario.site.ambient_c
        return None if series is None else align(series, self.horizon)

    @cached_property
    def clock(self) -> Clock:
        """The local clock of the months that the horizon touches."""
        return Clock(self.horizon)

    @cached_property
    def local_days(self) -> list[int]:
        """Ordinal of the local calendar day in which each period starts."""
        return [start.date().toordinal() for start in self.horizon.starts]

    def ages(self, hours: float) -> int:
        """An age in whole periods, rounded down."""
        return int(np.floor(hours / self.hours + 1e-9))
