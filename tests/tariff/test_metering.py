"""Metering blocks of a load."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.tariff.rule.metering import blocks_of
from optimizer.tariff.rule.months import months_of
from optimizer.tariff.rule.steps import planned_steps
from tests.toys import scenario


def test_the_block_that_a_moment_lies_inside() -> None:
    """Quarters of 2, 1, 4 and 0 MW in blocks of half an hour: 0.5 and 0.25 MWh in the first, 1 in the second."""
    horizon = scenario([50] * 4, time={"resolution_minutes": 15}).horizon
    steps = planned_steps(horizon, None)
    blocks = blocks_of(steps, months_of(steps), 30, None)
    first, load = float(horizon.start_minutes[0]), np.array([2.0, 1.0, 4.0, 0.0])
    assert blocks.open_at(first + 15, np.array([2.0, 0.0, 0.0, 0.0])) == (first, pytest.approx(0.5))
    assert blocks.open_at(first + 45, load) == (first + 30, pytest.approx(1.0))
    assert blocks.open_at(first + 30, load) is None
    assert blocks_of(steps, months_of(steps), None, None).open_at(first + 15, load) is None
