"""The work of a batch job in the model: what a form of running (`preemptible`, `one_run`) gives to what makes dollars
of it (`batch`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from optimizer.model.desk import PeriodSum
from solvers.builder import Index
from solvers.problem import Floats


class Amount(NamedTuple):
    """A number that the plan decides: Σ values × columns + constant."""

    columns: Index
    values: Floats
    constant: float = 0.0


@dataclass(frozen=True, eq=False)
class Finish:
    """When the owed work is done. The columns are put right once the problem is solved, where nothing makes the solver
    say when it is (`BatchBlock.tidy`)."""

    at: PeriodSum
    """1 in the period in which it is done."""
    window: Index | None = None
    """The periods (n,) that the columns stand for."""
    at_columns: Index | None = None
    """Columns (n,) that `at` is, where they are decisions of their own."""
    by_columns: Index | None = None
    """Columns (n,) that are 1 from that period on, likewise."""


@dataclass(frozen=True, eq=False)
class GivenUp:
    """What giving work up takes back."""

    whole_job: Amount | None = None
    """All-or-nothing: 1 where all of the job is given up, and what was paid for a part done before is taken back."""
    any_work: Amount | None = None
    """Hard end behind the horizon: 1 where any work is given up, and what plans before accrued is taken back; None
    where nothing hangs on it."""
    kept: Index | None = None
    """Column that is 1 where no work is given up, where that is a decision of its own."""
    accrued_here_usd: Index | None = None
    """Column of the dollars that this horizon accrues and takes back."""


@dataclass(frozen=True, eq=False)
class Work:
    """What a form of running gives."""

    owed: PeriodSum
    """k(t): GPU-hours of owed work done."""
    restart: PeriodSum
    """e(t): GPU-hours of restart work done."""
    missing: Amount
    """M: GPU-hours given up in the horizon."""
    given_up: GivenUp
    finish: Finish | None = None
    """None: no money hangs on when it is done."""
    backlog: PeriodSum | None = None
    """Restart work still owed after each period, where it may outlast its period."""
