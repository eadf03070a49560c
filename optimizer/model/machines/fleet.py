"""ASIC fleets (domain section 3): integer groups in each mode.

| symbol | meaning |
|---|---|
| n(m,t) | groups in mode m, integer, 0 where the mode is barred |
| s(m,t) | groups that start in mode m; v(t) = Σ s(m,t) |
| a(t), k | availability; machines per group |
| W | warm-up in periods |

    Σ_m n(m,t) = groups
    IT power [MW]      P(t) = Σ_m n(m,t) × k × power_w / 10⁶ × (a(t) if up else 1)
    warming            c(m,t) = Σ s(m,i), t − W < i ≤ t;   n(m,t) ≥ c(m,t)     keeps the mode it entered
    hashrate [PH/s]    H(t) = Σ_up (n(m,t) − c(m,t)) × k × hashrate_th / 1000 × a(t)
    revenue [USD]      H(t) × hashprice(t) / 24 × Δt × (1 − pool fee)
    Σ_{t in day} v(t) ≤ starts per day

Minimum times and starts: `model.machines.switching`; minimum up time is at least W. Ramps: `model.machines.ramp`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from optimizer.model.desk import Draw, Model, PeriodSum, windows
from optimizer.model.machines.ramp import Ramp
from optimizer.model.machines.switching import Cohort, Switches, ages_after, history
from optimizer.model.recent import Recent
from optimizer.scenario.fleet import Fleet, Mode
from optimizer.scenario.series import align
from optimizer.scenario.state import FleetState, Groups
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind
from solvers.builder import FloatLike
from solvers.problem import Bools, Floats


@dataclass(frozen=True, eq=False)
class UpMode:
    """What groups past warm-up do in a mode with hashrate; (periods,) each."""

    name: str
    ready: PeriodSum
    """Groups past warm-up."""
    group_mw: Floats
    """IT power of one."""
    group_ph_per_s: Floats
    usd_per_hour: Floats
    """Mining revenue of one."""
    barred: Bools


class FleetBlock:
    """A fleet's columns, rows, power and dollars."""

    def __init__(
        self,
        model: Model,
        fleet: Fleet,
        hashprice_usd_per_ph_day: Floats,
        pool_fee: float,
        more_groups: FloatLike = 0.0,
    ) -> None:
        """`more_groups` (periods,) are there beside the fleet's own in single periods: what one is worth."""
        self._model, self._fleet = model, fleet
        self._groups = fleet.groups + np.broadcast_to(np.asarray(more_groups, dtype=float), (model.periods,))
        self._modes = fleet.all_modes
        self._up_modes = [i for i, mode in enumerate(self._modes) if mode.hashrate_th_per_s > 0]
        self._state = model.scenario.state.fleets.get(fleet.name, FleetState())
        self.cohorts = self._cohorts_before()
        self._warm_up = model.horizon.whole_periods(fleet.warm_up_hours)
        self._power_and_modes()
        self._switching()
        self._dollars(hashprice_usd_per_ph_day, pool_fee)
        self._report()

    def _cohorts_before(self) -> list[Cohort]:
        hours = self._model.horizon.hours
        given = self._state.groups
        if not given:
            down = next(m.name for m in self._modes if m.hashrate_th_per_s == 0)
            given = (Groups(mode=down, groups=self._fleet.groups),)
        up = {m.name: m.hashrate_th_per_s > 0 for m in self._modes}
        return [Cohort(up[g.mode], g.groups, int(g.hours / hours + 1e-9), g.mode) for g in given]

    def _power_and_modes(self) -> None:
        model, fleet = self._model, self._fleet
        machines = fleet.machines_per_group
        self._availability = align(fleet.availability, model.horizon)
        self._barred = barred = np.zeros((len(self._modes), model.periods), dtype=bool)
        ambient = model.scenario.site.ambient_c
        if ambient is not None and any(mode.max_ambient_c is not None for mode in self._modes):
            temperature = align(ambient, model.horizon)
            for i, mode in enumerate(self._modes):
                barred[i] = temperature > (np.inf if mode.max_ambient_c is None else mode.max_ambient_c)
        self.in_mode = model.builder.columns(
            (len(self._modes), model.periods),
            0.0,
            self._groups,
            integer=True,
            owner=fleet.name,
            symbol="n",
            part=[mode.name for mode in self._modes],
            period=model.every_period,
        )
        self._bar(barred)
        total = model.sum()
        total.add(self.in_mode, 1.0)
        model.limit(total, self._groups, self._groups, owner=fleet.name, symbol="groups")
        self.power_mw, self.up, self.down = model.sum(), model.sum(), model.sum()
        one = np.ones(model.periods)
        shares = np.stack([self._availability if i in self._up_modes else one for i in range(len(self._modes))])
        self._group_mw = group_mw = np.array([[machines * mode.power_w / 1e6] for mode in self._modes]) * shares
        self.power_mw.add(self.in_mode, group_mw)
        self.up.add(self.in_mode[self._up_modes], 1.0)
        self.down.add_constant(self._groups)
        self.down.add_sum(self.up, -1.0)
        drawing = model.sum()
        drawing.add(self.in_mode, group_mw > 0.0)
        least = np.where(group_mw > 0.0, group_mw, np.inf).min(axis=0)
        always = np.asarray(((group_mw > 0.0) | barred).all(axis=0))
        most_mw = self._groups * group_mw.max(axis=0)
        model.draw(fleet.hall, Draw(self.power_mw, drawing, float(self._groups.max()), least, always, most_mw))
        drawn = sum(c.count * machines * self._mode(c.kind).power_w / 1e6 for c in self.cohorts)
        before = drawn if self._state.it_power_mw is None else self._state.it_power_mw
        self._ramp = Ramp(fleet.ramp_mw_per_hour, self.largest_group_mw, before, self._state.earlier_power)
        self._ramp.require(model, fleet.name, self.power_mw)

    def _bar(self, barred: Bools) -> None:
        """No group in a barred mode: rows, so that an explanation can name them."""
        for mode, columns, hot in zip(self._modes, self.in_mode, barred, strict=True):
            periods = np.flatnonzero(hot)
            if len(periods):
                rows = self._model.builder.rows(
                    len(periods),
                    -np.inf,
                    0.0,
                    owner=self._fleet.name,
                    symbol="barred",
                    part=mode.name,
                    period=periods,
                )
                self._model.builder.add(rows, columns[periods], 1.0)
                words = "heat bars it {when}, {amount} groups have to be in it"
                name, size = f"mode {mode.name}", self._fleet.groups
                self._model.require(self._fleet.name, name, "groups", rows, words, size=size, periods=periods)

    def _mode(self, name: str) -> Mode:
        return next(mode for mode in self._modes if mode.name == name)

    def _switching(self) -> None:
        model, fleet, builder = self._model, self._fleet, self._model.builder
        starts = None
        self._entered: list[Recent] = []  # by up mode, where there is a warm-up: groups that started in it
        if self._warm_up:
            shape = (len(self._up_modes), model.periods)
            starts = builder.columns(
                shape,
                0.0,
                self._groups,
                integer=True,
                owner=fleet.name,
                symbol="s",
                part=[self._modes[i].name for i in self._up_modes],
                period=model.every_period,
            )
        self.switches = Switches(
            model,
            fleet.name,
            "groups",
            fleet,
            self.up,
            np.maximum(self._groups, fleet.groups),  # one that is not there counts as down
            self.cohorts,
            least_up=self._warm_up,
            starts=starts,
        )
        if starts is not None:
            for row, mode in enumerate(self._up_modes):
                warming, name = model.sum(), self._modes[mode].name
                self._entered.append(Recent(model, starts[[row]], fleet.name, "S", name))
                self._entered[row].add_to(warming, self._warm_up)
                warming.add_constant(self._warming_before(mode))
                warming.add(self.in_mode[mode], -1.0)
                rows = model.limit(warming, -np.inf, 0.0, owner=fleet.name, symbol="warm-up", part=name)
                words = f"{{amount}} groups that warm up in mode {name} would have to leave it {{when}}"
                model.require(fleet.name, "warm-up", "groups", rows, words, size=fleet.groups)
        if fleet.starts_per_day is not None:
            day = model.horizon.day
            days = int(day[-1]) + 1
            most = np.full(days, float(fleet.starts_per_day))
            most[0] = max(0.0, most[0] - self._state.starts_today)  # more than may be had: none are left
            rows = builder.rows(days, -np.inf, most, owner=fleet.name, symbol="starts per day")
            builder.add(rows[day], self.switches.starts, 1.0)
            model.require(
                fleet.name,
                "starts per day",
                "starts",
                rows,
                "allows {allowed} more starts in the day {when}, at least {needed} are needed",
                size=fleet.groups,
                periods=np.searchsorted(day, np.arange(days)).astype(np.int64),
                allowed=most,
            )

    def _warming_before(self, mode: int) -> Floats:
        """Groups of the state that still warm up in a mode, (periods,)."""
        mine = [c for c in self.cohorts if c.kind == self._modes[mode].name]
        return history(mine, True, self._warm_up, self._model.periods)

    def _dollars(self, hashprice_usd_per_ph_day: Floats, pool_fee: float) -> None:
        model, fleet = self._model, self._fleet
        machines = fleet.machines_per_group
        self.hashrate_ph_per_s = model.sum()
        usd = hashprice_usd_per_ph_day / 24.0 * (1.0 - pool_fee)
        self.up_modes = []
        for row, i in enumerate(self._up_modes):
            rate = machines * self._modes[i].hashrate_th_per_s / 1000.0 * self._availability
            ready = self._ready(row, i)
            self.hashrate_ph_per_s.add_sum(ready, rate)
            self.up_modes.append(
                UpMode(self._modes[i].name, ready, self._group_mw[i], rate, rate * usd, self._barred[i])
            )
        model.earn_sum(fleet.name, LedgerKind.MINING_REVENUE, self.hashrate_ph_per_s, usd * model.horizon.hours)
        hourly = {LedgerKind.RUNNING_COST: fleet.running_cost_usd_per_machine_hour}
        if fleet.depreciation_by_use:
            hourly[LedgerKind.DEPRECIATION_BY_USE] = fleet.depreciation_usd_per_machine_hour
        for kind, usd_per_hour in hourly.items():
            if usd_per_hour:
                rate = usd_per_hour * machines * self._availability * model.horizon.hours
                model.earn_sum(fleet.name, kind, self.up, -rate)

    def _ready(self, row: int, mode: int) -> PeriodSum:
        """Groups past warm-up in the mode of this row of the starts."""
        ready = self._model.sum()
        ready.add(self.in_mode[mode], 1.0)
        if self._warm_up:
            self._entered[row].add_to(ready, self._warm_up, -1.0)
            ready.add_constant(-self._warming_before(mode))
        return ready

    @property
    def most_groups(self) -> float:
        return float(self._groups.max())

    @property
    def largest_group_mw(self) -> float:
        """Most IT power that one group can draw, with all machines in order."""
        return self._fleet.machines_per_group * max(mode.power_w for mode in self._modes) / 1e6

    @property
    def asleep_mw(self) -> float:
        """IT power of one group in the mode without hashrate that draws least."""
        down = [mode.power_w for mode in self._modes if mode.hashrate_th_per_s == 0]
        return self._fleet.machines_per_group * min(down) / 1e6

    def _report(self) -> None:
        model, name = self._model, self._fleet.name
        model.show(name, "it_mw", self.power_mw)
        model.show(name, "hashrate_ph_per_s", self.hashrate_ph_per_s)
        for i, mode in enumerate(self._modes):
            count = model.sum()
            count.add(self.in_mode[i], 1.0)
            model.set_point(name, f"groups[{mode.name}]", count, self._groups)
        for row, i in enumerate(self._up_modes):
            quantity = f"groups_started[{self._modes[i].name}]"
            if self._warm_up:  # which mode a group entered is a decision of its own
                started = model.sum()
                started.add(self.switches.starts[row], 1.0)
                model.set_point(name, quantity, started, self._groups)
            else:
                model.show(name, quantity, partial(self._started_in, row))
        model.show(name, "groups_stopped", lambda x: x[self.switches.stops])
        model.show(name, "groups_warming", self._warming)

    def _started_in(self, row: int, x: Floats) -> Floats:
        return np.asarray(self._started(x)[row])

    def _started(self, x: Floats) -> Floats:
        """Starts by up mode, (up modes, periods). Without warm-up a start may be of any mode: it is told of
        the first modes that have room."""
        if self._warm_up:
            return np.asarray(x[self.switches.starts])
        room = x[self.in_mode[self._up_modes]]
        before = np.cumsum(room, axis=0) - room
        return np.asarray(np.clip(x[self.switches.starts[0]] - before, 0.0, room))

    def _warming(self, x: Floats) -> Floats:
        count = sum((self._warming_before(i) for i in self._up_modes), np.zeros(self._model.periods))
        if self._warm_up:
            t, i = windows(self._model.periods, self._warm_up)
            started = x[self.switches.starts].sum(axis=0)
            count = count + np.bincount(t, weights=started[i], minlength=self._model.periods)
        return count

    def tidy(self, x: Floats) -> None:
        """Put the starts and stops in their plain form."""
        self.switches.tidy(x)
        for entered in self._entered:
            entered.tidy(x)

    def state(self, x: Floats) -> FleetState:
        """The fleet after the committed part."""
        horizon, last = self._model.horizon, self._model.horizon.committed - 1
        started = self._started(x)
        ages = ages_after(self.cohorts, started.sum(axis=0), x[self.switches.stops], last + 1)
        room = {m.name: round(float(x[self.in_mode[i, last]])) for i, m in enumerate(self._modes)}
        groups: dict[tuple[str, float], int] = {}

        def place(mode: str, age: int, count: int) -> int:
            taken = min(count, room[mode])
            if taken:
                room[mode] -= taken
                key = (mode, min(age * horizon.hours, LONG_AGO_HOURS))
                groups[key] = groups.get(key, 0) + taken
            return taken

        up_names = [self._modes[i].name for i in self._up_modes]
        for age in {a for a, _ in ages[0] if a < self._warm_up}:
            born = last + 1 - age
            for row, mode in enumerate(up_names):
                before = sum(c.count for c in self.cohorts if c.up and c.age == -born and c.kind == mode)
                place(mode, age, before + (round(float(started[row, born])) if born >= 0 else 0))
        down_names = [m.name for m in self._modes if m.name not in up_names]
        grown = [(a, n) for a, n in ages[0] if a >= self._warm_up]
        for names, cohorts in ((up_names, grown), (down_names, ages[1])):
            for age, count in cohorts:
                left = count
                for mode in names:
                    left -= place(mode, age, left)
        power = self.power_mw.value(x)
        return FleetState(
            groups=tuple(Groups(mode=m, groups=n, hours=h) for (m, h), n in groups.items()),
            starts_today=self._starts_today(started.sum(axis=0)),
            it_power_mw=float(power[last]),
            earlier_power=self._ramp.earlier_after(power[: last + 1], horizon.hours),
        )

    def _starts_today(self, started: Floats) -> int:
        horizon = self._model.horizon
        next_day = horizon.at(horizon.committed).date().toordinal() - horizon.starts[0].date().toordinal()
        today = (horizon.day == next_day) & (np.arange(horizon.periods) < horizon.committed)
        earlier = self._state.starts_today if next_day == 0 else 0
        return earlier + round(float(started[today].sum()))
