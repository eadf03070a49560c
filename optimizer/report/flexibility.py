"""What a plan sells of its flexibility: reserve capacity and reductions, by period and in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optimizer.report.columns import Column, megawatts
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import LedgerKind, Schedule


def flexibility_columns(scenario: Scenario, total: Callable[[Sequence[str], str], list[float]]) -> list[Column]:
    """Capacity offered in all reserve products, and reductions of all events, of those that there are.

    `total`: sums a quantity over items, by period.
    """
    supply, columns = scenario.supply, []
    if supply.reserves:
        offered = total([terms.name for terms in supply.reserves], "offered_mw")
        columns.append(Column("reserve", megawatts(offered)))
    if supply.demand_response:
        reduced = total([terms.name for terms in supply.demand_response], "reduction_mw")
        columns.append(Column("reduced", megawatts(reduced)))
    return columns


def flexibility_lines(scenario: Scenario, schedule: Schedule) -> list[str]:
    """What each reserve product and each event comes to in the committed part."""
    supply, hours, currency = scenario.supply, scenario.horizon.hours, schedule.currency
    sold: dict[str, float] = {}
    for row in schedule.dispatch_rows:
        if row.quantity in {"offered_mw", "reduction_mw"}:
            sold[row.item] = sold.get(row.item, 0.0) + row.value * hours
    earned: dict[str, float] = {}
    for line in schedule.ledger_rows:
        if line.kind in {LedgerKind.RESERVE, LedgerKind.DEMAND_RESPONSE}:
            earned[line.item] = earned.get(line.item, 0.0) + line.usd
    lines = []
    for terms in supply.reserves:
        mean = sold[terms.name] / (scenario.horizon.committed * hours)
        usd = earned.get(terms.name, 0.0)
        lines.append(
            f"reserve: {terms.name}: {mean:,.3g} MW offered on average, {usd:,.2f} {currency}, what calls are expected "
            "to cost counted"
        )
    for event in supply.demand_response:
        usd = earned.get(event.name, 0.0)
        lines.append(f"event: {event.name}: {sold[event.name]:,.3g} MWh reduced, {usd:,.2f} {currency}")
    return lines
