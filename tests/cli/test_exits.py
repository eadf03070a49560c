"""Every failure of every command goes through one place: a message, a code, and with --json one object."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import optimizer
import solvers
from optimizer.cli.exits import ExitCode, failed
from optimizer.errors import AskedError, WattshiftError
from optimizer.operating.roll import RollStopped
from optimizer.planning.plan import RejectedByAudit
from optimizer.schedule.vocabulary import VocabularyError
from solvers import ProblemError, SolverError
from tests.cli.run import only_object, wattshift

FIRST_STEPS = str(Path(__file__).parents[2] / "scenarios" / "first-steps")


FAULTS_OF_THIS_PROGRAM = {VocabularyError}
"""Nobody can mend them by other input: they end as internal errors."""


def errors(package: object) -> Iterator[type[Exception]]:
    """Every error class that a package defines."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Exception) and kind.__module__ == module.__name__:
                yield kind


def test_every_error_of_the_optimizer_has_the_one_base_and_a_built_in_one() -> None:
    kinds = set(errors(optimizer)) - {WattshiftError} - FAULTS_OF_THIS_PROGRAM
    assert len(kinds) >= 15
    for kind in kinds:
        assert issubclass(kind, WattshiftError), kind
        assert issubclass(kind, ValueError | RuntimeError), kind
        assert kind.exit_code in set(ExitCode), kind


def test_every_error_of_the_solvers_has_its_exit_code() -> None:
    kinds = set(errors(solvers))
    assert {ProblemError, SolverError} <= kinds
    for kind in kinds:
        assert kind.exit_code == ExitCode.INVALID, kind  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (AskedError("the step is 0"), 2, "the step is 0"),
        (SolverError("no licence"), 2, "no licence"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (KeyboardInterrupt("interrupted: 3 of 7 days are done"), 130, "interrupted: 3 of 7 days are done"),
        (PermissionError(13, "Permission denied", "plan.json"), 2, "plan.json: Permission denied"),
        (ZeroDivisionError("the moon"), 1, "internal error: ZeroDivisionError: the moon"),
    ],
)
def test_a_failure_is_told_in_one_place(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failed(error, json=False) == code
    shown = capsys.readouterr()
    assert words in shown.err and shown.out == ""
    assert failed(error, json=True) == code
    assert only_object(capsys.readouterr().out)["error"] == words


def test_codes_of_plans_that_are_none() -> None:
    assert (RejectedByAudit.exit_code, RollStopped.exit_code) == (ExitCode.REJECTED, ExitCode.NO_SOLUTION)


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "none.toml"],
        ["solve", FIRST_STEPS, "--gap", "7"],
        ["solve"],
        ["replan", FIRST_STEPS, "--published", "none.json", "--from", "17:00"],
        ["replan", FIRST_STEPS, "--published", "none.json", "--from", "soon"],
        ["roll", "none.toml", "--days", "1"],
        ["roll", FIRST_STEPS, "--days", "0"],
        ["audit", "none.toml", "none.json"],
        ["audit", FIRST_STEPS, "none.json"],
        ["value", "none.toml", "--at", "17:00"],
        ["value", FIRST_STEPS, "--at", "yesterday"],
        ["value", FIRST_STEPS, "--at", "17:00", "--item", "nothing"],
        ["value", FIRST_STEPS],
        ["import", "prices", "none.csv", "--timezone", "UTC", "-o", "prices.csv"],
        ["import", "prices", "none.csv"],
        ["tariff", "bill", "none.json", "--load", "none.csv"],
        ["tariff", "bill", "none.json"],
        ["validate", "none.toml"],
        ["validate"],
        ["validate", FIRST_STEPS, "--state", "none.json"],
        ["init"],
        ["init", "folder", "--day", "soon"],
        ["init", "folder", "--example", "none"],
        ["init", "folder", "--dawn"],
    ],
)
def test_with_json_there_is_one_object_whatever_happens(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = wattshift(*arguments, "--json")
    assert result.exit_code == 2, result.output
    answer = only_object(result.stdout)
    assert answer.keys() == {"output_schema_version", "error", "source", "faults"}
    assert answer["output_schema_version"] == 2 and answer["error"]
    assert result.stderr and "Traceback" not in result.output


def test_a_time_of_the_day_is_one_of_the_horizon() -> None:
    """17:30 of the first day is what the period from 17:00 on is valued by."""
    by_clock = only_object(wattshift("value", FIRST_STEPS, "--at", "17:30", "--item", "barn", "--json").stdout)
    by_date = wattshift("value", FIRST_STEPS, "--at", "2026-07-01T17:00", "--item", "barn", "--json")
    assert by_clock == only_object(by_date.stdout) and by_clock["values"]
