"""Feasible scenarios, each made infeasible by one edit whose violation is known by hand.

The facility's own part is drawn so that what it needs at least can be said in a line (overhead, what sleeps, groups
that have to stay up); round it stand things that ask for nothing: spare fleets, spot demand, reserves, a tariff.
"""

from __future__ import annotations

from tests.proof._edit_cases.items import (
    battery_held,
    cooling,
    engine_held_off,
    engine_stays_on,
    engine_too_small,
    export,
    minimum_down,
    minimum_up,
    on_and_off,
    order_battery,
    pool_held,
    power_and_off,
    ramp,
    renewable_held,
    run_under_way,
)
from tests.proof._edit_cases.limits import (
    barred,
    carbon,
    end_charge,
    floor,
    floor_order,
    hall_limit,
    history,
    import_limit,
    nodes,
    order,
    order_minimum_up,
    order_override,
    order_ramp,
    override_order,
    starts,
)
from tests.proof._edit_cases.yard import Edited, Makers, Yard

__all__ = ["MAKERS", "Edited", "edited"]

MAKERS: Makers = {
    "import limit below overhead": import_limit,
    "order below what sleeps": order,
    "order against minimum up time": order_minimum_up,
    "order against a ramp": order_ramp,
    "order against an override": order_override,
    "override against an order": override_order,
    "hall limit": hall_limit,
    "availability floor raised": floor,
    "nodes missing for a floor": nodes,
    "order against a floor": floor_order,
    "history below a floor": history,
    "end charge": end_charge,
    "carbon cap": carbon,
    "barred mode of a warm-up": barred,
    "starts per day": starts,
    "generator's minimum and export": export,
    "generator kept on": engine_stays_on,
    "generator held off": engine_held_off,
    "order beyond generator and sun": engine_too_small,
    "order beyond a battery": order_battery,
    "run under way and missing nodes": run_under_way,
    "overrides on and off": on_and_off,
    "overrides at a power and off": power_and_off,
    "battery held below empty": battery_held,
    "renewable held above the weather": renewable_held,
    "order against a pool held on": pool_held,
    "minimum down time": minimum_down,
    "minimum up time": minimum_up,
    "ramp": ramp,
    "cooling in heat": cooling,
}


def edited(seed: int) -> Edited:
    """The edited scenario of a seed; kinds take turns."""
    kind = list(MAKERS)[seed % len(MAKERS)]
    yard = Yard(seed)
    before, after, item, requirement, period, amount = MAKERS[kind](yard)
    return Edited(kind, before, after, item, requirement, before.horizon.label(period), amount)
