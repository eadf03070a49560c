"""Random variations of the shipped examples: limits, prices, minimum times, nodes and floors moved."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from optimizer import Scenario, load
from optimizer.scenario.contracts import Reserved

EXAMPLES = Path(__file__).parents[2] / "scenarios"
NAMES = (
    "ai-heavy-tight-sla",
    "clock-change-day",
    "first-steps",
    "halving-night",
    "last-day-of-july",
    "small-miner-s21-m60s",
    "west-texas-hybrid-day",
)


def variation(seed: int) -> Scenario:
    """The variation of a seed."""
    rng = random.Random(seed)
    given = load(EXAMPLES / NAMES[seed % len(NAMES)])

    def moved(part: Any, field: str, low: float, high: float) -> Any:
        """A part with a number in a field moved by a factor; series stay."""
        value = getattr(part, field)
        if not isinstance(value, float):
            return part
        return part.model_copy(update={field: value * rng.uniform(low, high)})

    site = moved(given.site, "import_limit_mw", 0.5, 1.1)
    site = site.model_copy(update={"halls": tuple(moved(hall, "it_limit_mw", 0.6, 1.1) for hall in site.halls)})
    energy = moved(given.supply.energy, "price_usd_per_mwh", 0.2, 3.0)
    energy = energy.model_copy(update={"loss_factor": rng.uniform(0.0, 0.1)})
    times = {
        "min_up_hours": rng.choice((0.0, 1.0, 3.0)),
        "min_down_hours": rng.choice((0.0, 2.0)),
        "warm_up_hours": rng.choice((0.0, 1.0)),
    }
    nodes = [round(pool.nodes * rng.uniform(0.5, 1.0)) for pool in given.pools]
    floor = rng.choice((None, 0.3, 0.6))
    return given.model_copy(
        update={
            "site": site,
            "supply": given.supply.model_copy(update={"energy": energy}),
            "fleets": tuple(fleet.model_copy(update=times) for fleet in given.fleets),
            "pools": tuple(
                pool.model_copy(update={"nodes_available": float(count)})
                for pool, count in zip(given.pools, nodes, strict=True)
            ),
            "contracts": tuple(
                terms.model_copy(update={"availability_floor": floor}) if isinstance(terms, Reserved) else terms
                for terms in given.contracts
            ),
        }
    )
