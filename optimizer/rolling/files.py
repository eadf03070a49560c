"""What a roll that is done writes beside its days."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from optimizer.rolling.day import DayRecord
from optimizer.rolling.joined import Rolled
from optimizer.rolling.journal import write_file

COLUMNS = ("day", "status", "gap", "planned_profit_usd", "settled_profit_usd", "seconds")


def write_rolled(rolled: Rolled, folder: Path) -> None:
    """The joined schedule with its tables, the scenario that it is audited against, and one line a day."""
    rolled.schedule.write(folder)
    text = rolled.scenario.model_dump_json()
    write_file(folder / "scenario.json", lambda path: path.write_text(text, encoding="utf-8"))
    write_file(folder / "days.csv", lambda path: _write_days(path, rolled.days))


def _write_days(path: Path, days: Sequence[DayRecord]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([getattr(day, name) for name in COLUMNS] for day in days)
