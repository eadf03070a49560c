"""Ctrl-C held back: a first one ends solves and nothing else, a second one raises."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from solvers import Options, Status, isolation, solve
from solvers.interrupt import held_back, pressed

from .problems import knapsacks


@pytest.fixture
def heard() -> Iterator[None]:
    """SIGINT as an interactive shell leaves it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_first_press_is_kept_and_a_second_raises(heard: None) -> None:
    with held_back() as presses:
        assert not pressed()
        signal.raise_signal(signal.SIGINT)
        assert presses.asked and pressed()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert not pressed() and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("isolated", [False, True])
def test_a_solve_after_the_press_ends_soon(heard: None, isolated: bool) -> None:
    with held_back(), isolation(isolated):
        signal.raise_signal(signal.SIGINT)
        result = solve(knapsacks(), "highs", Options(gap=1e-7, time_limit_s=60.0))
    assert result.limit == "interrupt" and result.seconds < 5.0
    assert result.status in {Status.FEASIBLE, Status.NO_SOLUTION}


def test_the_memory_limit_holds_where_isolation_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from solvers.isolation import current

    monkeypatch.delenv("WATTSHIFT_ISOLATED", raising=False)
    monkeypatch.setenv("WATTSHIFT_MEMORY_MB", "700")
    with isolation(True):
        assert current().on and current().memory_mb == 700
