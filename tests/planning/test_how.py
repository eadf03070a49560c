"""How to solve: one value, checked where it is made, taken by everything that plans."""

from __future__ import annotations

import inspect
import math
from dataclasses import FrozenInstanceError, asdict, fields
from typing import Any, get_type_hints

import pytest
import typer

from optimizer import HowToSolve, plan
from optimizer.cli.commands import app
from optimizer.cli.how import _OPTIONS
from optimizer.errors import WattshiftError
from optimizer.insight.value import marginal_values
from optimizer.operating.replan import replan
from optimizer.operating.roll import roll
from optimizer.operating.settle import settle
from optimizer.planning.how import ORDER, Fields, how_to_solve
from optimizer.planning.plan import plan_and_audit
from solvers import UnknownSolver
from tests.toys import group_fleet, scenario


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"gap": -1.0}, "gap is -1.0; it must be finite and not negative, e.g. 1e-4"),
        ({"gap": math.nan}, "gap is nan; it must be finite"),
        ({"gap": math.inf}, "gap is inf; it must be finite"),
        ({"gap": "small"}, "gap is 'small'; it must be a number"),
        ({"time_limit_s": 0.0}, "time_limit_s is 0.0; it must be above 0 seconds"),
        ({"time_limit_s": math.nan}, "time_limit_s is nan"),
        ({"time_limit_s": True}, "time_limit_s is True; it must be a number"),
        ({"solver": None}, "solver is None; it must be a name: highs, "),
        ({"solver": "gurobi"}, "no solver is called 'gurobi'; there are highs, .*rules"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_said(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        HowToSolve(**said)
    assert isinstance(refused.value, WattshiftError | UnknownSolver)
    with pytest.raises(ValueError, match=words):
        plan(scenario([50], fleets=[group_fleet()]), **said)


def test_it_is_a_value() -> None:
    how = HowToSolve(solver="scip")
    assert how == HowToSolve(solver="scip") and hash(how) == hash(HowToSolve(solver="scip"))
    with pytest.raises(FrozenInstanceError):
        how.solver = "cbc"  # type: ignore[misc]


def test_fields_as_arguments_come_before_those_of_the_value() -> None:
    how = HowToSolve(solver="scip", gap=0.5)
    assert how_to_solve() == HowToSolve()
    assert how_to_solve(how) is how
    assert how_to_solve(how, gap=0.1) == HowToSolve(solver="scip", gap=0.1)
    with pytest.raises(TypeError, match="gaps"):
        how_to_solve(how, gaps=0.1)  # type: ignore[call-arg]


def test_a_plan_takes_either() -> None:
    given = scenario([50], fleets=[group_fleet()])
    asked = [plan(given, how=HowToSolve(solver="scip", gap=0.01)), plan(given, solver="scip", gap=0.01)]
    assert [(schedule.solver.name, schedule.outcome.gap_asked) for schedule in asked] == [("scip", 0.01)] * 2


def test_who_is_asked_in_which_order() -> None:
    assert HowToSolve().solvers == ORDER
    assert HowToSolve(solver="cbc").solvers == ("cbc", "highs", "highs-presolve", "scip")
    assert HowToSolve(solver="cbc", fallbacks=False).solvers == ("cbc",)
    assert HowToSolve(solver="rules", fallbacks=False).solvers == ORDER
    assert [HowToSolve(solver=name).named for name in ("highs", "rules", "scip")] == [False, False, True]


def test_the_fields_of_a_call_are_those_of_the_value() -> None:
    assert get_type_hints(Fields) == get_type_hints(HowToSolve)


@pytest.mark.parametrize("function", [plan, plan_and_audit, replan, roll, settle, marginal_values])
def test_everything_that_plans_takes_it(function: Any) -> None:
    parameters = inspect.signature(function).parameters
    assert "how" in parameters and "fields" in parameters
    assert not {field.name for field in fields(HowToSolve)} & set(parameters)


def test_every_command_that_plans_has_the_same_options_and_defaults() -> None:
    own = {"value": {"gap": 1e-6}, "roll": {"isolated": True}}
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name in ("solve", "replan", "roll", "value"):
        options = {option.name: option for option in commands[name].params}
        defaults = asdict(HowToSolve()) | own.get(name, {})
        defaults["time_limit"] = defaults.pop("time_limit_s")
        assert set(_OPTIONS) == set(defaults)
        assert {option: options[option].default for option in defaults} == defaults, name
