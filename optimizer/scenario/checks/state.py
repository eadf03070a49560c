"""Checks of the state that an earlier plan handed over."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report
from optimizer.scenario.contracts import Batch
from optimizer.scenario.state import BatchState, FleetState, PoolState, ReservedState

MOST_GPU_HOURS = 1e12
"""Of a history; the next plan's is a little longer, and still a number that the state takes."""


def check(report: Report) -> None:
    scenario, state = report.scenario, report.scenario.state
    if state.at is not None and report.horizon is not None:
        start = report.horizon.starts[0]
        if state.at.timestamp() != start.timestamp():
            report.add("state.at", state.at.isoformat(), f"the start of the horizon, {start.isoformat()}")
    fleets = {fleet.name: fleet for fleet in scenario.fleets}
    for name, fleet_state in state.fleets.items():
        place = f"state.fleets.{name}"
        if report.known(place, name, fleets, "fleet"):
            modes = [mode.name for mode in fleets[name].all_modes]
            _fleet(report, place, fleet_state, modes, fleets[name].groups)
    pools = {pool.name: pool for pool in scenario.pools}
    for name, pool_state in state.pools.items():
        if report.known(f"state.pools.{name}", name, pools, "pool"):
            _pool(report, f"state.pools.{name}", pool_state, pools[name].nodes)
    contracts = {contract.name: contract for contract in scenario.contracts}
    for name, contract_state in state.contracts.items():
        place = f"state.contracts.{name}"
        if not report.known(place, name, contracts, "contract"):
            continue
        contract = contracts[name]
        if contract_state.kind != contract.kind:
            report.add(f"{place}.kind", contract_state.kind, f"{contract.kind}, as the contract")
            continue
        if contract_state.accepted is False and not contract.optional:
            report.add(f"{place}.accepted", "false", "true or null: the contract is not optional")
        if isinstance(contract_state, ReservedState):
            _reserved(report, place, contract_state, open_=contract.optional)
        if isinstance(contract_state, BatchState) and isinstance(contract, Batch):
            _batch(report, place, contract_state, contract)


def _fleet(report: Report, place: str, state: FleetState, modes: list[str], groups: int) -> None:
    for i, cohort in enumerate(state.groups):
        report.known(f"{place}.groups[{i}].mode", cohort.mode, modes, "mode")
    count = sum(cohort.groups for cohort in state.groups)
    if state.groups and count != groups:
        report.add(f"{place}.groups", f"{count} groups in all", f"{groups}, as the fleet has")


def _pool(report: Report, place: str, state: PoolState, nodes: int) -> None:
    count = sum(cohort.nodes for cohort in state.nodes)
    if state.nodes and count != nodes:
        report.add(f"{place}.nodes", f"{count} nodes in all", f"{nodes}, as the pool has")


def _reserved(report: Report, place: str, state: ReservedState, *, open_: bool) -> None:
    starts = []
    for i, record in enumerate(state.billing):
        here = f"{place}.billing[{i}]"
        start = report.local(f"{here}.start", record.start)
        if start is not None and start in starts:
            report.add(f"{here}.start", start.isoformat(), "each billing period once")
        starts.append(start)
        if record.committed_gpu_hours > MOST_GPU_HOURS:
            report.add(f"{here}.committed_gpu_hours", f"{record.committed_gpu_hours:g}", f"at most {MOST_GPU_HOURS:g}")
        if record.delivered_gpu_hours > record.committed_gpu_hours * (1 + 1e-9):
            report.add(
                f"{here}.delivered_gpu_hours",
                f"{record.delivered_gpu_hours:g}",
                f"at most the {record.committed_gpu_hours:g} committed",
            )
        if open_ and state.accepted is None:
            report.add(f"{place}.accepted", "null, with a billing history", "true or false")


def _batch(report: Report, place: str, state: BatchState, contract: Batch) -> None:
    spent = state.done_gpu_hours + state.missed_gpu_hours
    if spent > contract.gpu_hours * (1 + 1e-9):
        report.add(
            f"{place}.done_gpu_hours",
            f"{spent:g} GPU-hours done or missed",
            f"at most the {contract.gpu_hours:g} owed",
        )
    if state.running and not state.started:
        report.add(f"{place}.started", "false, with running true", "true")
    all_run = state.missed_gpu_hours > 0 and spent >= contract.gpu_hours * (1 - 1e-6)
    under_way = not contract.preemptible and state.started and not state.closed and not all_run
    if under_way and not state.running:
        report.add(f"{place}.running", "false, of a started job that runs without a break", "true")
    if under_way and state.pool not in contract.pools:
        report.add(f"{place}.pool", f"{state.pool}", f"where it runs: one of {', '.join(contract.pools)}")
