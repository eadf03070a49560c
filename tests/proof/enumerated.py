"""Plans of small random scenarios against exhaustive enumeration: nothing of the model is used there.

The scenarios are those of `tests.oracle.generator`, from seeds that the tests do not look at; a seed whose scenario
is too large to enumerate is passed over.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

from optimizer import plan
from tests.figure import Figure
from tests.oracle.enumerate import best_profit
from tests.oracle.generator import small_scenario
from tests.oracle.stages import TooLarge

FIRST_SEED = 100_000
SEEDS, QUICK_SEEDS = 1000, 60
NEAR_USD = 1e-4


def differs(seed: int) -> str | None:
    """How the plan of a seed's scenario differs from its exact optimum; None where it does not."""
    scenario = small_scenario(seed)
    best = best_profit(scenario)
    try:
        schedule = plan(scenario, gap=1e-7)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    found, status = schedule.horizon_profit_usd, schedule.outcome.status
    if best is None or found is None:
        same = best is None and status == "infeasible"
    else:
        # Solvers prove to some 1e-5 USD, which is more than the gap asked of a plan that earns a few dollars.
        proven = status == "proven" or (schedule.outcome.gap_usd or 1.0) <= NEAR_USD
        same = proven and abs(found - best) <= max(NEAR_USD, 1e-6 * abs(best))
    return None if same else f"{status} {found}, enumerated {best}"


def figures(quick: bool) -> Iterator[Figure]:
    asked = QUICK_SEEDS if quick else SEEDS
    enumerated = wrong = 0
    for seed in count(FIRST_SEED):
        if enumerated == asked:
            break
        try:
            difference = differs(seed)
        except TooLarge:
            continue
        enumerated += 1
        if difference is not None:
            wrong += 1
            print(f"enumerated: seed {seed}: {difference}", file=sys.stderr)
    yield Figure("small scenarios enumerated", enumerated, "", asked, at_least=True)
    yield Figure("small scenarios on which plan and enumeration differ", wrong, "", 0)
