"""Random facilities with ramps on grids of 60, 30, 15 and 5 minutes: a finer one never plans worse."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.figure import Figure
from tests.resolutions import worse

SEEDS, QUICK_SEEDS = 200, 12


def figures(quick: bool) -> Iterator[Figure]:
    asked, wrong = QUICK_SEEDS if quick else SEEDS, 0
    for seed in range(asked):
        found = worse(seed)
        if found is not None:
            wrong += 1
            print(f"resolution: seed {seed}: {found}", file=sys.stderr)
    yield Figure("facilities with ramps planned on four grids", asked, "", SEEDS if not quick else asked, at_least=True)
    yield Figure("facilities on which a finer grid plans worse", wrong, "", 0)
