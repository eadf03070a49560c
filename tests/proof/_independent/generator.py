"""Random scenarios of the core, one per seed: those of the oracle's generator, longer, with a site around them."""

from __future__ import annotations

import random
from typing import Any

from optimizer.scenario.scenario import Scenario
from tests.oracle.generator import Maker


class Longer(Maker):
    """The oracle's generator, without its bound on how many plans there are to be enumerated."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.periods = self.rng.choice((4, 6, 8, 10))


def core_scenario(seed: int) -> Scenario:
    """The scenario of a seed; the same one every time."""
    scenario = Longer(seed).scenario()
    rng = random.Random(31 * seed + 7)
    document = scenario.model_dump(mode="json", exclude_defaults=True)
    # Alone a kind of contract is named by a field that is its default.
    document["schema_version"] = 1
    size = sum(f["groups"] for f in document.get("fleets", [])) + 1.0
    _around(rng, document, scenario, size)
    return Scenario.model_validate(document)


def _around(rng: random.Random, document: dict[str, Any], scenario: Scenario, size: float) -> None:
    supply, site, state = document["supply"], document["site"], document.setdefault("state", {})
    periods, hours = scenario.horizon.periods, scenario.horizon.hours

    def series(low: float, high: float) -> list[float]:
        return [round(rng.uniform(low, high), 2) for _ in range(periods)]

    if rng.random() < 0.3:
        site["export_limit_mw"] = round(0.5 * size, 2)
        if rng.random() < 0.6:
            supply["energy"]["export_price_usd_per_mwh"] = series(-20, 90)
    if rng.random() < 0.3:
        supply["renewables"] = [{"name": "sun", "capacity_mw": round(0.6 * size, 2), "factor": series(0, 1)}]
        if rng.random() < 0.4:
            supply["renewables"][0]["cost_usd_per_mwh"] = 25.0
    if rng.random() < 0.25:
        supply["generators"] = [_generator(rng, size, hours)]
        if rng.random() < 0.6:
            state["generators"] = {"engine": {"on": rng.random() < 0.5, "hours": rng.choice((1, 2, 3)) * hours}}
    if rng.random() < 0.35:
        supply["batteries"] = [_battery(rng, size, hours)]
        if rng.random() < 0.3:
            state["batteries"] = {"store": {"energy_mwh": round(0.3 * size * hours, 3)}}
    if rng.random() < 0.15:
        supply["ppas"] = [
            {
                "name": "block",
                "kind": "block",
                "quantity_mw": 0.5,
                "price_usd_per_mwh": series(20, 90),
                "optional": rng.random() < 0.6,
            }
        ]
    if rng.random() < 0.35:
        _tariff(rng, supply, state, scenario, size)
    if rng.random() < 0.2:
        supply["carbon"] = {"intensity_kg_per_mwh": series(100, 600), "price_usd_per_tonne": 30.0}
        if rng.random() < 0.6:
            most = 0.6 * size * periods * hours * rng.choice((0.5, 1.0))
            supply["carbon"]["cap_tonnes"] = round(0.35 * most, 3)


def _generator(rng: random.Random, size: float, hours: float) -> dict[str, Any]:
    engine: dict[str, Any] = {"name": "engine", "capacity_mw": round(0.5 * size, 2), "fuel_usd_per_mwh": 70.0}
    engine["min_load_mw"] = round(rng.choice((0.0, 0.2)) * size, 2)
    engine["start_cost_usd"] = rng.choice((0.0, 10.0))
    engine["min_up_hours"] = rng.choice((0, 2)) * hours
    engine["min_down_hours"] = rng.choice((0, 2)) * hours
    if rng.random() < 0.3:
        engine["ramp_mw_per_hour"] = round(rng.choice((0.1, 0.3)) * size / hours, 3)
    return engine


def _battery(rng: random.Random, size: float, hours: float) -> dict[str, Any]:
    return {
        "name": "store",
        "charge_limit_mw": round(0.3 * size, 2),
        "discharge_limit_mw": round(0.4 * size, 2),
        "energy_mwh": round(0.8 * size * hours, 3),
        "charge_efficiency": rng.choice((0.9, 1.0)),
        "discharge_efficiency": rng.choice((0.9, 1.0)),
        "self_loss_per_hour": rng.choice((0.0, 0.02)),
        "wear_usd_per_mwh": rng.choice((0.0, 3.0)),
        "start_energy_mwh": rng.choice((0.0, round(0.2 * size * hours, 3))),
        "end_energy_mwh": rng.choice((None, 0.0)),
    }


def _tariff(rng: random.Random, supply: dict[str, Any], state: dict[str, Any], scenario: Scenario, size: float) -> None:
    starts, hours = scenario.horizon.starts, scenario.horizon.hours
    month = f"{starts[0]:%Y-%m}"
    tariff: dict[str, Any] = {"name": "wires"}
    if rng.random() < 0.8:
        rate = round(0.02 * hours * rng.uniform(1, 10), 3)
        tariff["demand"] = [{"name": "flat", "tiers": [{"rate_usd_per_kw": rate}]}]
        if rng.random() < 0.6:
            peak = round(size * rng.uniform(0.1, 0.6), 2)
            state["tariff"] = {"months": [{"month": month, "peaks_mw": {"flat": peak}}]}
        if rng.random() < 0.4:
            peak = {"charge": "flat", "month": month, "peak_mw": round(size * rng.uniform(0.1, 0.6), 2)}
            supply["expected_peaks"] = [peak]
    if "demand" not in tariff or rng.random() < 0.3:
        four: dict[str, Any] = {"name": "4CP", "rate_usd_per_kw": 14.0}
        if rng.random() < 0.5:
            four["probability"] = [round(rng.uniform(0, 0.006) * hours, 5) for _ in starts]
        else:
            four["peaks"] = [{"start": rng.choice(starts).isoformat(), "minutes": 60, "weight": 0.005}]
        tariff["coincident"] = [four]
    supply["tariff"] = tariff
