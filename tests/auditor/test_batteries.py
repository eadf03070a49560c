"""Batteries: the course of the store, limits, direction, end, wear, state."""

from __future__ import annotations

import pytest

from tests.auditor import hand, plant


def test_the_worked_number():
    hand.good(*plant.battery_141(), 141)
