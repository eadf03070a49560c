"""A batch job as a horizon sees it: what is owed, when it may run, where it is charged (domain section 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.model.desk import Model
from optimizer.scenario.contracts import Batch, BatchState
from optimizer.scenario.horizon import localize
from solvers.problem import Bools, Floats

DONE = 1e-6
"""Work counts as done at K − 1e-6 × max(1, K)."""


@dataclass(frozen=True)
class Job:
    """A batch contract as this horizon sees it; hours are GPU-hours."""

    terms: Batch
    before: BatchState
    owed: float
    """K: what is still owed at the start; 0 for a job that is over."""
    allowed: Bools
    """Periods wholly inside the release and the hard end, (periods,)."""
    ends_inside: bool
    """Whether the hard end lies in the horizon."""
    closing: int
    """The period in which what is missing is charged."""
    capacity_after: float
    """What could still be run at full rate between the horizon and the hard end."""
    late_hours: Floats
    """Hours of each period that lie in [deadline, hard end], (periods,)."""
    completion_usd: float
    """Paid on completion; 0 where work was given up before."""
    never_done: bool
    """Whether work was given up before."""
    ends_by_seam: bool
    """Whether the hard end lies in the committed part."""

    @property
    def open(self) -> bool:
        """Whether money may still change hands."""
        return not self.before.closed and (self.owed > 0 or self.never_done)

    @property
    def lateness_known(self) -> bool:
        """Whether all hours up to the hard end are late, whatever is done."""
        return self.never_done and bool(self.terms.lateness_usd_per_hour)

    @property
    def late(self) -> bool:
        """Whether the time of being done costs anything in the horizon."""
        return bool(not self.never_done and self.terms.lateness_usd_per_hour and self.late_hours.any())

    @property
    def accrual_usd(self) -> float:
        """USD that a GPU-hour of owed work accrues."""
        return 0.0 if self.ends_inside else self.completion_usd / self.terms.gpu_hours

    @property
    def hours_after(self) -> float:
        """Hours behind the horizon between release and hard end."""
        return self.capacity_after / self.terms.max_gpus


def job_of(model: Model, terms: Batch) -> Job:
    """The job as it stands at the start of the horizon."""
    horizon = model.horizon
    before = terms.begun(model.scenario.state.contracts.get(terms.name))
    owed = max(0.0, terms.gpu_hours - before.done_gpu_hours - before.missed_gpu_hours)
    deadline = localize(terms.deadline, horizon.zone)
    end = deadline if terms.hard_end is None else localize(terms.hard_end, horizon.zone)
    to_release = horizon.hours_until(localize(terms.release, horizon.zone))
    to_deadline, to_end = horizon.hours_until(deadline), horizon.hours_until(end)
    hours = horizon.hours
    allowed = (to_release <= 1e-9) & (to_end >= hours - 1e-9)
    after = float(to_end[-1]) - hours
    ends_inside = after <= 1e-9
    not_before = max(0.0, float(to_release[-1]) - hours)
    whole = np.flatnonzero(to_end >= hours - 1e-9)
    closing = (int(whole[-1]) if len(whole) else 0) if ends_inside else horizon.periods - 1
    late = np.clip(np.minimum(to_end, hours) - np.maximum(to_deadline, 0.0), 0.0, hours)
    never_done = before.missed_gpu_hours > 0
    nothing = DONE * max(1.0, terms.gpu_hours) if never_done else 1e-9
    over = before.closed or owed <= nothing
    return Job(
        terms=terms,
        before=before,
        owed=0.0 if over else owed,
        allowed=allowed,
        ends_inside=ends_inside,
        closing=closing,
        capacity_after=0.0 if ends_inside else max(0.0, after - not_before) * terms.max_gpus,
        late_hours=late,
        completion_usd=0.0 if never_done else terms.completion_usd,
        never_done=never_done,
        ends_by_seam=float(to_end[horizon.committed - 1]) <= hours + 1e-9,
    )
