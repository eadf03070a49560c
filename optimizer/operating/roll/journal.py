"""What a roll keeps on disk, so that it can be stopped at any moment and goes on after the last whole day.

FOLDER/roll.json              which scenario is rolled, and how: a folder goes on with no other
FOLDER/days/2024-01-01.json   a day: its record and its settled schedule
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimizer.files.whole import PART, write_text
from optimizer.operating.roll.day import DayRecord
from optimizer.operating.roll.days import Days
from optimizer.operating.roll.errors import JournalError
from optimizer.planning.how import HowToSolve
from optimizer.scenario.state import State
from optimizer.schedule import Schedule, ScheduleError, ScheduleRecord
from optimizer.schedule.as_json import record_of

JOURNAL_VERSION = 1
MANIFEST = "roll.json"
PLANS_DEPEND_ON = ("solver", "gap", "time_limit_s", "fallbacks", "break_ties")
"""What `HowToSolve` says that may change a plan; where solvers run does not."""
BEFORE: dict[str, Any] = {"break_ties": True}
"""What was so before manifests said it."""


class Journal:
    """The folder of a roll."""

    def __init__(self, folder: Path, days: Days, how: HowToSolve) -> None:
        """Opens the folder, or makes it. Raises JournalError where it holds another roll, OSError where it cannot be
        written."""
        self._folder, self._names = folder, days.names
        self._days = folder / "days"
        self._days.mkdir(parents=True, exist_ok=True)
        for left in (*folder.glob(f".*{PART}"), *self._days.glob(f".*{PART}")):
            left.unlink()  # of a run that was killed while it wrote
        manifest = _manifest(days, how)
        path = folder / MANIFEST
        if path.exists():
            _check_same(path, manifest)
        else:
            write_text(path, json.dumps(manifest, indent=1))

    def done(self) -> list[DayRecord]:
        """The days that are done, from the first on without a gap."""
        records = []
        for name in self._names:
            if not self._path(name).exists():
                break
            records.append(DayRecord(**self._read(name)["record"]))
        return records

    def write(self, record: DayRecord, settled: Schedule) -> None:
        """Keep a day that is done: whole, or not at all."""
        head = json.dumps({"schema_version": JOURNAL_VERSION, "record": asdict(record)})
        write_text(self._path(record.day), f'{head[:-1]}, "settled": {settled.to_json()}}}')

    def settled(self) -> Iterator[ScheduleRecord]:
        """The settled schedule of each day, one after the other."""
        for name in self._names:
            yield self._settled(name)

    def state_after(self, done: int) -> State:
        """How everything stands after so many days."""
        state = self._settled(self._names[done - 1]).state
        assert state is not None  # `_settled` says so
        return state

    def _settled(self, name: str) -> ScheduleRecord:
        try:
            settled = record_of(self._read(name)["settled"])
        except ScheduleError:
            raise self._no_day(self._path(name)) from None
        if settled.state is None:
            raise self._no_day(self._path(name))
        return settled

    @staticmethod
    def _no_day(path: Path) -> JournalError:
        return JournalError(f"{path}: no day of a roll; delete it, and it is planned again with all that follow")

    def _path(self, name: str) -> Path:
        return self._days / f"{name}.json"

    def _read(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            read: dict[str, Any] = json.loads(path.read_bytes())
            if read["record"]["day"] == name and "settled" in read:
                return read
        except (ValueError, KeyError, TypeError):
            pass
        raise self._no_day(path)


def _manifest(days: Days, how: HowToSolve) -> dict[str, Any]:
    return {
        "schema_version": JOURNAL_VERSION,
        "scenario": days.whole.name,
        "digest": hashlib.sha256(days.whole.model_dump_json().encode()).hexdigest(),
        "days": days.count,
        "look_ahead_periods": days.ends[0] - days.seams[1],
        **{name: getattr(how, name) for name in PLANS_DEPEND_ON},
    }


def _check_same(path: Path, manifest: dict[str, Any]) -> None:
    try:
        known = BEFORE | json.loads(path.read_bytes())
        other = [name for name in manifest if known[name] != manifest[name]]
    except (ValueError, KeyError, TypeError):
        raise JournalError(f"{path}: no roll's; give another folder") from None
    options = [f"{name} {known[name]}, now {manifest[name]}" for name in other if name != "digest"]
    if other:
        what = "; ".join(options) or "the scenario is another one, or has changed since"
        raise JournalError(f"{path.parent} holds another roll ({what}): go on as it was begun, or give another folder")
