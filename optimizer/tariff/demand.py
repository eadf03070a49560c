"""Demand charges: metering blocks, windows, monthly peaks, ratchets, tiers (domain section 6).

demand of block b = (1/L) ∫_b import dt          clock-aligned, divided by its full length L
own peak          = max of the blocks that lie wholly in the window, per calendar month
ratchet           = share × highest peak of the months looked back to
billed            = max(own peak, ratchet)
cost              = tiers of (rate + adjustment) on billed, for months that the window is in force
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.scenario.clock import ALWAYS, EDGE_MINUTES, ClockWindow
from optimizer.scenario.series import Floats
from optimizer.scenario.tariff import DemandCharge, Ratchet, Tariff
from optimizer.tariff.clock import DAY, Flags, Ints, local_clock, month_label
from optimizer.tariff.grid import Grid
from optimizer.tariff.history import Peaks
from optimizer.tariff.tiers import cost


@dataclass(frozen=True)
class BilledDemand:
    """One charge's demand in one month. `usd` is the whole charge, `ratchet_usd` the part of it that is due to
    earlier months' peaks."""

    charge: str
    peak_kw: float
    ratchet_kw: float
    billed_kw: float
    usd: float
    ratchet_usd: float


@dataclass(frozen=True, eq=False)
class Blocks:
    """Metering blocks. `first`: (blocks,) index of each one's first step; `demand_kw`, `month`: (blocks,)."""

    first: Ints
    demand_kw: Floats
    month: Ints

    def wholly(self, inside: Flags) -> Flags:
        """Blocks all of whose steps are inside, (blocks,)."""
        return np.asarray(np.logical_and.reduceat(inside, self.first))


def blocks_of(grid: Grid, metering_minutes: int | None) -> Blocks:
    """The load's metering blocks. A block that the load covers in part counts its rest as zero; where the clocks
    change a block ends."""
    step = grid.step_minutes
    if metering_minutes is None or metering_minutes == step:
        return Blocks(np.arange(len(grid.import_kw)), grid.import_kw, grid.month)
    number = grid.clock.minutes // metering_minutes
    new = np.flatnonzero((np.diff(number) != 0) | (np.diff(grid.clock.offset) != 0)) + 1
    first = np.concatenate([[0], new])
    demand = np.add.reduceat(grid.import_kw, first) * (step / metering_minutes)
    return Blocks(first, demand, grid.month[first])


def monthly_peaks(grid: Grid, blocks: Blocks, windows: tuple[ClockWindow, ...]) -> Floats:
    """Highest demand of each month inside the windows, (months,); 0 where there is none."""
    peaks = np.zeros(grid.months)
    counted = blocks.wholly(grid.clock.inside(windows))
    np.maximum.at(peaks, blocks.month[counted], blocks.demand_kw[counted])
    return peaks


def in_force(charge: DemandCharge, month_of_year: int) -> bool:
    """Whether the charge has a window in a month of the year."""
    return any(month_of_year in window.months for window in charge.windows)


def bill_demand(
    charge: DemandCharge, grid: Grid, history: Peaks
) -> tuple[tuple[BilledDemand | None, ...], tuple[str, ...]]:
    """The charge month by month, None where it is not in force; and the months before the load (as labels) whose
    peak the ratchet would need, but is given by nobody: they count as zero."""
    blocks = blocks_of(grid, charge.metering_minutes)
    own = monthly_peaks(grid, blocks, charge.windows)
    floor, unknown = np.zeros(grid.months), set()
    if charge.ratchet is not None:
        earlier = monthly_peaks(grid, blocks, charge.ratchet.windows)
        for at in range(grid.months):
            if in_force(charge, grid.month_of_year[at]):
                highest, missing = _looked_back_to(charge.name, charge.ratchet, at, earlier, grid, history)
                floor[at] = charge.ratchet.share * highest
                unknown |= missing
    ends = [np.inf if tier.up_to_kw is None else tier.up_to_kw for tier in charge.tiers]
    rates = [tier.rate_usd_per_kw + tier.adjustment_usd_per_kw for tier in charge.tiers]
    months: list[BilledDemand | None] = []
    for at in range(grid.months):
        if not in_force(charge, grid.month_of_year[at]):
            months.append(None)
            continue
        peak, ratchet = float(own[at]), float(floor[at])
        billed = max(peak, ratchet)
        usd = cost(billed, ends, rates)
        months.append(BilledDemand(charge.name, peak, ratchet, billed, usd, usd - cost(peak, ends, rates)))
    return tuple(months), tuple(month_label(month) for month in sorted(unknown))


def _looked_back_to(
    charge: str, ratchet: Ratchet, at: int, peaks: Floats, grid: Grid, history: Peaks
) -> tuple[float, set[int]]:
    """Highest peak of the months that month `at` looks back to [kW], and those of them that nobody knows."""
    highest, unknown = 0.0, set()
    for back in range(1, ratchet.look_back_months + 1):
        month = grid.first_month + at - back
        if month % 12 + 1 not in ratchet.months:
            continue
        if at - back >= 0:
            highest = max(highest, float(peaks[at - back]))
        elif (given := history.peak_kw(charge, month)) is not None:
            highest = max(highest, given)
        else:
            unknown.add(month)
    return highest, unknown


def billed_kw_of_months(tariff: Tariff, billed: Sequence[Sequence[BilledDemand | None]], grid: Grid) -> Floats:
    """The kW that tiers per kW are measured by, (months,): the highest billed demand of charges on every hour of
    the month; without one, the month's highest demand in the first charge's metering blocks."""
    charges = tariff.demand
    metering = charges[0].metering_minutes if charges else None
    highest = monthly_peaks(grid, blocks_of(grid, metering), ALWAYS)
    measured = np.full((len(charges), grid.months), -np.inf)
    for row, charge, months in zip(measured, charges, billed, strict=True):
        always = _on_every_hour(charge, grid, tariff.holidays)
        for at, month in enumerate(months):
            if month is not None and always[at]:
                row[at] = month.billed_kw
    return np.where(np.isfinite(measured).any(axis=0), measured.max(axis=0, initial=0.0), highest)


def _on_every_hour(charge: DemandCharge, grid: Grid, holidays: str | None) -> Flags:
    """Whether the charge's windows hold every five minutes of each calendar month, (months,)."""
    first = int(np.datetime64(f"{grid.labels[0]}-01").astype(np.int64))
    midnight = DAY * (first + np.arange(sum(grid.days), dtype=np.int64))
    days = local_clock(midnight, np.zeros_like(midnight), holidays)
    month, kind = days.month_of_year[:, None], days.day_kind[:, None]
    minute = np.arange(0, DAY, EDGE_MINUTES)[None, :]
    held = np.zeros((len(midnight), minute.size), dtype=bool)
    for window in charge.windows:
        held |= window.holds(month, kind, minute)
    always = np.ones(grid.months, dtype=bool)
    always[days.month[~held.all(axis=1)] - grid.first_month] = False
    return always
