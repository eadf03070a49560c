"""Where a job that may stop and go on runs, by a rule: at full rate in its cheapest periods, restarts counted.

N = ⌈(K + restarts × R) / unit⌉ units of work take m = ⌈N / most⌉ periods, all at full rate but the dearest, in which it
runs what is left. Which m periods, and with how many beginnings b, follows by dynamic programming over the periods:

    on(t,m,b)  = min(on(t−1,m−1,b), off(t−1,m−1,b−1)) + usd(t)          off(t,m,b) = min(off(t−1,m,b), on(t−1,m,b))

The best b is the one whose work is worth most beyond its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from optimizer.model.contracts.job import Job
from solvers.problem import Floats

MOST_BEGINNINGS = 6
"""Beginnings in a horizon that are looked at."""
SLIGHT = 1e-6
"""A share of a period's work that counts as none."""
SOME = 1e-4
"""GPU-hours, as a share of all, that the last period has to have left to do."""


class Placed(NamedTuple):
    """A job's GPUs by period (periods,), and what that earns beyond its cost and beside doing nothing."""

    gpus: Floats
    usd: float


@dataclass(frozen=True)
class _Choice:
    """A number of beginnings: the GPUs' steps in its periods together, and what it earns."""

    beginnings: int
    periods: int
    steps: float
    rounded: float
    """GPU-hours of the last period in which nothing is done."""
    finishes: bool
    usd: float


