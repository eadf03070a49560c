"""What `wattshift --version` and `--help` say, and how little they import for it."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.cli.run import wattshift

LOADED = """
import sys
from optimizer.cli import main
sys.argv = ["wattshift", *sys.argv[1:]]
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
HEAVY = {"numpy", "pandas", "pyarrow", "highspy", "ortools", "pulp", "holidays", "optimizer.scenario.scenario"}


def test_version_names_python_and_solvers() -> None:
    result = wattshift("--version")
    assert result.exit_code == 0 and result.stderr == ""
    assert result.stdout.splitlines() == [
        f"wattshift {version('wattshift')}",
        f"Python {platform.python_version()}",
        *(f"{solver} {version(solver)}" for solver in ("highspy", "ortools", "pulp")),
    ]


def test_a_solver_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.cli.version.SOLVERS", ("highspy", "no-such-solver"))
    assert wattshift("--version").stdout.splitlines()[-1] == "no-such-solver is not installed"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_no_command_needs_is_not_imported(option: str) -> None:
    run = subprocess.run([sys.executable, "-c", LOADED, option], capture_output=True, text=True, check=True, timeout=60)
    assert "wattshift" in run.stdout or "Usage" in run.stdout
    assert not HEAVY & set(run.stderr.split())
