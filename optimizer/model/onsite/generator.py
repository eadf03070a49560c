"""Engines and turbines of one's own (domain section 6).

| symbol | meaning |
|---|---|
| u(t) | 1 where it is on, binary |
| g(t) | average output [MW] |

    least × u(t) ≤ g(t) ≤ capacity × u(t)
    fuel  − g(t) × Δt × fuel cost(t)

Starts and minimum times: `model.machines.switching`, with one item: v(t) starts, w(t) stops. The ramp, of output
between periods in which it is on, the one before the horizon included; a start may reach, and a stop may leave, the
larger of the least load and r = ramp × Δt (Morales-España, Latorre and Ramos, 2013):

    p(t) = g(t) − least × u(t)
    p(t) − p(t−1) ≤ r × u(t) − min(least, r) × v(t)
    p(t−1) − p(t) ≤ r × u(t−1) − min(least, r) × w(t)
"""

from __future__ import annotations

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.machines.switching import Cohort, Switches, ages_after
from optimizer.model.onsite.asset import AssetBlock
from optimizer.model.override_rows import OverrideRows
from optimizer.scenario.onsite import Generator, GeneratorState
from optimizer.scenario.series import align
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind
from solvers.problem import Floats


class GeneratorBlock(AssetBlock):
    """A generator."""

    def __init__(self, model: Model, terms: Generator, before: GeneratorState) -> None:
        self._model, self._terms = model, terms
        horizon, builder = model.horizon, model.builder
        self._cohorts = [Cohort(before.on, 1, int(before.hours / horizon.hours + 1e-9))]
        every = model.every_period
        self._on = builder.columns(model.periods, 0.0, 1.0, integer=True, owner=terms.name, symbol="u", period=every)
        self._output = builder.columns(
            model.periods, 0.0, terms.capacity_mw, owner=terms.name, symbol="g", period=every
        )
        self.capacity_mw = terms.capacity_mw
        self.on = model.sum()
        self.power_mw: PeriodSum = model.sum()
        self.on.add(self._on, 1.0)
        self.power_mw.add(self._output, 1.0)
        for symbol, share, lower, upper in (
            ("capacity", terms.capacity_mw, -np.inf, 0.0),
            ("least", terms.min_load_mw, 0.0, np.inf),
        ):
            if share or upper == 0.0:
                bound = model.sum()
                bound.add_sum(self.power_mw)
                bound.add(self._on, -share)
                model.limit(bound, lower, upper, owner=terms.name, symbol=symbol)
        self._switches = Switches(model, terms.name, "engines", terms, self.on, 1, self._cohorts)
        self._require_ramp(before)
        fuel = align(terms.fuel_usd_per_mwh, horizon)
        model.earn_sum(terms.name, LedgerKind.FUEL, self.power_mw, -fuel * horizon.hours)
        model.set_point(terms.name, "output_mw", self.power_mw, terms.capacity_mw)
        model.set_point(terms.name, "on", self.on, 1.0)
        model.show(terms.name, "started", lambda x: x[self._switches.starts[0]])
        model.show(terms.name, "stopped", lambda x: x[self._switches.stops])

    def _require_ramp(self, before: GeneratorState) -> None:
        """Rows for the change of output between periods in which it is on, and for what a start reaches and a stop
        leaves."""
        model, terms = self._model, self._terms
        if terms.ramp_mw_per_hour is None:
            return
        least, most = terms.min_load_mw, terms.ramp_mw_per_hour * model.horizon.hours
        was_on = np.append(float(before.on), np.zeros(model.periods - 1))
        above_before = max(0.0, (before.power_mw or 0.0) - least) if before.on else 0.0
        later, every = model.every_period[1:], model.every_period
        for sign, symbol in ((1.0, "ramp up"), (-1.0, "ramp down")):
            change = model.sum()
            change.add(self._output, sign)
            change.add(self._on, -sign * least)
            change.add(self._output[:-1], -sign, later)
            change.add(self._on[:-1], sign * least, later)
            change.add_constant(-sign * above_before * (every == 0))
            if sign > 0.0:
                change.add(self._on, -most)
                switched = self._switches.starts[0]
            else:
                change.add(self._on[:-1], -most, later)
                change.add_constant(-most * was_on)
                switched = self._switches.stops
            change.add(switched, min(least, most))
            rows = model.limit(change, -np.inf, 0.0, owner=terms.name, symbol=symbol)
            words = "allows a change of {allowed} MW {when}, at least {needed} MW are needed"
            size = max(most, least, before.power_mw or 0.0)
            model.require(terms.name, "ramp", "MW", rows, words, size=size, allowed=most)

    def override(self, rows: OverrideRows) -> None:
        """On, off, or its output."""
        if rows.power_mw is not None:
            rows.at_power(self.power_mw, self.capacity_mw)
        elif rows.hold == "on":
            rows.within(self.on, 1.0, 1.0, "engines", 1.0, "holds it on {when}, it has to be off")
        else:
            rows.within(self.on, 0.0, 0.0, "engines", 1.0, "holds it off {when}, it has to be on")

    def tidy(self, x: Floats) -> None:
        """No output beside off, nor below the least load; starts and stops in their plain form."""
        on = x[self._on]
        x[self._output] = np.clip(x[self._output], self._terms.min_load_mw * on, self._terms.capacity_mw * on)
        self._switches.tidy(x)

    def state(self, x: Floats) -> GeneratorState:
        """The generator after the committed part."""
        horizon = self._model.horizon
        starts, stops = x[self._switches.starts[0]], x[self._switches.stops]
        up, down = ages_after(self._cohorts, starts, stops, horizon.committed)
        age, _ = (up or down)[0]
        return GeneratorState(
            on=bool(up),
            hours=min(age * horizon.hours, LONG_AGO_HOURS),
            power_mw=float(x[self._output[horizon.committed - 1]]),
        )
