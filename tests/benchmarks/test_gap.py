"""Which component makes the root gap, on problems whose answer is known by hand."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from optimizer.model.formulation import formulate
from solvers import Problem, ProblemBuilder
from tests.benchmarks.__main__ import main
from tests.benchmarks.gap import EVERY, Component, RootGap, kinds_of, lines, root_gap
from tests.toys import gpu_pool, group_fleet, scenario, spot


def part(found: RootGap, owner: str, symbol: str, kind: str | None = None) -> Component:
    [one] = [c for c in found.components if (c.owner, c.symbol) == (owner, symbol) and kind in (None, c.kind)]
    return one


def knapsacks() -> Problem:
    """10 a + 10 b + 10 (u + v) with 2 a ≤ 3, 4 b ≤ 7, 2 u ≤ 3, u − v = 0: integers a of A, b of B, u and v of C.

    Relaxed 15 + 17.5 + 30; whole 10 + 10 + 20. A makes 5, B makes 7.5. u and v make 10 together: either of them holds
    the other, so that relaxing one alone leaves all 10.
    """
    builder = ProblemBuilder()
    a = builder.columns(1, 0, 9, integer=True, owner="A", symbol="a")
    b = builder.columns(1, 0, 9, integer=True, owner="B", symbol="b")
    u = builder.columns(1, 0, 9, integer=True, owner="C", symbol="u")
    v = builder.columns(1, 0, 9, integer=True, owner="C", symbol="v")
    builder.columns(1, 4, 4, integer=True, owner="D", symbol="fixed")
    for column, weight, most in ((a, 2.0, 3.0), (b, 4.0, 7.0), (u, 2.0, 3.0)):
        builder.add(builder.rows(1, -np.inf, most), column, weight)
        builder.cost(column, 10.0)
    builder.cost(v, 10.0)
    equal = builder.rows(1, 0, 0)
    builder.add(equal, u, 1.0)
    builder.add(equal, v, -1.0)
    return builder.build()


def test_what_each_component_makes() -> None:
    found = root_gap(knapsacks(), {"A": "one", "B": "one", "C": "two"})
    assert (found.plan.usd, found.plan.proven) == (pytest.approx(40.0), True)
    assert found.relaxation_usd == pytest.approx(62.5)
    assert found.usd == pytest.approx(22.5)
    assert found.relative == pytest.approx(22.5 / 40.0)
    expected = {
        (EVERY, "one", EVERY): (2, 10.0, 12.5),
        ("A", "one", "a"): (1, 17.5, 5.0),
        ("B", "one", "b"): (1, 15.0, 7.5),
        ("C", "two", EVERY): (2, 12.5, 10.0),
        ("C", "two", "u"): (1, 22.5, 10.0),
        ("C", "two", "v"): (1, 22.5, 10.0),
    }
    assert {
        (c.owner, c.kind, c.symbol): (c.integers, pytest.approx(found.left_usd(c)), pytest.approx(found.alone_usd(c)))
        for c in found.components
    } == expected
    assert all(c.others_kept.proven and c.alone.proven for c in found.components)


@pytest.mark.parametrize("solver", ["highs", "scip", "cbc"])
def test_whole_groups_make_the_gap_of_a_toy_site(solver: str) -> None:
    """Three groups of 1 MW that earn 50 USD an hour each, under 2.5 MW of import: half a group is lost, 25 USD an hour.
    Nodes that draw nothing idle lose nothing by being whole."""
    toy = scenario(
        [50, 50],
        fleets=[group_fleet(3)],
        site={"import_limit_mw": 2.5},
        pools=[gpu_pool(2, peak_power_w=1.0)],
        contracts=[spot(1.5)],
    )
    found = root_gap(formulate(toy).problem, kinds_of(toy), solver)
    assert found.usd == pytest.approx(50.0, abs=1e-3)
    miners, pool = part(found, "miners", "n", "fleet"), part(found, "pool", "on", "pool")
    assert miners.integers == 4  # groups in two modes, two hours
    assert found.left_usd(miners) == pytest.approx(0.0, abs=1e-3)
    assert found.alone_usd(miners) == pytest.approx(50.0, abs=1e-3)
    assert found.left_usd(pool) == pytest.approx(50.0, abs=1e-3)
    assert found.alone_usd(pool) == pytest.approx(0.0, abs=1e-3)


def test_a_problem_without_labels_or_a_plan_is_refused() -> None:
    builder = ProblemBuilder()
    x = builder.columns(1, 0, 1, integer=True, owner="A", symbol="x")
    builder.add(builder.rows(1, 0.4, 0.6), x, 1.0)
    with pytest.raises(ValueError, match="the plan infeasible"):
        root_gap(builder.build(), {})
    with pytest.raises(ValueError, match="no labels"):
        root_gap(Problem(*[np.zeros(0)] * 9), {})  # type: ignore[arg-type]


def test_what_is_not_proven_is_said() -> None:
    found = root_gap(knapsacks(), {}, gap=0.9)
    assert not any("*" in line for line in lines(found))
    unproven = RootGap(type(found.plan)(40.0, False), 62.5, 0.56, found.components)
    told = list(lines(unproven))
    assert "40.00* USD" in told[0] and told[-1].startswith("* the search ended")


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "plan.mps"
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--gap", "first-steps", "--mps", str(path)])
    assert main() == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("best plan ") and "root gap" in told[0]
    assert told[2].split()[:4] == ["s21-row", "fleet", "n", "12"]
    assert "s21-row.n[off,2026-07-01T16:00]" in path.read_text()
