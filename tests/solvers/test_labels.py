"""What columns and rows stand for, and the names made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers import Problem, ProblemBuilder
from solvers.elastic import elastic
from solvers.labels import LONGEST, MOST_OWNER, Labels, plain


def labels_of(problem: Problem) -> Labels:
    assert problem.labels is not None
    return problem.labels


def written() -> Problem:
    builder = ProblemBuilder(lambda period: f"{period}h")
    time = np.arange(3)
    builder.columns((2, 3), integer=True, owner="row", symbol="n", part=("off", "on"), period=time)
    builder.columns(1, owner="row", symbol="z")
    builder.columns(2)
    builder.columns(2, owner="bill", symbol="f")
    builder.rows((2, 2), owner="row", symbol="both", period=np.array([2, 0]))
    builder.rows(1, owner="site", symbol="cap", period=np.array([1]))
    return builder.build()


def test_look_ups() -> None:
    columns, rows = labels_of(written()).columns, labels_of(written()).rows
    assert [columns.owner(j) for j in (0, 5, 6, 7, 8, 9, 11)] == ["row", "row", "row", None, None, "bill", None]
    assert [columns.symbol(j) for j in (0, 6, 7, 10)] == ["n", "z", None, "f"]
    assert [columns.period(j) for j in (0, 4, 5, 6, 7)] == [0, 1, 2, None, None]
    assert [rows.period(i) for i in range(5)] == [2, 0, 2, 0, 1]
    assert columns.owners == ("row", "bill")
    assert columns.of("row").tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert columns.of("row", "z").tolist() == [6]
    assert columns.of("nobody").tolist() == []


def test_names() -> None:
    columns, rows = labels_of(written()).columns, labels_of(written()).rows
    assert columns.names(11) == [
        *("row.n[off,0h]", "row.n[off,1h]", "row.n[off,2h]", "row.n[on,0h]", "row.n[on,1h]", "row.n[on,2h]"),
        *("row.z", "C7", "C8", "bill.f[0]", "bill.f[1]"),
    ]
    assert rows.names(5) == ["row.both[0,2h]", "row.both[0,0h]", "row.both[1,2h]", "row.both[1,0h]", "site.cap[1h]"]
    assert [columns.name(j) for j in range(11)] == columns.names(11)


def test_names_differ_where_labels_do_not() -> None:
    builder = ProblemBuilder()
    long = "x" * 100
    for owner, symbol in (("a", "b.c"), ("a.b", "c"), ("a b", "c"), ("a_b", "c"), (long, "c"), (long + "y", "c")):
        builder.columns(1, owner=owner, symbol=symbol)
    builder.columns(2, owner="a", symbol="d", period=np.array([7, 7]))
    names = labels_of(builder.build()).columns.names(8)
    assert names[:4] == ["a.b.c", "a.b.c~2", "a_b.c", "a_b.c~2"]
    assert names[4:] == [f"{'x' * MOST_OWNER}.c", f"{'x' * MOST_OWNER}.c~2", "a.d[7]#0", "a.d[7]#1"]


def test_names_are_plain_and_not_too_long() -> None:
    assert plain("Zürich ρ Ω €5 [a,b]") == "Zurich_rho_Omega_u20ac5__a_b_"
    builder = ProblemBuilder(lambda _: "2026-11-01T01:00-06:00")
    long = "é" * 500
    builder.columns((2, 2, 2), owner=long, symbol=long, part=(long, long), period=np.arange(2))
    names = labels_of(builder.build()).columns.names(8)
    assert len(set(names)) == 8
    assert all(name.isascii() and len(name) <= LONGEST for name in names)


def test_parts_and_periods_fit_the_shape() -> None:
    builder = ProblemBuilder()
    with pytest.raises(ValueError, match=r"row\.n: 3 parts for a first axis of 2"):
        builder.columns((2, 3), owner="row", symbol="n", part=("a", "b", "c"))
    with pytest.raises(ValueError, match=r"row\.n: periods of shape \(2,\)"):
        builder.rows(3, owner="row", symbol="n", period=np.arange(2))


def test_problems_made_of_a_problem_keep_its_labels() -> None:
    problem = written()
    names = labels_of(problem).columns.names(11)
    assert labels_of(problem.relaxed()).columns.names(11) == names
    soft = elastic(replace(problem, row_upper=np.ones(5)), np.arange(5), [0]).problem
    assert labels_of(soft).columns.names(soft.columns)[:12] == [*names, "C11"]
    assert labels_of(soft).rows.names(soft.rows)[4:] == ["site.cap[1h]", "R5"]


def test_rows_of_another_problem_come_behind() -> None:
    builder = ProblemBuilder()
    builder.columns(11)
    builder.rows(1)
    builder.rows(1, owner="row", symbol="held")
    joined = written().with_rows_of(builder.build())
    assert labels_of(joined).rows.names(7)[4:] == ["site.cap[1h]", "R5", "row.held"]
    bare = replace(builder.build(), labels=None)
    assert labels_of(written().with_rows_of(bare)).rows.names(7)[4:] == ["site.cap[1h]", "R5", "R6"]
    assert bare.with_rows_of(builder.build()).labels is None


def test_labels_are_kept_by_block() -> None:
    """A million columns cost as much as one."""
    builder = ProblemBuilder()
    builder.columns((100, 10_000), owner="row", symbol="n", period=np.arange(10_000))
    made = labels_of(builder.build()).columns.blocks
    assert len(made) == 1
    assert made[0].period is not None and made[0].period.size == 10_000  # no copy for each of the hundred
    assert made[0].periods is not None and made[0].periods[99, 7] == 7
