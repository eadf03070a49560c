"""NREL-PySAM bills the same year of load under the same rates, to 0.01 USD a month on each line both know."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from optimizer.tariff import bill, import_urdb
from tests.shared_data import FOLDER, needs
from tests.tariff.sam import Floats, metered, sam_bill

CENT = 0.01
HOURS, QUARTERS = 8760, 35040
FILES = (
    "fpl_gsld1_flat_demand_2025",
    "fpl_gsldt1_tou_demand_2025",
    "kutztown_pa_gis_tiered_demand",
    "lodi_ca_g3_industrial_tou",
    "peco_gsht_coincident_peak_2014",
    "pge_e19_2019",
    "ratchet_35pct_reopt_partial",
    "reopt_multi_tier_test",
    "reopt_tiered_energy_demand_test",
    "smud_ci_tod4_1000kw_2025",
)
BILLED = {
    "fpl_gsld1_flat_demand_2025": {"energy", "demand", "fixed", "minimum"},
    "kutztown_pa_gis_tiered_demand": {"energy", "demand"},
    "ratchet_35pct_reopt_partial": {"demand"},
    "reopt_tiered_energy_demand_test": {"energy", "demand"},
}
"""Lines that bill something; the other files: energy, demand and fixed."""


def rate_of(name: str) -> dict[str, Any]:
    rate: dict[str, Any] = json.loads((FOLDER / "tariffs" / f"{name}.json").read_text(encoding="utf-8"))
    return rate


def loads() -> dict[str, Floats]:
    """Years of load that cross every tier and minimum of the files, by the hour and by the quarter."""
    rng = np.random.default_rng(20180101)
    made = {"none": np.zeros(HOURS)}
    for name, steps in (("hours", HOURS), ("quarters", QUARTERS)):
        made[f"even, {name}"] = 800 + 400 * rng.random(steps)
        made[f"small, {name}"] = 200 * rng.random(steps) ** 3
        spikes = rng.random(steps) < 0.002
        made[f"spikes, {name}"] = np.where(spikes, 5000 * rng.random(steps), 90 * rng.random(steps))
    return made


def assert_agree(rate: dict[str, Any], load_kw: Floats, peaks: Floats | None = None) -> set[str]:
    """Both bills agree; the lines that bill something."""
    before = np.zeros(12) if peaks is None else peaks
    history = {f"2017-{month + 1:02d}": float(kw) for month, kw in enumerate(before)}
    tariff, _ = import_urdb(rate)
    ours = bill(tariff, metered(load_kw), timezone="UTC", history=history)
    theirs = sam_bill(rate, load_kw, before.tolist())
    assert [month.month for month in ours.months] == [f"2018-{month:02d}" for month in range(1, 13)]
    for line, usd in theirs.items():
        mine = np.array([month.lines[f"{line}_usd"] for month in ours.months])
        assert np.abs(mine - usd).max() <= CENT, f"{line}: {mine} is not SAM's {usd}"
    return {line for line, usd in theirs.items() if usd.any()}


@needs("tariffs")
def test_every_file_is_compared() -> None:
    there = {path.stem for path in (FOLDER / "tariffs").glob("*.json")} - {"ratchet_reference_cases"}
    assert there == set(FILES)


@needs("tariffs")
@pytest.mark.parametrize("name", FILES)
def test_the_files(name: str) -> None:
    billed: set[str] = set()
    for load_kw in loads().values():
        billed |= assert_agree(rate_of(name), load_kw)
    assert billed == BILLED.get(name, {"energy", "demand", "fixed"})


@needs("tariffs")
def test_the_ratchet_with_peaks_of_the_year_before() -> None:
    peaks = np.array([900.0, 0, 50, 3000, 20, 10, 7, 2500, 2, 1, 1800, 5])
    assert_agree(rate_of("ratchet_35pct_reopt_partial"), loads()["small, hours"], peaks)


@pytest.mark.parametrize("seed", range(30))
def test_random_rates(seed: int) -> None:
    """Rates with everything that SAM can bill: 12 × 24 schedules without order, tiers in each unit, minimums,
    and ratchets by months or by range (flat only: SAM bills the month's highest demand in every TOU period of a
    rate with billing demand, where the domain bills each period's own peak)."""
    rng = np.random.default_rng(seed)
    ratchets = seed % 3
    rate: dict[str, Any] = {
        "energyratestructure": tiers(rng, 3, ("kWh", "kWh daily", "kWh/kW", "kWh/kW daily")[seed % 4]),
        "energyweekdayschedule": rng.integers(0, 3, (12, 24)).tolist(),
        "energyweekendschedule": rng.integers(0, 3, (12, 24)).tolist(),
        "flatdemandstructure": tiers(rng, 2, "kW"),
        "flatdemandmonths": rng.integers(0, 2, 12).tolist(),
        "fixedchargefirstmeter": float(rng.integers(0, 500)),
        "fixedchargeunits": ("$/month", "$/day", "$/year")[seed % 3],
    }
    if rate["fixedchargeunits"] != "$/day":  # of which SAM's month is wrong, and so is what misses to the minimum
        rate |= {"mincharge": float(rng.integers(0, 80_000)), "minchargeunits": "$/month"}
    if ratchets == 0:
        rate |= {
            "demandratestructure": tiers(rng, 3, "kW"),
            "demandweekdayschedule": rng.integers(0, 3, (12, 24)).tolist(),
            "demandweekendschedule": rng.integers(0, 3, (12, 24)).tolist(),
        }
    else:
        back = {"lookbackrange": int(rng.integers(1, 12))} if ratchets == 1 else {"lookbackrange": 0}
        months = [int(counts) for counts in rng.integers(0, 2, 12)]
        rate |= {"lookbackpercent": 0.8, "lookbackmonths": [1, *months[1:]], **back}
    load_kw = rng.random((HOURS, QUARTERS)[seed % 2]) ** 4 * 1500
    load_kw *= np.repeat(0.2 + rng.random(12), len(load_kw) // 12)
    billed = assert_agree(rate, load_kw, rng.random(12) * 2000)
    assert billed >= {"energy", "demand"}


def tiers(rng: np.random.Generator, periods: int, unit: str) -> list[list[dict[str, Any]]]:
    """Periods of three tiers with common ends, as SAM wants them."""
    ends = {"kWh": 60_000, "kWh daily": 2_000, "kWh/kW": 60, "kWh/kW daily": 2, "kW": 300}[unit] * np.array([1, 2])
    return [
        [
            {"rate": float(rng.random()), "adj": float(rng.random() / 10), "unit": unit}
            | ({"max": float(ends[tier])} if tier < 2 else {})
            for tier in range(3)
        ]
        for _ in range(periods)
    ]


@needs("tariffs")
def test_the_published_bill_of_a_ratchet() -> None:
    """REopt.jl's test «Lookback Demand Charges»: 100 kW in one hour of January ratchet the year at 35 %:
    100 × 10.5 + 35 × (5 × 10.5 + 6 × 11.5) = 5,302.50 USD."""
    (case,) = json.loads((FOLDER / "tariffs" / "ratchet_reference_cases.json").read_text(encoding="utf-8"))["cases"]
    load_kw = np.ones(HOURS)
    load_kw[7] = 100.0
    tariff, _ = import_urdb(rate_of("ratchet_35pct_reopt_partial"))
    result = bill(tariff, metered(load_kw), timezone="UTC")
    assert result.total_usd == pytest.approx(case["expected_annual_demand_cost_usd"], abs=1e-9)
    assert sum(month.lines["demand_usd"] for month in result.months) == pytest.approx(5302.5, abs=1e-9)
    assert sum(month.ratchet_usd for month in result.months) == pytest.approx(34 * (5 * 10.5 + 6 * 11.5), abs=1e-9)
    assert any("2017-01 to 2017-12" in note for note in result.notes)
