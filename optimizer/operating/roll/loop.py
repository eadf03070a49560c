"""The loop of a roll: day after day, from the first that is not done."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Unpack

from optimizer.operating.roll.alone import alone_in
from optimizer.operating.roll.day import DayRecord, RollStopped, do_day
from optimizer.operating.roll.days import Days, days_of
from optimizer.operating.roll.joined import Rolled, join
from optimizer.operating.roll.journal import Journal
from optimizer.planning.how import Fields, HowToSolve, how_to_solve
from optimizer.scenario.scenario import Scenario
from solvers.interrupt import held_back

Told = Callable[[Sequence[DayRecord], int], None]
"""Told the days that are done, and how many there are, after each day."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: the days that are done are kept."""

    def __init__(self, done: int, count: int) -> None:
        super().__init__(f"interrupted: {done} of {count} days are done")
        self.done = done


def roll(
    scenario: Scenario,
    days: int,
    *,
    look_ahead_hours: float | None = None,
    folder: str | Path | None = None,
    how: HowToSolve | None = None,
    told: Told | None = None,
    **fields: Unpack[Fields],
) -> Rolled:
    """Plan so many local days from the scenario's start, one by one: each is planned on what is known, settled on what
    came, and hands its state to the next.

    `look_ahead_hours`: planned behind each day; default: the scenario's own look-ahead. `folder` keeps every day that
    is done, and a later call with the same scenario and `how` goes on behind the last. `how`, or any of its fields as
    arguments, is for each day's plan: see `HowToSolve`. The scenario's series reach over all days, and the last day's
    look-ahead.

    Raises ScenarioError for a scenario that cannot be rolled, JournalError for a folder of another roll, RollStopped
    where a day has no plan, Interrupted at Ctrl-C, and what `settle` raises.
    """
    how = how_to_solve(how, **fields)
    all_days = days_of(scenario, days, look_ahead_hours)
    if folder is not None:
        with alone_in(Path(folder)):
            return _roll(all_days, how, Path(folder), told)
    with tempfile.TemporaryDirectory(prefix="wattshift-roll-") as temporary:
        return _roll(all_days, how, Path(temporary), told)


def _roll(days: Days, how: HowToSolve, folder: Path, told: Told | None) -> Rolled:
    journal = Journal(folder, days, how)
    done = journal.done()
    try:
        with held_back() as presses:
            state = journal.state_after(len(done)) if done else days.whole.state
            for index in range(len(done), days.count):
                try:
                    record, settled = do_day(days, index, state, how)
                except RollStopped:
                    if presses.asked:  # nothing was found, for want of time
                        raise KeyboardInterrupt from None
                    raise
                journal.write(record, settled)
                assert settled.state is not None
                done.append(record)
                state = settled.state
                if told is not None:
                    told(done, days.count)
                if presses.asked:
                    raise KeyboardInterrupt
        return join(days, how, journal, done)
    except KeyboardInterrupt:
        raise Interrupted(len(done), days.count) from None
