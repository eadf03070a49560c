"""What a published plan accepted and declined, as state: no later plan takes it back."""

from __future__ import annotations

from optimizer.scenario.scenario import Scenario
from optimizer.scenario.state import BatchState, ContractState, ReservedState, SpotState
from optimizer.schedule import Schedule

_NEW: dict[str, ContractState] = {
    "reserved": ReservedState(kind="reserved"),
    "batch": BatchState(kind="batch"),
    "spot": SpotState(kind="spot"),
}


def with_acceptance(scenario: Scenario, published: Schedule) -> Scenario:
    """The scenario whose state knows which optional contracts and PPAs the schedule accepted; those that the schedule
    does not have stay open."""
    told = {report.name: report.accepted for report in published.contracts}
    contracts, ppas = dict(scenario.state.contracts), dict(scenario.state.ppas)
    for contract in scenario.contracts:
        before = contracts.get(contract.name, _NEW[contract.kind])
        if contract.optional and before.accepted is None and contract.name in told:
            contracts[contract.name] = before.model_copy(update={"accepted": told[contract.name]})
    optional = {ppa.name for ppa in scenario.supply.ppas if ppa.optional} - set(ppas)
    for _, item, quantity, value in published.dispatch_rows:
        if quantity == "accepted" and item in optional:
            ppas[item] = value > 0.5
    if contracts == scenario.state.contracts and ppas == scenario.state.ppas:
        return scenario
    state = scenario.state.model_copy(update={"contracts": contracts, "ppas": ppas})
    return scenario.model_copy(update={"state": state})