class Placing:
    """A job on a pool whose GPUs come in steps of `unit` (0: in fractions), in periods of so many `hours`."""

    def __init__(self, job: Job, unit: float, hours: float) -> None:
        self._job, self._hours, terms = job, hours, job.terms
        self._step = unit or terms.max_gpus
        self._whole = bool(unit)
        self._most = np.floor(terms.max_gpus / self._step + 1e-9)
        least = terms.min_gpus / self._step
        self._least = max(1.0, np.ceil(least - 1e-9)) if self._whole else least
        self._started = job.before.started or job.before.running

    @property
    def rate(self) -> float:
        """GPUs at full rate; 0 where one step is more than the job may have."""
        return float(self._most * self._step)

    def place(self, usd: Floats) -> Placed:
        """The periods in which the job runs. `usd` (periods,): what each costs at full rate; inf where there is no
        room."""
        job, per_period = self._job, self.rate * self._hours
        costs = np.where(job.allowed, usd, np.inf) + job.terms.lateness_usd_per_hour * job.late_hours
        free = int(np.isfinite(costs).sum())
        if job.owed and self.rate and self._least <= self._most and free:
            most = int(np.ceil((job.owed + self._restart_work(MOST_BEGINNINGS)) / per_period))
            on, off, came = self._paths(costs, min(free, most))
            for choice in self._choices(np.minimum(on, off)):
                periods = _way_back(on, off, came, choice)
                steps = self._spread(periods, choice, costs[periods])
                if steps is not None:
                    gpus = np.zeros(len(usd))
                    gpus[periods] = steps * self._step
                    return Placed(gpus, choice.usd)
        return Placed(np.zeros(len(usd)), 0.0)

    def _restart_work(self, beginnings: int) -> float:
        """GPU-hours that beginnings add; the first of all is no restart."""
        restarts = max(0, beginnings - (not self._started))
        return self._job.before.restart_gpu_hours_owed + self._job.terms.restart_gpu_hours * restarts

    def _paths(self, costs: Floats, most: int) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
        """Least cost by (periods run, beginnings) of paths that end running and not; and by period, state and these,
        whether it ran in the period before."""
        shape = (most + 1, MOST_BEGINNINGS + 1)
        on, off = np.full(shape, np.inf), np.full(shape, np.inf)
        (on if self._job.before.running else off)[0, 0] = 0.0
        came = np.zeros((len(costs), 2, *shape), dtype=np.bool_)
        begun, goes_on = np.full(shape, np.inf), np.full(shape, np.inf)
        for t, usd in enumerate(costs.tolist()):
            begun[1:, 1:] = off[:-1, :-1]
            goes_on[1:] = on[:-1]
            came[t, 0] = on < off
            came[t, 1] = goes_on <= begun
            on, off = np.minimum(goes_on, begun) + usd, np.minimum(on, off)
        return on, off, came

    def _choices(self, least_usd: Floats) -> list[_Choice]:
        """Numbers of beginnings that pay, the best first."""
        choices = []
        for beginnings in range(MOST_BEGINNINGS + 1):
            choices += self._all_of_it(beginnings, least_usd) + self._a_part(beginnings, least_usd)
        return sorted(choices, key=lambda choice: (-choice.usd, choice.beginnings))

    def _all_of_it(self, beginnings: int, least_usd: Floats) -> list[_Choice]:
        work = self._job.owed + self._restart_work(beginnings)
        steps = work / (self._step * self._hours)
        if self._whole:
            steps = float(np.ceil(steps - SLIGHT))
        periods = int(np.ceil(steps / self._most - SLIGHT))
        if periods >= len(least_usd) or not np.isfinite(least_usd[periods, beginnings]):
            return []
        rounded = max(0.0, steps * self._step * self._hours - work)
        cost = float(least_usd[periods, beginnings]) * steps / (periods * self._most)
        usd = self._worth_usd * self._job.owed + self._done_usd - cost
        return [_Choice(beginnings, periods, steps, rounded, True, usd)] if usd > 0.0 else []

    def _a_part(self, beginnings: int, least_usd: Floats) -> list[_Choice]:
        """The most full periods that there is room for, short of all of the work."""
        if self._job.terms.all_or_nothing:
            return []
        per_period, restart_work = self.rate * self._hours, self._restart_work(beginnings)
        most = int((self._job.owed + restart_work) / per_period - SLIGHT)
        for periods in range(min(len(least_usd) - 1, most), 0, -1):
            cost, owed = float(least_usd[periods, beginnings]), periods * per_period - restart_work
            if np.isfinite(cost):
                usd = self._worth_usd * owed - cost
                pays = owed > 0.0 and usd > 0.0
                return [_Choice(beginnings, periods, periods * self._most, 0.0, False, usd)] if pays else []
        return []

    @property
    def _worth_usd(self) -> float:
        """USD per GPU-hour of owed work done now; what can still be done after the horizon misses nothing yet."""
        terms, accrues = self._job.terms, self._job.accrual_usd
        misses = self._job.ends_inside or self._job.owed > self._job.capacity_after
        return terms.price_usd_per_gpu_hour + accrues + (terms.penalty_usd_per_gpu_hour if misses else 0.0)

    @property
    def _done_usd(self) -> float:
        return self._job.completion_usd if self._job.ends_inside else 0.0

    def _spread(self, periods: npt.NDArray[np.int64], choice: _Choice, costs: Floats) -> Floats | None:
        """Steps of GPUs in the chosen periods: less than all in the dearest; None where these would come to less than
        the least, or the last period would have nothing left to do."""
        steps = np.full(len(periods), self._most)
        spare = float(steps.sum()) - choice.steps
        for i in np.argsort(-costs, kind="stable"):
            less = min(spare, self._most - self._least)
            steps[i] -= less
            spare -= less
        begins = len(periods) == 1 or periods[-1] != periods[-2] + 1
        restarts = begins and choice.beginnings > (not self._started)
        restart_work = self._job.terms.restart_gpu_hours if restarts else 0.0
        left_to_do = steps[-1] * self._step * self._hours - choice.rounded - restart_work
        if spare > SLIGHT or (choice.finishes and left_to_do < SOME * max(1.0, self._job.owed)):
            return None
        return steps


def _way_back(on: Floats, off: Floats, came: npt.NDArray[np.bool_], choice: _Choice) -> npt.NDArray[np.int64]:
    """The periods of the cheapest path that a choice stands for."""
    m, b = choice.periods, choice.beginnings
    running, periods = bool(on[m, b] < off[m, b]), []
    for t in range(len(came) - 1, -1, -1):
        ran = bool(came[t, int(running), m, b])
        if running:
            periods.append(t)
            m, b = m - 1, b - (not ran)
        running = ran
    return np.array(periods[::-1], dtype=np.int64)
