"""The gap, by hand: |bound − objective| over the largest of |objective|, 1 % of the reference, and 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solvers.gap import denominator, relative_gap

from .problems import dense

X = np.array([3.0, 4.0])
PROBLEM = dense([10, 5], offset=50)  # 100 at X


def test_objective_is_the_denominator() -> None:
    assert denominator(PROBLEM, X) == 100.0
    assert relative_gap(PROBLEM, X, 101.0) == 0.01


def test_loss_counts_by_its_size() -> None:
    loss = replace(PROBLEM, offset=-150.0)  # −100
    assert relative_gap(loss, X, -99.0) == 0.01


def test_reference_where_it_is_larger() -> None:
    # 0.01 · (3000 · 3 + 2500 · 4 + 1000) = 200
    referred = replace(PROBLEM, reference=np.array([3000.0, 2500.0]), reference_offset=1000.0)
    assert denominator(referred, X) == pytest.approx(200.0)
    assert relative_gap(referred, X, 101.0) == pytest.approx(0.005)


def test_reference_where_it_is_smaller_or_negative() -> None:
    for amount in (9999.0, -1e9):
        assert denominator(replace(PROBLEM, reference_offset=amount), X) == 100.0


def test_at_least_one() -> None:
    near_zero = replace(PROBLEM, offset=-49.75)  # 0.25
    assert denominator(near_zero, X) == 1.0
    assert relative_gap(near_zero, X, 0.5) == 0.25
