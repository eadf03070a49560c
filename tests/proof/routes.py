"""Every route on random scenarios of mixed scales with orders to 0 MW and periods without machines: no route proves
what another one refutes.

A bound has to be at least what any plan that is known earns, be it another route's or that by rules of thumb; what is
proven by two is the same; and nothing that has a plan is infeasible.

    python -m tests.proof.routes FIRST COUNT        other seeds, one after the other, with the time each route took
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from optimizer.model.formulation import formulate
from optimizer.planning.rules.repair import rule_plan
from optimizer.scenario.scenario import Scenario
from solvers import Options, Result, Status, abilities, solve
from tests.figure import Figure
from tests.proof._scenarios import scenario_of

FIRST_SEED = 900_000
SEEDS, QUICK_SEEDS = 2000, 40
ROUTES = ("highs", "highs-presolve", "scip", "cbc")
GAP, LIMIT_S, RULES_S = 1e-6, 20.0, 2.0
NEAR_USD = 2e-3
"""Solvers hold rows to 1e-6, which moves tiers and big bounds by so much; CBC proves to 1e-5 USD."""
START = datetime(2026, 11, 9)
Fields = dict[str, Any]


def scenario(seed: int) -> Scenario | None:
    """The scenario of a seed: a day of pools and fleets from one machine to a hundred thousand, the same of a pool with
    two contracts alone, or a few hours of every component (`_scenarios`), with orders and outages. None where what was
    drawn does not hold together."""
    rng = random.Random(2_147_483_629 * seed + 5)
    if seed % 3:
        return Scenario.model_validate(_day(rng, bare=seed % 3 == 1))
    drawn = scenario_of(seed)
    if drawn is None:
        return None
    fields = drawn.model_dump(mode="json", exclude_unset=True)
    periods = drawn.horizon.periods
    _interrupt(rng, fields, periods, [stamp.isoformat() for stamp in drawn.horizon.starts])
    try:
        return Scenario.model_validate(fields)
    except ValidationError:
        return None


def _interrupt(rng: random.Random, fields: Fields, periods: int, starts: Sequence[str]) -> None:
    """An order to 0 MW (now and then to little), and a period without nodes or machines."""
    if rng.random() < 0.7:
        first = rng.randrange(periods - 1)
        order = {"name": "order to stop", "start": starts[first], "end": starts[first + 1]}
        limit = rng.choice((0.0, 0.0, 0.0, 0.05))
        fields["site"]["curtailment"] = [*fields["site"].get("curtailment", ()), order | {"import_limit_mw": limit}]
    out = rng.randrange(periods)
    for pool in fields.get("pools", ()):
        if rng.random() < 0.4:
            pool["nodes_available"] = [0 if t == out else pool["nodes"] for t in range(periods)]
    for fleet in fields.get("fleets", ()):
        if rng.random() < 0.3:
            fleet["availability"] = [0.0 if t == out else 1.0 for t in range(periods)]


def _day(rng: random.Random, *, bare: bool) -> Fields:
    periods = rng.choice((8, 12, 24))
    nodes = rng.choice((1, 3, 8, 40, 500, 6000))
    gpus = nodes * 8.0
    pool = {"name": "pool", "hall": "hall", "nodes": nodes, "gpus_per_node": 8}
    pool |= {"idle_power_w": rng.choice((0.0, 2000.0, 2000.0, 2000.0)), "peak_power_w": 10200.0}
    if rng.random() < 0.3 and not bare:
        pool["start_cost_usd"] = round(rng.uniform(0.1, 9.0), 2)
    pools = [pool] if bare or rng.random() < 0.85 else []
    fleets: list[Fields] = []
    if not pools or (not bare and rng.random() < 0.35):
        groups = rng.choice((1, 4, 10))
        units = groups * rng.choice((1, 30, 900, 10_000))
        modes = [{"name": "normal", "power_w": 3500.0, "hashrate_th_per_s": 200.0}]
        if rng.random() < 0.5:
            modes.append({"name": "low", "power_w": 2400.0, "hashrate_th_per_s": 150.0})
        fleets = [{"name": "miners", "hall": "hall", "units": units, "groups": groups, "modes": modes}]
        if rng.random() < 0.4:
            fleets[0]["min_up_hours"] = 2.0
    top = sum(fleet["units"] * 0.0035 for fleet in fleets) + sum(p["nodes"] * 0.0102 for p in pools)
    price = [round(rng.uniform(-10.0, 140.0), 2) for _ in range(periods)]
    hall = {"name": "hall", "it_limit_mw": round(top * rng.choice((0.6, 1.1)), 4), "pue": rng.choice((1.0, 1.25))}
    fields: Fields = {
        "schema_version": 1,
        "name": "day",
        "time": {"zone": "UTC", "start": START.isoformat(), "committed_periods": periods},
        "site": {"import_limit_mw": round(top * rng.choice((0.7, 1.6)), 4), "halls": [hall]},
        "supply": {"energy": {"price_usd_per_mwh": price}},
        "pools": pools,
        "fleets": fleets,
        "contracts": _contracts(rng, gpus, periods, bare=bare) if pools else [],
    }
    if fleets:
        fields["bitcoin"] = {"hashprice_usd_per_ph_day": rng.choice((30.0, 45.0, 60.0))}
    _interrupt(rng, fields, periods, [(START + timedelta(hours=t)).isoformat() for t in range(periods + 1)])
    return fields


def _contracts(rng: random.Random, gpus: float, periods: int, *, bare: bool) -> list[Fields]:
    contracts: list[Fields] = []
    several = (("spot", "reserved"), ("reserved",), ("spot", "reserved", "batch"), ("spot", "batch"))
    for kind in several[0] if bare else rng.choice(several):
        terms: Fields = {"kind": kind, "name": kind, "pools": ["pool"]}
        if kind == "spot":
            demand = [round(rng.uniform(0.0, gpus), 2) for _ in range(periods)]
            terms |= {"demand_gpus": rng.choice((demand, round(0.4 * gpus, 1))), "price_usd_per_gpu_hour": 0.86}
        elif kind == "reserved":
            committed = [round(rng.uniform(0.04, 0.8) * gpus, 2) for _ in range(periods)]
            terms |= {"committed_gpus": committed, "price_usd_per_gpu_hour": rng.choice((2.04, 0.3))}
            if rng.random() < 0.4 and not bare:
                terms["tiers"] = [{"below": 0.97, "credit_share": 0.1}, {"below": 0.9, "credit_share": 0.3}]
        else:
            terms |= {"gpu_hours": round(0.2 * gpus * periods, 1), "max_gpus": round(0.5 * gpus, 1)}
            terms |= {"release": START.isoformat(), "deadline": (START + timedelta(hours=periods - 1)).isoformat()}
            terms |= {"price_usd_per_gpu_hour": 1.4, "penalty_usd_per_gpu_hour": rng.choice((0.0, 0.8))}
            if rng.random() < 0.5:
                terms["min_gpus"] = round(0.1 * gpus, 1)
        contracts.append(terms)
    return contracts


@dataclass(frozen=True)
class Seen:
    """What came of one scenario: each route's result, and what they refute of each other."""

    results: tuple[Result, ...]
    refuted: tuple[str, ...]

    @property
    def agreed(self) -> bool:
        """Whether every route that proves has proven, or all call it infeasible."""
        proving = [result for result in self.results if abilities(result.solver).proof]
        return {result.status for result in proving} in ({Status.PROVEN}, {Status.INFEASIBLE})


