"""What a roll that is done writes beside its days."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from optimizer.files.whole import write_text, write_whole
from optimizer.operating.roll.day import DayRecord
from optimizer.operating.roll.joined import Rolled

COLUMNS = ("day", "status", "gap", "planned_profit_usd", "settled_profit_usd", "seconds")


def write_rolled(rolled: Rolled, folder: Path) -> None:
    """The joined schedule with its tables, the scenario that it is audited against, and one line a day."""
    rolled.schedule.write(folder)
    write_text(folder / "scenario.json", rolled.scenario.model_dump_json())
    write_whole(folder / "days.csv", lambda path: _write_days(path, rolled.days))


def _write_days(path: Path, days: Sequence[DayRecord]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([getattr(day, name) for name in COLUMNS] for day in days)
