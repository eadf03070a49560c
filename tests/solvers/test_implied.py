"""Ends that rows imply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.model.formulation import formulate
from solvers import Options, solve
from solvers.implied import with_ends
from tests.model.test_lost_optimum import lost
from tests.solvers.problems import dense

INF = np.inf


def test_an_end_follows_from_each_side_of_a_row() -> None:
    """2x + y ≤ 10, x ≥ 0, y ≥ −2: x ≤ 6. −3 ≤ −z − x: z ≤ 3 − x ≤ 3. w ≥ 4 + x where w − x ≥ 4 says nothing above."""
    problem = dense(
        cost=[1.0, 0.0, 0.0, 0.0],
        rows=[[2.0, 1.0, 0.0, 0.0], [-1.0, 0.0, -1.0, 0.0], [-1.0, 0.0, 0.0, 1.0]],
        row_lower=[-INF, -3.0, 4.0],
        row_upper=[10.0, INF, INF],
        lower=[0.0, -2.0, -INF, 0.0],
        upper=[INF, 5.0, INF, INF],
    )
    ended = with_ends(problem)
    assert ended.upper[:3] == pytest.approx([6.0, 5.0, 3.0], rel=2e-3)
    assert (ended.upper[:3] >= [6.0, 5.0, 3.0]).all()
    assert ended.upper[3] == INF and ended.lower[2] == -INF


def test_ends_follow_from_ends() -> None:
    """x ≤ 4, y ≤ x, z ≤ 2 y: in turn 4, 4 and 8. −u ≤ −z puts u at 0 or more by no row: it stays without end."""
    problem = dense(
        cost=[1.0, 0.0, 0.0],
        rows=[[1.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.0, -2.0, 1.0]],
        row_lower=[-INF] * 3,
        row_upper=[4.0, 0.0, 0.0],
        lower=[0.0] * 3,
        upper=[INF] * 3,
    )
    assert with_ends(problem).upper == pytest.approx([4.0, 4.0, 8.0], rel=1e-2)


def test_what_has_ends_is_left_as_it_is() -> None:
    problem = dense(cost=[1.0], rows=[[1.0]], row_lower=[0.0], row_upper=[1.0], lower=[0.0], upper=[9.0])
    assert with_ends(problem) is problem


def test_highs_loses_no_optimum_for_want_of_ends() -> None:
    """As the formulation was before it gave import and export an end itself."""
    formulation = formulate(lost())
    problem, grid = formulation.problem, formulation.grid
    assert grid.export_mw is not None
    upper = problem.upper.copy()
    upper[grid.import_mw] = upper[grid.export_mw] = INF
    results = [solve(replace(problem, upper=upper), name, Options(gap=1e-9)) for name in ("highs", "scip")]
    assert results[0].objective == pytest.approx(results[1].objective, rel=1e-7)
