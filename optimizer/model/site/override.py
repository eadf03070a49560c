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
from typing import Protocol

import numpy as np

from optimizer.model.desk import Model
from optimizer.model.machines.fleet import FleetBlock
from optimizer.model.machines.pool import PoolBlock
from optimizer.model.override_rows import OverrideRows
from optimizer.model.site.meter import touched


class Holdable(Protocol):
    """Something on site that can be held by hand."""

    def override(self, rows: OverrideRows) -> None:
        """Write the rows of an override."""


def add_overrides(
    model: Model,
    fleets: Mapping[str, FleetBlock],
    pools: Mapping[str, PoolBlock],
    assets: Mapping[str, Holdable],
) -> None:
    """Write every override of the scenario."""
    for override in model.scenario.overrides:
        rows, item = OverrideRows(model, override, np.flatnonzero(touched(override, model.horizon))), override.item
        if item in fleets:
            _fleet(rows, fleets[item])
        elif item in pools:
            _pool(rows, pools[item])
        else:
            assets[item].override(rows)


def _fleet(rows: OverrideRows, fleet: FleetBlock) -> None:
    if rows.power_mw is not None:
        rows.at_power(fleet.power_mw, fleet.most_groups * fleet.largest_group_mw, fleet.largest_group_mw / 2.0)
    elif rows.hold == "on":
        words = "holds it on {when}, {amount} groups have to be down"
        rows.within(fleet.down, -np.inf, 0.0, "groups", fleet.most_groups, words)
    else:
        words = "holds it off {when}, {amount} groups have to be up"
        rows.within(fleet.up, -np.inf, 0.0, "groups", fleet.most_groups, words)


def _pool(rows: OverrideRows, block: PoolBlock) -> None:
    nodes = float(block.pool.nodes)
    if rows.power_mw is not None:
        rows.at_power(block.power_mw, nodes * block.largest_node_mw, block.largest_node_mw / 2.0)
    elif rows.hold == "on":
        words = "holds it on {when}, {amount} nodes have to be off"
        rows.within(block.nodes_on, block.nodes_most, np.inf, "nodes", nodes, words)
    else:
        words = "holds it off {when}, {amount} nodes have to be on"
        rows.within(block.nodes_on, -np.inf, 0.0, "nodes", nodes, words)
