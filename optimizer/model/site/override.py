"""What is held by hand (`scenario.overrides`): rows, so that what cannot be held is explained.

In every period that a window touches:

| item | on | off | power p |
|---|---|---|---|
| fleet | no group in a mode without hashrate | no group up | IT power within ½ × largest draw of a group of p |
| pool | all available nodes on | no node on | IT power within ½ × largest draw of a node of p |
| generator | u = 1 | u = 0 | output = p (it is on where p > 0) |
| battery | | no charge, no discharge | charge less discharge = p, never both |
| renewable | | used = 0 | used = p |
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimizer.model.desk import Model, PeriodSum
from optimizer.model.machines.fleet import FleetBlock
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.onsite.battery import BatteryBlock
from optimizer.model.onsite.generator import GeneratorBlock
from optimizer.model.onsite.renewable import RenewableBlock
from optimizer.model.site.meter import touched
from optimizer.scenario.overrides import Override
from solvers.builder import FloatLike, Index

NAME = "override"


class _Hold:
    """The rows of one override."""

    def __init__(self, model: Model, override: Override) -> None:
        self._model, self._item = model, override.item
        self.hold, self.power_mw = override.hold, override.power_mw
        self._periods: Index = np.flatnonzero(touched(override, model.horizon))

    def within(self, amount: PeriodSum, lower: FloatLike, upper: FloatLike, unit: str, size: float, words: str) -> None:
        """Keep lower ≤ amount ≤ upper in the override's periods; limits are numbers, or one per period."""
        if not len(self._periods):
            return
        low, high = (np.broadcast_to(limit, (self._model.periods,))[self._periods] for limit in (lower, upper))
        rows = self._model.limit(amount, low, high, self._periods)
        self._model.require(self._item, NAME, unit, rows, words, size=size, periods=self._periods)

    def at_power(self, amount: PeriodSum, size_mw: float, slack_mw: float = 0.0) -> None:
        """Keep the power that is asked for (held off: none), as near as the slack says."""
        power_mw = self.power_mw or 0.0
        words = f"holds it at {power_mw:.6g} MW {{when}}, it has to be {{amount}} MW off that"
        if slack_mw:
            words = (
                f"holds it within {slack_mw:.6g} MW of {power_mw:.6g} MW {{when}}, "
                "it has to be {amount} MW further off"
            )
        self.within(amount, power_mw - slack_mw, power_mw + slack_mw, "MW", size_mw, words)


def add_overrides(
    model: Model,
    fleets: Mapping[str, FleetBlock],
    pools: Mapping[str, PoolBlock],
    generators: Mapping[str, GeneratorBlock],
    batteries: Mapping[str, BatteryBlock],
    renewables: Mapping[str, RenewableBlock],
) -> None:
    """Write every override of the scenario."""
    for override in model.scenario.overrides:
        held, item = _Hold(model, override), override.item
        if item in fleets:
            _fleet(held, fleets[item])
        elif item in pools:
            _pool(held, pools[item])
        elif item in generators:
            _generator(held, generators[item])
        elif item in batteries:
            held.at_power(batteries[item].draw_mw, batteries[item].largest_mw)
        else:
            held.at_power(renewables[item].power_mw, renewables[item].capacity_mw)


def _fleet(held: _Hold, fleet: FleetBlock) -> None:
    if held.power_mw is not None:
        held.at_power(fleet.power_mw, fleet.most_groups * fleet.largest_group_mw, fleet.largest_group_mw / 2.0)
    elif held.hold == "on":
        words = "holds it on {when}, {amount} groups have to be down"
        held.within(fleet.down, -np.inf, 0.0, "groups", fleet.most_groups, words)
    else:
        words = "holds it off {when}, {amount} groups have to be up"
        held.within(fleet.up, -np.inf, 0.0, "groups", fleet.most_groups, words)


def _pool(held: _Hold, block: PoolBlock) -> None:
    nodes = float(block.pool.nodes)
    if held.power_mw is not None:
        held.at_power(block.power_mw, nodes * block.largest_node_mw, block.largest_node_mw / 2.0)
    elif held.hold == "on":
        words = "holds it on {when}, {amount} nodes have to be off"
        held.within(block.nodes_on, block.nodes_most, np.inf, "nodes", nodes, words)
    else:
        words = "holds it off {when}, {amount} nodes have to be on"
        held.within(block.nodes_on, -np.inf, 0.0, "nodes", nodes, words)


def _generator(held: _Hold, block: GeneratorBlock) -> None:
    if held.power_mw is not None:
        held.at_power(block.power_mw, block.capacity_mw)
    elif held.hold == "on":
        held.within(block.on, 1.0, 1.0, "engines", 1.0, "holds it on {when}, it has to be off")
    else:
        held.within(block.on, 0.0, 0.0, "engines", 1.0, "holds it off {when}, it has to be on")
