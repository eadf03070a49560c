"""GPU pools: nodes on, capacity, power and money (section 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.auditor.book import Floats, Ints, share_of
from optimizer.auditor.case import Case
from optimizer.auditor.ramp import Ramp
from optimizer.auditor.switching import Cohort, Queues, Walk, walk
from optimizer.scenario.pool import Pool
from optimizer.scenario.series import align
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind


@dataclass
class PoolUse:
    """What all contracts together take of a pool."""

    gpus: Floats
    """GPUs in use, (periods,)."""
    added_mw: Floats
    """IT power on top of idle, (periods,)."""


@dataclass(frozen=True)
class PoolFindings:
    """What the rest of the audit needs of a pool."""

    pool: Pool
    it_mw: Floats
    capacity_mw: float
    ramp: Ramp
    nodes_on: Ints
    walk: Walk


def mw_per_gpu(pool: Pool, utilisation: float) -> float:
    """What a GPU in use adds to the idle draw of its node [MW]."""
    return (pool.peak_power_w - pool.idle_power_w) / pool.gpus_per_node * utilisation / 1e6


def nodes_in_order(case: Case, pool: Pool) -> Floats:
    """Most nodes that may be on, (periods,)."""
    if pool.nodes_available is None:
        return np.full(case.length, float(pool.nodes))
    available = np.floor(align(pool.nodes_available, case.horizon, "min") + 1e-9)
    return np.asarray(np.minimum(available, pool.nodes))


def audit_pool(case: Case, pool: Pool, use: PoolUse) -> PoolFindings:
    """Check a pool and post its money."""
    rows, book, name = case.rows, case.book, pool.name
    on = rows.take_whole(name, "nodes_on", pool.nodes, "nodes")
    if pool.nodes_available is not None:
        book.at_most(
            "nodes_available",
            name,
            "nodes_on",
            on * 1.0,
            nodes_in_order(case, pool),
            unit="nodes",
            tolerance=0.0,
            limit_name="nodes available",
        )
    cohorts = _cohorts(case, pool)
    queues = Queues.of((c for c in cohorts if c.mode == "on"), (c for c in cohorts if c.mode != "on"))
    on_before = sum(c.count for c in queues.up)
    walked = walk(case, pool, name, "nodes", queues, on)
    for word, own in (("nodes_started", walked.starts), ("nodes_stopped", walked.stops)):
        said = rows.take_whole(name, word, pool.nodes, "nodes")
        for t in np.flatnonzero(said != own).tolist():
            message = (
                f"{word} is {int(said[t])}; nodes on go from {int(on[t - 1]) if t else on_before} "
                f"to {int(on[t])}, so it is {int(own[t])}"
            )
            book.add("flow", name, t, message, amount=float(said[t] - own[t]), unit="nodes")
    gpu_tolerance = share_of(pool.nodes * pool.gpus_per_node)
    claimed = rows.take(name, "gpus_in_use")
    book.equal("gpu_capacity", name, "gpus_in_use", claimed, use.gpus, unit="GPUs", tolerance=gpu_tolerance)
    powered = on * float(pool.gpus_per_node)
    book.at_most(
        "gpu_capacity",
        name,
        "GPUs in use",
        use.gpus,
        powered,
        unit="GPUs",
        tolerance=gpu_tolerance,
        limit_name="powered GPUs",
    )
    it_mw = (pool.off_power_w * (pool.nodes - on) + pool.idle_power_w * on) / 1e6 + use.added_mw
    node_mw = max(pool.off_power_w, pool.idle_power_w, pool.peak_power_w) / 1e6
    capacity = pool.nodes * node_mw
    book.equal("pool_power", name, "IT power", rows.take(name, "it_mw"), it_mw, unit="MW", tolerance=share_of(capacity))
    state = case.scenario.state.pools.get(name)
    if state is not None and state.it_power_mw is not None:
        before_mw = state.it_power_mw
    else:
        before_mw = (pool.off_power_w * (pool.nodes - on_before) + pool.idle_power_w * on_before) / 1e6
    earlier = () if state is None else state.earlier_power
    ramp = Ramp(case, name, pool.ramp_mw_per_hour, node_mw, capacity, before_mw, earlier, it_mw)
    ramp.audit()
    case.ledger.post(name, LedgerKind.START, -pool.start_cost_usd * walked.starts, pool.start_cost_usd * pool.nodes)
    rate = pool.running_cost_usd_per_node_hour * case.hours
    case.ledger.post(name, LedgerKind.RUNNING_COST, -rate * on, rate * pool.nodes)
    return PoolFindings(pool, it_mw, capacity, ramp, on, walked)


def _cohorts(case: Case, pool: Pool) -> list[Cohort]:
    """The nodes as they were handed over; default: all off since long ago."""
    state = case.scenario.state.pools.get(pool.name)
    if state is None or not state.nodes:
        return [Cohort(-case.ages(LONG_AGO_HOURS), pool.nodes, LONG_AGO_HOURS, "off")]
    return [Cohort(-case.ages(n.hours), n.nodes, n.hours, "on" if n.on else "off") for n in state.nodes if n.nodes]
