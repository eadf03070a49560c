"""Reserve products against every way that a tiny plant can run, each with a linear programme written by hand.

Two groups with two up modes and a sleep mode, machines partly in order, at a PUE above 1; a battery; products up, down
and symmetric that share both. Every count of groups in modes, every direction of the battery and every set of periods
with the block product offered is tried; what is left is linear, and is written here from the rules alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product as every

import numpy as np
import pytest
from scipy.optimize import linprog

from optimizer.scenario.scenario import Scenario
from tests.model.conftest import Solve
from tests.model.flexibility.reserves import flexible, product
from tests.model.power import battery
from tests.toys import group_fleet, mode

PERIODS = 2
POWER = {"normal": 1.0, "low": 0.6, "sleep": 0.1}
HASHING = {"normal": 100.0, "low": 75.0}
IN_ORDER, PUE = 0.9, 1.2
ADDER, LOSS = 4.0, 0.05
WEAR, IN, OUT, STORE, START = 6.0, 0.9, 0.8, 1.5, 0.75
RAMP = 5.0
IMPORT, EXPORT = 2.6, 0.2
BLOCK = 0.7

PRICES = [(40.0, 95.0), (85.0, 70.0), (110.0, 60.0), (55.0, 58.0)]
PAID = [
    {"up": (9.0, 14.0), "down": (6.0, 3.0), "both": (20.0, 8.0)},
    {"up": (25.0, 2.0), "down": (40.0, 30.0), "both": (5.0, 45.0)},
    {"up": (30.0, 18.0), "down": (12.0, 25.0), "both": (33.0, 29.0)},
    {"up": (4.0, 50.0), "down": (22.0, 9.0), "both": (38.0, 16.0)},
]
CALLED = {"up": 0.15, "down": 0.1, "both": 0.2}
RESPONSE = {"up": 10.0, "down": 5.0, "both": 4.0}
DURATION = {"up": 1.0, "down": 2.0, "both": 0.5}
MOST = {"up": 1.1, "down": 9.0, "both": 9.0}
WAYS = {"up": ("up",), "down": ("down",), "both": ("up", "down")}


def given(case: int) -> Scenario:
    modes = [mode(name, POWER[name], HASHING.get(name, 0.0)) for name in POWER]
    fleet = group_fleet(2, modes=modes, availability=IN_ORDER, ramp_mw_per_hour=RAMP)
    cells = battery(
        STORE,
        charge_efficiency=IN,
        discharge_efficiency=OUT,
        start_energy_mwh=START,
        wear_usd_per_mwh=WEAR,
        charge_limit_mw=0.8,
        discharge_limit_mw=0.9,
    )
    reserves = [
        product(
            name,
            list(PAID[case][name]),
            direction="symmetric" if name == "both" else name,
            providers=["miners", "battery"],
            deployment_share=CALLED[name],
            response_minutes=RESPONSE[name],
            duration_hours=DURATION[name],
            max_mw=MOST[name],
            min_block_mw=BLOCK if name == "down" else 0.0,
        )
        for name in WAYS
    ]
    return flexible(
        PRICES[case],
        fleets=[fleet],
        batteries=[cells],
        reserves=reserves,
        hall={"pue": PUE, "it_limit_mw": 1.7},
        site={"import_limit_mw": IMPORT, "export_limit_mw": EXPORT},
        energy={
            "adders": [{"name": "delivery", "usd_per_mwh": ADDER}],
            "loss_factor": LOSS,
            "export_price_usd_per_mwh": 10.0,
        },
        state={"fleets": {"miners": {"groups": [{"mode": "normal", "groups": 2}]}}},
    )


class Programme:
    """max Σ gain × x, of named variables ≥ 0."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.gain: dict[int, float] = {}
        self.rows: list[tuple[dict[int, float], float]] = []
        self.constant = 0.0

    def at(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def earn(self, name: str, usd: float) -> None:
        self.gain[self.at(name)] = self.gain.get(self.at(name), 0.0) + usd

    def at_most(self, terms: Mapping[str, float], most: float) -> None:
        self.rows.append(({self.at(name): value for name, value in terms.items()}, most))

    def equal(self, terms: Mapping[str, float], value: float) -> None:
        self.at_most(terms, value)
        self.at_most({name: -factor for name, factor in terms.items()}, -value)

    def best(self) -> float:
        n = len(self.names)
        matrix, most = np.zeros((len(self.rows), n)), np.array([most for _, most in self.rows])
        for i, (terms, _) in enumerate(self.rows):
            for column, value in terms.items():
                matrix[i, column] = value
        found = linprog([-self.gain.get(j, 0.0) for j in range(n)], A_ub=matrix, b_ub=most)
        return self.constant - found.fun if found.success else -np.inf


COUNTS = [(n, low, 2 - n - low) for n in range(3) for low in range(3 - n)]
"""Groups in normal, low, sleep."""


@cache
def best(case: int) -> float:
    """The most that any way to run the plant earns."""
    choices = every(
        every(COUNTS, repeat=PERIODS), every((True, False), repeat=PERIODS), every((True, False), repeat=PERIODS)
    )
    return max(earned(case, counts, charging, block) for counts, charging, block in choices)


def it_mw(count: tuple[int, int, int]) -> float:
    normal, low, sleep = count
    return (normal * POWER["normal"] + low * POWER["low"]) * IN_ORDER + sleep * POWER["sleep"]


def earned(
    case: int, counts: tuple[tuple[int, int, int], ...], charging: tuple[bool, ...], block: tuple[bool, ...]
) -> float:
    before = 2.0
    lp = Programme()
    for t, count in enumerate(counts):
        it = it_mw(count)
        if it > 1.7 + 1e-9 or abs(it - before) > RAMP + 1e-9:
            return -np.inf
        before = it
        _period(lp, case, t, count, charging[t], block[t])
    lp.at_most({f"e{PERIODS - 1}": -1.0}, -START)
    return lp.best()


def _period(lp: Programme, case: int, t: int, count: tuple[int, int, int], charging: bool, block: bool) -> None:
    normal, low, _ = count
    saved = (PRICES[case][t] + ADDER) * (1 + LOSS)
    lp.constant += (normal * 100 + low * 75) * IN_ORDER
    # Balance: import + discharge = facility + charge + export; import or export.
    imported, exported, charge, discharge = f"i{t}", f"x{t}", f"c{t}", f"d{t}"
    lp.equal({imported: 1, discharge: 1, charge: -1, exported: -1}, it_mw(count) * PUE)
    lp.at_most({imported: 1}, IMPORT)
    lp.at_most({exported: 1}, EXPORT)
    lp.at_most({charge: 1}, 0.8 if charging else 0.0)
    lp.at_most({discharge: 1}, 0.0 if charging else 0.9)
    lp.earn(imported, -saved)
    lp.earn(exported, 10.0)
    lp.earn(discharge, -WEAR)
    # e(t) = e(t−1) + 0.9 c − d / 0.8
    held, last = f"e{t}", {f"e{t - 1}": -1.0} if t else {}
    lp.equal({held: 1, charge: -IN, discharge: 1 / OUT} | last, 0.0 if t else START)
    lp.at_most({held: 1}, STORE)

    drop = {m: (IN_ORDER * POWER[m] - POWER["sleep"]) * PUE for m in HASHING}
    rise = {"low": IN_ORDER * (POWER["normal"] - POWER["low"]) * PUE}
    groups = {"normal": normal, "low": low}

    def offers(way: str, part: str, among: tuple[str, ...] = tuple(WAYS)) -> dict[str, float]:
        return {f"{p} {way} {part} {t}": 1.0 for p in among if way in WAYS[p]}

    for m in HASHING:
        lp.at_most(offers("up", m), drop[m] * groups[m])
        lp.at_most(offers("down", m), rise.get(m, 0.0) * groups[m])
    lp.at_most(offers("up", "cells") | {discharge: 1.0}, 0.9)
    lp.at_most(offers("down", "cells") | {charge: 1.0}, 0.8)
    for energy in (held, f"e{t - 1}" if t else None):
        behind = {f"{p} up cells {t}": DURATION[p] for p in ("up", "both")}
        room = {f"{p} down cells {t}": DURATION[p] * IN for p in ("down", "both")}
        lp.at_most(behind | ({energy: -OUT} if energy else {}), 0.0 if energy else OUT * START)
        lp.at_most(room | ({energy: 1.0} if energy else {}), STORE if energy else STORE - START)
    for way in ("up", "down"):
        for minutes in sorted(RESPONSE.values()):
            quick = tuple(p for p in WAYS if RESPONSE[p] <= minutes)
            moved = {k: v for m in HASHING for k, v in offers(way, m, quick).items()}
            lp.at_most(moved, RAMP * minutes / 60 * PUE)
    ups, downs = (
        {k: v for part in ("normal", "low", "cells") for k, v in offers(w, part).items()} for w in WAYS if w != "both"
    )
    lp.at_most(ups | {imported: -1.0, exported: 1.0}, EXPORT)
    lp.at_most(downs | {imported: 1.0}, IMPORT)
    lp.at_most({k: v for m in HASHING for k, v in offers("down", m).items()}, (1.7 - it_mw(count)) * PUE)

    for p, ways in WAYS.items():
        by_way = {w: {k: 1.0 for part in ("normal", "low", "cells") for k in offers(w, part, (p,))} for w in ways}
        sold = by_way[ways[0]]
        lp.at_most(sold, MOST[p])
        if p == "both":
            lp.equal(by_way["up"] | dict.fromkeys(by_way["down"], -1.0), 0.0)
        if p == "down":
            lp.at_most(sold, MOST[p] if block else 0.0)
            lp.at_most(dict.fromkeys(sold, -1.0), -BLOCK if block else 0.0)
        for name in sold:
            lp.earn(name, PAID[case][p][t])
        for m, hashing in HASHING.items():
            if "up" in ways:
                lp.earn(f"{p} up {m} {t}", -CALLED[p] * (hashing * IN_ORDER / drop[m] - saved))
            if "down" in ways:
                gained = 25 * IN_ORDER / rise["low"] if m == "low" else 0.0
                lp.earn(f"{p} down {m} {t}", -CALLED[p] * (saved - gained))
        if "up" in ways:
            lp.earn(f"{p} up cells {t}", -CALLED[p] * WEAR)


@pytest.mark.parametrize("case", range(len(PRICES)))
def test_no_way_to_run_it_earns_more_or_less(solve: Solve, case: int) -> None:
    found = solve(given(case), best(case))
    assert sum(sum(found.values(name, "offered_mw")) for name in WAYS) > 0.5
