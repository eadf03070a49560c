"""What a published plan accepted and declined, as state: no later plan takes it back."""

from __future__ import annotations

from optimizer.scenario.scenario import Scenario
from optimizer.schedule import Schedule


def with_acceptance(scenario: Scenario, published: Schedule) -> Scenario:
    """The scenario whose state knows which optional contracts and assets the schedule accepted; those that the schedule
    does not have stay open."""
    told = {report.name: report.accepted for report in published.contracts}
    contracts = dict(scenario.state.contracts)
    for contract in scenario.contracts:
        before = contract.begun(contracts.get(contract.name))
        if contract.optional and before.accepted is None and contract.name in told:
            contracts[contract.name] = before.model_copy(update={"accepted": told[contract.name]})
    state = scenario.state
    if contracts != state.contracts:
        state = state.model_copy(update={"contracts": contracts})
    accepted = {row.item: row.value > 0.5 for row in published.dispatch_rows if row.quantity == "accepted"}
    for place in state.places_of(scenario.supply.assets):
        said = dict(state.of_assets(place))
        for asset in scenario.supply.assets[place]:
            now = asset.with_acceptance(said.get(asset.name), accepted[asset.name]) if asset.name in accepted else None
            if now is not None:
                said[asset.name] = now
        if said != state.of_assets(place):
            state = state.with_assets(place, said)
    return scenario if state is scenario.state else scenario.model_copy(update={"state": state})
