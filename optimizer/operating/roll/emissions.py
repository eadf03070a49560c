"""What later days emit whatever is planned, so that a cap over all days stays within reach.

    least(t) = max(0, overhead + PUE × least draw of all machines − most made on site) × Δt × intensity

Batteries are left out: they give back what they took.
"""

from __future__ import annotations

import numpy as np

from optimizer.model.site.hall import pue_of
from optimizer.model.supply.carbon import KG_PER_TONNE
from optimizer.scenario.scenario import Scenario
from optimizer.scenario.series import align
from solvers.problem import Floats

W_PER_MW = 1e6


def least_tonnes(scenario: Scenario) -> Floats:
    """Emissions of each period that no plan can do without, (periods,)."""
    carbon, horizon, site = scenario.supply.carbon, scenario.horizon, scenario.site
    needed = np.zeros(horizon.periods)
    if carbon is None:
        return needed
    least_w = {hall.name: np.zeros(horizon.periods) for hall in site.halls}
    for fleet in scenario.fleets:
        up = align(fleet.availability, horizon)
        draws = [mode.power_w * (up if mode.hashrate_th_per_s > 0 else np.ones_like(up)) for mode in fleet.all_modes]
        least_w[fleet.hall] += fleet.units * np.min(draws, axis=0)
    for pool in scenario.pools:
        least_w[pool.hall] += pool.nodes * min(pool.off_power_w, pool.idle_power_w)
    for hall in site.halls:
        overhead_mw = 0.0 if hall.overhead_off_with_hall else hall.overhead_mw
        needed = needed + overhead_mw + least_w[hall.name] / W_PER_MW * pue_of(hall, site.ambient_c, horizon)
    for asset in scenario.supply.every_asset:
        needed = needed - asset.most_made_mw(horizon)
    needed = np.maximum(needed, 0.0)
    return np.asarray(needed * horizon.hours * align(carbon.intensity_kg_per_mwh, horizon) / KG_PER_TONNE)
