"""A metered load's bill under a tariff, month by month and line by line (domain section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np

from optimizer.scenario.horizon import TimeError, zone_of
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.tariff.clock import month_label
from optimizer.tariff.coincident import bill_coincident
from optimizer.tariff.demand import BilledDemand, bill_demand, billed_kw_of_months
from optimizer.tariff.energy import PeriodEnergy, bill_energy
from optimizer.tariff.errors import TariffError
from optimizer.tariff.grid import Grid, grid_of
from optimizer.tariff.history import History, Peaks
from optimizer.tariff.load import MeteredLoad

COMPARED_WITH_MINIMUM = ("energy", "demand", "fixed")
LINES: tuple[BillLine, ...] = ("energy", "demand", "coincident", "fixed", "minimum", "export")
"""Lines of every month, beside the tax on them. Export is a credit, not positive."""


@dataclass(frozen=True)
class MonthBill:
    """One local calendar month. `lines`: USD by `energy_usd`, `demand_usd` (with what ratchets add), …, `tax_usd`."""

    month: str
    lines: dict[str, float]
    energy: tuple[PeriodEnergy, ...]
    demand: tuple[BilledDemand, ...]

    @property
    def total_usd(self) -> float:
        return sum(self.lines.values())

    @property
    def ratchet_usd(self) -> float:
        """The part of `demand_usd` that is due to earlier months' peaks."""
        return sum(line.ratchet_usd for line in self.demand)


@dataclass(frozen=True)
class Bill:
    """The bill of a load. `not_honoured`: what the tariff's source says and nothing here bills. `notes`: what was
    assumed: peaks that nobody gave, months that the load covers in part."""

    months: tuple[MonthBill, ...]
    not_honoured: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def total_usd(self) -> float:
        return sum(month.total_usd for month in self.months)

    def as_dict(self) -> dict[str, Any]:
        """The bill as `wattshift tariff bill --json` prints it."""
        return {
            "months": [
                {"month": month.month, "lines": dict(month.lines), "total_usd": month.total_usd}
                for month in self.months
            ],
            "total_usd": self.total_usd,
            "not_honoured": list(self.not_honoured),
        }


def bill(
    tariff: Tariff, load: MeteredLoad, *, timezone: str | tzinfo | None = None, history: History | None = None
) -> Bill:
    """Bill a metered load of any length under a tariff.

    `timezone`: IANA name or zone of the meter, whose local clock counts; without it the clock that the load was
    written by. `history`: peaks by month before the load, for ratchets; months without are zero, and the notes say so.
    Raises TariffError.
    """
    try:
        zone = zone_of(timezone) if isinstance(timezone, str) else timezone
    except TimeError as error:
        raise TariffError("timezone", str(error)) from None
    grid = grid_of(load, zone, tariff)
    peaks = Peaks(history)
    notes = [*_notes_on_history(tariff, grid, peaks), *_notes_on_load(tariff, load, grid)]
    if zone is None and not load.offset_minutes.any():
        notes.append("billed on the clock of the load's times, which is UTC; no time zone of the meter is given")
    demand = []
    for charge in tariff.demand:
        months, unknown = bill_demand(charge, grid, peaks)
        demand.append(months)
        if unknown:
            notes.append(f"demand charge {charge.name}: no peak is given of {_span(unknown)}; counted as zero")
    energy = bill_energy(tariff.energy, grid, billed_kw_of_months(tariff, demand, grid))
    coincident = sum((bill_coincident(charge, grid) for charge in tariff.coincident), np.zeros(grid.months))
    by_month = [[line for months in demand if (line := months[at]) is not None] for at in range(grid.months)]
    usd: dict[str, Floats] = {
        "energy": np.array([sum(line.usd for line in lines) for lines in energy]),
        "demand": np.array([sum(line.usd for line in lines) for lines in by_month]),
        "coincident": np.asarray(coincident),
        "fixed": np.array([tariff.fixed.usd_per_month + tariff.fixed.usd_per_day * days for days in grid.days]),
    }
    usd["minimum"] = _minimum(tariff, grid, sum((usd[line] for line in COMPARED_WITH_MINIMUM), np.zeros(grid.months)))
    usd["export"] = np.array([sum(line.export_usd for line in lines) for lines in energy])
    tax = np.zeros(grid.months)
    for levied in tariff.taxes:
        tax += levied.percent / 100.0 * sum((usd[line] for line in set(levied.lines)), np.zeros(grid.months))
    return Bill(
        months=tuple(
            MonthBill(
                month=label,
                lines={f"{line}_usd": float(usd[line][at]) for line in LINES} | {"tax_usd": float(tax[at])},
                energy=energy[at],
                demand=tuple(by_month[at]),
            )
            for at, label in enumerate(grid.labels)
        ),
        not_honoured=tariff.not_honoured,
        notes=tuple(notes),
    )


def _minimum(tariff: Tariff, grid: Grid, compared: Floats) -> Floats:
    """What is missing to the minimum: each month, and in December of each calendar year that the load covers whole."""
    least = tariff.minimum
    missing = np.zeros(grid.months)
    if least.usd_per_month is not None or least.usd_per_day is not None:
        monthly = np.array([(least.usd_per_month or 0.0) + (least.usd_per_day or 0.0) * days for days in grid.days])
        missing = np.maximum(0.0, monthly - compared)
    if least.usd_per_year is not None:
        for december in _ends_of_whole_years(grid):
            year = slice(december - 11, december + 1)
            missing[december] += max(0.0, least.usd_per_year - float((compared + missing)[year].sum()))
    return missing


def _ends_of_whole_years(grid: Grid) -> list[int]:
    partly = grid.partly_covered()
    return [
        at
        for at in range(11, grid.months)
        if grid.month_of_year[at] == 12 and not any(at - 11 <= month <= at for month in partly)
    ]


def _notes_on_history(tariff: Tariff, grid: Grid, peaks: Peaks) -> list[str]:
    notes = []
    names = {charge.name for charge in tariff.demand}
    for name in peaks.charges():
        if name not in names:
            raise TariffError("history", f"no demand charge is named {name!r}", f"one of: {', '.join(sorted(names))}")
    covered = [month_label(month) for month in peaks.months() if month >= grid.first_month]
    if covered:
        notes.append(f"history: the peaks of {_span(covered)} are not used; the load itself begins {grid.labels[0]}")
    return notes


def _notes_on_load(tariff: Tariff, load: MeteredLoad, grid: Grid) -> list[str]:
    notes = []
    for at in grid.partly_covered():
        notes.append(f"the load covers a part of {grid.labels[at]} only; charges by the month are not prorated")
    if tariff.minimum.usd_per_year is not None:
        judged = {grid.labels[at][:4] for at in _ends_of_whole_years(grid)}
        for year in sorted({label[:4] for label in grid.labels} - judged):
            notes.append(f"minimum per year: {year} is not covered whole, so it is not compared")
    for charge in tariff.demand:
        if charge.metering_minutes is not None and load.interval_minutes > charge.metering_minutes:
            notes.append(
                f"demand charge {charge.name}: the load's {load.interval_minutes}-minute averages stand for metering "
                f"in {charge.metering_minutes}-minute intervals, which understates peaks"
            )
    sells = any(tier.sell_usd_per_kwh is not None for period in tariff.energy for tier in period.tiers)
    if not sells and grid.export_kw.any():
        notes.append("the load exports, for which the tariff pays nothing")
    return notes


def _span(labels: tuple[str, ...] | list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]} ({len(labels)} months)"
