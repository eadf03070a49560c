"""Checks of reserve products and demand-response events."""

from __future__ import annotations

from optimizer.scenario.checks.report import Report
from optimizer.scenario.contracts import KINDS
from optimizer.scenario.flexibility import Reserve


def check(report: Report) -> None:
    supply = report.scenario.supply
    for i, reserve in enumerate(supply.reserves):
        _reserve(report, f"supply.reserves[{i}]", reserve)
    for i, event in enumerate(supply.demand_response):
        place = f"supply.demand_response[{i}]"
        start, end = report.local(f"{place}.start", event.start), report.local(f"{place}.end", event.end)
        if start and end and start.timestamp() >= end.timestamp():
            report.add(f"{place}.end", end.isoformat(), f"later than its start {start.isoformat()}")
        report.series(f"{place}.baseline_mw", event.baseline_mw, 0.0, 1e6)


def _reserve(report: Report, place: str, reserve: Reserve) -> None:
    scenario = report.scenario
    report.series(f"{place}.price_usd_per_mw_h", reserve.price_usd_per_mw_h, -1e6, 1e6)
    report.series(f"{place}.deployment_share", reserve.deployment_share, 0.0, 1.0)
    if reserve.max_mw is not None:
        report.series(f"{place}.max_mw", reserve.max_mw, 0.0, 1e6, "min")
    spots = {contract.name: contract.kind for contract in scenario.contracts if contract.offers_reserve}
    on_site = [asset.name for asset in scenario.supply.every_asset if asset.offers_reserve]
    machines = [*(fleet.name for fleet in scenario.fleets), *on_site]
    stores = [kind.word for kind in scenario.supply.kinds().values() if kind.offers_reserve]
    sold = [f"{kind} contract" for kind, terms in KINDS.items() if terms.offers_reserve]
    allowed = f"{', '.join(['fleet', *stores])} or {' or '.join(sold)}"
    seen: set[str] = set()
    labels: set[str] = set()
    for k, name in enumerate(reserve.providers):
        here = f"{place}.providers[{k}]"
        if reserve.direction != "up" and name in spots:
            report.add(here, f"{name!r}, a {spots[name]} contract, in a product that rises", "fleets and batteries")
        else:
            report.known(here, name, [*machines, *spots], allowed)
        if name in seen:
            report.add(here, f"{name!r} a second time", "each provider once")
        elif taken := labels & (mine := _labels(report, name)):
            report.add(here, f"{name!r} would be shown as {min(taken)!r}, as another provider is", "another name")
        else:
            labels |= mine
        seen.add(name)


def _labels(report: Report, provider: str) -> set[str]:
    """What a provider's offers are shown as: with each mode of a fleet, each pool of a contract."""
    scenario = report.scenario
    modes = {f"{fleet.name} {mode.name}" for fleet in scenario.fleets if fleet.name == provider for mode in fleet.modes}
    pools = {f"{c.name} {pool}" for c in scenario.contracts if c.name == provider for pool in c.pools}
    return modes | pools or {provider}
