"""What is said about a scenario that is right but not taken literally: durations rounded up, times moved,
values held through several periods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import TimedSeries


def notes_of(scenario: Scenario) -> list[str]:
    """One sentence for each input that the grid of periods changes."""
    return list(_notes(scenario))


def _notes(scenario: Scenario) -> Iterator[str]:
    horizon = scenario.horizon
    if scenario.time.start.tzinfo is None and scenario.time.start != horizon.starts[0].replace(tzinfo=None):
        yield (
            f"time.start {scenario.time.start.isoformat()} is skipped by the clocks of {scenario.time.zone}: the day "
            f"begins at {horizon.label(0)}"
        )
    for fleet in scenario.fleets:
        for name in ("min_up_hours", "min_down_hours", "warm_up_hours"):
            yield from _rounded(horizon, f"fleet {fleet.name}: {name}", getattr(fleet, name))
    for pool in scenario.pools:
        for name in ("min_up_hours", "min_down_hours"):
            yield from _rounded(horizon, f"pool {pool.name}: {name}", getattr(pool, name))
    for asset in scenario.supply.every_asset:
        for name in asset.durations:
            yield from _rounded(horizon, f"{asset.word} {asset.name}: {name}", getattr(asset, name))
    yield from _of_the_tariff(scenario, horizon)
    if scenario.state.at is None:  # what an earlier plan handed over came from a time in which these were still ahead
        yield from _over(scenario, horizon)
    yield from dict.fromkeys(_coarse(horizon, scenario, ""))
    for contract in scenario.contracts:
        yield from contract.notes(horizon)


def _over(scenario: Scenario, horizon: Horizon) -> Iterator[str]:
    """What has ended before the horizon begins: no plan can change it, and none earns or pays for it."""
    spans: list[tuple[str, datetime]] = [
        *((f"demand-response event {event.name}", event.end) for event in scenario.supply.demand_response),
        *((f"curtailment order {order.name}", order.end) for order in scenario.site.curtailment),
        *((f"override of {override.item}", override.end) for override in scenario.overrides),
        *(span for contract in scenario.contracts for span in contract.spans()),
    ]
    begin = horizon.starts[0]
    for what, end in spans:
        over = localize(end, horizon.zone)
        if over.timestamp() <= begin.timestamp():
            yield (
                f"{what} ends at {over.isoformat()}, before the horizon begins at {begin.isoformat()}: it says nothing "
                f"to this plan"
            )


def _of_the_tariff(scenario: Scenario, horizon: Horizon) -> Iterator[str]:
    """What a plan cannot take from its tariff word by word."""
    tariff = scenario.supply.tariff
    if tariff is None:
        return
    for charge in tariff.demand:
        if charge.metering_minutes is not None and charge.metering_minutes < horizon.step_minutes:
            yield (
                f"demand charge {charge.name}: {horizon.step_minutes}-minute averages stand for metering in "
                f"{charge.metering_minutes}-minute intervals, which understates peaks"
            )
    if tariff.minimum.usd_per_year is not None:
        yield f"tariff {tariff.name}: the minimum charge per year is not weighed; `wattshift tariff bill` bills it"
    for field in tariff.not_honoured:
        yield f"tariff {tariff.name}: not honoured: {field}"


def _coarse(horizon: Horizon, value: Any, place: str) -> Iterator[str]:
    """Series whose values hold through several periods: coarse data, or finer data with every second row missing."""
    if isinstance(value, TimedSeries):
        if value.interval_minutes > horizon.step_minutes:
            yield (
                f"{value.source or place}: {value.interval_minutes}-minute data, held over "
                f"{horizon.step_minutes}-minute periods"
            )
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _coarse(horizon, getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for at, item in enumerate(value):
            yield from _coarse(horizon, item, f"{place}[{at}]")


def _rounded(horizon: Horizon, what: str, hours: float) -> Iterator[str]:
    periods = horizon.whole_periods(hours)
    planned = periods * horizon.hours
    if abs(planned - hours) > 1e-9:
        yield f"{what} {hours:g} is rounded up to {planned:g} (whole {horizon.step_minutes}-minute periods)"
