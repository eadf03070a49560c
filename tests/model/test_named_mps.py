"""A plan's problem written for people: others read it, with its names, to the same optimum."""

from __future__ import annotations

import subprocess
from pathlib import Path

import highspy
import pytest

from optimizer import load
from optimizer.model.formulation import formulate
from solvers import Options, Problem, Status, mps, solve
from solvers.cbc import executable

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def best(problem: Problem) -> float:
    result = solve(problem, "highs", Options(gap=1e-7))
    assert result.status is Status.PROVEN and result.objective is not None
    return result.objective


@pytest.mark.parametrize("name", ["first-steps", "clock-change-day"])
def test_highs_and_cbc_read_it_to_the_same_optimum(name: str, tmp_path: Path) -> None:
    problem = formulate(load(SCENARIOS / name)).problem
    path = tmp_path / "plan.mps"
    mps.write(problem, path, named=True)
    expected = best(problem)

    reader = highspy.Highs()
    reader.silent()
    reader.setOptionValue("mip_rel_gap", 1e-7)
    assert reader.readModel(str(path)) == highspy.HighsStatus.kOk
    assert problem.labels is not None
    assert list(reader.getLp().col_names_) == problem.labels.columns.names(problem.columns)
    assert list(reader.getLp().row_names_) == problem.labels.rows.names(problem.rows)
    reader.run()
    assert -reader.getInfo().objective_function_value == pytest.approx(expected, rel=1e-6)

    said = tmp_path / "said"
    command = [executable(), str(path), "-ratioGap", "1e-7", "-solve", "-solution", str(said)]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    first, *values = said.read_text().splitlines()
    assert first.startswith("Optimal")
    assert -float(first.rsplit(" ", 1)[1]) - problem.offset == pytest.approx(expected - problem.offset, rel=1e-6)
    labels = set(problem.labels.columns.names(problem.columns))
    assert values and {line.split()[1] for line in values} <= labels
