"""A kind of asset on site that the package does not have, defined wholly here: terms, state, block and audit of
"turbine", a generator under another name. What stands below is all that a new kind takes, and `turbine()` is what its
line in each of the three tables does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optimizer.auditor import onsite as audited
from optimizer.auditor.book import share_of
from optimizer.auditor.case import Case, Expected
from optimizer.auditor.fields import check_fields
from optimizer.auditor.meter import Flow
from optimizer.auditor.onsite.asset import AssetFindings, HeldTo
from optimizer.auditor.ramp import Ramp as AuditedRamp
from optimizer.auditor.switching import Cohort as Counted
from optimizer.auditor.switching import Queues, Walk, walk
from optimizer.model import onsite as modelled
from optimizer.model.desk import Model as Desk
from optimizer.model.desk import PeriodSum
from optimizer.model.machines.ramp import Ramp
from optimizer.model.machines.switching import Cohort, Switches, ages_after
from optimizer.model.onsite.asset import AssetBlock
from optimizer.model.override_rows import OverrideRows
from optimizer.scenario.base import Flag, Hours, Model, Power
from optimizer.scenario.checker import Checker
from optimizer.scenario.horizon import Horizon
from optimizer.scenario.kinds import asset_kind
from optimizer.scenario.onsite.asset import Asset, Way
from optimizer.scenario.overrides import Override
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series, align
from optimizer.scenario.switching import LONG_AGO_HOURS, Switching
from optimizer.schedule import LedgerKind
from solvers.problem import Floats

PLACE = "turbines"


class TurbineState(Model):
    """How a turbine stands."""

    on: Flag = False
    """Whether it runs."""
    hours: Hours = LONG_AGO_HOURS
    """Hours since it was switched on or off."""
    power_mw: Power | None = None
    """Average output of the period before the horizon."""


class Turbine(Asset, Switching):
    """A turbine of one's own."""

    capacity_mw: Power
    """Most output."""
    min_load_mw: Power = 0.0
    """Least output when on."""
    fuel_usd_per_mwh: Series
    """Fuel per MWh made."""

    word: ClassVar[str] = "turbine"
    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("output_mw", "MW", "electricity made", set_point=True),
        Quantity("on", "turbines", "1 where it runs", set_point=True),
    )
    ways_held: ClassVar[frozenset[Way]] = frozenset({"on", "off", "at a power"})
    may_have_to_run: ClassVar[bool] = True
    durations: ClassVar[tuple[str, ...]] = ("min_up_hours", "min_down_hours")
    columns: ClassVar = {"spun": {"output_mw": 1.0}}

    def summary(self) -> str:
        return f"{self.min_load_mw:.4g} to {self.capacity_mw:.4g} MW"

    def check(self, checker: Checker, place: str) -> None:
        checker.series(f"{place}.fuel_usd_per_mwh", self.fuel_usd_per_mwh, -1e6, 1e6)
        if self.min_load_mw > self.capacity_mw:
            checker.add(f"{place}.min_load_mw", f"{self.min_load_mw:g}", f"at most {self.capacity_mw:g}")

    def begun(self, said: TurbineState | None) -> TurbineState:
        return said or TurbineState()

    def most_made_mw(self, horizon: Horizon) -> float:
        return self.capacity_mw


