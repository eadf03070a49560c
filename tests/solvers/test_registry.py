"""Names, options, and what an import costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import solvers
from solvers import Options, SolverUnavailable, UnknownSolver, solve
from solvers.registry import names, route

from .problems import dense


def test_unknown_name_is_told_with_the_names() -> None:
    with pytest.raises(UnknownSolver, match="highs, scip, glop, cbc, highs-presolve, pulp:NAME"):
        solve(dense([1], upper=1), "gurobi")
    assert issubclass(UnknownSolver, ValueError)


def test_solver_that_pulp_does_not_reach_is_told_with_those_it_does() -> None:
    with pytest.raises(SolverUnavailable, match=r"reaches .*HiGHS"):
        solve(dense([1], upper=1), "pulp:NoSuchSolver")


def test_package_that_does_not_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "solvers.highs", None)
    with pytest.raises(SolverUnavailable, match="highspy"):
        route("highs")


def test_available() -> None:
    there = solvers.available()
    assert "highs" in there
    assert set(there) <= {*names(), *(n for n in there if n.startswith("pulp:"))}
    for name in there:
        assert route(name).version


def test_importing_imports_no_solver() -> None:
    code = (
        "import sys, solvers\n"
        "heavy = {'highspy', 'ortools', 'pulp', 'pandas', 'scipy', 'optimizer'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=_root())


def test_highs_route_imports_only_highs() -> None:
    code = (
        "import sys, numpy as np, solvers\n"
        "b = solvers.ProblemBuilder(); b.cost(b.columns(1, 0, 1), 1.0)\n"
        "assert solvers.solve(b.build()).objective == 1.0\n"
        "heavy = {'ortools', 'pulp', 'pandas', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=_root())


@pytest.mark.parametrize("name", ["highs", "scip", "cbc", "glop", "pulp:HiGHS"])
def test_no_route_needs_scipy(name: str) -> None:
    code = (
        "import sys; sys.modules['scipy'] = sys.modules['scipy.sparse'] = None\n"
        "import solvers\n"
        "b = solvers.ProblemBuilder(); b.cost(b.columns(1, 0, 1), 1.0)\n"
        f"with solvers.isolation(False): assert solvers.solve(b.build(), '{name}').objective == 1.0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=_root())


@pytest.mark.parametrize("first", ["highs", "scip", "cbc", "pulp:HiGHS"])
def test_solvers_live_together_in_any_order(first: str) -> None:
    # highspy from 1.15 and ortools ship a library of the same name; the second to load fails.
    code = (
        "import solvers\n"
        "b = solvers.ProblemBuilder(); b.cost(b.columns(1, 0, 1.5, integer=True), 1.0); p = b.build()\n"
        f"for name in ['{first}', 'pulp:HiGHS', 'cbc', 'scip', 'highs']:\n"
        "    assert solvers.solve(p, name).objective == 1.0, name"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=_root())


@pytest.mark.parametrize(
    "wrong", [{"gap": -1e-9}, {"gap": float("nan")}, {"time_limit_s": 0.0}, {"time_limit_s": float("nan")}]
)
def test_options_that_mean_nothing(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Options(**wrong)  # type: ignore[arg-type]


def _root() -> str:
    import pathlib

    return str(pathlib.Path(solvers.__file__).parents[1])
