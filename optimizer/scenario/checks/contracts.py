"""Checks of AI contracts: what all kinds have in common; each checks its own terms."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report


def check(report: Report) -> None:
    pools = {pool.name: pool for pool in report.scenario.pools}
    for i, contract in enumerate(report.scenario.contracts):
        place = f"contracts[{i}]"
        for j, name in enumerate(contract.pools):
            report.known(f"{place}.pools[{j}]", name, pools, "pool")
        report.unique(((f"{place}.pools[{j}]", n) for j, n in enumerate(contract.pools)), "pool")
        mine = [pools[name] for name in dict.fromkeys(contract.pools) if name in pools]
        contract.check(report, place, mine, report.scenario.state.contracts.get(contract.name))
