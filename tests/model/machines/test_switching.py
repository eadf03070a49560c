"""Counting starts, stops and ages of identical items."""

from __future__ import annotations

import numpy as np

from optimizer.model.machines.switching import Cohort, ages_after, history


def test_history_sees_only_recent_changes() -> None:
    cohorts = [Cohort(True, 2, 1), Cohort(True, 3, 4), Cohort(False, 5, 1)]
    # Minimum 3: the two that came up one period ago bind in periods 0 and 1, the three no more.
    assert history(cohorts, True, 3, 5).tolist() == [2, 2, 0, 0, 0]
    assert history(cohorts, False, 3, 5).tolist() == [5, 5, 0, 0, 0]
    # A minimum longer than the horizon binds in all of it; none binds nowhere.
    assert history(cohorts, True, 99, 2).tolist() == [5, 5]
    assert history(cohorts, True, 0, 3).tolist() == [0, 0, 0]


def test_ages_after_first_in_first_out() -> None:
    # Two up for 5, one for 2; one down for 3. One stops in period 1 (of those up for 5), two start in period 2:
    # the one down for 3 and the one stopped in 1.
    cohorts = [Cohort(True, 1, 2), Cohort(True, 2, 5), Cohort(False, 1, 3)]
    starts, stops = np.array([0.0, 0, 2, 0]), np.array([0.0, 1, 0, 0])
    up, down = ages_after(cohorts, starts, stops, 4)
    assert sorted(up) == [(2, 2), (6, 1), (9, 1)]
    assert down == []


def test_ages_after_looks_at_the_committed_part_only() -> None:
    up, down = ages_after([Cohort(False, 3, 7)], np.array([1.0, 2.0]), np.zeros(2), 1)
    assert up == [(1, 1)]
    assert down == [(8, 2)]
