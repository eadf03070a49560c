"""Checks of a utility's tariff where a plan is to weigh it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from optimizer.scenario.checks.report import Report
from optimizer.scenario.clock import EDGE_MINUTES
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.state import MonthSoFar, OpenInterval
from optimizer.scenario.tariff import DemandCharge, EnergyPeriod, Tariff
from optimizer.scenario.tou import TouError, holiday_dates

EDGE = timedelta(minutes=EDGE_MINUTES)
MOST_MWH = 1e5
"""Of a metering interval; above anything real, and no demand beyond what a state takes."""
SAME = 1e-12
"""USD/kWh by which steps between tiers may differ through rounding alone."""

ENDS_INSIDE = "a committed part that ends where a metering interval does"
"""What is allowed, where the committed part ends inside a metering interval; of a past that is no matter."""


def check(report: Report) -> None:
    tariff = report.scenario.supply.tariff
    if tariff is None:
        _without(report)
        return
    place = "supply.tariff"
    if tariff.holidays is not None:
        year = 2026 if report.horizon is None else report.horizon.starts[0].year
        try:
            holiday_dates(tariff.holidays, {year})
        except TouError as error:
            report.add(f"{place}.holidays", str(error), "a country, with a subdivision if wanted: US, US-TX, DE-BY")
    _energy(report, place, tariff)
    for i, charge in enumerate(tariff.demand):
        _ends_on_a_block(report, f"{place}.demand[{i}].metering_minutes", charge)
    for i, coincident in enumerate(tariff.coincident):
        if coincident.probability is not None:
            report.series(f"{place}.coincident[{i}].probability", coincident.probability, 0.0, 1e3, "sum")
    names = [tax.name for tax in tariff.taxes]
    report.unique(((f"{place}.taxes[{i}].name", name) for i, name in enumerate(names)), "name")
    _expected(report, tariff)
    _state(report, tariff)


def _without(report: Report) -> None:
    """What refers to a tariff that is not there."""
    supply, state = report.scenario.supply, report.scenario.state.tariff
    if supply.expected_peaks:
        report.add("supply.expected_peaks", "given without supply.tariff", "none: they belong to demand charges")
    if supply.find_expected_peaks:
        report.add("supply.find_expected_peaks", "true, without supply.tariff", "false: there are no demand charges")
    for place, charge in _charges_of(state.months):
        report.add(place, f"{charge!r}, without supply.tariff", "none: there are no demand charges")


def _energy(report: Report, place: str, tariff: Tariff) -> None:
    first = tariff.energy[0] if tariff.energy else None
    for i, period in enumerate(tariff.energy):
        here = f"{place}.energy[{i}].tiers"
        if first is not None and len(tariff.energy) > 1 and not _tiers_alike(first, period):
            report.add(
                here,
                f"tiers of {period.name!r} that differ from those of {first.name!r}",
                "in a plan, periods with the same ends and the same steps from tier to tier (`tariff bill` takes any)",
            )
        if len({tier.sell_usd_per_kwh for tier in period.tiers}) > 1:
            report.add(
                f"{here}", f"{period.name!r} buys export at rates that differ by tier", "in a plan, one rate a period"
            )
    if tariff.energy and report.scenario.supply.day_ahead is not None:
        report.add("supply.day_ahead", "given beside energy rates of a tariff", "a real-time price in supply.energy")
    for kind, assets in report.scenario.supply.assets.items():
        if tariff.energy and any(asset.at_market_price for asset in assets):
            report.add(f"supply.{kind}", "given beside energy rates of a tariff", "a market price in supply.energy")


def _tiers_alike(a: EnergyPeriod, b: EnergyPeriod) -> bool:
    """Whether the month's energy alone decides what higher tiers add, whatever the hours."""
    if [tier.ends() for tier in a.tiers] != [tier.ends() for tier in b.tiers]:
        return False
    steps = (_steps(a), _steps(b))
    return all(abs(x - y) <= SAME for x, y in zip(*steps, strict=True))