class TurbineBlock(AssetBlock):
    """min load × u(t) ≤ g(t) ≤ capacity × u(t);  − fuel × g(t) × Δt"""

    def __init__(self, model: Desk, terms: Turbine, before: TurbineState) -> None:
        self._model, self._terms = model, terms
        name, every = terms.name, model.every_period
        self._on = model.builder.columns(model.periods, 0.0, 1.0, integer=True, owner=name, symbol="u", period=every)
        output = model.builder.columns(model.periods, 0.0, terms.capacity_mw, owner=name, symbol="g", period=every)
        self._output, self._running, self.power_mw = output, model.sum(), model.sum()
        self._running.add(self._on, 1.0)
        self.power_mw.add(self._output, 1.0)
        for symbol, share, lower, upper in (
            ("capacity", terms.capacity_mw, -np.inf, 0.0),
            ("least", terms.min_load_mw, 0.0, np.inf),
        ):
            bound = model.sum()
            bound.add_sum(self.power_mw)
            bound.add(self._on, -share)
            model.limit(bound, lower, upper, owner=name, symbol=symbol)
        self._cohorts = [Cohort(before.on, 1, int(before.hours / model.horizon.hours + 1e-9))]
        self._switches = Switches(model, terms.name, "turbines", terms, self._running, 1, self._cohorts)
        Ramp(terms.ramp_mw_per_hour, 0.0, before.power_mw or 0.0, ()).require(model, terms.name, self.power_mw)
        fuel = align(terms.fuel_usd_per_mwh, model.horizon)
        model.earn_sum(terms.name, LedgerKind.FUEL, self.power_mw, -fuel * model.horizon.hours)
        model.set_point(terms.name, "output_mw", self.power_mw, terms.capacity_mw)
        model.set_point(terms.name, "on", self._running, 1.0)

    power_mw: PeriodSum

    def override(self, rows: OverrideRows) -> None:
        if rows.power_mw is not None:
            rows.at_power(self.power_mw, self._terms.capacity_mw)
        else:
            running = 1.0 if rows.hold == "on" else 0.0
            rows.within(self._running, running, running, "turbines", 1.0, "cannot be held so {when}")

    def tidy(self, x: Floats) -> None:
        on = x[self._on]
        x[self._output] = np.clip(x[self._output], self._terms.min_load_mw * on, self._terms.capacity_mw * on)
        self._switches.tidy(x)

    def state(self, x: Floats) -> TurbineState:
        horizon, switches = self._model.horizon, self._switches
        up, down = ages_after(self._cohorts, x[switches.starts[0]], x[switches.stops], horizon.committed)
        hours = min((up or down)[0][0] * horizon.hours, LONG_AGO_HOURS)
        return TurbineState(on=bool(up), hours=hours, power_mw=float(x[self._output[horizon.committed - 1]]))


@dataclass(frozen=True)
class TurbineFindings(AssetFindings):
    """What the rest of the audit needs of a turbine."""

    terms: Turbine
    made: Flow
    on: Floats
    walk: Walk
    drawn: Flow | None = None

    def held_to(self, override: Override) -> list[HeldTo]:
        if override.power_mw is not None:
            slack = share_of(self.terms.capacity_mw)
            return [HeldTo("output", "MW", self.made.mw, override.power_mw, slack)]
        return [HeldTo("on", "", self.on, float(override.hold == "on"), 1e-6)]

    def check_state(self, case: Case, rule: str, said: TurbineState) -> None:
        last, queue = case.committed - 1, self.walk.seam.up or self.walk.seam.down
        hours = min((case.committed - queue[0].since) * case.hours, LONG_AGO_HOURS)
        output = Expected(float(self.made.mw[last]), "MW", share_of(self.terms.capacity_mw))
        fields = {"on": Expected(bool(self.on[last])), "hours": Expected(hours, "h", 1e-5), "power_mw": output}
        check_fields(case.book, rule, self.terms.name, "", fields, said)


def audit_turbine(case: Case, terms: Turbine, before: TurbineState) -> TurbineFindings:
    """Check a turbine and post its money."""
    rows, book, name, tolerance = case.rows, case.book, terms.name, share_of(terms.capacity_mw)
    output, on = rows.take(name, "output_mw"), rows.take_whole(name, "on", 1, "(0 or 1)")
    for rule, limit in (("turbine_load", terms.capacity_mw * on), ("turbine_off", terms.capacity_mw * (on > 0))):
        book.at_most(rule, name, "output", output, limit, unit="MW", tolerance=tolerance, limit_name="capacity")
    least = terms.min_load_mw * on
    book.at_least("turbine_load", name, "output", output, least, unit="MW", tolerance=tolerance, limit_name="least")
    held = [Counted(-case.ages(before.hours), 1, before.hours)]
    walked = walk(case, terms, name, "turbines", Queues.of(held if before.on else [], [] if before.on else held), on)
    ramp, before_mw = terms.ramp_mw_per_hour, before.power_mw or 0.0
    AuditedRamp(case, name, ramp, 0.0, terms.capacity_mw, before_mw, (), output).audit()
    fuel = align(terms.fuel_usd_per_mwh, case.horizon) * case.hours
    case.ledger.post(name, "fuel", -fuel * output, fuel * terms.capacity_mw)
    case.ledger.post(name, "start", -terms.start_cost_usd * walked.starts, terms.start_cost_usd)
    return TurbineFindings(terms, Flow(output, np.full(case.length, terms.capacity_mw)), on * 1.0, walked)


@contextmanager
def turbine() -> Iterator[None]:
    """While this is open, the package knows the kind."""
    modelled.KINDS[PLACE] = TurbineBlock
    audited.KINDS[PLACE] = audit_turbine
    try:
        with asset_kind(PLACE, Turbine, TurbineState):
            yield
    finally:
        del modelled.KINDS[PLACE], audited.KINDS[PLACE]
