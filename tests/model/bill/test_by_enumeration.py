"""Random odd tariffs over a month's end: no other dispatch earns more, and the audit agrees with every dollar.

Rates may fall and be negative, tiers may end per kW, taxes may be higher on the minimum charge than on what it
compares: cases in which a plan needs binaries that ordinary tariffs do without.
"""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from optimizer import plan
from optimizer.model.formulation import formulate
from optimizer.scenario.scenario import Scenario
from tests.model.bill.tariffs import under
from tests.toys import group_fleet, mode

GROUPS, PERIODS = 3, 3
ENDS = {
    "up_to_kwh": (500.0, 1500.0),
    "up_to_kwh_per_day": (20.0, 50.0),
    "up_to_kwh_per_kw": (0.3, 0.8),
    "up_to_kwh_per_kw_day": (0.01, 0.03),
}
LINES = ("energy", "demand", "coincident", "fixed", "minimum", "export")


def case(seed: int) -> Scenario:
    """Three groups for three quarters or hours, the last or the last two of which are February's."""
    rng = Random(seed)
    minutes = rng.choice((15, 60))
    start = "2026-01-31T23:30:00" if minutes == 15 else "2026-01-31T23:00:00"
    tariff = _tariff(rng)
    price: Any = PERIODS if tariff["energy"] else [_number(rng, -50, 150) for _ in range(PERIODS)]
    demand = tariff["demand"]
    ratchets = [charge["name"] for charge in demand if "ratchet" in charge]
    months = [
        {
            "month": "2026-01",
            "fixed_booked": rng.random() < 0.5,
            "import_mwh": _number(rng, 0, 2),
            "energy_usd": _number(rng, 0, 100),
            "peaks_mw": {charge["name"]: _number(rng, 0, 2) for charge in demand},
            "look_back_mw": {name: _number(rng, 0, 2) for name in ratchets},
        },
        {"month": "2025-12", "look_back_mw": {name: _number(rng, 0, 3) for name in ratchets}},
    ]
    expected = [
        {"charge": charge["name"], "month": rng.choice(("2026-01", "2026-02")), "peak_mw": _number(rng, 0, 2.5)}
        for charge in demand
        if rng.random() < 0.3
    ]
    committed = rng.choice((2, 3))
    return under(
        tariff,
        price,
        state={"months": months[: rng.randrange(3)]},
        expected_peaks=expected,
        fleets=[group_fleet(GROUPS, modes=[mode("normal", 1.0, rng.choice((60.0, 100.0, 150.0)))])],
        time={
            "start": start,
            "resolution_minutes": minutes,
            "committed_periods": committed,
            "look_ahead_periods": PERIODS - committed,
        },
    )


def _tariff(rng: Random) -> dict[str, Any]:
    taxes = [
        {"name": name, "percent": _number(rng, -20, 60), "lines": rng.sample(LINES, rng.choice((1, 2, 6)))}
        for name in ("state", "city")[: rng.randrange(3)]
    ]
    return {
        "energy": _energy(rng) if rng.random() < 0.6 else [],
        "demand": [_charge(rng, name) for name in ("one", "two")[: rng.randrange(3)]],
        "coincident": [
            {"name": "peak", "rate_usd_per_kw": _number(rng, -1, 5), "windows": [{"start": "23:00:00"}]}
            for _ in range(rng.randrange(2))
        ],
        "fixed": {"usd_per_month": _number(rng, 0, 50), "usd_per_day": _number(rng, 0, 2)},
        "minimum": {"usd_per_month": _number(rng, 0, 300)} if rng.random() < 0.5 else {},
        "taxes": taxes,
    }


def _charge(rng: Random, name: str) -> dict[str, Any]:
    least = -0.03 if rng.random() < 0.2 else 0.0
    ends = sorted(rng.sample((300.0, 800.0, 1000.0, 1500.0, 2200.0, 2700.0), rng.randrange(3)))
    charge: dict[str, Any] = {
        "name": name,
        "windows": [{"start": "22:00:00", "end": rng.choice(("23:45:00", "00:00:00", "02:00:00"))}],
        "tiers": [{"rate_usd_per_kw": _number(rng, least, 0.08), "up_to_kw": end} for end in (*ends, None)],
    }
    if rng.random() < 0.5:
        charge["windows"] = [{}]
    if rng.random() < 0.5:
        charge["metering_minutes"] = 15
    if rng.random() < 0.4:
        charge["ratchet"] = {"share": rng.choice((0.5, 0.8, 1.0)), "look_back_months": rng.choice((1, 12))}
    return charge


def _energy(rng: Random) -> list[dict[str, Any]]:
    unit, tiers = rng.choice(tuple(ENDS)), rng.choice((1, 2, 3))
    rates = [_number(rng, -0.01, 0.1) for _ in range(tiers)]
    ends = [*ENDS[unit][: tiers - 1], None]
    return [
        {
            "name": name,
            "windows": [window],
            "tiers": [
                {"rate_usd_per_kwh": round(rate + more, 3), unit: end} for rate, end in zip(rates, ends, strict=True)
            ],
        }
        for name, window, more in (("night", {"start": "23:30:00"}, _number(rng, 0, 0.05)), ("rest", {}, 0.0))
    ]


def _number(rng: Random, least: float, most: float) -> float:
    return round(rng.uniform(least, most), 3)


def best_of_all(scenario: Scenario) -> float:
    """The profit of the best dispatch, by trying each."""
    formulation = formulate(scenario)
    in_mode = formulation.fleets["miners"].in_mode
    x, best = np.zeros(formulation.problem.columns), -np.inf
    names = [found.name for found in scenario.fleets[0].all_modes]
    up = names.index("normal")
    for groups in product(range(GROUPS + 1), repeat=PERIODS):
        x[in_mode[up]], x[in_mode[1 - up]] = groups, GROUPS - np.array(groups)
        dollars = formulation.model.dollars(formulation.tidy(x))
        best = max(best, sum(float(usd.sum()) for usd in dollars.values()))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_no_other_dispatch_earns_more(seed: int) -> None:
    given = case(seed)
    schedule = plan(given, gap=1e-7)
    assert schedule.outcome.status == "proven"
    assert schedule.horizon_profit_usd == pytest.approx(best_of_all(given), abs=1e-4)
