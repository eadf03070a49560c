"""Who answered where a solver failed, on the command line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from solvers import isolated, registry
from solvers.highs import HighsRoute
from solvers.outcome import Options
from solvers.problem import Problem
from solvers.route import Answer, Ended

from .run import only_object, wattshift

EXAMPLE = Path(__file__).parents[2] / "scenarios" / "first-steps"


class Broken(HighsRoute):
    """HiGHS, out of order."""

    def run(self, problem: Problem, options: Options) -> Answer:
        return Answer(Ended.FAILED, message="it broke")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("highs", "highs-presolve"):
        monkeypatch.setitem(registry._ROUTES, name, ("highspy", Broken))


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    isolated.end_idle()
    monkeypatch.setattr(isolated, "command", lambda: [sys.executable, "-P", "-m", "tests.solvers.faulty_worker"])
    for name in ("crashes", "hangs_with_the_lock"):  # known here by their names, and only there by what they do
        monkeypatch.setitem(registry._ROUTES, name, ("nothing", Broken))
    yield
    isolated.end_idle()


@pytest.mark.usefixtures("broken")
def test_who_answered_is_told() -> None:
    result = wattshift("solve", EXAMPLE)
    assert result.exit_code == 0
    assert "asked: highs (HiGHS 1.13.1" in result.stdout
    assert "it broke" in result.stdout
    answer = only_object(wattshift("solve", EXAMPLE, "--json").stdout)
    assert [(a["solver"], a["reason"]) for a in answer["outcome"]["attempts"]] == [
        ("highs", "it broke"),
        ("highs-presolve", "it broke"),
        ("scip", ""),
    ]


@pytest.mark.usefixtures("broken")
def test_nobody_else_is_asked() -> None:
    result = wattshift("solve", EXAMPLE, "--no-fallbacks")
    assert result.exit_code == 1
    assert "it broke" in result.stdout


def test_nothing_is_told_where_the_first_answers() -> None:
    assert "asked" not in wattshift("solve", EXAMPLE).stdout


def test_by_rules(tmp_path: Path) -> None:
    result = wattshift("solve", EXAMPLE, "--solver", "rules", "-o", tmp_path)
    assert result.exit_code == 4
    assert "rules repaired by HiGHS" in result.stdout
    written = json.loads((tmp_path / "schedule.json").read_text())
    assert written["solver"]["name"] == "rules"
    assert wattshift("audit", EXAMPLE, tmp_path / "schedule.json").exit_code == 0


@pytest.mark.usefixtures("faulty")
def test_isolated_from_one_that_crashes() -> None:
    result = wattshift("solve", EXAMPLE, "--solver", "crashes", "--isolated")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "asked: crashes (Faulty 1" in said
    assert "was ended by SIGSEGV" in said


@pytest.mark.usefixtures("faulty")
def test_isolated_from_one_that_hangs() -> None:
    begun = time.perf_counter()
    result = wattshift("solve", EXAMPLE, "--solver", "hangs_with_the_lock", "--isolated", "--time-limit", 1)
    assert time.perf_counter() - begun < 3.5  # with a second for all that is not solving
    assert result.exit_code in {0, 4}
    assert "it did not stop in time and was ended" in " ".join(result.stdout.split())
