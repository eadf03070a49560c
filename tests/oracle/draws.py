"""What a small random scenario is drawn with: its dice, its grid, and moments on it."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Fields = dict[str, Any]
STARTS = (
    # zone, local start, what is about it
    ("America/Chicago", "2025-07-03T22:00:00"),  # a holiday begins inside
    ("America/Chicago", "2025-07-04T06:00:00"),  # a holiday
    ("America/Chicago", "2025-03-09T00:00:00"),  # the clock skips an hour
    ("America/Chicago", "2025-11-02T00:00:00"),  # the clock repeats an hour
    ("America/Chicago", "2025-01-31T22:00:00"),  # a month begins inside
    ("Europe/Berlin", "2025-05-31T22:30:00"),
    ("Europe/Berlin", "2025-02-17T07:00:00"),
    ("Europe/Berlin", "2025-06-13T22:00:00"),  # Friday to Saturday
    ("UTC", "2025-02-14T12:00:00"),
    ("UTC", "2025-04-30T23:00:00"),
)


class Draws:
    """The dice of one seed, and what all parts of its scenario share."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(7919 * seed + 13)
        self.fractions = seed % 4 == 3
        self.step = self.rng.choice((60, 60, 30, 15))
        self.periods = 4 if self.fractions else self.rng.choice((4, 4, 5, 6))
        self.zone, start = self.rng.choice(STARTS)
        self.start = datetime.fromisoformat(start)
        self.hours = self.step / 60.0
        self.halls: list[Fields] = []
        self.top: dict[str, float] = {}
        """MW that the items of a hall could draw together."""
        self.state: Fields = {}
        self.several_pools = self.periods <= 5 and self.chance(0.25 if self.fractions else 0.42)
        self.nodes = 0

    # --- draws

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def series(self, low: float, high: float, grid: float) -> list[float]:
        """One value per period, on a grid."""
        return [round(self.rng.randint(round(low / grid), round(high / grid)) * grid, 6) for _ in range(self.periods)]

    def duration(self, most: int) -> float:
        """Hours of one to `most` periods, sometimes not whole."""
        return max(0.25, self.rng.randint(1, most) - (0.5 if self.chance(0.2) else 0.0)) * self.hours

    def when(self, period: float) -> str:
        """Local time of a point of the horizon, with its offset."""
        first = self.start.replace(tzinfo=ZoneInfo(self.zone)).timestamp()
        moment = datetime.fromtimestamp(first + period * self.hours * 3600.0, ZoneInfo(self.zone))
        return moment.isoformat()
