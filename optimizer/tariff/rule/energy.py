"""Energy charges by time of use and monthly tiers (domain section 6).

The month's energy E of all periods together fills the tiers; period p has its share E_p / E of each:

    cost = Σ_p (E_p / E) × Σ_k (rate_pk + adjustment_pk) × kWh of E in tier k of p

| symbol | attribute |
|---|---|
| rate, adjustment | `EnergyTier.rate_usd_per_kwh`, `adjustment_usd_per_kwh` |
| end of tier k [kWh] | `EnergyTier.end_kwh`: kWh, × days of the month, × billed kW |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import EnergyPeriod
from optimizer.tariff.clock import Ints, LocalClock
from optimizer.tariff.rule.months import Months
from optimizer.tariff.rule.tiers import cost


@dataclass(frozen=True)
class PeriodEnergy:
    """A month's energy in one period. `usd`: energy and adjustment; `export_usd` is a credit, not positive."""

    period: str
    import_kwh: float
    export_kwh: float
    usd: float
    export_usd: float


def period_of(periods: Sequence[EnergyPeriod], clock: LocalClock) -> Ints:
    """Index of the period that holds each moment: the first that matches."""
    found = np.full(len(clock.minute), -1, dtype=np.int64)
    for at in reversed(range(len(periods))):
        found[clock.inside(periods[at].windows)] = at
    return found


def bill_energy(
    periods: Sequence[EnergyPeriod], months: Months, period: Ints, kwh: tuple[Floats, Floats], billed_kw: Floats
) -> tuple[tuple[PeriodEnergy, ...], ...]:
    """Energy and its dollars by month and period.

    `period`: (intervals,) index of the period of each interval. `kwh`: energy imported and exported, both
    (intervals,). `billed_kw`: (months,) what tiers per kW are measured by.
    """
    if not periods:
        return ((),) * months.count
    cell = months.of_interval * len(periods) + period
    shape = (months.count, len(periods))
    imported, exported = (np.bincount(cell, weights=of, minlength=shape[0] * shape[1]).reshape(shape) for of in kwh)
    return tuple(
        _month(periods, imported[at], exported[at], int(months.days[at]), float(billed_kw[at]))
        for at in range(months.count)
    )


def _month(
    periods: Sequence[EnergyPeriod], imported: Floats, exported: Floats, days: int, billed_kw: float
) -> tuple[PeriodEnergy, ...]:
    total_in, total_out = float(imported.sum()), float(exported.sum())
    lines = []
    for period, in_kwh, out_kwh in zip(periods, imported.tolist(), exported.tolist(), strict=True):
        ends = [tier.end_kwh(days, billed_kw) for tier in period.tiers]
        buy = [tier.rate_usd_per_kwh + tier.adjustment_usd_per_kwh for tier in period.tiers]
        sell = [tier.sell_usd_per_kwh or 0.0 for tier in period.tiers]
        usd = in_kwh / total_in * cost(total_in, ends, buy) if in_kwh else 0.0
        credit = out_kwh / total_out * cost(total_out, ends, sell) if out_kwh else 0.0
        lines.append(PeriodEnergy(period.name, in_kwh, out_kwh, usd, 0.0 - credit))
    return tuple(lines)
