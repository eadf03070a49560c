"""Rolling: a longer series planned day by day, each day settled, its state handed to the next.

    from optimizer.operating.roll import roll
    rolled = roll(scenario, 365, folder="year")
    rolled.schedule, rolled.findings, rolled.days

One file a step: the days and their scenarios (`days`), one day (`day`), what is kept on disk (`journal`), the days
joined into one schedule (`joined`), and the loop (`loop`). Names are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.operating.roll.day import DayRecord, RollStopped
    from optimizer.operating.roll.errors import JournalError
    from optimizer.operating.roll.joined import Rolled
    from optimizer.operating.roll.loop import Interrupted, roll

_WHERE = {
    "DayRecord": "day",
    "Interrupted": "loop",
    "JournalError": "errors",
    "RollStopped": "day",
    "Rolled": "joined",
    "roll": "loop",
}

__all__ = ["DayRecord", "Interrupted", "JournalError", "RollStopped", "Rolled", "roll"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'optimizer.operating.roll' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.operating.roll.{_WHERE[name]}"), name)
