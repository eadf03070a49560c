"""The desk that components write on."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.model.desk import Model, PeriodSum, windows
from optimizer.model.formulation import formulate
from optimizer.schedule import LedgerKind
from tests.toys import batch, gpu_pool, group_fleet, mode, reserved, scenario, spot


@pytest.fixture
def model() -> Model:
    given = scenario([50] * 3, fleets=[group_fleet()])
    return Model(given, given.horizon)


def test_windows_are_the_last_periods() -> None:
    t, i = windows(4, 2)
    assert sorted(zip(t.tolist(), i.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]
    assert len(windows(4, 0)[0]) == 0
    assert len(windows(3, 99)[0]) == 6


def test_a_sum_over_periods(model: Model) -> None:
    amount = model.sum()
    columns = model.builder.columns((2, 3))
    amount.add(columns, [[1.0], [2.0]])  # type: ignore[arg-type]
    amount.add(columns[0, :1], 10.0, np.array([2]))
    amount.add_constant([1.0, 2.0, 3.0])  # type: ignore[arg-type]
    x = np.array([1.0, 2, 3, 4, 5, 6])
    assert amount.value(x).tolist() == [1 + 1 + 8, 2 + 2 + 10, 3 + 3 + 12 + 10]
    doubled = PeriodSum(3)
    doubled.add_sum(amount, np.array([2.0, 0.0, 1.0]))
    assert doubled.value(x).tolist() == [20, 0, 28]


def test_a_limit_leaves_out_the_constant(model: Model) -> None:
    amount = model.sum()
    amount.add(model.builder.columns(3), 2.0)
    amount.add_constant(5.0)
    rows = model.limit(amount, -np.inf, np.array([7.0, 9.0]), np.array([0, 2]), owner="item", symbol="most")
    problem = model.builder.build()
    assert problem.row_upper[rows].tolist() == [2, 4]
    assert problem.activity(np.array([1.0, 1, 2])).tolist() == [2, 4]


def test_dollars_are_objective_and_ledger_at_once(model: Model) -> None:
    columns = model.builder.columns(3)
    model.earn("a", LedgerKind.MINING_REVENUE, columns, np.array([1.0, 2.0, 3.0]))
    model.earn("a", LedgerKind.MINING_REVENUE, columns[:1], 4.0, np.array([2]))
    model.earn_constant("b", "energy", -1.5)
    problem, x = model.builder.build(), np.array([1.0, 1.0, 2.0])
    assert problem.objective(x) == 1 + 2 + 6 + 4 - 4.5
    assert model.ledger["a", LedgerKind.MINING_REVENUE].value(x).tolist() == [1, 2, 10]
    assert model.ledger["b", "energy"].value(x).tolist() == [-1.5] * 3
    assert problem.reference is not None
    assert problem.reference @ x + problem.reference_offset == 13


def test_the_ledger_of_a_whole_model_sums_to_the_objective() -> None:
    given = scenario(
        [50, -20, 130, 40],
        fleets=[group_fleet(3, modes=[mode("normal"), mode("low", 0.6, 75.0)], warm_up_hours=1.0, start_cost_usd=3.0)],
        pools=[gpu_pool(4, idle_power_w=0.1e6, off_power_w=1e4, start_cost_usd=2.0)],
        contracts=[
            reserved(tiers=[{"below": 0.9, "credit_share": 0.2}], shortfall_usd_per_gpu_hour=7.0),
            batch(hard_end=5.0, lateness_usd_per_hour=4.0, completion_usd=30.0, min_gpus=1.0, restart_gpu_hours=0.5),
            batch(name="run", preemptible=False, completion_usd=9.0, penalty_usd_per_gpu_hour=1.0),
            spot(2.0, 60.0, optional=True),
        ],
        hall={"overhead_mw": 0.2, "pue": 1.3},
        energy={"adders": [{"name": "delivery", "usd_per_mwh": 3.0}], "loss_factor": 0.05},
    )
    formulation = formulate(given)
    x = np.random.default_rng(7).uniform(0.0, 3.0, formulation.problem.columns)
    ledger = sum(float(line.value(x).sum()) for line in formulation.model.ledger.values())
    assert formulation.problem.objective(x) == pytest.approx(ledger, rel=1e-12)
