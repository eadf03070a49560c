"""The exact optimum of a small scenario's whole horizon, by exhaustive enumeration."""

from __future__ import annotations

from optimizer.scenario.contracts import Batch
from optimizer.scenario.scenario import Scenario

from .fractions import FractionSearch
from .stages import Search


def has_fractions(scenario: Scenario) -> bool:
    """Whether GPU counts may be fractions: then integer patterns are enumerated, and GPUs come from a small LP."""
    return any(
        contract.gpu_unit == "fraction" and not (isinstance(contract, Batch) and not contract.preemptible)
        for contract in scenario.contracts
    )


def search_of(scenario: Scenario) -> Search | FractionSearch:
    """The search that fits the scenario."""
    return FractionSearch(scenario) if has_fractions(scenario) else Search(scenario)


def best_profit(scenario: Scenario) -> float | None:
    """USD of the best plan of the whole horizon, look-ahead included; None where no plan is allowed."""
    return search_of(scenario).best()
