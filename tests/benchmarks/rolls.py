"""How long a roll takes beside its bare solves."""

from __future__ import annotations

import tempfile
import time

from optimizer.operating.roll import roll
from tests.real_days.year import facility

LOOK_AHEAD_HOURS = 12.0


def roll_seconds(days: int) -> tuple[float, float]:
    """Seconds of a roll of 2024, from the first check to the last file, and of its solves: plans, settlements and
    expected peaks."""
    scenario = facility("2024-01-01")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        rolled = roll(scenario, days, look_ahead_hours=LOOK_AHEAD_HOURS, folder=folder)
        whole = time.perf_counter() - begun
    return whole, sum(day.solve_seconds for day in rolled.days)
