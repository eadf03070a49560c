"""A metered load's bill under a tariff, month by month and line by line (domain section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np

from optimizer.scenario.charges import CHARGES
from optimizer.scenario.horizon import TimeError, zone_of
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import BillLine, Tariff
from optimizer.tariff.clock import month_label
from optimizer.tariff.errors import TariffError
from optimizer.tariff.history import History, Peaks
from optimizer.tariff.load import MeteredLoad
from optimizer.tariff.metered import Cut, cut
from optimizer.tariff.peaks import bill_coincident
from optimizer.tariff.rule.before import Before
from optimizer.tariff.rule.bill_rule import COMPARED_WITH_MINIMUM, BillRule, bill_rule
from optimizer.tariff.rule.charge import BilledDemand, unknown_months
from optimizer.tariff.rule.energy import PeriodEnergy, bill_energy, period_of
from optimizer.tariff.rule.months import Months, months_of

LINES: tuple[BillLine, ...] = tuple(kind.line for kind in CHARGES if kind.line != "tax")
"""Lines of every month, beside the tax on them. Export is a credit, not positive."""


@dataclass(frozen=True)
class BilledMonth:
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

    months: tuple[BilledMonth, ...]
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
    metered = cut(load, zone, tariff)
    peaks = Peaks(history)
    before = Before(look_back_kw=_before(tariff, peaks, months_of(metered.steps)))
    rule = bill_rule(tariff, metered.steps, before)
    notes = [*_notes_on_history(tariff, rule.months, peaks), *_notes_on_load(rule, load, metered)]
    if zone is None and not load.offset_minutes.any():
        notes.append("billed on the clock of the load's times, which is UTC; no time zone of the meter is given")
    for charge in rule.charges:
        if unknown := [month_label(month) for month in unknown_months(charge, before)]:
            notes.append(f"demand charge {charge.name}: no peak is given of {_span(unknown)}; counted as zero")
    return Bill(months=_months(rule, metered), not_honoured=tariff.not_honoured, notes=tuple(notes))


def _before(tariff: Tariff, peaks: Peaks, months: Months) -> dict[tuple[str, int], float]:
    """Peaks of each charge with a ratchet in the months before the load."""
    earlier = [month for month in peaks.months() if month < months.first]
    found = {(charge.name, month): peaks.peak_kw(charge.name, month) for charge in tariff.demand for month in earlier}
    return {key: kw for key, kw in found.items() if kw is not None}


def _months(rule: BillRule, metered: Cut) -> tuple[BilledMonth, ...]:
    """Every month's lines and their dollars."""
    tariff, months, steps = rule.tariff, rule.months, rule.steps
    charged = [charge.lines(metered.import_kw) for charge in rule.charges]
    demand = [tuple(line for lines in charged if (line := lines[at]) is not None) for at in range(months.count)]
    energy = _energy(rule, metered)
    usd: dict[BillLine, Floats] = {
        "energy": np.array([sum(line.usd for line in lines) for lines in energy]),
        "demand": np.array([sum(line.usd for line in lines) for lines in demand]),
        "coincident": sum(
            (bill_coincident(charge, steps, months, metered.import_kw) for charge in tariff.coincident),
            np.zeros(months.count),
        ),
        "fixed": rule.fixed_usd,
    }
    usd["minimum"] = _minimum(rule, metered, sum((usd[line] for line in COMPARED_WITH_MINIMUM), np.zeros(months.count)))
    usd["export"] = np.array([sum(line.export_usd for line in lines) for lines in energy])
    tax = sum((rule.taxed(line) * usd[line] for line in LINES), np.zeros(months.count))
    return tuple(
        BilledMonth(
            month=label,
            lines={f"{line}_usd": float(usd[line][at]) for line in LINES} | {"tax_usd": float(tax[at])},
            energy=energy[at],
            demand=demand[at],
        )
        for at, label in enumerate(months.labels)
    )


def _energy(rule: BillRule, metered: Cut) -> tuple[tuple[PeriodEnergy, ...], ...]:
    periods, steps = rule.tariff.energy, rule.steps
    period = steps.at_start(period_of(periods, steps.clock))
    kwh = metered.import_kw * steps.hours, metered.export_kw * steps.hours
    per_kw = any(tier.per_kw for period in periods for tier in period.tiers)
    billed_kw = rule.measured.billed_kw(metered.import_kw) if per_kw else np.zeros(rule.months.count)
    return bill_energy(periods, rule.months, period, kwh, billed_kw)


def _minimum(rule: BillRule, metered: Cut, compared: Floats) -> Floats:
    """What is missing to the minimum: each month, and in December of each calendar year that the load covers whole."""
    missing = rule.short_usd(compared)
    least = rule.tariff.minimum.usd_per_year
    if least is not None:
        for december in _ends_of_whole_years(rule.months, metered):
            year = slice(december - 11, december + 1)
            missing[december] += max(0.0, least - float((compared + missing)[year].sum()))
    return missing


def _ends_of_whole_years(months: Months, metered: Cut) -> list[int]:
    partly = metered.partly_covered(months)
    return [
        at
        for at in range(11, months.count)
        if months.month_of_year[at] == 12 and not any(at - 11 <= month <= at for month in partly)
    ]


def _notes_on_history(tariff: Tariff, months: Months, peaks: Peaks) -> list[str]:
    notes = []
    names = {charge.name for charge in tariff.demand}
    for name in peaks.charges():
        if name not in names:
            raise TariffError("history", f"no demand charge is named {name!r}", f"one of: {', '.join(sorted(names))}")
    covered = [month_label(month) for month in peaks.months() if month >= months.first]
    if covered:
        notes.append(f"history: the peaks of {_span(covered)} are not used; the load itself begins {months.labels[0]}")
    return notes


def _notes_on_load(rule: BillRule, load: MeteredLoad, metered: Cut) -> list[str]:
    notes, tariff, months = [], rule.tariff, rule.months
    for at in metered.partly_covered(months):
        notes.append(f"the load covers a part of {months.labels[at]} only; charges by the month are not prorated")
    if tariff.minimum.usd_per_year is not None:
        judged = {months.labels[at][:4] for at in _ends_of_whole_years(months, metered)}
        for year in sorted({label[:4] for label in months.labels} - judged):
            notes.append(f"minimum per year: {year} is not covered whole, so it is not compared")
    for charge in tariff.demand:
        if charge.metering_minutes is not None and load.interval_minutes > charge.metering_minutes:
            notes.append(
                f"demand charge {charge.name}: the load's {load.interval_minutes}-minute averages stand for metering "
                f"in {charge.metering_minutes}-minute intervals, which understates peaks"
            )
    sells = any(tier.sell_usd_per_kwh is not None for period in tariff.energy for tier in period.tiers)
    if not sells and metered.export_kw.any():
        notes.append("the load exports, for which the tariff pays nothing")
    return notes


def _span(labels: tuple[str, ...] | list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]} ({len(labels)} months)"
