"""A small plan with export whose optimum HiGHS 1.13.1 lost: import and export had no upper end, and it called 1,380.275
proven. SCIP and CBC agree on the number here. Found by `tests.proof.properties`."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer import Scenario, plan
from optimizer.model.formulation import formulate
from tests.toys import batch, clock, gpu_pool, group_fleet, mode, scenario

PROFIT = 1384.925


def lost() -> Scenario:
    modes = [
        mode("off", 0.0, 0.0),
        mode("sleep", 0.05, 0.0),
        mode("hot", 1.0, 0.0),
        mode("low", 0.6, 82.5),
        mode("eco", 0.4, 49.5),
    ]
    price = [-57.5, 77.5, 10.0, -58.0, -35.0, 35.0]
    export = [-30.0, 85.0, 115.0, 95.0, -15.0, 120.0]
    factor = [0.5, 0.55, 0.35, 0.75, 0.9, 0.05]
    job = batch(8.5, 7.0, max_gpus=3.0, preemptible=False, completion_usd=187.0, price_usd_per_gpu_hour=0.0)
    return scenario(
        price,
        supply={
            "energy": {"price_usd_per_mwh": price, "export_price_usd_per_mwh": export},
            "renewables": [{"name": "sun", "capacity_mw": 2.5, "factor": factor}],
            "reserves": [{"name": "ECRS", "price_usd_per_mw_h": 12.0, "providers": ["miners"]}],
        },
        site={"import_limit_mw": 6.26, "export_limit_mw": 1.5},
        hall={"it_limit_mw": 2.52},
        bitcoin={"hashprice_usd_per_ph_day": 25.0},
        fleets=[group_fleet(3, modes=modes, warm_up_hours=0.5, starts_per_day=2)],
        pools=[gpu_pool(3, peak_power_w=200_000.0)],
        contracts=[job],
        time={"committed_periods": 5, "look_ahead_periods": 1, "start": clock(0.0)},
    )


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_no_optimum_is_lost(solver: str) -> None:
    schedule = plan(lost(), solver=solver, gap=1e-7)
    assert schedule.outcome.status == "proven"
    assert schedule.horizon_profit_usd == pytest.approx(PROFIT, rel=1e-6)


def test_import_and_export_have_an_end() -> None:
    formulation = formulate(lost())
    assert formulation.grid.export_mw is not None
    for columns in (formulation.grid.import_mw, formulation.grid.export_mw):
        assert np.isfinite(formulation.problem.upper[columns]).all()
