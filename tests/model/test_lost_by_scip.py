"""Small plans whose optimum SCIP lost, calling a worse one proven: a pool with a spot and a reserved contract, and an
order to 0 MW (or no node) in one period. Its dual presolving of linear constraints is off since. HiGHS and CBC agree.
"""

from __future__ import annotations

import numpy as np
import pytest

from optimizer import Scenario
from optimizer.model.formulation import formulate
from solvers import Options, Status, solve

ORDER = {"start": "2026-11-09T15:00:00", "end": "2026-11-09T16:00:00", "name": "order", "import_limit_mw": 0.0}


def ordered(seed: int, *, outage: bool = False) -> Scenario:
    random = np.random.default_rng(seed)
    pool = {"name": "h100", "hall": "hall", "nodes": 8, "gpus_per_node": 8}
    available = [0 if t == 15 else 8 for t in range(24)]
    spot = {"kind": "spot", "name": "spot", "pools": ["h100"], "demand_gpus": 27.0, "price_usd_per_gpu_hour": 0.86}
    reserved = {"kind": "reserved", "name": "acme", "pools": ["h100"], "price_usd_per_gpu_hour": 2.04}
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "ordered",
            "time": {"zone": "UTC", "start": "2026-11-09T00:00:00", "committed_periods": 24},
            "site": {
                "import_limit_mw": 2.0,
                "halls": [{"name": "hall", "it_limit_mw": 1.5}],
                "curtailment": [] if outage else [ORDER],
            },
            "supply": {"energy": {"price_usd_per_mwh": 50.0}},
            "pools": [
                pool
                | {"idle_power_w": 2000.0, "peak_power_w": 10200.0}
                | ({"nodes_available": available} if outage else {})
            ],
            "contracts": [spot, reserved | {"committed_gpus": random.uniform(3.0, 50.0, 24).round(2).tolist()}],
        }
    )


@pytest.mark.parametrize("outage", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_every_route_proves_the_same(seed: int, outage: bool) -> None:
    problem = formulate(ordered(seed, outage=outage)).problem
    results = {name: solve(problem, name, Options(gap=1e-7)) for name in ("highs", "scip", "cbc")}
    best = results["highs"].objective
    assert best is not None and best > 500.0
    for result in results.values():
        assert result.status is Status.PROVEN
        assert result.objective == pytest.approx(best, rel=1e-6)
