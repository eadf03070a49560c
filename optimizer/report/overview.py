"""What a scenario says, in a few lines."""

from __future__ import annotations

from optimizer.insight.figures import energy_price_usd_per_mwh, hashprice_usd_per_ph_day
from optimizer.scenario.charges import counts_of
from optimizer.scenario.notes import notes_of
from optimizer.scenario.scenario import Scenario


def overview(scenario: Scenario) -> str:
    """Horizon, prices, machines and contracts of a valid scenario, and what was rounded."""
    horizon = scenario.horizon
    behind = horizon.periods - horizon.committed
    price = energy_price_usd_per_mwh(scenario)
    lines = [
        f"{scenario.name}: valid",
        f"  time: {horizon.committed} periods of {horizon.step_minutes} minutes from {horizon.label(0)} to "
        f"{horizon.at(horizon.committed).isoformat()}" + (f", look-ahead of {behind} more" if behind else ""),
        f"  energy: {price.min():.2f} to {price.max():.2f} USD/MWh, mean {price.mean():.2f}".replace(
            "USD", scenario.currency
        ),
    ]
    usd = hashprice_usd_per_ph_day(scenario)
    if usd is not None:
        lines.append(f"  hashprice: {usd.min():.2f} to {usd.max():.2f} {scenario.currency}/PH/day")
    for fleet in scenario.fleets:
        peak = max(mode.power_w for mode in fleet.modes) * fleet.units / 1e6
        modes = ", ".join(mode.name for mode in fleet.all_modes)
        lines.append(f"  fleet {fleet.name}: {fleet.units} machines in {fleet.groups} groups, {peak:.4g} MW ({modes})")
    for pool in scenario.pools:
        peak = pool.peak_power_w * pool.nodes / 1e6
        lines.append(f"  pool {pool.name}: {pool.nodes} nodes of {pool.gpus_per_node} GPUs, {peak:.4g} MW")
    lines += [f"  {asset.word} {asset.name}: {asset.summary()}" for asset in scenario.supply.every_asset]
    lines += _market_lines(scenario)
    for contract in scenario.contracts:
        pools = ", ".join(contract.pools)
        optional = ", optional" if contract.optional else ""
        lines.append(f"  {contract.kind} {contract.name}: {contract.summary()}, on {pools}{optional}")
    lines += [f"  note: {note}" for note in notes_of(scenario)]
    return "\n".join(lines)


def _market_lines(scenario: Scenario) -> list[str]:
    """The tariff, what is sold of flexibility, what is held by hand."""
    supply, lines = scenario.supply, []
    if supply.tariff is not None:
        tariff = supply.tariff
        lines.append(f"  tariff {tariff.name}: {', '.join(counts_of(tariff)) or 'no charges by load'}")
    for reserve in supply.reserves:
        lines.append(f"  reserve {reserve.name}: {reserve.direction}, offered by {', '.join(reserve.providers)}")
    for event in supply.demand_response:
        window = f"{event.start.isoformat()} to {event.end.isoformat()}"
        lines.append(f"  demand response {event.name}: {event.committed_reduction_mw:.4g} MW, {window}")
    for override in scenario.overrides:
        how = override.hold or f"at {override.power_mw:g} MW"
        window = f"{override.start.isoformat()} to {override.end.isoformat()}"
        lines.append(f"  override: {override.item} held {how}, {window}")
    return lines
