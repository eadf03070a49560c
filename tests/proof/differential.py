"""Every route and an independent model on random scenarios: what is jointly proven is the same.

The independent model (`_independent`) is written by hand in PuLP's objects and shares no equation with the planner.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from optimizer import plan
from optimizer.scenario.scenario import Scenario
from tests.figure import Figure
from tests.proof._independent.generator import core_scenario
from tests.proof._independent.model import independent

FIRST_SEED = 500_000
SEEDS, QUICK_SEEDS = 500, 16
ROUTES = ("highs", "scip", "cbc")
GAP, LIMIT_S = 1e-6, 60.0
NEAR_USD = 2e-3
"""Solvers hold rows to 1e-6, which moves tiers and big bounds by so much; CBC proves to 1e-5 USD."""


@dataclass(frozen=True)
class Said:
    """What one of them says of a scenario."""

    who: str
    status: str
    profit: float | None


def answers(scenario: Scenario) -> list[Said]:
    said = []
    for route in ROUTES:
        try:
            schedule = plan(scenario, solver=route, gap=GAP, time_limit_s=LIMIT_S)
        except Exception as error:
            said.append(Said(route, f"{type(error).__name__}: {error}", math.nan))
            continue
        outcome = schedule.outcome
        near = outcome.status == "proven" or (outcome.gap_usd is not None and outcome.gap_usd <= NEAR_USD)
        status = "proven" if near else outcome.status
        said.append(Said(route, status, schedule.horizon_profit_usd))
    own = independent(scenario, "cbc", LIMIT_S)
    if own.status == "unproven":
        own = independent(scenario, "highs", LIMIT_S)
    said.append(Said("independent", own.status, own.profit))
    return said


def differ(one: Said, other: Said) -> bool:
    """Whether two say different things of which both are sure."""
    if any(said.profit is not None and math.isnan(said.profit) for said in (one, other)):
        return True
    if {one.status, other.status} == {"proven", "infeasible"}:
        return True
    if one.profit is None or other.profit is None or {one.status, other.status} != {"proven"}:
        return False
    return abs(one.profit - other.profit) > max(NEAR_USD, 3 * GAP * max(abs(one.profit), abs(other.profit)))


def figures(quick: bool) -> Iterator[Figure]:
    seeds = range(FIRST_SEED, FIRST_SEED + (QUICK_SEEDS if quick else SEEDS))
    proven = infeasible = wrong = 0
    for seed in seeds:
        scenario = core_scenario(seed)
        said = answers(scenario)
        if any(differ(one, other) for one, other in combinations(said, 2)):
            second = independent(scenario, "highs", LIMIT_S)
            said.append(Said("independent by HiGHS", second.status, second.profit))
            wrong += 1
            words = "; ".join(f"{one.who} {one.status} {one.profit}" for one in said)
            print(f"differential: seed {seed}: {words}", file=sys.stderr, flush=True)
        proven += all(one.status == "proven" for one in said)
        infeasible += all(one.status == "infeasible" for one in said)
    yield Figure("random scenarios by every route and the independent model", len(seeds), "", len(seeds), at_least=True)
    share = 100.0 * (proven + infeasible) / len(seeds)
    yield Figure("of these jointly proven or infeasible", share, "%", 90.0, at_least=True)
    yield Figure("differences among the jointly proven", wrong, "", 0)
