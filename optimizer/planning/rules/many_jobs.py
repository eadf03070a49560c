"""Many jobs at once, by a rule: one after the other to where it is cheapest beside the others, the most pressed first.

A period costs a job the power of its GPUs, and the nodes that have to be on for it beside those that are: their idle
power, running cost and a share of a start. Once all have a place each is placed anew beside the others, twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.model.contracts.job import Job, job_of
from optimizer.model.formulation import Formulation
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.site.hall import pue_of
from optimizer.model.supply.energy import import_cost
from optimizer.planning.rules.placing import Placed, Placing
from optimizer.scenario.contracts import Batch
from solvers.problem import Floats

MANY = 20
"""Jobs that may stop and go on, from which on they are placed one beside the other before a solver is asked."""
ROUNDS = 3
"""How often each job is placed."""

Places = dict[str, dict[str, Floats]]
"""GPUs by job and pool, (periods,)."""


def jobs_to_place(formulation: Formulation) -> list[tuple[Batch, Job]]:
    """Jobs that may stop and go on and have work left, the most pressed first."""
    model = formulation.model
    found = [
        (terms, job_of(model, terms))
        for terms in model.scenario.contracts
        if isinstance(terms, Batch) and terms.preemptible
    ]
    taken = [(terms, job) for terms, job in found if job.owed and job.before.accepted is not False]

    def slack(pair: tuple[Batch, Job]) -> float:
        terms, job = pair
        hours = float(job.allowed.sum()) * model.horizon.hours
        return (hours * terms.max_gpus + job.capacity_after) / job.owed

    return sorted(taken, key=slack)


def are_many(formulation: Formulation) -> bool:
    """Whether a solver is likely to find nothing good among so many jobs."""
    return len(jobs_to_place(formulation)) >= MANY


def place_jobs(
    formulation: Formulation, room: Mapping[str, Floats], ready: Mapping[str, Floats] | None = None
) -> Places:
    """GPUs of all jobs.

    `room`: most GPUs for jobs by pool (periods,). `ready`: nodes by pool (periods,) that are on for them anyway, which
    counts in the first round only.
    """
    jobs = jobs_to_place(formulation)
    pools = {name: _Pool(formulation, block, room[name]) for name, block in formulation.pools.items()}
    places: Places = {terms.name: {} for terms, _ in jobs}
    for turn in range(ROUNDS):
        for terms, job in jobs:
            for name, gpus in places[terms.name].items():
                pools[name].used -= gpus
            best: tuple[str, Placed] | None = None
            for name in terms.pools:
                on = ready[name] if ready is not None and not turn else None
                placed = pools[name].place(terms, job, on)
                if best is None or placed.usd > best[1].usd:
                    best = name, placed
            if best is not None:
                places[terms.name] = {best[0]: best[1].gpus}
                pools[best[0]].used += best[1].gpus
    return places


class _Pool:
    """A pool, with the GPUs that jobs use so far."""

    def __init__(self, formulation: Formulation, block: PoolBlock, room: Floats) -> None:
        model, pool = formulation.model, block.pool
        self._block, self._room, self._hours = block, room, model.horizon.hours
        self._others = block.gpus_most - room
        self.used = np.zeros(model.periods)
        hall = next(hall for hall in model.scenario.site.halls if hall.name == pool.hall)
        self._usd_per_mwh = import_cost(model.scenario) * pue_of(hall, model.scenario.site.ambient_c, model.horizon)
        idle_mw = (pool.idle_power_w - pool.off_power_w) / 1e6
        started = pool.start_cost_usd / max(pool.min_up_hours, self._hours)
        self._node_usd = (idle_mw * self._usd_per_mwh + pool.running_cost_usd_per_node_hour + started) * self._hours

    def place(self, terms: Batch, job: Job, ready: Floats | None) -> Placed:
        """The job beside the others."""
        size = self._block.pool.gpus_per_node
        unit = {"fraction": 0.0, "gpu": 1.0, "node": float(size)}[terms.gpu_unit]
        placing = Placing(job, unit, self._hours)
        there = np.ceil((self._others + self.used) / size - 1e-9)
        there = there if ready is None else np.maximum(there, ready)
        needed = np.ceil((self._others + self.used + placing.rate) / size - 1e-9)
        power_usd = placing.rate * self._hours * self._block.mw_per_gpu(terms.utilisation) * self._usd_per_mwh
        usd = power_usd + np.maximum(needed - there, 0.0) * self._node_usd
        return placing.place(np.where(self.used + placing.rate <= self._room + 1e-9, usd, np.inf))
