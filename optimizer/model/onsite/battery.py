"""Batteries behind the meter (domain section 6).

| symbol | meaning |
|---|---|
| c(t), d(t) | charging and discharging [MW at the meter], within their limits |
| e(t) | energy in store at the end of t [MWh], 0 ≤ e(t) ≤ energy |
| η, θ, s | efficiency in and out, self-loss per hour |
| b(t) | 1 where it may charge, 0 where it may discharge; binary, only where it is needed |

    e(t) = e(t−1) × (1 − s)^Δt + η × c(t) × Δt − d(t) × Δt / θ
    e(end of the whole horizon) ≥ what it starts with, or the end charge that is stated
    wear  − d(t) × Δt × wear cost
    c(t) ≤ charge limit × b(t);  d(t) ≤ discharge limit × (1 − b(t))

**Where b is left out.** Charging while discharging burns energy. That could be worth something only where power
can be worth less than nothing, at that time or later (energy in store is in the way of charging then). Import
that costs nothing or more, and renewables that do, can always be used less instead; so without generators, which
may be made to run, no b is needed after the last period in which import or a renewable costs less than nothing.
A plan that burns all the same there, because it costs nothing or within the gap, is mended by `tidy_assets`, which
only ever saves: the same change of energy by charging or discharging alone takes less power, which import and
renewables give less of. Where they give too little for that, batteries were being emptied for nothing: those that
discharge do so by so much less. They hold more from then on; where one would hold too much it charges less, which saves
again.
None of this holds where reserves pay for import that can drop and for room in store, nor where batteries or renewables
are held by hand: with either, b is there in every period.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.flexibility.provider import Part, Way
from optimizer.model.onsite.asset import AssetBlock, Store
from optimizer.model.override_rows import OverrideRows
from optimizer.model.supply.energy import least_import_cost
from optimizer.scenario.onsite import Battery, BatteryState
from optimizer.scenario.scenario import Scenario
from optimizer.schedule import LedgerKind
from solvers.builder import Index
from solvers.problem import Bools, Floats


def burning_could_pay(scenario: Scenario) -> Bools:
    """Periods in which charging while discharging could be worth something, (periods,): see above."""
    assets, periods = scenario.supply.every_asset, scenario.horizon.periods
    by_hand = {override.item for override in scenario.overrides}
    forced = any(asset.may_have_to_run or asset.name in by_hand for asset in assets)
    if forced or scenario.supply.reserves:
        return np.ones(periods, dtype=bool)
    cheap = least_import_cost(scenario) < 0.0
    for asset in assets:
        cheap |= asset.least_usd_per_mwh < 0.0
    return np.asarray(np.flip(np.logical_or.accumulate(np.flip(cheap))))


class BatteryBlock(AssetBlock, Store):
    """A battery."""

    def __init__(self, model: Model, terms: Battery, before: BatteryState) -> None:
        self._model, self._terms = model, terms
        hours, periods, builder = model.horizon.hours, model.periods, model.builder
        self._before = before.energy_mwh
        self._kept = float((1.0 - terms.self_loss_per_hour) ** hours)
        self._in, self._out = terms.charge_efficiency * hours, hours / terms.discharge_efficiency
        """MWh into and out of store for each MW of charging and discharging."""
        # No more than an empty store takes, or a full one gives, in one period.
        most_in = min(terms.charge_limit_mw, terms.energy_mwh / self._in)
        most_out = min(terms.discharge_limit_mw, terms.energy_mwh / self._out)
        every = model.every_period
        self._charge = builder.columns(periods, 0.0, most_in, owner=terms.name, symbol="c", period=every)
        self._discharge = builder.columns(periods, 0.0, most_out, owner=terms.name, symbol="d", period=every)
        self._energy = builder.columns(periods, 0.0, terms.energy_mwh, owner=terms.name, symbol="e", period=every)
        given = model.sum()
        self.power_mw: PeriodSum = model.sum()
        self.power_mw.add(self._charge, -1.0)
        self.power_mw.add(self._discharge, 1.0)
        given.add(self._discharge, 1.0)
        self._storage()
        self._exclusive(np.flatnonzero(burning_could_pay(model.scenario)), most_in, most_out)
        if terms.wear_usd_per_mwh:
            model.earn_sum(terms.name, LedgerKind.BATTERY_WEAR, given, -terms.wear_usd_per_mwh * hours)
        charged, stored = model.sum(), model.sum()
        charged.add(self._charge, 1.0)
        stored.add(self._energy, 1.0)
        model.set_point(terms.name, "charge_mw", charged, terms.charge_limit_mw)
        model.set_point(terms.name, "discharge_mw", given, terms.discharge_limit_mw)
        model.show(terms.name, "energy_mwh", stored)

    def _storage(self) -> None:
        """Energy from period to period, and its least at the end."""
        model, terms = self._model, self._terms
        kept = model.sum()
        kept.add(self._energy, -1.0)
        kept.add(self._energy[:-1], self._kept, np.arange(1, model.periods))
        kept.add(self._charge, self._in)
        kept.add(self._discharge, -self._out)
        first = np.zeros(model.periods)
        first[0] = self._before * self._kept
        kept.add_constant(first)
        model.limit(kept, 0.0, 0.0, owner=terms.name, symbol="storage")
        least = self._before if terms.end_energy_mwh is None else terms.end_energy_mwh
        if least > 0.0:
            held = model.sum()
            held.add(self._energy, 1.0)
            last = np.array([model.periods - 1])
            rows = model.limit(held, least, np.inf, last, owner=terms.name, symbol="end charge")
            words = f"needs {least:.6g} MWh in store {{when}}; {{amount}} MWh of them cannot be there"
            model.require(terms.name, "end charge", "MWh", rows, words, size=least, periods=last)

    def _exclusive(self, periods: Index, most_in: float, most_out: float) -> None:
        """Rows that keep charging from discharging in the given periods."""
        builder, count = self._model.builder, len(periods)
        if not count or not most_in or not most_out:
            return
        name = self._terms.name
        charging = builder.columns(count, 0.0, 1.0, integer=True, owner=name, symbol="b", period=periods)
        rows = builder.rows(
            (2, count),
            -np.inf,
            np.array([[0.0], [most_out]]),
            owner=name,
            symbol="never both",
            part=("charge", "discharge"),
            period=periods,
        )
        builder.add(rows[0], self._charge[periods], 1.0)
        builder.add(rows[0], charging, -most_in)
        builder.add(rows[1], self._discharge[periods], 1.0)
        builder.add(rows[1], charging, most_out)

    def override(self, rows: OverrideRows) -> None:
        """At rest, or charging less discharging."""
        draw = self._model.sum()
        draw.add_sum(self.power_mw, -1.0)
        rows.at_power(draw, max(self._terms.charge_limit_mw, self._terms.discharge_limit_mw))

    def reserve_parts(self) -> list[Part]:
        """Headroom up and down, and the energy behind it."""
        terms, model, periods = self._terms, self._model, self._model.periods
        stored, room = [], []
        for held in self._held_mwh():
            out, free = model.sum(), model.sum()
            out.add_sum(held, terms.discharge_efficiency)
            free.add_constant(terms.energy_mwh / terms.charge_efficiency)
            free.add_sum(held, -1.0 / terms.charge_efficiency)
            stored.append(out)
            room.append(free)

        def part(way: Way, columns: Index, most_mw: float, wear: float, backing: list[PeriodSum]) -> Part:
            """`columns`: what it does of it already."""
            left = model.sum()
            left.add_constant(most_mw)
            left.add(columns, -1.0)
            return Part(
                provider=terms.name,
                label=terms.name,
                way=way,
                room_mw=left,
                most_mw=np.full(periods, most_mw),
                called_usd_per_mwh=np.full(periods, wear),
                backing_mwh=tuple(backing),
            )

        return [
            part("up", self._discharge, terms.discharge_limit_mw, terms.wear_usd_per_mwh, stored),
            part("down", self._charge, terms.charge_limit_mw, 0.0, room),
        ]

    def _held_mwh(self) -> tuple[PeriodSum, PeriodSum]:
        """Energy in store at the start and at the end of each period."""
        before, after = self._model.sum(), self._model.sum()
        first = np.zeros(self._model.periods)
        first[0] = self._before
        before.add_constant(first)
        before.add(self._energy[:-1], 1.0, np.arange(1, self._model.periods))
        after.add(self._energy, 1.0)
        return before, after

    def state(self, x: Floats) -> BatteryState:
        """The battery after the committed part."""
        held = float(x[self._energy[self._model.horizon.committed - 1]])
        return BatteryState(energy_mwh=min(max(held, 0.0), self._terms.energy_mwh))

    def alone(self, t: int, x: Floats) -> float:
        """Charge or discharge alone in period t, from the energy before it; returns the power saved [MW]."""
        charge, discharge = float(x[self._charge[t]]), float(x[self._discharge[t]])
        held = self._held(t, x)
        change = min(max(self._in * charge - self._out * discharge, -held), self._terms.energy_mwh - held)
        into, out = max(change, 0.0) / self._in, max(-change, 0.0) / self._out
        x[self._charge[t]], x[self._discharge[t]] = into, out
        return (charge - discharge) - (into - out)

    def discharge_less(self, t: int, x: Floats, power_mw: float) -> float:
        """Discharge less by so much in period t, or as far as it does; returns by how much [MW]."""
        less = min(power_mw, float(x[self._discharge[t]]))
        x[self._discharge[t]] -= less
        return less

    def store(self, t: int, x: Floats) -> None:
        """The energy at the end of period t, as it follows."""
        flow = self._in * x[self._charge[t]] - self._out * x[self._discharge[t]]
        x[self._energy[t]] = self._held(t, x) + flow

    def _held(self, t: int, x: Floats) -> float:
        return self._kept * (float(x[self._energy[t - 1]]) if t else self._before)
