"""The MPS file reads back, elsewhere, to the same arrays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import highspy
import numpy as np

from solvers import ProblemBuilder, mps

from .problems import INF, dense


def test_reads_back_to_the_last_bit(tmp_path: Path) -> None:
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
    path = tmp_path / "problem.mps"
    mps.write(problem, path)
    reader = highspy.Highs()
    reader.silent()
    reader.readModel(str(path))
    read = reader.getLp()
    kept = mps.kept_rows(problem)
    assert kept.tolist() == [True, False, True, True, True]
    assert (-np.array(read.col_cost_)).tolist() == problem.cost.tolist()
    assert -read.offset_ == problem.offset
    assert list(read.col_lower_) == problem.lower.tolist()
    assert list(read.col_upper_) == problem.upper.tolist()
    assert list(read.row_lower_) == problem.row_lower[kept].tolist()
    assert np.array(read.row_upper_)[[0, 1, 2]].tolist() == problem.row_upper[kept][[0, 1, 2]].tolist()
    assert read.row_upper_[3] == 7.0
    assert [t == highspy.HighsVarType.kInteger for t in read.integrality_] == problem.integer.tolist()
    for x in np.random.default_rng(0).normal(size=(3, 4)):
        dense_rows = np.zeros((4, 4))
        matrix = read.a_matrix_
        for j in range(4):
            part = slice(matrix.start_[j], matrix.start_[j + 1])
            dense_rows[list(matrix.index_[part]), j] = matrix.value_[part]
        assert np.allclose(dense_rows @ x, problem.activity(x)[kept], rtol=1e-15)


def test_named_by_what_they_stand_for(tmp_path: Path) -> None:
    builder = ProblemBuilder(lambda period: f"2026-01-05T{period:02d}:00")
    x = builder.columns((2, 2), 0, 3, integer=True, owner="row 1", symbol="n", part=("off", "on"), period=np.arange(2))
    builder.cost(x, 1.0)
    builder.add(builder.rows(2, 0, 4, owner="site", symbol="import limit", period=np.arange(2)), x[1], 1.0)
    builder.add(builder.rows(1, 1, 5), x[0, :1], 1.0)
    path = tmp_path / "problem.mps"
    mps.write(builder.build(), path, named=True)
    read = highspy.Highs()
    read.silent()
    read.readModel(str(path))
    assert list(read.getLp().col_names_) == [
        *("row_1.n[off,2026-01-05T00:00]", "row_1.n[off,2026-01-05T01:00]"),
        *("row_1.n[on,2026-01-05T00:00]", "row_1.n[on,2026-01-05T01:00]"),
    ]
    rows = ["site.import_limit[2026-01-05T00:00]", "site.import_limit[2026-01-05T01:00]", "R2"]
    assert list(read.getLp().row_names_) == rows
    mps.write(replace(builder.build(), labels=None), path, named=True)
    assert "C0 OBJ" in path.read_text()
