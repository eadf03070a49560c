"""The arrays as OR-Tools has them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from .conftest import usable
from .problems import INF, dense


def test_the_model_is_what_its_own_call_for_arrays_makes() -> None:
    """To the byte; that call takes scipy's matrix, which only tests have."""
    usable("scip")
    from ortools.linear_solver.python import model_builder_helper as mbh

    from solvers.ortools_route import _model

    third = 1.0 / 3.0
    problem = dense(
        [third, -1e-7, 0, 2],
        [[third, 0, 0, -1], [0, 0, 0, 0], [1, 1e6, 0, 0], [0, 1, 0, 1], [0, 2, 0, 1]],
        [-INF, -INF, 0.1, 2, -1],
        [10 * third, INF, INF, 2, 7],
        lower=[0, -INF, -3, -INF],
        upper=[4.5, INF, -0.1, 1e-3],
        integer=[True, False, False, True],
        offset=-third,
    )
    other = mbh.ModelBuilderHelper()
    matrix = csr_matrix((problem.value, problem.column, problem.row_start), shape=(problem.rows, problem.columns))
    other.fill_model_from_sparse_data(
        problem.lower, problem.upper, problem.cost, problem.row_lower, problem.row_upper, matrix
    )
    for j in np.flatnonzero(problem.integer).tolist():
        other.set_var_integrality(j, True)
    other.set_maximize(True)
    other.set_objective_offset(problem.offset)
    assert _model(problem).export_to_mps_string() == other.export_to_mps_string()
