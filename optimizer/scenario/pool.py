"""GPU pools: identical servers in one hall (domain section 4)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from optimizer.scenario.base import Count, Name, Power, Rate
from optimizer.scenario.quantity import Quantity
from optimizer.scenario.series import Series
from optimizer.scenario.switching import Switching


class Pool(Switching):
    """Servers with GPUs. Power of a node that is on = idle + GPUs in use × (peak − idle) / GPUs per node ×
    the utilisation of the contract that uses them."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        Quantity("it_mw", "MW", "drawn by its servers"),
        Quantity("nodes_on", "nodes", "servers that are on", set_point=True),
        Quantity("nodes_started", "nodes", "servers that are switched on"),
        Quantity("nodes_stopped", "nodes", "servers that are switched off"),
        Quantity("gpus_in_use", "GPUs", "GPUs that contracts use"),
    )

    name: Name
    """The pool's name, unique among all items."""
    hall: Name
    """Name of the hall that it sits in."""
    model: Annotated[str, Field(max_length=100)] = ""
    """The server, for readers."""
    nodes: Count
    """Servers; each is switched by itself."""
    gpus_per_node: Count
    """GPUs of one server."""
    off_power_w: Power = 0.0
    """Draw of a node that is off [W]."""
    idle_power_w: Power
    """Draw of a node that is on and idle [W]."""
    peak_power_w: Power
    """Draw of a node with all GPUs in use at utilisation 1 [W]."""
    nodes_available: Series | None = None
    """Most nodes that may be on (maintenance, failures); default: all. Fractions are rounded down."""
    running_cost_usd_per_node_hour: Rate = 0.0
    """Maintenance, per node-hour on."""
    depreciation_usd_per_node_hour: Rate = 0.0
    """Reported only."""
