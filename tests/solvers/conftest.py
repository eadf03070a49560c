"""The routes that the contract is held against."""

from __future__ import annotations

import pytest

from solvers import SolverUnavailable
from solvers.registry import route

MIXED = ("highs", "scip", "cbc", "pulp:HiGHS")
LINEAR = (*MIXED, "glop")


def usable(name: str) -> str:
    try:
        route(name)
    except SolverUnavailable as error:
        pytest.skip(f"{name}: {error}")
    return name


@pytest.fixture(params=MIXED)
def mixed(request: pytest.FixtureRequest) -> str:
    """The name of a route that takes integers."""
    return usable(request.param)


@pytest.fixture(params=LINEAR)
def linear(request: pytest.FixtureRequest) -> str:
    """The name of a route that takes linear problems."""
    return usable(request.param)
