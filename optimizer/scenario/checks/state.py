"""Checks of the state that an earlier plan handed over."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report
from optimizer.scenario.state import FleetState, PoolState


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
        contract.check_state(report, place, contract_state)


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
