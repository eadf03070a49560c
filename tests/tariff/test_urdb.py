"""URDB rates: what each field becomes, what is named instead, and what is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from optimizer.scenario.clock import DAY_KINDS
from optimizer.tariff import UrdbError, bill, import_urdb
from optimizer.tariff.urdb.schedule import windows_of
from tests.shared_data import FOLDER, needs
from tests.tariff.by_hand import load, local_span

ZEROS = [[0] * 24 for _ in range(12)]
PLAIN: dict[str, Any] = {
    "energyratestructure": [[{"rate": 0.1, "unit": "kWh"}]],
    "energyweekdayschedule": ZEROS,
    "energyweekendschedule": ZEROS,
}


def rate(**fields: Any) -> dict[str, Any]:
    return copy.deepcopy(PLAIN) | fields


def flat(*tiers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return rate(flatdemandstructure=[list(tiers)], flatdemandmonths=[0] * 12, **fields)


def january(raw: dict[str, Any], metered: Any = None) -> dict[str, float]:
    """Lines of January 2024 under a rate: 1 kW, with 3 kW in the first hour."""
    if metered is None:
        values = np.ones(744)
        values[0] = 3.0
        metered = load(values)
    return bill(import_urdb(raw)[0], metered).months[0].lines


def named(raw: dict[str, Any]) -> list[str]:
    """The fields that are named as not honoured."""
    return [text.split(":")[0] for text in import_urdb(raw)[1]]


def test_a_plain_rate_has_nothing_to_name() -> None:
    tariff, not_honoured = import_urdb(rate(utility="Utility", name="Rate", label="abc"))
    assert (tariff.name, tariff.source, not_honoured) == ("Utility Rate", "URDB abc", [])
    assert january(PLAIN)["energy_usd"] == pytest.approx(74.6)


def test_the_rate_is_left_as_it_was() -> None:
    raw = rate()
    before = copy.deepcopy(raw)
    import_urdb(raw)
    assert raw == before


def test_adjustments_add_to_energy_and_demand() -> None:
    raw = flat({"rate": 2.0, "adj": 0.5})
    raw["energyratestructure"] = [[{"rate": 0.1, "adj": 0.02}]]
    lines = january(raw)
    assert (lines["energy_usd"], lines["demand_usd"]) == (pytest.approx(746 * 0.12), pytest.approx(7.5))


@pytest.mark.parametrize(
    ("unit", "end", "kwh_in_first"),
    [
        ("kWh", 100, 100),
        ("kWh daily", 10, 310),
        ("kWh/kW", 50, 150),
        ("kWh/kW daily", 2, 186),
        ("kWh/hp", 50, 150 / 0.745699872),
        ("kWh/hp daily", 2, 3 * 31 * 2 / 0.745699872),
    ],
)
def test_units_of_tiers(unit: str, end: float, kwh_in_first: float) -> None:
    raw = rate(energyratestructure=[[{"rate": 0.1, "unit": unit, "max": end}, {"rate": 0.3, "unit": unit}]])
    assert january(raw)["energy_usd"] == pytest.approx(kwh_in_first * 0.1 + (746 - kwh_in_first) * 0.3)


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({"fixedchargefirstmeter": 10.0, "fixedchargeunits": "$/month"}, 10.0),
        ({"fixedchargefirstmeter": 10.0, "fixedchargeunits": "$/day"}, 310.0),
        ({"fixedchargefirstmeter": 120.0, "fixedchargeunits": "$/year"}, 10.0),
        ({"fixedmonthlycharge": 7.0}, 7.0),
        ({"fixedmonthlycharge": 10.0, "fixedchargefirstmeter": 10.0, "fixedchargeunits": "$/month"}, 10.0),
        ({"fixedchargeunits": "$/month"}, 0.0),
    ],
)
def test_fixed_charges(fields: dict[str, Any], usd: float) -> None:
    assert january(rate(**fields))["fixed_usd"] == pytest.approx(usd)
    assert named(rate(**fields)) == []


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({"mincharge": 100.0, "minchargeunits": "$/month"}, 25.4),
        ({"mincharge": 10.0, "minchargeunits": "$/day"}, 235.4),
        ({"minmonthlycharge": 100.0}, 25.4),
        ({"mincharge": 5000.0, "minchargeunits": "$/year"}, 0.0),
        ({"annualmincharge": 5000.0}, 0.0),
    ],
)
def test_minimum_charges(fields: dict[str, Any], usd: float) -> None:
    assert january(rate(**fields))["minimum_usd"] == pytest.approx(usd)


@pytest.mark.parametrize("fields", [{"annualmincharge": 5000.0}, {"mincharge": 5000.0, "minchargeunits": "$/year"}])
def test_annual_minimums(fields: dict[str, Any]) -> None:
    result = bill(import_urdb(rate(**fields))[0], local_span("2023-01-01", "2024-01-01"))
    assert result.total_usd == pytest.approx(5000.0)
    assert result.months[-1].lines["minimum_usd"] == pytest.approx(5000.0 - 876.0)


@pytest.mark.parametrize(("minutes", "kw"), [(15, 8.0), (30, 4.0), (60, 2.0), (0, 8.0)])
def test_the_demand_window(minutes: int, kw: float) -> None:
    raw = flat({"rate": 1.0}, demandwindow=minutes)
    assert january(raw, load([8.0, 0, 0, 0], minutes=15))["demand_usd"] == pytest.approx(kw)
    assert named(raw) == []


def test_horsepower() -> None:
    raw = flat({"rate": 2.0, "max": 2.0}, {"rate": 1.0}, flatdemandunit="hp")
    horsepower = 3.0 / 0.745699872
    assert january(raw)["demand_usd"] == pytest.approx(2 * 2.0 + (horsepower - 2) * 1.0)


def test_ratchets() -> None:
    months = [0] * 12
    months[6] = 1
    by_months = import_urdb(flat({"rate": 1.0}, lookbackpercent=0.5, lookbackmonths=months, lookbackrange=0))[0]
    by_range = import_urdb(flat({"rate": 1.0}, lookbackpercent=0.5, lookbackmonths=months, lookbackrange=3))[0]
    booleans = import_urdb(flat({"rate": 1.0}, lookbackPercent=0.5, lookbackMonths=[m == 1 for m in months]))[0]
    history = {"2023-07": 100.0, "2023-11": 40.0}
    for tariff, usd in ((by_months, 50.0), (by_range, 20.0), (booleans, 50.0)):
        assert bill(tariff, load([1.0]), history=history).total_usd == pytest.approx(usd + 0.1)


def test_holidays_follow_the_weekend_where_a_calendar_is_named() -> None:
    raw = rate(energyratestructure=[[{"rate": 1.0}], [{"rate": 0.0}]])
    raw["energyweekendschedule"] = [[1] * 24 for _ in range(12)]
    tariff, _ = import_urdb(raw)
    metered = local_span("2024-07-04", "2024-07-05")  # a Thursday
    assert bill(tariff, metered).total_usd == pytest.approx(24)
    assert bill(tariff.model_copy(update={"holidays": "US"}), metered).total_usd == 0


@pytest.mark.parametrize("seed", range(5))
def test_schedules_become_windows_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weekday, weekend = (
        np.where(rng.random((12, 24)) < 0.2, rng.integers(0, 3, (12, 24)), rng.integers(0, 3, (12, 1))).tolist()
        for _ in range(2)
    )
    month, kind, hour = (axis.ravel() for axis in np.indices((12, 3, 24)))
    for period in range(3):
        held = np.zeros(month.size, dtype=int)
        for window in windows_of(period, weekday, weekend):
            held += window.holds(month + 1, kind, hour * 60 + 59)
        schedule = np.where(
            kind == DAY_KINDS.index("weekday"), np.array(weekday)[month, hour], np.array(weekend)[month, hour]
        )
        assert (held == (schedule == period)).all()


COINCIDENT_JANUARY = [[0] * 17 + [1] * 2 + [0] * 5, *ZEROS[1:]]


def test_coincident_schedules() -> None:
    structure = [[{"rate": 0.0}], [{"rate": 4.0, "adj": 1.0}]]
    raw = rate(coincidentratestructure=structure, coincidentrateschedule=COINCIDENT_JANUARY)
    assert january(raw)["coincident_usd"] == pytest.approx(5.0)  # the mean of the hours is 1 kW
    assert named(raw) == ["coincidentrateschedule"]


def test_a_rate_without_energy_names_that() -> None:
    raw = {"flatdemandstructure": [[{"rate": 2.0}]], "flatdemandmonths": [0] * 12}
    assert (named(raw), january(raw)["demand_usd"]) == (["energyratestructure"], pytest.approx(6.0))


def test_a_coincident_period_that_no_hour_is_in_is_no_charge() -> None:
    structure = [[{"rate": 0.0}], [{"rate": 9.0}], [{"rate": 5.0}]]
    schedule = [[2 * hour for hour in COINCIDENT_JANUARY[0]], *COINCIDENT_JANUARY[1:]]
    found = import_urdb(rate(coincidentratestructure=structure, coincidentrateschedule=schedule))[0]
    assert [charge.name for charge in found.coincident] == ["coincident 2"]


@pytest.mark.parametrize("spelling", ["coincidentrateschedule", "coincidentschedule"])
def test_a_coincident_schedule_of_zeros_bills_nothing(spelling: str) -> None:
    raw = rate(coincidentratestructure=[[{"rate": 0.79}]], **{spelling: ZEROS})
    assert january(raw)["coincident_usd"] == 0
    assert named(raw) == ["coincidentratestructure[0]"]
    assert named(rate(coincidentratestructure=[[{"rate": 0.79}]])) == ["coincidentratestructure"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"dgrules": "Net Metering"}, "dgrules"),
        ({"usenetmetering": True}, "usenetmetering"),
        ({"demandratchetpercentage": [0.8] * 12}, "demandratchetpercentage"),
        ({"demandreactivepowercharge": 0.3}, "demandreactivepowercharge"),
        ({"fueladjustmentsmonthly": [0.01] * 12}, "fueladjustmentsmonthly"),
        ({"fixedchargeeaaddl": 3.0}, "fixedchargeeaaddl"),
        ({"energyattrs": [{"Rider": "$0.01"}]}, "energyattrs"),
        ({"a_field_of_tomorrow": 1}, "a_field_of_tomorrow"),
        ({"demandwindow": 5}, "demandwindow"),
        ({"lookbackpercent": 0.5}, "lookbackpercent"),
        ({"lookbackpercent": 0.5, "lookbackmonths": [0] * 12, "lookbackrange": 0}, "lookbackpercent"),
        ({"lookbackmonths": [1] * 12}, "lookbackmonths"),
        ({"flatdemandunit": "kVA"}, "flatdemandunit"),
        ({"flatdemandunit": "kW daily"}, "flatdemandunit"),
        ({"fixedchargefirstmeter": 5.0}, "fixedchargeunits"),
        (
            {"fixedchargefirstmeter": 5.0, "fixedchargeunits": "$/month", "fixedmonthlycharge": 6.0},
            "fixedmonthlycharge",
        ),
        ({"energyratestructure": [[{"rate": 0.1, "max": 100.0}]]}, "energyratestructure[0][0].max"),
        ({"energyratestructure": [[{"rate": 0.1, "unit": "kVAh"}]]}, "energyratestructure[0][0].unit"),
        ({"energyratestructure": [[{"rate": 0.1, "surge": 2}]]}, "energyratestructure[0][0].surge"),
        (
            {
                "energyratestructure": [
                    [{"rate": 0.1, "max": 100, "unit": "kWh"}, {"rate": 0.1, "max": 200, "unit": "kWh/kW"}, {"rate": 0}]
                ]
            },
            "energyratestructure[0].unit",
        ),
    ],
)
def test_what_cannot_be_honoured_is_named(fields: dict[str, Any], field: str) -> None:
    raw = flat({"rate": 1.0}, **fields)
    tariff, not_honoured = import_urdb(raw)
    assert named(raw) == [field]
    assert tuple(not_honoured) == tariff.not_honoured == bill(tariff, load([1.0])).not_honoured


def test_fields_that_say_nothing_are_not_named() -> None:
    raw = flat(
        {"rate": 1.0},
        **{"_id": 1, "demandcomments": "x", "peakkwcapacitymin": 500, "mindemand": 1000, "dgrules": "", "enddate": 1},
        demandratchetpercentage=[0] * 12,
        demandreactivepowercharge=0,
        usenetmetering=False,
        fixedchargefirstmeter=None,
    )
    assert named(raw) == []


def test_daily_demand_is_left_out_rather_than_misread() -> None:
    assert january(flat({"rate": 1.0}, flatdemandunit="kW daily"))["demand_usd"] == 0


def test_an_answer_of_the_api_with_one_rate() -> None:
    assert import_urdb({"items": [PLAIN]})[0] == import_urdb(PLAIN)[0]
    with pytest.raises(UrdbError, match="items: 2 rates"):
        import_urdb({"items": [PLAIN, PLAIN]})


BROKEN: list[tuple[Any, str, str, str]] = [
    ([1], "rate", "[1]", "a JSON object"),
    ({"energyratestructure": {}} | {"energyweekdayschedule": ZEROS}, "energyratestructure", "missing", "the periods"),
    (rate(energyratestructure=3), "energyratestructure", "3", "a list of periods"),
    (rate(energyratestructure=[[]]), "energyratestructure[0]", "[]", "a list of tiers"),
    (rate(energyratestructure=[[5]]), "energyratestructure[0][0]", "5", "a tier"),
    (rate(energyratestructure=[[{"rate": "0.1"}]]), "energyratestructure[0][0].rate", '"0.1"', "a finite number"),
    (rate(energyratestructure=[[{"rate": True}]]), "energyratestructure[0][0].rate", "true", "a finite number"),
    (rate(energyratestructure=[[{"rate": float("nan")}]]), "energyratestructure[0][0].rate", "NaN", "a finite number"),
    (rate(energyratestructure=[[{"rate": 1}, {"rate": 2}]]), "energyratestructure[0][0].max", "missing", "an end"),
    (
        rate(energyratestructure=[[{"rate": 1, "max": 5}, {"rate": 1, "max": 5}, {"rate": 2}]]),
        "energyratestructure[0][1].max",
        "5.0",
        "more than the tier before, 5",
    ),
    (flat({"rate": 1}, lookbackpercent=float("inf")), "lookbackpercent", "Infinity", "a finite number"),
    (rate(flatdemandstructure=[[{"rate": 1}]], flatdemandmonths=[float("inf")] * 12), "flatdemandmonths[0]", "I", "0"),
    (rate(energyratestructure=[[{"rate": 10**400}]]), "energyratestructure[0][0].rate", "1000", "at most 1e+06"),
    (rate(energyratestructure=[[{"rate": 1e9}]]), "energyratestructure[0][0].rate", "1000000000.0", "at most 1e+06"),
    (
        rate(energyratestructure=[[{"rate": 1, "max": k} for k in range(1, 60)]]),
        "EnergyPeriod tiers",
        "59 entries",
        "50 items",
    ),
    (rate(energyweekdayschedule=ZEROS[:11]), "energyweekdayschedule", "11 rows", "12 months of 24 hours"),
    (rate(energyweekdayschedule=[*ZEROS[:11], [0] * 23]), "energyweekdayschedule[11]", "23 hours", "24 hours"),
    (
        rate(energyweekdayschedule=[*ZEROS[:11], [0] * 23 + [1]]),
        "energyweekdayschedule[11][23]",
        "1",
        "a whole number from 0 to 0",
    ),
    (rate(energyweekendschedule=None), "energyweekendschedule", "missing", "12 months of 24 hours"),
    (rate(flatdemandstructure=[[{"rate": 1}]]), "flatdemandmonths", "missing", "12 entries"),
    (
        rate(flatdemandstructure=[[{"rate": 1}]], flatdemandmonths=[0] * 13),
        "flatdemandmonths",
        "13 entries",
        "12 entries",
    ),
    (rate(demandratestructure=[[{"rate": 1}]]), "demandweekdayschedule", "missing", "12 months of 24 hours"),
    (flat({"rate": 1}, flatdemandunit="MW"), "flatdemandunit", '"MW"', "kW, hp or kVA"),
    (flat({"rate": 1}, lookbackpercent=80), "lookbackpercent", "80.0", "a fraction"),
    (flat({"rate": 1}, lookbackpercent=0.8, lookbackrange=2.5), "lookbackrange", "2.5", "a whole number"),
    (
        rate(energyratestructure=[[{"rate": 1, "max": -5}, {"rate": 1, "max": 5}, {"rate": 1}]]),
        "energyratestructure[0][0].max",
        "-5",
        "not negative",
    ),
    (flat({"rate": 1}, lookbackpercent=0.8, lookbackrange=61), "lookbackrange", "61", "0 to 60"),
    (flat({"rate": 1}, lookbackpercent=0.8, lookbackrange=-1), "lookbackrange", "-1", "0 to 60"),
    (rate(fixedchargefirstmeter=1, fixedchargeunits="EUR"), "fixedchargeunits", '"EUR"', "$/day"),
    (rate(mincharge="1"), "mincharge", '"1"', "a finite number"),
    (rate(FixedMonthlyCharge=1, fixedmonthlycharge=2), "fixedmonthlycharge", "stands twice", "each field once"),
]


@pytest.mark.parametrize(("raw", "place", "found", "allowed"), BROKEN, ids=[case[1] for case in BROKEN])
def test_a_broken_rate(raw: Any, place: str, found: str, allowed: str) -> None:
    with pytest.raises(UrdbError) as caught:
        import_urdb(raw)
    assert (caught.value.place, caught.value.found[: len(found)]) == (place, found)
    assert allowed in caught.value.allowed


@pytest.mark.parametrize("sign", [1, -1])
def test_rates_up_to_their_limit(sign: int) -> None:
    assert import_urdb(rate(energyratestructure=[[{"rate": sign * 1e6}]]))
    with pytest.raises(UrdbError, match="at most 1e"):
        import_urdb(rate(energyratestructure=[[{"rate": sign * 1.001e6}]]))


NAMED = {
    "fpl_gsld1_flat_demand_2025": ["dgrules"],
    "fpl_gsldt1_tou_demand_2025": ["dgrules"],
    "kutztown_pa_gis_tiered_demand": [],
    "lodi_ca_g3_industrial_tou": [],
    "peco_gsht_coincident_peak_2014": ["coincidentratestructure[0]", "demandattrs"],
    "pge_e19_2019": ["demandattrs", "dgrules", "energyattrs"],
    "ratchet_35pct_reopt_partial": [],
    "reopt_multi_tier_test": [],
    "reopt_tiered_energy_demand_test": [],
    "smud_ci_tod4_1000kw_2025": ["dgrules"],
}


@needs("tariffs")
@pytest.mark.parametrize("name", NAMED)
def test_what_the_files_name(name: str) -> None:
    assert sorted(named(json.loads((FOLDER / "tariffs" / f"{name}.json").read_text()))) == NAMED[name]