def seen(given: Scenario) -> Seen:
    """Ask every route and the rules of thumb."""
    formulation = formulate(given)
    options = Options(gap=GAP, time_limit_s=LIMIT_S)
    results = tuple(solve(formulation.problem, name, options) for name in ROUTES)
    plans = [r for r in (*results, rule_plan(formulation, RULES_S)) if r.objective is not None]
    if not plans:
        return Seen(results, ())
    best = max(plans, key=lambda result: result.objective or 0.0)
    assert best.objective is not None
    near = max(NEAR_USD, 3 * GAP * abs(best.objective))
    refuted = [
        f"{r.solver} says at most {r.bound}, {best.solver} earns {best.objective}"
        for r in results
        if r.bound is not None and r.bound < best.objective - near
    ]
    refuted += [f"{r.solver} says infeasible" for r in results if r.status is Status.INFEASIBLE]
    refuted += [
        f"{r.solver} says {r.objective} proven, {best.solver} earns {best.objective}"
        for r in results
        if r.status is Status.PROVEN and r.objective is not None and r.objective < best.objective - near
    ]
    failed = [r for r in results if r.refuted or (r.status is Status.ERROR and abilities(r.solver).proof)]
    refuted += [f"{r.solver}: {r.message}" for r in failed]
    return Seen(results, tuple(refuted))


def figures(quick: bool) -> Iterator[Figure]:
    yield from _figures(FIRST_SEED, QUICK_SEEDS if quick else SEEDS, Counter())


def _figures(first: int, count: int, seconds: Counter[str]) -> Iterator[Figure]:
    asked = agreed = wrong = 0
    for seed in range(first, first + count):
        given = scenario(seed)
        if given is None:
            continue
        found = seen(given)
        asked += 1
        agreed += found.agreed
        wrong += bool(found.refuted)
        for result in found.results:
            seconds[result.solver] += result.seconds
        if found.refuted:
            print(f"routes: seed {seed}: {'; '.join(found.refuted)}", file=sys.stderr, flush=True)
    yield Figure("scenarios of mixed scales, orders and outages by every route", asked, "", 0.6 * count, at_least=True)
    yield Figure("of these proven or infeasible on all that prove", 100.0 * agreed / asked, "%", 90.0, at_least=True)
    yield Figure("of these with a word that a known plan refutes", wrong, "", 0)


def main() -> int:
    first, count = int(sys.argv[1]), int(sys.argv[2])
    seconds: Counter[str] = Counter()
    begun = time.perf_counter()
    missed = 0
    for figure in _figures(first, count, seconds):
        print(figure, flush=True)
        missed += not figure.met
    each = ", ".join(f"{name} {spent:.0f} s" for name, spent in seconds.items())
    print(f"routes: {time.perf_counter() - begun:.0f} s; {each}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