def _steps(period: EnergyPeriod) -> list[float]:
    rates = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in period.tiers]
    return [rate - rates[0] for rate in rates[1:]]


def _ends_on_a_block(report: Report, place: str, charge: DemandCharge) -> None:
    """The committed part ends where a metering interval does."""
    horizon = report.horizon
    if horizon is None or charge.metering_minutes is None or charge.metering_minutes <= horizon.step_minutes:
        return
    end = horizon.at(horizon.committed)
    if (end.hour * 60 + end.minute) % charge.metering_minutes:
        report.add(
            place,
            f"{charge.metering_minutes}, and the committed part ends at {end.isoformat()}",
            ENDS_INSIDE,
        )


def _expected(report: Report, tariff: Tariff) -> None:
    charges = [charge.name for charge in tariff.demand]
    seen: set[tuple[str, str]] = set()
    for i, peak in enumerate(report.scenario.supply.expected_peaks):
        place = f"supply.expected_peaks[{i}]"
        report.known(f"{place}.charge", peak.charge, charges, "demand charge")
        if (peak.charge, peak.month) in seen:
            report.add(place, f"{peak.charge} in {peak.month} a second time", "each charge and month once")
        seen.add((peak.charge, peak.month))


def _state(report: Report, tariff: Tariff) -> None:
    state, charges = report.scenario.state.tariff, [charge.name for charge in tariff.demand]
    months = ((f"state.tariff.months[{i}].month", month.month) for i, month in enumerate(state.months))
    report.unique(months, "month")
    if report.horizon is not None:
        now = f"{report.horizon.starts[0]:%Y-%m}"
        for i, month in enumerate(state.months):
            if month.month > now:
                report.add(f"state.tariff.months[{i}].month", repr(month.month), f"{now}, or a month before it")
    for place, charge in _charges_of(state.months):
        report.known(place, charge, charges, "demand charge")
    for name, interval in state.open_intervals.items():
        place = f"state.tariff.open_intervals.{name}"
        if report.known(place, name, charges, "demand charge") and report.horizon is not None:
            minutes = next(charge.metering_minutes for charge in tariff.demand if charge.name == name)
            _open(report, place, interval, minutes, report.horizon)


def _open(report: Report, place: str, interval: OpenInterval, minutes: int | None, horizon: Horizon) -> None:
    """A metering interval is under way where the plan begins inside one that is longer than its periods."""
    begin = horizon.starts[0]
    opened = begin if minutes is None or minutes <= horizon.step_minutes else _opened(begin, minutes)
    if opened == begin:
        allowed = f"none: no metering interval of the charge is under way at {begin.isoformat()}"
        report.add(f"{place}.start", interval.start.isoformat(), allowed)
    elif interval.start.timestamp() != opened.timestamp():
        under_way = f"the start of the metering interval that is under way at {begin.isoformat()}"
        report.add(f"{place}.start", interval.start.isoformat(), f"{opened.isoformat()}, {under_way}")
    elif interval.import_mwh > MOST_MWH:
        report.add(f"{place}.import_mwh", f"{interval.import_mwh:g}", f"at most {MOST_MWH:g} MWh")


def _opened(begin: datetime, minutes: int) -> datetime:
    """The start of the clock-aligned interval that a moment lies in; one begins where the clocks change too."""

    def block(moment: datetime) -> tuple[object, ...]:
        return moment.date(), (moment.hour * 60 + moment.minute) // minutes, moment.utcoffset()

    opened = begin
    while block(earlier := (opened.astimezone(UTC) - EDGE).astimezone(begin.tzinfo)) == block(begin):
        opened = earlier
    return opened


def _charges_of(months: Sequence[MonthSoFar]) -> list[tuple[str, str]]:
    return [
        (f"state.tariff.months[{i}].{field}.{charge}", charge)
        for i, month in enumerate(months)
        for field in ("peaks_mw", "look_back_mw")
        for charge in getattr(month, field)
    ]
