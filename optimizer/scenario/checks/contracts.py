"""Checks of AI contracts."""

from __future__ import annotations

import math

import numpy as np

from optimizer.scenario.checks.report import Report
from optimizer.scenario.contracts import Batch, Reserved, Spot
from optimizer.scenario.pool import Pool
from optimizer.scenario.series import Floats
from optimizer.scenario.state import ReservedState

LEAST_GPUS = 1e-6


def check(report: Report) -> None:
    pools = {pool.name: pool for pool in report.scenario.pools}
    for i, contract in enumerate(report.scenario.contracts):
        place = f"contracts[{i}]"
        for j, name in enumerate(contract.pools):
            report.known(f"{place}.pools[{j}]", name, pools, "pool")
        report.unique(((f"{place}.pools[{j}]", n) for j, n in enumerate(contract.pools)), "pool")
        mine = [pools[name] for name in dict.fromkeys(contract.pools) if name in pools]
        if isinstance(contract, Reserved):
            _reserved(report, place, contract, mine)
        elif isinstance(contract, Batch):
            _batch(report, place, contract, mine)
        elif isinstance(contract, Spot):
            report.series(f"{place}.demand_gpus", contract.demand_gpus, 0.0, 1e7)
            report.series(f"{place}.price_usd_per_gpu_hour", contract.price_usd_per_gpu_hour, -1e6, 1e6)


def _reserved(report: Report, place: str, contract: Reserved, pools: list[Pool]) -> None:
    committed = report.series(f"{place}.committed_gpus", contract.committed_gpus, 0.0, 1e7)
    if committed is not None and ((committed > 0) & (committed < LEAST_GPUS)).any():
        least = committed[committed > 0].min()
        report.add(
            f"{place}.committed_gpus", f"{least:g}", f"0, or at least {LEAST_GPUS:g}: no plan can tell less from 0"
        )
    for i, (mild, hard) in enumerate(zip(contract.tiers, contract.tiers[1:], strict=False), start=1):
        if hard.below >= mild.below:
            report.add(
                f"{place}.tiers[{i}].below", f"{hard.below:g} after {mild.below:g}", "falling: mildest tier first"
            )
        if hard.credit_share < mild.credit_share:
            report.add(
                f"{place}.tiers[{i}].credit_share",
                f"{hard.credit_share:g} after {mild.credit_share:g}",
                "rising: a worse breach costs more",
            )
    _billing(report, place, contract)
    if committed is not None and pools and contract.availability_floor is not None:
        _floor(report, place, contract, committed, pools)


def _billing(report: Report, place: str, contract: Reserved) -> None:
    before = -math.inf
    for i, period in enumerate(contract.billing_periods):
        here = f"{place}.billing_periods[{i}]"
        start, end = report.local(f"{here}.start", period.start), report.local(f"{here}.end", period.end)
        if start is None or end is None or report.horizon is None:
            continue
        if start.timestamp() >= end.timestamp():
            report.add(f"{here}.end", end.isoformat(), f"later than its start {start.isoformat()}")
        if start.timestamp() < before:
            report.add(f"{here}.start", start.isoformat(), "not before the end of the period before")
        before = end.timestamp()
        done = period.rest_delivered_gpu_hours
        if done is not None and done > period.rest_committed_gpu_hours:
            report.add(
                f"{here}.rest_delivered_gpu_hours",
                f"{done:g}",
                f"at most the {period.rest_committed_gpu_hours:g} committed",
            )
        for side, when in (("start", start), ("end", end)):
            steps = report.horizon.hours_until(when)[0] / report.horizon.hours
            inside = 0 < steps < report.horizon.periods
            if inside and abs(steps - round(steps)) > 1e-9:
                report.add(f"{here}.{side}", when.isoformat(), "the start of a period of the horizon")


def _floor(report: Report, place: str, contract: Reserved, committed: Floats, pools: list[Pool]) -> None:
    """An SLA floor that no capacity could meet is refused here, with the numbers."""
    assert report.horizon is not None and contract.availability_floor is not None
    capacity = np.zeros(len(committed))
    for pool in pools:
        nodes = np.full(len(committed), float(pool.nodes))
        if pool.nodes_available is not None:
            available = report.series(f"{place}.pools", pool.nodes_available, 0.0, np.inf, "min")
            if available is None:
                return
            nodes = np.minimum(nodes, np.floor(available + 1e-9))
        capacity += nodes * pool.gpus_per_node
    state = report.scenario.state.contracts.get(contract.name)
    if contract.optional or (isinstance(state, ReservedState) and state.billing) or contract.billing_periods:
        return  # history and rest count too: the model decides
    hours = report.horizon.hours
    for month in np.unique(report.horizon.month):
        inside = report.horizon.month == month
        owed = committed[inside].sum() * hours
        most = np.minimum(committed, capacity)[inside].sum() * hours
        if most < (contract.availability_floor - 1e-6) * owed:
            report.add(
                f"{place}.availability_floor",
                f"{contract.availability_floor:g} of {owed:g} GPU-hours from "
                f"{report.horizon.label(int(np.argmax(inside)))} on",
                f"at most {most / owed:.6g}: its pools have {capacity[inside].min():g} GPUs",
            )


def _batch(report: Report, place: str, contract: Batch, pools: list[Pool]) -> None:
    release = report.local(f"{place}.release", contract.release)
    deadline = report.local(f"{place}.deadline", contract.deadline)
    if release and deadline and release.timestamp() >= deadline.timestamp():
        report.add(f"{place}.deadline", deadline.isoformat(), f"later than its release {release.isoformat()}")
    if contract.hard_end is not None:
        hard_end = report.local(f"{place}.hard_end", contract.hard_end)
        if hard_end and deadline and hard_end.timestamp() < deadline.timestamp():
            report.add(f"{place}.hard_end", hard_end.isoformat(), f"not before its deadline {deadline.isoformat()}")
    elif contract.lateness_usd_per_hour:
        report.add(f"{place}.hard_end", "missing", "a latest end: lateness_usd_per_hour has a price")
    if contract.max_gpus < LEAST_GPUS:
        report.add(f"{place}.max_gpus", f"{contract.max_gpus:g}", f"at least {LEAST_GPUS:g}")
    if contract.min_gpus > contract.max_gpus:
        report.add(f"{place}.min_gpus", f"{contract.min_gpus:g}", f"at most max_gpus, {contract.max_gpus:g}")
    if contract.restart_gpu_hours and contract.preemptible and contract.min_gpus < 1:
        report.add(f"{place}.min_gpus", f"{contract.min_gpus:g}", "at least 1, for restart_gpu_hours")
    for name in ("min_gpus", "max_gpus"):
        gpus = getattr(contract, name)
        if contract.gpu_unit != "fraction" and gpus != round(gpus):
            report.add(f"{place}.{name}", f"{gpus:g}", "a whole number: the contract asks for whole GPUs")
    if contract.preemptible:
        return
    sizes = [pool.gpus_per_node for pool in pools]
    if contract.gpu_unit == "node" and any(contract.max_gpus % size for size in sizes):
        report.add(f"{place}.max_gpus", f"{contract.max_gpus:g}", f"whole nodes of {sizes} GPUs")
    if pools and contract.max_gpus > max(pool.nodes * pool.gpus_per_node for pool in pools):
        most = max(pool.nodes * pool.gpus_per_node for pool in pools)
        report.add(
            f"{place}.max_gpus",
            f"{contract.max_gpus:g} on one pool, not preemptible",
            f"at most {most}: the largest of its pools",
        )
