"""What CBC says that is not so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from solvers import Options, Status, cbc, isolation, pulp_route, solve

from .conftest import usable
from .problems import dense

PROBLEM = dense([3, 2], [[1, 1]], [-9], [4.5], upper=[4, 9], integer=[False, True])
SLOW = """#!/bin/sh
while [ "$1" != -solution ]; do shift; done
sleep 0.3
echo "Integer infeasible - objective value 0" > "$2"
"""


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for CBC")
@pytest.mark.parametrize(
    ("limit_s", "status", "limit"), [(0.2, Status.NO_SOLUTION, "time"), (30.0, Status.INFEASIBLE, None)]
)
def test_infeasible_at_the_time_limit_is_no_word(
    limit_s: float, status: Status, limit: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """CBC 2.10.3 whose time ends before its cuts says "Cut generators found to be infeasible!" of what is not."""
    usable("cbc")
    script = tmp_path / "cbc"
    script.write_text(SLOW, encoding="ascii")
    script.chmod(0o755)
    monkeypatch.setattr(cbc, "executable", lambda: str(script))
    result = solve(PROBLEM, "cbc", Options(time_limit_s=limit_s))
    assert (result.status, result.limit) == (status, limit)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("seconds", "status"), [(30.0, Status.INFEASIBLE), (1e-6, Status.NO_SOLUTION)])
def test_infeasible_at_the_time_limit_is_no_word_through_pulp(
    seconds: float, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable("pulp:PULP_CBC_CMD")

    def says_infeasible(model: pulp_route.pulp.LpProblem, solver: object) -> None:
        model.assignStatus(pulp_route.pulp.LpStatusInfeasible)

    monkeypatch.setattr(pulp_route.pulp.LpProblem, "solve", says_infeasible)
    with isolation(False):
        assert solve(PROBLEM, "pulp:PULP_CBC_CMD", Options(time_limit_s=seconds)).status is status
