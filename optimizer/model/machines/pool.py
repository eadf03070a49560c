"""GPU pools (domain section 4): integer nodes on, and the GPUs that contracts use.

    0 ≤ on(t) ≤ ⌊nodes available(t)⌋, integer
    IT power [MW]   P(t) = (off × (nodes − on(t)) + idle × on(t)
                           + Σ_contracts GPUs × (peak − idle) / GPUs per node × utilisation) / 10⁶
    Σ_contracts GPUs(t) ≤ on(t) × GPUs per node

Starts and minimum times: `model.machines.switching`. Ramps: `model.machines.ramp`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optimizer.model.desk import Draw, Model
from optimizer.model.machines.ramp import Ramp
from optimizer.model.machines.switching import Cohort, Switches, ages_after
from optimizer.scenario.pool import Pool
from optimizer.scenario.series import align
from optimizer.scenario.state import Nodes, PoolState
from optimizer.scenario.switching import LONG_AGO_HOURS
from optimizer.schedule import LedgerKind
from solvers.builder import FloatLike, Index
from solvers.problem import Floats

LEAST_MW = 1e-4
"""GPUs of nodes that draw nothing idle count as drawing from here on."""


class PoolBlock:
    """A pool's columns, rows, power and dollars. Contracts `use` it; then `close` writes the rest."""

    def __init__(self, model: Model, pool: Pool) -> None:
        self._model, self.pool = model, pool
        horizon = model.horizon
        self._state = model.scenario.state.pools.get(pool.name, PoolState())
        given = self._state.nodes or (Nodes(on=False, nodes=pool.nodes),)
        self.cohorts = [Cohort(n.on, n.nodes, int(n.hours / horizon.hours + 1e-9)) for n in given]
        self.nodes_most = np.full(model.periods, float(pool.nodes))
        if pool.nodes_available is not None:
            available = np.floor(align(pool.nodes_available, horizon, "min") + 1e-9)
            self.nodes_most = np.minimum(self.nodes_most, available)
        self.on = model.builder.columns(
            model.periods,
            0.0,
            float(pool.nodes),
            integer=True,
            owner=pool.name,
            symbol="on",
            period=model.every_period,
        )
        self.nodes_on = model.sum()
        self.nodes_on.add(self.on, 1.0)
        if pool.nodes_available is not None:
            rows = model.limit(self.nodes_on, -np.inf, self.nodes_most, owner=pool.name, symbol="nodes available")
            words = "{allowed} nodes are available {when}, at least {needed} have to be on"
            model.require(pool.name, "nodes available", "nodes", rows, words, size=pool.nodes, allowed=self.nodes_most)
        self.switches = Switches(model, pool.name, "nodes", pool, self.nodes_on, pool.nodes, self.cohorts)
        self.in_use = model.sum()
        self.power_mw = model.sum()
        self.power_mw.add(self.on, (pool.idle_power_w - pool.off_power_w) / 1e6)
        self.power_mw.add_constant(pool.off_power_w * pool.nodes / 1e6)
        if pool.running_cost_usd_per_node_hour:
            usd = pool.running_cost_usd_per_node_hour * horizon.hours
            model.earn(pool.name, LedgerKind.RUNNING_COST, self.on, -usd)

    @property
    def gpus(self) -> int:
        """GPUs of all its nodes, available or not."""
        return self.pool.nodes * self.pool.gpus_per_node

    @property
    def gpus_most(self) -> Floats:
        """Most GPUs that can be in use, (periods,)."""
        return self.nodes_most * self.pool.gpus_per_node

    def mw_per_gpu(self, utilisation: float) -> float:
        """What a GPU in use adds to its node's idle power [MW]."""
        pool = self.pool
        return (pool.peak_power_w - pool.idle_power_w) / pool.gpus_per_node * utilisation / 1e6

    @property
    def largest_node_mw(self) -> float:
        """Most that one node draws, on or off."""
        return max(self.pool.peak_power_w, self.pool.idle_power_w, self.pool.off_power_w) / 1e6

    def use(
        self, columns: Index, gpus: FloatLike, utilisation: float, period: npt.NDArray[np.int64] | None = None
    ) -> None:
        """GPUs used per unit of columns, by a contract with this utilisation."""
        self.in_use.add(columns, gpus, period)
        self.power_mw.add(columns, np.asarray(gpus) * self.mw_per_gpu(utilisation), period)

    def close(self) -> None:
        """Write capacity, draw and ramp, once all contracts have written their use."""
        model, pool = self._model, self.pool
        free = model.sum()
        free.add_sum(self.in_use)
        free.add(self.on, -float(pool.gpus_per_node))
        model.limit(free, -np.inf, 0.0, owner=pool.name, symbol="GPUs")
        model.draw(pool.hall, self._draw())
        idle_before = sum(c.count * (pool.idle_power_w if c.up else pool.off_power_w) for c in self.cohorts)
        before = idle_before / 1e6 if self._state.it_power_mw is None else self._state.it_power_mw
        self._ramp = Ramp(pool.ramp_mw_per_hour, self.largest_node_mw, before, self._state.earlier_power)
        self._ramp.require(model, pool.name, self.power_mw)
        model.show(pool.name, "it_mw", self.power_mw)
        model.set_point(pool.name, "nodes_on", self.nodes_on, float(pool.nodes))
        model.show(pool.name, "nodes_started", lambda x: x[self.switches.starts[0]])
        model.show(pool.name, "nodes_stopped", lambda x: x[self.switches.stops])
        model.show(pool.name, "gpus_in_use", self.in_use)

    def _draw(self) -> Draw:
        """Nodes that are on draw idle power (where that is none, GPUs in use do), nodes that are off off power."""
        model, pool = self._model, self.pool
        drawing, most = model.sum(), float(pool.nodes)
        least = [w / 1e6 for w in (pool.idle_power_w, pool.off_power_w) if w > 0.0]
        if pool.idle_power_w:
            drawing.add_sum(self.nodes_on)
        else:
            drawing.add_sum(self.in_use)
            most *= pool.gpus_per_node
            least.append(LEAST_MW)
        if pool.off_power_w:
            drawing.add_sum(self.nodes_on, -1.0)
            drawing.add_constant(pool.nodes)
        always = np.full(model.periods, min(pool.idle_power_w, pool.off_power_w) > 0.0)
        largest_mw = np.full(model.periods, pool.nodes * self.largest_node_mw)
        return Draw(self.power_mw, drawing, most, np.full(model.periods, min(least)), always, largest_mw)

    def tidy(self, x: Floats) -> None:
        """Put the starts and stops in their plain form."""
        self.switches.tidy(x)

    def state(self, x: Floats) -> PoolState:
        """The pool after the committed part."""
        horizon = self._model.horizon
        ages = ages_after(self.cohorts, x[self.switches.starts[0]], x[self.switches.stops], horizon.committed)
        nodes: dict[tuple[bool, float], int] = {}
        for on, cohorts in ((True, ages[0]), (False, ages[1])):
            for age, count in cohorts:
                key = (on, min(age * horizon.hours, LONG_AGO_HOURS))
                nodes[key] = nodes.get(key, 0) + count
        power = self.power_mw.value(x)[: horizon.committed]
        return PoolState(
            nodes=tuple(Nodes(on=on, nodes=n, hours=h) for (on, h), n in nodes.items()),
            it_power_mw=float(power[-1]),
            earlier_power=self._ramp.earlier_after(power, horizon.hours),
        )
