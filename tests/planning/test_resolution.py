"""A finer grid plans no worse, on random facilities with ramps; `tests.proof.resolution` tries 200."""

from __future__ import annotations

import pytest

from tests.resolutions import worse


@pytest.mark.parametrize("seed", range(6))
def test_a_finer_grid_plans_no_worse(seed: int) -> None:
    assert worse(seed) is None
