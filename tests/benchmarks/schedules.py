"""How large the file of a long schedule is, and how long it takes to write and to read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from optimizer import Schedule, load, plan

EXAMPLE = Path(__file__).resolve().parents[2] / "scenarios" / "west-texas-hybrid-day"


class FileCost(NamedTuple):
    """What a schedule of so many days comes to as a file."""

    megabytes: float
    write_s: float
    read_s: float


@cache
def _day() -> Schedule:
    return plan(load(EXAMPLE))


def tiled(days: int) -> Schedule:
    """The West-Texas day, so many times one after the other: each item's quantities stand together, as in a plan."""
    day = _day()
    later = [timedelta(days=n) for n in range(days)]
    starts = {row.start: [row.start + by for by in later] for row in day.dispatch_rows}
    dispatch, ledger = {}, {}
    for row in day.dispatch_rows:
        dispatch.setdefault(row[1:3], []).append(row)
    for line in day.ledger_rows:
        ledger.setdefault(line[1:3], []).append(line)
    return replace(
        day,
        dispatch_rows=tuple(
            row._replace(start=starts[row.start][n]) for rows in dispatch.values() for n in range(days) for row in rows
        ),
        ledger_rows=tuple(
            line._replace(start=starts[line.start][n])
            for lines in ledger.values()
            for n in range(days)
            for line in lines
        ),
    )


def file_cost(days: int) -> FileCost:
    """Bytes, and seconds of the processor, of `to_json` and `from_json`."""
    schedule = tiled(days)
    begun = time.process_time()
    text = schedule.to_json()
    written = time.process_time()
    again = Schedule.from_json(text)
    read = time.process_time()
    assert again.dispatch_rows == schedule.dispatch_rows and again.ledger_rows == schedule.ledger_rows
    return FileCost(len(text.encode()) / 1e6, written - begun, read - written)
